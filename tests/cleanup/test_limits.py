# SPDX-License-Identifier: GPL-3.0-or-later
"""Soft limits, shared twist and calm, at the figures that their settings name."""

from dataclasses import replace

import numpy as np
import pytest
from takes import waving

from lsmplify_core.anatomy.ranges import limits
from lsmplify_core.cleanup.limits import past_limits, smooth_unseen, spread_twist, within_limits
from lsmplify_core.geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
    matrix_to_axis_angle,
    rotation_x,
)
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.motion.motion import Motion
from lsmplify_core.runtime.errors import InputError

KNEE = JOINT_INDEX["L_Knee"]


def resting(frames: int = 60) -> Motion:
    motion = waving(frames)
    motion.rotations[:] = np.eye(3)
    motion.rotations[:, 0] = rotation_x(90.0)
    return motion


def bent(degrees: float) -> tuple[Motion, float]:
    """A knee so many degrees past its range (which it bends backwards out of), and the limit."""
    low = float(limits()[0][KNEE, 0])
    motion = resting(3)
    motion.rotations[:, KNEE] = axis_angle_to_matrix(np.array([low - np.radians(degrees), 0, 0]))
    return motion, low


@pytest.mark.parametrize("past", [2.0, 10.0, 40.0])
@pytest.mark.parametrize("margin", [5.0, 10.0])
@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_what_is_past_a_range_is_drawn_back_softly(past, margin, strength: float) -> None:
    """margin · tanh(past / margin) of it is left, at full strength."""
    motion, low = bent(past)
    found = np.degrees(
        matrix_to_axis_angle(within_limits(motion, strength, margin).rotations[0, KNEE])[0] - low
    )
    left = margin * np.tanh(past / margin)
    assert found == pytest.approx(-(past + strength * (left - past)), abs=1e-4)
    assert past_limits(motion)[0, KNEE] == pytest.approx(past, abs=1e-4)


def test_the_usual_margin_is_ten_degrees() -> None:
    motion, _ = bent(40.0)
    a, b = within_limits(motion), within_limits(motion, 1.0, 10.0)
    np.testing.assert_array_equal(a.rotations, b.rotations)


@pytest.mark.parametrize("strength", [-0.01, 1.01, float("nan")])
def test_strengths_are_from_nought_to_one(strength: float) -> None:
    for step in (within_limits, spread_twist):
        with pytest.raises(InputError, match="0 to 1"):
            step(waving(3), strength)
        assert step(waving(3), 0.0) is not None


@pytest.mark.parametrize(
    ("upper", "lower"),
    [("L_Shoulder", "L_Elbow"), ("R_Shoulder", "R_Elbow"), ("L_Elbow", "L_Wrist"),
     ("R_Elbow", "R_Wrist")],
)  # fmt: skip
@pytest.mark.parametrize("strength", [0.4, 1.0])
def test_half_of_a_twist_goes_to_the_joint_above(upper: str, lower: str, strength: float) -> None:
    motion = resting()
    a, b = JOINT_INDEX[upper], JOINT_INDEX[lower]
    bone = motion.body.offsets[b] / np.linalg.norm(motion.body.offsets[b])
    motion.rotations[:, b] = axis_angle_to_matrix(0.8 * bone)
    found = spread_twist(motion, strength)
    half = 0.4 * strength
    np.testing.assert_allclose(matrix_to_axis_angle(found.rotations[0, a]), half * bone, atol=1e-6)
    rest = matrix_to_axis_angle(found.rotations[0, b])
    np.testing.assert_allclose(rest, (0.8 - half) * bone, atol=1e-6)


def trembling() -> Motion:
    motion = resting(120)
    turns = 0.2 * np.where(np.arange(120) % 2, 1.0, -1.0)
    motion.rotations[:, JOINT_INDEX["L_Wrist"]] = axis_angle_to_matrix(
        turns[:, None] * np.array([1.0, 0.0, 0.0])
    )
    return motion


@pytest.mark.parametrize(
    ("degrees", "share"), [(5.0, 0.0), (10.0, 0.0), (15.0, 0.5), (20.0, 1.0), (35.0, 1.0)]
)
def test_calm_grows_from_half_of_what_is_unsure_to_all_of_it(degrees: float, share: float) -> None:
    wrist = JOINT_INDEX["L_Wrist"]
    expected = np.zeros((120, 22))
    expected[:, wrist] = np.radians(degrees)
    found = smooth_unseen(trembling(), expected)
    left = np.abs(matrix_to_axis_angle(found.rotations[30:90, wrist])[:, 0])
    np.testing.assert_allclose(left, 0.2 * (1.0 - share), atol=0.004)


def test_what_nothing_decides_is_calmed_whatever_is_expected() -> None:
    wrist = JOINT_INDEX["L_Wrist"]
    undecided = np.zeros((120, 22), dtype=bool)
    undecided[40:80, wrist] = True
    for expected in (None, np.zeros((120, 22))):
        found = smooth_unseen(trembling(), expected, undecided=undecided)
        left = np.abs(matrix_to_axis_angle(found.rotations[:, wrist])[:, 0])
        np.testing.assert_allclose(left[58:62], 0.0, atol=0.004)
        np.testing.assert_allclose(left[[5, 20, 100, 115]], 0.2, atol=1e-6)
    others = [j for j in range(24) if j != wrist]
    np.testing.assert_array_equal(found.rotations[:, others], trembling().rotations[:, others])


def test_calm_is_over_a_quarter_of_a_second() -> None:
    """A swing of two a second is taken out, one of a tenth a second stays."""
    wrist, motion = JOINT_INDEX["L_Wrist"], resting(600)
    for hertz, share in ((0.1, 0.98), (0.6, 0.64), (2.0, 0.01)):
        wave = 0.2 * np.sin(2 * np.pi * hertz * np.arange(600) / 30.0)
        motion.rotations[:, wrist] = axis_angle_to_matrix(wave[:, None] * [1.0, 0.0, 0.0])
        expected = np.full((600, 22), np.radians(40.0))
        found = matrix_to_axis_angle(smooth_unseen(motion, expected).rotations[:, wrist])[
            100:500, 0
        ]
        assert np.abs(found).max() == pytest.approx(0.2 * share, abs=0.012)


@pytest.mark.parametrize("shape", [(119, 22), (120, 24)])
def test_errors_of_other_frames_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="120 frames"):
        smooth_unseen(trembling(), np.zeros(shape))
    with pytest.raises(InputError, match="120 frames"):
        smooth_unseen(trembling(), None, undecided=np.zeros(shape, dtype=bool))


def test_short_motions_and_no_time_change_nothing() -> None:
    short = trembling().between(0, 2)
    assert smooth_unseen(short, np.full((2, 22), 1.0)) is short
    whole = trembling()
    assert smooth_unseen(whole, np.full((120, 22), 1.0), seconds=0.0) is whole
    assert smooth_unseen(whole, np.zeros((120, 22))) is whole


def test_a_motion_that_was_changed_has_no_errors_of_tracks() -> None:
    motion = replace(bent(20.0)[0], track_error=np.zeros((3, 1)), track_names=("a",))
    assert within_limits(motion).track_error is None
    assert spread_twist(motion).track_error is None
    assert np.degrees(angle_between(motion.rotations, within_limits(motion).rotations)).max() > 5
