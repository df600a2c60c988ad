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

from lsmplify_core.body.smpl_file import load_smpl_file
from lsmplify_core.body.smpl_file.unpickle import read_pickle
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.runtime.errors import InputError

# --- what is read ---------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [0, 1, 2, 4, 5])
def test_pickle_with_sparse_and_chumpy_arrays_is_read_whole(tmp_path: Path, protocol: int) -> None:
    arrays = model()
    found = load_smpl_file(save_pkl(tmp_path / "SMPL.pkl", arrays, protocol))
    assert found.kind == "SMPL"
    assert np.array_equal(found.v_template, arrays["v_template"])
    assert np.array_equal(found.joint_regressor, arrays["J_regressor"])
    assert np.array_equal(found.shapedirs, arrays["shapedirs"])
    assert np.array_equal(found.faces, arrays["f"])


@pytest.mark.parametrize(("joints", "kind"), [(24, "SMPL"), (52, "SMPL-H"), (55, "SMPL-X")])
def test_npz_of_each_kind_is_read(tmp_path: Path, joints: int, kind: str) -> None:
    found = load_smpl_file(save_npz(tmp_path / "model.npz", model(joints)))
    assert found.kind == kind
    body = found.body()
    assert body.rest_joints.shape == (24, 3)
    hand = body.rest_joints[JOINT_INDEX["L_Hand"]] - body.rest_joints[JOINT_INDEX["L_Wrist"]]
    assert 0.02 < np.linalg.norm(hand) < 0.15


@pytest.mark.parametrize("kind", ["csc", "csr", "coo"])
@pytest.mark.parametrize("suffix", ["matrix", "array"])
def test_sparse_matrices_of_every_kind_are_the_same(tmp_path: Path, kind: str, suffix: str) -> None:
    sparse = pytest.importorskip("scipy.sparse", reason="scipy is not installed")
    matrix = np.diag([1.0, 2.0, 0.0]) + np.eye(3, k=1)
    made = getattr(sparse, f"{kind}_{suffix}")(matrix)
    for protocol in range(6):
        (tmp_path / "m.pkl").write_bytes(pickle.dumps({"m": made}, protocol))
        assert np.array_equal(read_pickle(tmp_path / "m.pkl", ("m",))["m"], matrix)


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<i8", "u1", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_keep_type_and_order(tmp_path: Path, dtype: str, order: Any) -> None:
    values = np.arange(6).reshape(2, 3).astype(dtype, order=order)
    for protocol in range(6):
        content = {"a": values, "s": values[0, 1], "other": np.array(["text"])}
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(content, protocol))
        found = read_pickle(tmp_path / "a.pkl", ("a", "s", "absent"))
        assert set(found) == {"a", "s"}
        assert np.array_equal(found["a"], values)
        assert found["a"].dtype == values.dtype
        assert found["s"] == values[0, 1]


def test_gender_is_read_from_the_owners_names(tmp_path: Path) -> None:
    (tmp_path / "male").mkdir()
    for name, gender in (
        ("SMPL_FEMALE.npz", "female"), ("basicmodel_m_lbs_10_207_0_v1.1.0.npz", "male"),
        ("SMPLX_NEUTRAL.npz", "neutral"), ("male/model.npz", "male"),
    ):  # fmt: skip
        assert load_smpl_file(save_npz(tmp_path / name, model())).gender == gender


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
        read_pickle(tmp_path / "evil.pkl", ("v_template",))
    assert not mark.exists()


@pytest.mark.parametrize(
    "program",
    [
        b"cnumpy\nndarray\n(I1000000000\ntR.",  # an array of any size, by calling the class
        b"cnumpy.core.multiarray\nfromfile\n(S'/etc/passwd'\ntR.",
        b"cscipy.sparse\nload_npz\n(S'x'\ntR.",
        b"ccopy_reg\n_reconstructor\n(cos\nsystem\nc__builtin__\nobject\nNtR.",
        b"cnumpy.core.multiarray\n_reconstruct\n(tR(dS'__class__'\nI1\nsb.",
        b"cnumpy\ndtype\ncnumpy\ndtype\nb.",  # changing a class
        b"(cos\nsystem\nS'true'\no.",
        b"(S'true'\nios\nsystem\n.",
        b"Pelsewhere\n.",
        b"cbuiltins\nobject\n)\x81.",
        b"c__builtin__\nobject\n(tR.",
        b"\x80\x02cscipy.sparse._csc\ncsc_matrix\n)\x81}(X\x05\x00\x00\x00shapeK\x01sb.",
        b"\x82\x01.",
        b"\x80\x04\x8c\x04o\ns\r\x8c\x06system\x93.",  # a name of two lines
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",  # bytes without end
        b"\x80\x05\x96\x00\x00\x00\x00\x10\x00\x00\x00.",  # 64 GB of them, to be changed
        b"\x80\x04\x95\x00\x00\x00\x00\x10\x00\x00\x00.",  # a frame of 64 GB
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


def test_counts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    """Shapes and pointers that promise more than the file holds make nothing large."""
    head = b"\x80\x02}(X\x0a\x00\x00\x00v_template"
    array = b"cnumpy.core.multiarray\n_reconstruct\n)R"
    kind = b"cnumpy\ndtype\n(S'f8'\ntR"
    huge = array + b"(I1\n(I1000000000\nI1000000000\nt" + kind + b"I00\nS'abcdefgh'\ntb"
    zeros = array + b"(I1\n(I0\nt" + kind + b"I00\nS''\ntb"
    sparse = (
        b"cscipy.sparse\ncsc_matrix\n)\x81}(S'shape'\n(I%d\nI3\ntS'data'\n%s"
        b"S'indices'\n%sS'indptr'\n%sub"
    )
    programs = (huge, sparse % (10**9, zeros, zeros, zeros), sparse % (3, zeros, zeros, zeros))
    for program in programs:
        (tmp_path / "m.pkl").write_bytes(head + program + b"u.")
        with pytest.raises(InputError, match="'v_template' cannot be read"):
            read_pickle(tmp_path / "m.pkl", ("v_template",))


def test_lists_in_lists_are_not_unfolded(tmp_path: Path) -> None:
    """Sixty lists, each twice in the next: reading ends at once, since nobody asks for them."""
    laughs = b"](K\x01K\x02e" + b"".join(b"q%c0](h%ch%ce" % (i, i, i) for i in range(60))
    program = b"\x80\x02}(S'other'\n" + laughs + b"S'f'\n" + laughs + b"u."
    (tmp_path / "m.pkl").write_bytes(program)
    with pytest.raises(InputError, match="not an array of numbers"):
        read_pickle(tmp_path / "m.pkl", ("f",))


def test_huge_files_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.pkl"
    with path.open("wb") as file:
        file.truncate((1 << 30) + 1)  # takes no room on the disk
    with pytest.raises(InputError, match="larger than 1024 MB"):
        load_smpl_file(path)


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
        ({"v_template": np.zeros((300, 3))}, "no body in metres"),
        ({"f": np.array([[0, 1, 999]])}, "three vertices a face"),
        ({"f": np.array(["a", "b"])}, "'f' is not an array of numbers"),
        ({"posedirs": np.array([{}], dtype=object)}, "posedirs.npy is of object, not of numbers"),
        ({"weights": np.zeros((300, 24))}, "add up to one"),
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


def _layer(path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """smplx's own model of a file; landmarks that it picks by vertex number are all vertex 0."""
    smplx = pytest.importorskip("smplx", reason="smplx is not installed")
    picked = {k: dict.fromkeys(v, 0) for k, v in smplx.body_models.VERTEX_IDS.items()}
    monkeypatch.setattr(smplx.body_models, "VERTEX_IDS", picked)
    options = {"use_pca": False, "flat_hand_mean": True, "use_face_contour": False}
    if kind == "SMPL":
        return smplx.SMPL(str(path))
    made = {"SMPL-H": smplx.SMPLH, "SMPL-X": smplx.SMPLX}[kind]
    return made(str(path), ext=path.suffix[1:], batch_size=5, **options)


@pytest.mark.parametrize(
    ("joints", "kind", "suffix"),
    [(24, "SMPL", "pkl"), (52, "SMPL-H", "npz"), (52, "SMPL-H", "pkl"), (55, "SMPL-X", "npz")],
)
def test_posed_joints_and_vertices_are_smplxs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, joints: int, kind: str, suffix: str
) -> None:
    """The same file read by smplx and by us: within 0.1 mm (single precision over there)."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    arrays, path = model(joints), tmp_path / f"model.{suffix}"
    if suffix == "pkl":  # smplx needs chumpy for chumpy's arrays
        path.write_bytes(pickle.dumps(arrays, 2))
    else:
        save_npz(path, arrays)
    layer, found = _layer(path, kind, monkeypatch), load_smpl_file(path)
    random = np.random.default_rng(0)
    posed = 24 if kind == "SMPL" else 22
    vectors, betas = np.zeros((5, 24, 3)), random.standard_normal(10)
    vectors[:, :posed] = 0.5 * random.standard_normal((5, posed, 3))
    shift = random.standard_normal((5, 3))
    output = layer(
        betas=torch.from_numpy(np.repeat(betas[None], 5, axis=0)).float(),
        global_orient=torch.from_numpy(vectors[:, 0]).float(),
        body_pose=torch.from_numpy(vectors[:, 1:posed].reshape(5, -1)).float(),
        transl=torch.from_numpy(shift).float(),
    )
    theirs = output.joints.detach().numpy()[:, found.chosen]
    rotations, body = axis_angle_to_matrix(vectors), found.body(betas)
    root = shift + body.rest_joints[0]
    assert np.abs(forward(rotations, body.offsets, root)[1] - theirs).max() < 1e-4
    ours = found.posed_vertices(rotations, root, betas)
    assert np.abs(ours - output.vertices.detach().numpy()).max() < 1e-4


def test_long_motions_are_skinned_in_pieces(tmp_path: Path) -> None:
    """Every frame is the same whether it is alone or one of many."""
    found = load_smpl_file(save_npz(tmp_path / "m.npz", model(vertices=60)))
    random = np.random.default_rng(0)
    rotations = axis_angle_to_matrix(0.4 * random.standard_normal((150, 24, 3)))
    root, betas = random.standard_normal((150, 3)), np.ones(10)
    whole = found.posed_vertices(rotations, root, betas)
    for frame in (0, 63, 64, 149):
        alone = found.posed_vertices(rotations[[frame]], root[[frame]], betas)
        assert np.allclose(whole[frame], alone[0], atol=1e-12)


@pytest.mark.parametrize("joints", [24, 52, 55])
def test_betas_move_the_joints_along_the_shape_directions(tmp_path: Path, joints: int) -> None:
    found = load_smpl_file(save_npz(tmp_path / "m.npz", model(joints)))
    betas = np.random.default_rng(0).standard_normal(10)
    joints_there = found.joint_regressor @ found.vertices(betas)
    assert np.allclose(found.body(betas).rest_joints, joints_there[found.chosen])
    assert np.abs(found.nearest_betas(found.body(betas)) - betas).max() < 0.05


@pytest.mark.parametrize("joints", [24, 52, 55])
def test_weights_of_our_joints_carry_fingers_and_face_along(tmp_path: Path, joints: int) -> None:
    """Weights of the 24 joints pose the skin as the file's own do while hands and face rest."""
    arrays = model(joints)
    found = load_smpl_file(
        save_npz(tmp_path / "m.npz", {**arrays, "posedirs": 0 * arrays["posedirs"]})
    )
    random = np.random.default_rng(0)
    vectors = np.zeros((1, 24, 3))
    vectors[:, :22] = 0.5 * random.standard_normal((1, 22, 3))
    rotations, root, body = axis_angle_to_matrix(vectors), np.zeros((1, 3)), found.body()
    turned, placed = forward(rotations, body.offsets, root)
    around = found.v_template[:, None] - body.rest_joints
    moved = np.einsum("jab,vjb->vja", turned[0], around) + placed[0]
    ours = np.einsum("vj,vja->va", found.joint_weights(), moved)
    theirs = found.posed_vertices(rotations, root, np.zeros(10))[0]
    assert np.allclose(found.joint_weights().sum(axis=1), 1.0)
    assert np.abs(ours - theirs).max() < 1e-9
