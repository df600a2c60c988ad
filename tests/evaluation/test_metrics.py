# SPDX-License-Identifier: GPL-3.0-or-later
"""Every metric against a case worked out by hand and a slow, plain version of itself."""

import math

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.evaluation import metrics
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX, N_POSED
from lsmplify_core.layouts.layout import Keypoint, Layout


@pytest.fixture
def random() -> np.random.Generator:
    """The same numbers in every run."""
    return np.random.default_rng(7)


def rotations(random: np.random.Generator, frames: int, size: float = 1.0) -> np.ndarray:
    """(T, 24, 3, 3) at random."""
    return axis_angle_to_matrix(size * random.standard_normal((frames, 24, 3)))


def turned(joint: str, axis: tuple[float, float, float], degrees: float) -> np.ndarray:
    """(1, 24, 3, 3) at rest but for one joint."""
    vectors = np.zeros((1, 24, 3))
    vectors[0, JOINT_INDEX[joint]] = np.radians(degrees) * np.asarray(axis)
    return axis_angle_to_matrix(vectors)


def test_mpjpe_ignores_where_the_pelvis_is(random: np.random.Generator) -> None:
    truth = random.standard_normal((4, 24, 3))
    assert metrics.mpjpe(truth + np.array([1.0, 2.0, 3.0]), truth).max() < 1e-9


def test_mpjpe_by_hand_and_naive(random: np.random.Generator) -> None:
    truth = np.zeros((1, 24, 3))
    moved = truth.copy()
    moved[0, 5] = [0.003, 0.004, 0.0]  # 5 mm at one of 24 joints
    assert metrics.mpjpe(moved, truth) == pytest.approx([5 / 24])
    a, b = random.standard_normal((2, 3, 24, 3))
    naive = [
        sum(math.dist(a[t, j] - a[t, 0], b[t, j] - b[t, 0]) for j in range(24)) / 24 * 1000
        for t in range(3)
    ]
    np.testing.assert_allclose(metrics.mpjpe(a, b), naive)


def test_mpkpe_is_not_aligned_and_leaves_gaps_out() -> None:
    tracks = np.zeros((1, 2, 3))
    tracks[0, 1] = np.nan
    error = metrics.mpkpe(np.full((1, 2, 3), 0.01), tracks)
    assert error[0, 0] == pytest.approx(10 * math.sqrt(3))
    assert np.isnan(error[0, 1])


def test_pve_aligns_pelvises_alone(random: np.random.Generator) -> None:
    truth = random.standard_normal((2, 50, 3))
    root = random.standard_normal((2, 3))
    shift = np.array([0.3, -0.2, 0.1])
    assert metrics.pve(truth + shift, truth, root + shift, root).max() < 1e-9
    assert metrics.pve(truth + shift, truth, root, root) == pytest.approx(
        [1000 * np.linalg.norm(shift)] * 2
    )


def test_pa_pve_takes_out_turn_scale_and_place_but_no_mirror(random: np.random.Generator) -> None:
    truth = random.standard_normal((2, 30, 3))
    turn = axis_angle_to_matrix(random.standard_normal((2, 1, 3)))
    moved = 1.7 * (turn @ truth[..., None])[..., 0] + [1.0, 2.0, 3.0]
    assert metrics.pa_pve(moved, truth).max() < 1e-6
    assert metrics.pa_pve(moved * [-1, 1, 1], truth).min() > 100


def test_similarity_beats_every_near_transform(random: np.random.Generator) -> None:
    points, target = random.standard_normal((2, 1, 20, 3))
    best = ((metrics.similarity_aligned(points, target) - target) ** 2).sum()
    aligned = metrics.similarity_aligned(points, target)
    for _ in range(50):
        turn = axis_angle_to_matrix(0.05 * random.standard_normal(3))
        other = (1 + 0.03 * random.standard_normal()) * aligned @ turn.T
        other = other + 0.02 * random.standard_normal(3)
        assert ((other - target) ** 2).sum() >= best - 1e-9


def test_geodesic_by_hand_and_naive(random: np.random.Generator) -> None:
    rest = turned("Head", (1, 0, 0), 0)
    angles = metrics.geodesic(turned("L_Knee", (1, 0, 0), 30), rest)
    assert angles.shape == (1, N_POSED)
    assert angles[0, JOINT_INDEX["L_Knee"]] == pytest.approx(30)
    assert angles.mean() == pytest.approx(30 / 22, abs=1e-4)
    a, b = rotations(random, 3), rotations(random, 3)
    naive = np.degrees(
        np.arccos([[(np.trace(a[t, j].T @ b[t, j]) - 1) / 2 for j in range(22)] for t in range(3)])
    )
    np.testing.assert_allclose(metrics.geodesic(a, b), naive, atol=1e-4)


def test_swing_and_twist_by_hand() -> None:
    offsets = default_body().offsets
    bone = metrics.bone_axes(offsets)[JOINT_INDEX["L_Elbow"]]
    across = np.cross(bone, [0, 1, 0])
    across /= np.linalg.norm(across)
    rest = turned("L_Elbow", (1, 0, 0), 0)
    elbow = JOINT_INDEX["L_Elbow"]
    swing, twist = metrics.swing_twist_errors(turned("L_Elbow", tuple(bone), 40), rest, offsets)
    assert (swing[0, elbow], twist[0, elbow]) == pytest.approx((0, 40), abs=1e-5)
    swing, twist = metrics.swing_twist_errors(turned("L_Elbow", tuple(across), 40), rest, offsets)
    assert (swing[0, elbow], twist[0, elbow]) == pytest.approx((40, 0), abs=1e-5)


def test_swing_is_how_far_the_bone_turns(random: np.random.Generator) -> None:
    offsets = default_body().offsets
    a, b = rotations(random, 5), rotations(random, 5)
    swing, _ = metrics.swing_twist_errors(a, b, offsets)
    axes = metrics.bone_axes(offsets)
    for t in range(5):
        for j in range(22):
            cosine = np.dot(a[t, j] @ axes[j], b[t, j] @ axes[j])
            assert swing[t, j] == pytest.approx(np.degrees(np.arccos(cosine)), abs=1e-4)


def test_bone_axes_point_at_the_children() -> None:
    axes = metrics.bone_axes(default_body().offsets)
    assert axes[JOINT_INDEX["L_Shoulder"]][0] > 0.9
    assert axes[JOINT_INDEX["R_Knee"]][1] < -0.9
    assert axes[JOINT_INDEX["Spine1"]][1] > 0.9
    np.testing.assert_allclose(np.linalg.norm(axes, axis=1), 1)


def test_a_point_on_a_joint_does_not_show_its_rotation() -> None:
    def observed(offset: float) -> set[str]:
        point = Keypoint("hand", JOINT_INDEX["L_Wrist"], (offset, 0.0, 0.0))
        seen = metrics.observed_joints(Layout("one", (point,)))
        return {name for name, j in JOINT_INDEX.items() if j < 22 and seen[j]}

    arm = {"Pelvis", "Spine1", "Spine2", "Spine3", "L_Collar", "L_Shoulder", "L_Elbow"}
    assert observed(0.0) == arm
    assert observed(0.05) == arm | {"L_Wrist"}


def test_frames_above_15_degrees() -> None:
    angles = np.zeros((3, 22))
    angles[1] = 15.1
    angles[2, 0] = 22 * 14.0  # one joint far off, the mean below
    assert metrics.failed_frames(angles).tolist() == [False, True, False]


def test_jitter_by_hand() -> None:
    t = np.arange(8) / 30
    joints = np.zeros((8, 24, 3))
    joints[:, :, 0] = (1000 * t**3 / 6)[:, None]  # third derivative: 1,000 m/s³
    np.testing.assert_allclose(metrics.jitter(joints, 30.0), 1.0)
    assert metrics.jitter(joints[:3], 30.0).size == 0


def test_acceleration_error_by_hand() -> None:
    t = np.arange(6) / 120
    joints = np.zeros((6, 24, 3))
    joints[:, :, 2] = (0.5 * 9.81 * t**2)[:, None]
    np.testing.assert_allclose(
        metrics.acceleration_error(joints, np.zeros_like(joints), 120.0), 9.81
    )


def test_foot_sliding_counts_horizontal_motion_of_standing_feet() -> None:
    truth = np.zeros((3, 2, 3))
    truth[2, 1] = [0.02, 0.0, 0.0]  # the second point steps off
    feet = np.zeros((3, 2, 3))
    feet[1, 0] = [0.003, 0.004, 0.5]  # 5 mm along the floor, and up
    feet[2, 0] = feet[1, 0]
    feet[2, 1] = [9.0, 0.0, 0.0]
    assert sorted(metrics.foot_sliding(feet, truth)) == pytest.approx([0.0, 0.0, 5.0])


def test_skating_needs_a_low_and_fast_foot() -> None:
    feet = np.zeros((4, 1, 3))
    feet[:, 0, 0] = [0.0, 0.02, 0.03, 0.05]  # 0.6, 0.3, 0.6 m/s at 30 frames/s
    feet[2, 0, 2] = 0.06
    assert metrics.skating(feet, 30.0).tolist() == [True, False, False]


def test_penetration_is_the_deepest_point() -> None:
    feet = np.array([[[0, 0, 0.1], [0, 0, -0.02]], [[0, 0, 0.1], [0, 0, 0.2]]])
    assert metrics.penetration(feet).tolist() == pytest.approx([20.0, 0.0])


def test_drift_bins_frames_of_all_clips_together() -> None:
    values = [np.array([1.0, 1.0, 4.0]), np.array([3.0])]
    assert metrics.by_frame_index(values, (0, 1, 2, 10)) == [(0, 2, 2.0), (1, 1, 1.0), (2, 1, 4.0)]
