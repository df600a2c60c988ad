# SPDX-License-Identifier: GPL-3.0-or-later
"""Model files of the SMPL family: read without running them, and posed as smplx poses them."""

import os
import pickle
import pickletools
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from smpl_files import model, save_npz, save_pkl, tree

from lsmplify_core.errors import InputError
from lsmplify_core.joints import JOINT_INDEX
from lsmplify_core.rotations import axis_angle_to_matrix
from lsmplify_core.smplfile import load_smpl_file
from lsmplify_core.smplfile.unpickle import safe_load

# --- what is read ---------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [0, 1, 2, 4, 5])
def test_pickle_with_sparse_and_chumpy_arrays_is_read_whole(tmp_path: Path, protocol: int) -> None:
    arrays = model()
    found = load_smpl_file(save_pkl(tmp_path / "SMPL.pkl", arrays, protocol))
    assert found.kind == "SMPL"
    assert np.array_equal(found.template, arrays["v_template"])
    assert np.array_equal(found.regressor, arrays["J_regressor"])
    assert np.array_equal(found.shape, arrays["shapedirs"])
    assert np.array_equal(found.faces, arrays["f"])


@pytest.mark.parametrize(("joints", "kind"), [(24, "SMPL"), (52, "SMPL-H"), (55, "SMPL-X")])
def test_npz_of_each_kind_is_read(tmp_path: Path, joints: int, kind: str) -> None:
    found = load_smpl_file(save_npz(tmp_path / "model.npz", model(joints)))
    assert found.kind == kind
    body = found.body()
    assert body.rest_joints.shape == (24, 3)
    hand = body.rest_joints[JOINT_INDEX["L_Hand"]] - body.rest_joints[JOINT_INDEX["L_Wrist"]]
    assert 0.02 < np.linalg.norm(hand) < 0.15


def test_sparse_matrices_of_every_kind_are_the_same(tmp_path: Path) -> None:
    from scipy import sparse

    matrix = np.diag([1.0, 2.0, 0.0]) + np.eye(3, k=1)
    for kind in (sparse.csc_matrix, sparse.csr_matrix, sparse.coo_matrix):
        (tmp_path / "m.pkl").write_bytes(pickle.dumps({"m": kind(matrix)}))
        assert np.array_equal(safe_load(tmp_path / "m.pkl")["m"], matrix)


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<i8", "u1", "?", "<U5"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_keep_type_and_order(tmp_path: Path, dtype: str, order: Any) -> None:
    values = np.arange(6).reshape(2, 3).astype(dtype, order=order)
    for protocol in range(6):
        (tmp_path / "a.pkl").write_bytes(pickle.dumps([values, values[0, 0]], protocol))
        array, scalar = safe_load(tmp_path / "a.pkl")
        assert np.array_equal(array, values)
        assert array.dtype == values.dtype
        assert scalar == values[0, 0]


# --- what is refused ------------------------------------------------------------------------


class Runs:
    """Runs a command when it is unpickled, if it is let."""

    def __init__(self, call: Any, *arguments: Any) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> Any:
        return self.call, self.arguments


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize(
    "call", [os.system, eval, exec, open, __import__, getattr, np.load, np.ndarray, pickle.loads]
)
def test_pickles_that_call_something_are_refused_and_run_nothing(
    tmp_path: Path, call: Any, protocol: int
) -> None:
    mark = tmp_path / "ran"
    text = {os.system: f"touch {mark}", open: str(mark)}.get(call, f"open({str(mark)!r}, 'w')")
    hostile = {"v_template": Runs(call, text)}
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps(hostile, protocol))
    with pytest.raises(InputError, match=r"evil\.pkl"):
        safe_load(tmp_path / "evil.pkl")
    assert not mark.exists()


@pytest.mark.parametrize(
    "program",
    [
        b"cnumpy\nndarray\n(I1000000000\ntR.",  # an array of any size, by calling the class
        b"cnumpy.core.multiarray\n_reconstruct\n(tR(dS'__class__'\nI1\nsb.",
        b"cnumpy\ndtype\ncnumpy\ndtype\nb.",  # changing a class
        b"(cos\nsystem\nS'true'\no.",
        b"(S'true'\nios\nsystem\n.",
        b"Pelsewhere\n.",
        b"cbuiltins\nobject\n)\x81.",
        b"c__builtin__\nobject\n(tR.",
        b"\x80\x02cscipy.sparse._csc\ncsc_matrix\n)\x81}(X\x05\x00\x00\x00shapeK\x01sb.",
        b"\x82\x01.",
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",  # bytes without end
        b"r\xff\xff\xff\x7f.",
        b"(" * 100000 + b".",
        b"",
        b"PK\x03\x04",
    ],
)
def test_crafted_programs_are_refused_in_one_line(tmp_path: Path, program: bytes) -> None:
    path = tmp_path / "evil.pkl"
    path.write_bytes(program)
    with pytest.raises(InputError) as caught:
        load_smpl_file(path)
    assert "\n" not in str(caught.value)


def test_damaged_files_are_refused_and_never_crash(tmp_path: Path) -> None:
    """Cut and flipped at random: a model comes out, or one clear line."""
    arrays = model(vertices=40)
    pkl = save_pkl(tmp_path / "a.pkl", arrays).read_bytes()
    npz = save_npz(tmp_path / "a.npz", arrays).read_bytes()
    random = np.random.default_rng(0)
    for whole, name in ((pkl, "b.pkl"), (npz, "b.npz")):
        for _ in range(60):
            data = bytearray(whole)
            for at in random.integers(len(data), size=random.integers(1, 8)):
                data[at] = random.integers(256)
            (tmp_path / name).write_bytes(bytes(data[: random.integers(1, len(data) + 1)]))
            with suppress(InputError):
                load_smpl_file(tmp_path / name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"J_regressor": np.zeros((30, 300))}, "has 30 joints"),
        ({"weights": np.zeros((300, 23))}, r"weights has the shape \(300, 23\), not \(300, 24\)"),
        ({"shapedirs": np.zeros((300, 3, 4))}, "10 or more"),
        ({"v_template": np.full((300, 3), np.nan)}, "not numbers"),
        ({"v_template": np.zeros((300, 3))}, "no person in metres"),
        ({"f": np.array([[0, 1, 999]])}, "three vertices a face"),
        (
            {"kintree_table": np.stack((np.roll(tree(24), 1), np.arange(24)))},
            "hang from each other",
        ),
    ],
)
def test_models_that_are_none_are_refused_by_what_is_wrong(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_smpl_file(save_npz(tmp_path / "x.npz", {**model(), **change}))


def test_files_of_another_kind_are_named(tmp_path: Path) -> None:
    for name, content in (("x.npz", b"text"), ("x.pkl", pickle.dumps([1, 2]))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=name):
            load_smpl_file(tmp_path / name)
    with pytest.raises(InputError, match="no such file"):
        load_smpl_file(tmp_path / "absent.pkl")


def test_the_test_files_are_as_owners_write_them(tmp_path: Path) -> None:
    """What the readers above are shown does name chumpy and SciPy."""
    data = save_pkl(tmp_path / "a.pkl", model()).read_bytes()
    named = [str(arg) for op, arg, _ in pickletools.genops(data) if op.name == "GLOBAL"]
    assert "chumpy.ch Ch" in named
    assert any("csc_matrix" in n for n in named)


# --- parity ---------------------------------------------------------------------------------


@pytest.mark.parametrize("joints", [24, 52, 55])
def test_posed_joints_and_vertices_are_smplxs(tmp_path: Path, joints: int) -> None:
    """To a tenth of a millimetre (float32 over there)."""
    smplx = pytest.importorskip("smplx", reason="smplx is not installed")
    import torch
    from smplx.utils import Struct

    arrays = model(joints, vertices=11_000)  # smplx picks landmarks by number
    found = load_smpl_file(save_npz(tmp_path / "model.npz", arrays))
    random = np.random.default_rng(0)
    vectors, betas = np.zeros((5, 24, 3)), random.standard_normal(10)
    vectors[:, : 24 if joints == 24 else 22] = (
        0.5 * random.standard_normal((5, 24, 3))[:, : 24 if joints == 24 else 22]
    )
    root = random.standard_normal((5, 3))
    rotations = axis_angle_to_matrix(vectors)
    ours = found.posed_vertices(rotations, root, betas)
    full = np.zeros((5, joints, 3))
    full[:, :22] = vectors[:, :22]
    if joints == 24:
        full = vectors
    from smplx.lbs import lbs

    arguments = Struct(**arrays)
    vertices, placed = lbs(
        torch.from_numpy(np.repeat(betas[None], 5, axis=0)).float(),
        torch.from_numpy(full.reshape(5, -1)).float(),
        torch.from_numpy(arguments.v_template).float(),
        torch.from_numpy(arguments.shapedirs).float(),
        torch.from_numpy(arguments.posedirs.reshape(-1, 9 * (joints - 1)).T.copy()).float(),
        torch.from_numpy(arguments.J_regressor).float(),
        torch.from_numpy(tree(joints)),
        torch.from_numpy(arguments.weights).float(),
    )
    assert smplx.__name__ == "smplx"
    shift = root[:, None] - placed[:, :1].numpy()
    assert np.abs(vertices.numpy() + shift - ours).max() < 1e-4
    from lsmplify_core.kinematics import forward

    body = found.body(betas)
    _, joints_placed = forward(rotations, body.offsets, root)
    assert np.abs(joints_placed[:, :22] - (placed[:, :22].numpy() + shift)).max() < 1e-4


def test_smplxs_own_layer_reads_the_same_file(tmp_path: Path) -> None:
    """The whole of smplx.SMPL on our SMPL-format arrays, joints and vertices."""
    smplx = pytest.importorskip("smplx", reason="smplx is not installed")
    import torch
    from smplx.utils import Struct

    arrays = model(24, vertices=6890)
    layer = smplx.SMPL("", data_struct=Struct(**arrays))
    found = load_smpl_file(save_npz(tmp_path / "m.npz", arrays))
    vectors = 0.4 * np.random.default_rng(1).standard_normal((1, 24, 3))
    output = layer(
        betas=torch.full((1, 10), 0.5),
        global_orient=torch.from_numpy(vectors[:, 0]).float(),
        body_pose=torch.from_numpy(vectors[:, 1:].reshape(1, -1)).float(),
    )
    root = output.joints[:, 0].detach().numpy()
    ours = found.posed_vertices(axis_angle_to_matrix(vectors), root, np.full(10, 0.5))
    assert np.abs(output.vertices.detach().numpy() - ours).max() < 1e-4
