# SPDX-License-Identifier: GPL-3.0-or-later
"""BVH of any rest pose and names come in as the motion that their joints show, or not at all."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.cli import options
from lsmplify_core.cli.main import main
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_NAMES, N_JOINTS, PARENTS
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.workflows.motion_file import one_of, read_motion_file
from tests.takes import points_of, tracks_of, waving

_ROKOKO = (
    "Hips LeftThigh RightThigh Spine1 LeftShin RightShin Spine2 LeftFoot RightFoot Spine3 LeftToe "
    "RightToe Neck LeftShoulder RightShoulder Head LeftArm RightArm LeftForeArm RightForeArm "
    "LeftHand RightHand LeftHandTip RightHandTip"
)
_MIXAMO = (
    "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot Spine2 LeftToeBase "
    "RightToeBase Neck LeftShoulder RightShoulder Head LeftArm RightArm LeftForeArm RightForeArm "
    "LeftHand RightHand LeftHandMiddle1 RightHandMiddle1"
)
ROKOKO = dict(zip(JOINT_NAMES, _ROKOKO.split(), strict=True))
MIXAMO = dict(zip(JOINT_NAMES, _MIXAMO.split(), strict=True))
SMPL = {n: n for n in JOINT_NAMES}


def _rest(kind: str) -> np.ndarray:
    """(24, 3, 3) from the file's rest pose to SMPL's T-pose, a joint each."""
    turns = np.broadcast_to(np.eye(3), (N_JOINTS, 3, 3)).copy()
    if kind == "A-pose":
        for joint, sign in (
            (16, 1),
            (17, -1),
            (18, 1),
            (19, -1),
            (20, 1),
            (21, -1),
            (22, 1),
            (23, -1),
        ):
            turns[joint] = axis_angle_to_matrix(np.array([0, 0, sign * np.radians(50)]))
    if kind == "turned bones":
        rng = np.random.default_rng(3)
        turns = axis_angle_to_matrix(rng.normal(size=(N_JOINTS, 3)))
    return turns


def _write(path: Path, motion, names: dict[str, str], kind: str) -> None:
    """The motion as a BVH, Y up, centimetres, Z X Y angles, its bones turned by `_rest` at rest."""
    own = _rest(kind)
    turned, _ = forward(motion.rotations, motion.body.offsets, motion.root)
    up = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    frames = up @ turned @ own
    lines = ["HIERARCHY"]

    def joint(j: int, depth: int) -> None:
        above = PARENTS[j]
        offset = np.zeros(3) if above < 0 else 100 * own[above].T @ motion.body.offsets[j]
        pad = "  " * depth
        lines.append(f"{pad}{'ROOT' if above < 0 else 'JOINT'} {names[JOINT_NAMES[j]]}")
        lines.append(pad + "{")
        lines.append(f"{pad}  OFFSET {offset[0]:.6f} {offset[1]:.6f} {offset[2]:.6f}")
        moves = "Xposition Yposition Zposition " if above < 0 else ""
        lines.append(f"{pad}  CHANNELS {6 if moves else 3} {moves}Zrotation Xrotation Yrotation")
        order.append(j)
        children = [c for c in range(N_JOINTS) if PARENTS[c] == j]
        for child in children:
            joint(child, depth + 1)
        if not children:
            lines.append(f"{pad}  End Site\n{pad}  {{\n{pad}    OFFSET 0 3 0\n{pad}  }}")
        lines.append(pad + "}")

    order: list[int] = []
    joint(0, 0)
    lines += ["MOTION", f"Frames: {motion.frames}", f"Frame Time: {1 / motion.rate:.6f}"]
    for t in range(motion.frames):
        row = list(100 * up @ motion.root[t])
        for j in order:
            r = frames[t, j] if PARENTS[j] < 0 else frames[t, PARENTS[j]].T @ frames[t, j]
            x = np.arcsin(np.clip(r[2, 1], -1, 1))
            z, y = np.arctan2(-r[0, 1], r[1, 1]), np.arctan2(-r[2, 0], r[2, 2])
            row += list(np.degrees([z, x, y]))
        lines.append(" ".join(f"{v:.5f}" for v in row))
    path.write_text("\n".join(lines) + "\n")


def _limbs_apart(motion, found) -> float:
    """Degrees, the mean of the limb that is worst."""
    worst = 0.0
    for a, b in ((1, 4), (4, 7), (2, 5), (5, 8), (16, 18), (18, 20), (17, 19), (19, 21)):
        one, two = (m.joints()[:, b] - m.joints()[:, a] for m in (motion, found))
        cosine = (one * two).sum(-1) / np.linalg.norm(one, axis=-1) / np.linalg.norm(two, axis=-1)
        worst = max(worst, float(np.degrees(np.arccos(cosine.clip(-1, 1))).mean()))
    return worst


@pytest.mark.parametrize("kind", ["T-pose", "A-pose", "turned bones"])
def test_a_start_is_what_the_joints_show_whatever_the_rest_pose(kind, tmp_path, capsys) -> None:
    """`--init FILE.bvh`: never a start in another pose than the file's."""
    motion = waving(20)
    path = tmp_path / "rough.bvh"
    _write(path, motion, MIXAMO, kind)
    args = argparse.Namespace(init=path, start=5)
    start = options.init(args, tracks_of(motion).between(5, None))
    assert start is not None
    assert start.frames == 15
    assert _limbs_apart(motion.between(5, 20), start) < 8
    if kind == "turned bones":
        assert capsys.readouterr().err.startswith(f"warning: --init {path}: ")


def test_a_start_that_is_nobody_is_refused(tmp_path, capsys) -> None:
    motion = waving(10)
    path, take = tmp_path / "rough.bvh", tmp_path / "take.npz"
    _write(path, motion, {n: f"bone {i}" for i, n in enumerate(JOINT_NAMES)}, "turned bones")
    np.savez(take, points=points_of(motion), names=np.array(tracks_of(motion).names), rate=30.0)
    out = tmp_path / "out.npz"
    assert main(["solve", str(take), "-o", str(out), "--init", str(path)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert str(path) in told[0]
    assert not out.exists()


@pytest.mark.parametrize("names", [SMPL, MIXAMO, ROKOKO], ids=["smpl", "mixamo", "rokoko"])
@pytest.mark.parametrize("kind", ["T-pose", "A-pose", "turned bones"])
def test_any_rest_pose_is_the_same_motion(names, kind, tmp_path) -> None:
    motion = waving(40)
    path = tmp_path / "take.bvh"
    _write(path, motion, names, kind)
    found, notes = one_of(path)
    assert found.frames == 40
    limbs = [
        (1, 4),
        (4, 7),
        (2, 5),
        (5, 8),
        (16, 18),
        (18, 20),
        (17, 19),
        (19, 21),
        (1, 2),
        (16, 17),
    ]
    for a, b in limbs:
        one, two = (m.joints()[:, b] - m.joints()[:, a] for m in (motion, found))
        cosine = (one * two).sum(-1) / np.linalg.norm(one, axis=-1) / np.linalg.norm(two, axis=-1)
        angle = np.degrees(np.arccos(cosine.clip(-1, 1))).mean()
        assert angle < 8, (JOINT_NAMES[a], JOINT_NAMES[b], angle, notes)
    assert np.abs(found.root - motion.root).mean() < 0.08
    if kind == "turned bones":
        assert notes


def test_a_skeleton_that_is_nobody_is_refused(tmp_path) -> None:
    path = tmp_path / "take.bvh"
    _write(path, waving(5), {n: f"bone {i}" for i, n in enumerate(JOINT_NAMES)}, "turned bones")
    with pytest.raises(InputError, match=r"no skeleton|too few|does not fit|rest pose"):
        read_motion_file(path)
