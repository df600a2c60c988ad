# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies that vary by regions or by a model file's betas, and solving with such a file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from smpl_files import model, save_npz, save_pkl
from takes import tracks_of, waving

from lsmplify_core.body.body import Body, default_body
from lsmplify_core.body.shape_space import RegionSpace, ShapeSpace, betas_of
from lsmplify_core.body.smpl_file import SmplFile, layout_on, load_smpl_file
from lsmplify_core.body.smpl_file.landmarks import _JOINTS, _VERTICES
from lsmplify_core.cli.main import main
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import ANCESTORS, JOINT_INDEX, PARENTS
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.body_file import read_body
from lsmplify_core.motion.motion import load_motion, save_motion
from lsmplify_core.pipeline import solve
from lsmplify_core.runtime.errors import InputError

BETAS = np.array([1.2, -0.8, 0.5, 0.0, -1.0, 0.7, 0.0, 0.3, -0.4, 0.9])


@pytest.fixture
def smpl(tmp_path: Path) -> SmplFile:
    return load_smpl_file(save_npz(tmp_path / "SMPL_FEMALE.npz", model()))


def spaces(smpl: SmplFile) -> list[tuple[ShapeSpace, np.ndarray]]:
    random = np.random.default_rng(0)
    factors = 1 + 0.1 * random.standard_normal(13)
    return [(RegionSpace(default_body()), factors), (betas_of(smpl), BETAS)]


@pytest.mark.parametrize("which", [0, 1])
def test_jacobians_are_the_differences_of_posed_points(smpl: SmplFile, which: int) -> None:
    space, shape = spaces(smpl)[which]
    random = np.random.default_rng(0)
    rotations = axis_angle_to_matrix(0.5 * random.standard_normal((2, 24, 3)))
    joints, offsets = np.array([0, 15, 22, 10]), 0.05 * random.standard_normal((4, 3))

    def points(numbers: np.ndarray) -> np.ndarray:
        turned, placed = forward(rotations, space.body(numbers).offsets, np.zeros((2, 3)))
        return attached_points(turned, placed, joints, offsets)

    turned, _ = forward(rotations, space.mean.offsets, np.zeros((2, 3)))
    path = ANCESTORS[joints].astype(float)
    path[:, 0] = 0.0
    jacobian = space.jacobian(shape, turned[:, [0, *PARENTS[1:]]], path)
    for number, step in enumerate(1e-6 * np.eye(len(shape))):
        slope = (points(shape + step) - points(shape - step)) / 2e-6
        assert np.allclose(jacobian[..., number], slope, atol=1e-7)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("size", [0.92, 1.0, 1.06])
def test_start_is_as_large_as_asked_and_within_limits(
    smpl: SmplFile, which: int, size: float
) -> None:
    space, _ = spaces(smpl)[which]
    start = space.start(size)
    assert space.body(start).height == pytest.approx(size * space.mean.height, rel=0.01)
    assert np.array_equal(space.clamped(start), start)
    assert np.abs(space.clamped(start + 100)).max() < 102


def test_betas_of_the_person_are_found(smpl: SmplFile) -> None:
    """Markers of someone of the file: their joints to millimetres, and what says who it is."""
    truth = waving(60, body=smpl.body(BETAS))
    found = solve(tracks_of(truth, "CMU_41"), layout="CMU_41", body=smpl).motion
    assert found.betas is not None
    assert np.allclose(found.body.rest_joints, smpl.body(found.betas).rest_joints)
    assert np.linalg.norm(found.joints() - truth.joints(), axis=-1).mean() < 0.015
    assert found.body.height == pytest.approx(truth.body.height, rel=0.03)
    assert np.abs(found.betas - BETAS).mean() < np.abs(BETAS).mean()
    assert found.gender == "female"


def test_the_npz_says_whose_betas_they_are(smpl: SmplFile, tmp_path: Path) -> None:
    """What AMASS's readers make of it with the same file is the body that was solved with."""
    motion = waving(5, body=smpl.body(BETAS))
    save_motion(type(motion)(motion.rotations, motion.root, 30.0, motion.body, betas=BETAS,
                             gender="female"), tmp_path / "m.npz")  # fmt: skip
    with np.load(tmp_path / "m.npz") as data:
        betas, trans = data["betas"], data["trans"]
        assert str(data["gender"]) == "female"
    assert np.allclose(betas, BETAS, atol=1e-6)
    there = trans + smpl.body(betas).rest_joints[0]
    assert np.allclose(there, motion.root, atol=1e-5)
    again = load_motion(tmp_path / "m.npz")
    assert again.betas is not None
    assert np.allclose(again.betas, BETAS, atol=1e-6)
    assert again.gender == "female"


def test_motions_without_a_file_have_no_betas(tmp_path: Path) -> None:
    save_motion(waving(5), tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as data:
        assert not data["betas"].any()
        assert str(data["gender"]) == "neutral"


# --- the command ----------------------------------------------------------------------------


@pytest.fixture
def take(tmp_path: Path) -> Path:
    tracks = tracks_of(waving(30))
    path = tmp_path / "take.npz"
    np.savez(path, points=tracks.positions, names=np.array(tracks.names), rate=30.0)
    return path


@pytest.mark.parametrize("save", [save_npz, save_pkl])
def test_solve_takes_a_model_file_for_the_body(take: Path, tmp_path: Path, save: Any) -> None:
    name = "SMPL_MALE.pkl" if save is save_pkl else "SMPL_MALE.npz"
    smpl = save(tmp_path / name, model())
    out = tmp_path / "out.npz"
    assert main(["solve", str(take), "-o", str(out), "--body", str(smpl)]) == 0
    with np.load(out) as data:
        body = load_smpl_file(smpl).body(data["betas"].astype(float))
        assert data["betas"].any()
        assert str(data["gender"]) == "male"
        assert np.allclose(data["rest_joints"], body.rest_joints, atol=1e-5)


def test_bad_body_files_are_one_line(
    take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.pkl").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    (tmp_path / "body.obj").write_bytes(b"v 0 0 0")
    for name in ("bad.pkl", "bad.npz", "body.obj", "absent.pkl"):
        words = ["solve", str(take), "-o", str(tmp_path / "o.npz"), "--body", str(tmp_path / name)]
        assert main(words) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1
        assert lines[0].startswith("error: ")
        assert name in lines[0]
    assert not (tmp_path / "o.npz").exists()


def test_a_motion_solved_before_is_still_a_body(tmp_path: Path) -> None:
    save_motion(waving(5), tmp_path / "before.npz")
    found = read_body(tmp_path / "before.npz")
    assert isinstance(found, Body)
    assert np.allclose(found.rest_joints, default_body().rest_joints, atol=1e-6)
    np.savez(tmp_path / "other.npz", something=np.zeros(3))
    with pytest.raises(InputError, match=r"other\.npz"):
        read_body(tmp_path / "other.npz")


# --- face and feet on the file's mesh -------------------------------------------------------


def with_landmarks(path: Path, joints: int, vertices: int, away: float = 0.05) -> SmplFile:
    """A mesh of as many vertices as the owners' has, face and feet as far from their joints."""
    arrays = model(joints, vertices=vertices)
    for name, vertex in zip(_JOINTS, _VERTICES[vertices], strict=True):
        joint = arrays["v_template"][JOINT_INDEX[_JOINTS[name]]]  # the first vertices are joints
        arrays["v_template"][vertex] = joint + np.array([0.01, -0.02, away])
    return load_smpl_file(save_npz(path, arrays))


@pytest.mark.parametrize(
    ("joints", "vertices", "nose", "heel"),
    [(24, 6890, 332, 3387), (52, 6890, 332, 3387), (55, 10475, 9120, 8846)],
)
def test_keypoints_of_face_and_feet_are_vertices_of_the_mesh(
    tmp_path: Path, joints: int, vertices: int, nose: int, heel: int
) -> None:
    """On a mesh with the owners' number of vertices; whatever a layout's spelling."""
    smpl = with_landmarks(tmp_path / "m.npz", joints, vertices)
    unit = smpl.body().height / default_body().height
    for name, spelled in (("BODY_25", ("Nose", "LHeel")), ("MediaPipe_33", ("nose", "left_heel"))):
        before = load_layout(name)
        layout = layout_on(smpl, before)
        at = smpl.body().rest_joints[layout.joints] + unit * layout.offsets
        assert np.allclose(at[layout.names.index(spelled[0])], smpl.v_template[nose])
        assert np.allclose(at[layout.names.index(spelled[1])], smpl.v_template[heel])
        assert np.array_equal(layout.joints, before.joints)
        moved = np.abs(layout.offsets - before.offsets).max(axis=1) > 0
        assert moved.sum() == (11 if name == "BODY_25" else 7)


def test_markers_and_other_meshes_keep_the_layouts_places(tmp_path: Path, smpl: SmplFile) -> None:
    assert layout_on(smpl, load_layout("BODY_25")) == load_layout("BODY_25")
    large = with_landmarks(tmp_path / "m.npz", 24, 6890)
    assert layout_on(large, load_layout("CMU_41")) == load_layout("CMU_41")
    layout = layout_on(large, load_layout("BODY_25"))
    assert layout != load_layout("BODY_25")
    assert layout_on(large, layout) == layout
    other = with_landmarks(tmp_path / "other.npz", 24, 6890, away=0.5)  # as many, not the same
    assert layout_on(other, load_layout("BODY_25")) == load_layout("BODY_25")


def test_solving_starts_from_the_meshs_keypoints(tmp_path: Path) -> None:
    smpl = with_landmarks(tmp_path / "m.npz", 24, 6890)
    found = solve(tracks_of(waving(12, body=smpl.body())), body=smpl)
    assert found.match.layout == layout_on(smpl, load_layout("BODY_25"))
