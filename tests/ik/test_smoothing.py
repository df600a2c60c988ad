# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters over time: their width, their ends, and poses between poses."""

import numpy as np
import pytest

from lsmplify_core.body.markers import PoseSequence
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lsmplify_core.ik.smoothing import (
    fill_frames,
    gaussian_filter,
    interpolate_poses,
    smooth_poses,
)


@pytest.mark.parametrize("width", [0.7, 2.0, 6.0])
def test_the_width_is_the_standard_deviation(width: float) -> None:
    impulse = np.zeros((101, 1))
    impulse[50] = 1.0
    found = gaussian_filter(impulse, width)[:, 0]
    t = np.arange(101) - 50
    assert found.sum() == pytest.approx(1.0, abs=1e-9)
    assert np.sqrt((found * t**2).sum()) == pytest.approx(width, rel=0.03)
    assert (found * t).sum() == pytest.approx(0.0, abs=1e-9)
    assert np.flatnonzero(found).tolist() == list(
        range(50 - int(np.ceil(3 * width)), 51 + int(np.ceil(3 * width)))
    )


def test_straight_lines_stay_to_the_very_ends() -> None:
    line = np.outer(np.arange(30.0), [1.0, -2.0]) + 5.0
    np.testing.assert_allclose(gaussian_filter(line, 4.0), line, atol=1e-9)
    short = line[:3]
    np.testing.assert_allclose(gaussian_filter(short, 9.0), short, atol=1e-9)


def wrists(angles: np.ndarray) -> PoseSequence:
    rotations = np.tile(np.eye(3), (len(angles), 24, 1, 1))
    rotations[:, 20] = axis_angle_to_matrix(angles[:, None] * [0.0, 0.6, 0.8])
    return PoseSequence(rotations, angles[:, None] * [1.0, 2.0, 3.0])


def angles_of(poses: PoseSequence) -> np.ndarray:
    return matrix_to_axis_angle(poses.rotations[:, 20]) @ [0.0, 0.6, 0.8]


def test_frames_are_filled_from_both_sides_and_held_at_the_ends() -> None:
    angles = np.array([9.0, 9.0, 0.2, 9.0, 9.0, 0.8, 1.0, 9.0])
    valid = np.array([0, 0, 1, 0, 0, 1, 1, 0], dtype=bool)
    found = fill_frames(wrists(angles), valid)
    expected = [0.2, 0.2, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0]
    np.testing.assert_allclose(angles_of(found), expected, atol=1e-9)
    np.testing.assert_allclose(found.root, np.outer(expected, [1.0, 2.0, 3.0]), atol=1e-9)
    whole = wrists(angles)
    assert fill_frames(whole, np.ones(8, dtype=bool)) is whole


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_poses_at_a_share_of_the_way(share: float) -> None:
    before, after = wrists(np.array([0.1, 0.4])), wrists(np.array([0.9, -0.4]))
    found = interpolate_poses(before, after, np.array([share, 1.0 - share]))
    np.testing.assert_allclose(angles_of(found), [0.1 + 0.8 * share, -0.4 + 0.8 * share], atol=1e-9)
    np.testing.assert_allclose(found.root[0], (0.1 + 0.8 * share) * np.array([1.0, 2.0, 3.0]))


@pytest.mark.parametrize(("rate", "seconds", "same"), [(30.0, 0.003, True), (30.0, 0.004, False),
                                                       (120.0, 0.0, True)])  # fmt: skip
def test_less_than_a_tenth_of_a_frame_is_no_smoothing(rate, seconds, same: bool) -> None:
    poses = wrists(0.2 * np.where(np.arange(40) % 2, 1.0, -1.0))
    assert (smooth_poses(poses, rate, seconds) is poses) == same
    two = wrists(np.array([0.1, 0.4]))
    assert smooth_poses(two, 30.0, 1.0) is two


@pytest.mark.parametrize("rate", [30.0, 120.0])
def test_poses_are_smoothed_by_seconds(rate: float) -> None:
    """A swing of a hertz keeps exp(-2 π² σ²) of its size."""
    angles = 0.3 * np.sin(2 * np.pi * np.arange(round(6 * rate)) / rate)
    found = smooth_poses(wrists(angles), rate, 0.1)
    middle = slice(round(rate), round(5 * rate))
    np.testing.assert_allclose(
        np.abs(angles_of(found)[middle]).max(), 0.3 * np.exp(-2 * np.pi**2 * 0.01), rtol=0.01
    )
    np.testing.assert_allclose(found.root[middle, 0], angles_of(found)[middle], atol=2e-3)
