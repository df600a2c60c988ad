# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward kinematics against a walk up the tree for every joint."""

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.kinematics import attached_points, bone_offsets, forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import (
    ANCESTORS,
    JOINT_INDEX,
    JOINT_NAMES,
    LEVELS,
    MIRROR,
    N_JOINTS,
    PARENTS,
)


def naive_point(
    rotations: np.ndarray, offsets: np.ndarray, root: np.ndarray, joint: int, offset: np.ndarray
) -> np.ndarray:
    """Carry one point from its joint's frame up to the world."""
    point = offset
    while joint > 0:
        point = rotations[joint] @ point + offsets[joint]
        joint = PARENTS[joint]
    return rotations[0] @ point + root


@pytest.fixture
def pose() -> tuple[np.ndarray, np.ndarray]:
    """Rotations (3, 24, 3, 3) and roots (3, 3) at random."""
    random = np.random.default_rng(2)
    return axis_angle_to_matrix(random.standard_normal((3, 24, 3))), random.standard_normal((3, 3))


def test_joints_and_points_equal_the_naive_walk(pose: tuple[np.ndarray, np.ndarray]) -> None:
    rotations, root = pose
    offsets = default_body().offsets
    turned, placed = forward(rotations, offsets, root)
    random = np.random.default_rng(3)
    joints, local = random.integers(0, 24, 30), random.standard_normal((30, 3))
    points = attached_points(turned, placed, joints, local)
    for t in range(3):
        for j in range(N_JOINTS):
            naive = naive_point(rotations[t], offsets, root[t], j, np.zeros(3))
            np.testing.assert_allclose(placed[t, j], naive, atol=1e-12)
        for k in range(30):
            naive = naive_point(rotations[t], offsets, root[t], int(joints[k]), local[k])
            np.testing.assert_allclose(points[t, k], naive, atol=1e-12)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_take_is_its_frames(kind: type) -> None:
    """A take goes block by block along the tree, a single pose joint by joint."""
    random = np.random.default_rng(4)
    rotations = axis_angle_to_matrix(random.standard_normal((300, 24, 3))).astype(kind)
    offsets, root = default_body().offsets.astype(kind), random.standard_normal((300, 3))
    turned, placed = forward(rotations, offsets, root.astype(kind))
    assert turned.dtype == placed.dtype == kind
    for t in (0, 127, 128, 299):
        alone = forward(rotations[t], offsets, root[t].astype(kind))
        np.testing.assert_allclose(turned[t], alone[0], atol=50 * np.finfo(kind).eps)
        np.testing.assert_allclose(placed[t], alone[1], atol=50 * np.finfo(kind).eps)


def test_bones_keep_their_length_in_every_pose(pose: tuple[np.ndarray, np.ndarray]) -> None:
    body = default_body()
    _, placed = forward(pose[0], body.offsets, pose[1])
    bones = placed[:, 1:] - placed[:, list(PARENTS[1:])]
    lengths = np.broadcast_to(np.linalg.norm(body.offsets[1:], axis=-1), (3, 23))
    np.testing.assert_allclose(np.linalg.norm(bones, axis=-1), lengths)


def test_the_rest_pose_gives_the_rest_joints() -> None:
    body = default_body()
    _, placed = forward(np.tile(np.eye(3), (24, 1, 1)), body.offsets, body.rest_joints[0])
    np.testing.assert_allclose(placed, body.rest_joints, atol=1e-12)
    np.testing.assert_allclose(body.offsets, bone_offsets(body.rest_joints))
    assert (body.offsets[0] == 0).all()


def test_turning_a_joint_moves_what_its_table_says(pose: tuple[np.ndarray, np.ndarray]) -> None:
    offsets = default_body().offsets
    joints, local = np.arange(24), np.full((24, 3), 0.05)
    before = attached_points(*forward(pose[0], offsets, pose[1]), joints, local)
    for joint in range(N_JOINTS):
        changed = pose[0].copy()
        changed[:, joint] = changed[:, joint] @ axis_angle_to_matrix(np.array([0.3, 0.2, 0.1]))
        after = attached_points(*forward(changed, offsets, pose[1]), joints, local)
        moved = (np.linalg.norm(after - before, axis=-1) > 1e-9).all(axis=0)
        np.testing.assert_array_equal(moved, ANCESTORS[:, joint])


def test_torch_gives_what_numpy_gives(pose: tuple[np.ndarray, np.ndarray]) -> None:
    torch = pytest.importorskip("torch")
    offsets = default_body().offsets
    ours = forward(pose[0], offsets, pose[1])
    theirs = forward(*(torch.asarray(x) for x in (pose[0], offsets, pose[1])))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b.numpy(), atol=1e-12)


def test_the_tree_is_smpls() -> None:
    assert len(JOINT_NAMES) == len(PARENTS) == N_JOINTS == 24
    assert all(parent < joint for joint, parent in enumerate(PARENTS))
    named = {JOINT_NAMES[j]: JOINT_NAMES[PARENTS[j]] for j in range(1, 24)}
    assert named["L_Hand"] == "L_Wrist"
    assert named["R_Collar"] == named["Neck"] == "Spine3"
    assert named["L_Hip"] == named["Spine1"] == "Pelvis"
    assert sorted(j for level in LEVELS for j in level) == list(range(24))
    assert MIRROR[JOINT_INDEX["L_Foot"]] == JOINT_INDEX["R_Foot"]
    assert all(MIRROR[MIRROR[j]] == j for j in range(24))
    assert all(MIRROR[PARENTS[j]] == PARENTS[MIRROR[j]] for j in range(1, 24))
