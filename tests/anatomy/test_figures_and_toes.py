# SPDX-License-Identifier: GPL-3.0-or-later
"""Anatomical figures, ranges, and toes bent by rule."""

import numpy as np
import pytest

from lsmplify_core.anatomy.convention import to_convention
from lsmplify_core.anatomy.figures import anatomy, summary
from lsmplify_core.anatomy.ranges import limits, past_ranges
from lsmplify_core.anatomy.toes import (
    FEET,
    extension,
    rigid_toes,
    toe_bend,
    with_toes,
    without_rest,
)
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import rotation_x
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.runtime.array_types import Floats

from .moves import OFFSETS, lively, set_joint, still, turn


def figures(rotations: Floats) -> dict[str, float | None]:
    root = np.zeros((len(rotations), 3))
    return summary([anatomy(rotations, OFFSETS, root, 30.0)])


def standing(frames: int) -> Floats:
    """A body that stands upright in a world with Z up."""
    rotations = still(frames)
    rotations[:, 0] = rotation_x(90.0)
    return rotations


def test_the_t_pose_has_nothing_wrong_with_it() -> None:
    found = figures(standing(10))
    for name in ("elbow_sideways_p95_deg", "knee_twist_p95_deg", "wrist_twist_excess_p95_deg",
                 "range_violations_per_1000", "hyperextension_p95_deg"):  # fmt: skip
        assert found[name] == pytest.approx(0.0, abs=0.01), name
    assert found["toe_bend_push_off_deg"] is None


def test_what_is_put_in_is_measured() -> None:
    rotations = standing(10)
    set_joint(rotations, "L_Elbow", turn(z=20.0))
    set_joint(rotations, "L_Knee", turn(z=15.0))
    set_joint(rotations, "R_Knee", turn(y=18.0))
    set_joint(rotations, "R_Wrist", turn(x=60.0))
    set_joint(rotations, "R_Elbow", turn(y=-30.0))
    found = figures(rotations)
    assert found["elbow_sideways_p95_deg"] == pytest.approx(20, abs=1)
    assert found["knee_sideways_p95_deg"] == pytest.approx(15, abs=1)
    assert found["knee_twist_p95_deg"] == pytest.approx(18, abs=1)
    assert found["wrist_twist_excess_p95_deg"] == pytest.approx(30, abs=1)
    assert found["range_violations_per_1000"] == pytest.approx(1000)
    assert (found["hyperextension_p95_deg"] or 0) > 15


def test_the_convention_has_no_wringing_wrists_and_no_twisted_knees() -> None:
    rotations = lively()
    before, after = figures(rotations), figures(to_convention(rotations, OFFSETS))
    assert (after["wrist_twist_excess_p95_deg"] or 0) < 0.01
    assert (after["elbow_sideways_p95_deg"] or 0) < (before["elbow_sideways_p95_deg"] or 0)
    assert (after["knee_twist_p95_deg"] or 0) < 8.01


def test_right_ranges_mirror_left_ones() -> None:
    low, high = limits()
    left, right = JOINT_INDEX["L_Elbow"], JOINT_INDEX["R_Elbow"]
    assert np.allclose(high[right, 1], -low[left, 1])
    assert np.allclose(low[right, 0], low[left, 0])
    assert past_ranges(standing(2)).max() == 0
    assert past_ranges(with_toes(still(1), np.full((1, 2), np.radians(80))))[
        0, 10
    ] == pytest.approx(10)


def rolling() -> tuple[Floats, Floats]:
    """One foot that rolls over its ball to 40 degrees and back while the body goes with it."""
    pitch = 40 * np.sin(np.linspace(0, np.pi, 40)) ** 2
    pitch = np.concatenate((np.zeros(20), pitch, np.zeros(20)))
    rotations = standing(len(pitch))
    set_joint(rotations, "L_Ankle", turn(x=pitch))
    _, placed = forward(rotations, OFFSETS, np.zeros((len(pitch), 3)))
    ball = placed[:, JOINT_INDEX["L_Foot"]]
    return rotations, ball[:1] - ball


def test_toes_bend_where_the_heel_rises_and_the_ball_stays() -> None:
    rotations, root = rolling()
    bend = np.degrees(toe_bend(rotations, OFFSETS, root, 30.0))
    assert bend[:, 0].max() == pytest.approx(40, abs=4)
    assert bend[:15].max() < 1
    assert np.abs(np.diff(bend[:, 0])).max() < 6
    after = with_toes(rotations, np.radians(bend))
    turned, _ = forward(after, OFFSETS, root)
    level = np.degrees(np.arcsin(turned[40, JOINT_INDEX["L_Foot"], 2, 2]))
    assert abs(level) < 4  # the toes lie on the floor
    assert rigid_toes(rotations)
    assert not rigid_toes(after)


def test_feet_in_the_air_keep_their_toes() -> None:
    rotations, root = rolling()
    flying = root + np.array([1.5, 0, 0]) * np.arange(len(root))[:, None] / 30.0
    assert np.degrees(toe_bend(rotations, OFFSETS, flying, 30.0)).max() < 8


def test_one_frame_has_no_toes_to_bend() -> None:
    assert toe_bend(standing(1), OFFSETS, np.zeros((1, 3)), 30.0).max() == 0


def test_toes_that_are_bent_at_rest_are_straightened_and_still_move() -> None:
    motion = strolling(90, 30.0, seed=5)
    swing = np.radians(20.0) * np.maximum(np.sin(np.arange(90) / 4.0), 0.0)
    bend = np.stack((swing, swing), axis=1)
    straight = with_toes(motion.rotations, bend)
    crooked = with_toes(straight, np.full((90, 2), np.radians(-35.0)))
    mended = extension(without_rest(crooked, 30.0)[:, FEET[0][1]])
    assert np.degrees(np.abs(np.ptp(mended) - np.ptp(swing))) < 0.01
    assert abs(np.median(mended)) < 1e-9
    assert without_rest(crooked[:20], 30.0) is not None
    assert np.array_equal(without_rest(crooked[:20], 30.0), crooked[:20])
    assert without_rest(motion.rotations, 30.0) is motion.rotations
