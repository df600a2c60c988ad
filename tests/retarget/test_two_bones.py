# SPDX-License-Identifier: GPL-3.0-or-later
"""Two bones brought to a goal: by how much they bend, about what, and how calm they are."""

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.retarget.contacts.two_bones import _axis, _calm_fold, _side, bend_to

X, Y, Z = np.eye(3)


def _leg(bend, frames=1, upper=1.0, lower=1.0):
    """A leg down from the origin whose knee is bent about X by some degrees: bones (T, 3)."""
    turn = axis_angle_to_matrix(np.radians(bend) * X)
    return np.tile(-upper * Z, (frames, 1)), np.tile(turn @ (-lower * Z), (frames, 1))


def _brought(upper, lower, goal, rate=30.0):
    first, second, over = bend_to(upper, lower, np.tile(X, (len(upper), 1)), goal, rate)
    knee = (first @ upper[..., None])[..., 0]
    return knee, knee + (second @ lower[..., None])[..., 0], over


@pytest.mark.parametrize(
    ("bend", "goal", "knee"),
    [
        (60.0, [0.0, 0.0, -np.sqrt(2)], [0.0, -np.sqrt(0.5), -np.sqrt(0.5)]),  # bent square
        (60.0, [0.0, 0.0, -np.sqrt(3)], [0.0, -0.5, -np.sqrt(0.75)]),
        (-60.0, [0.0, 0.0, -np.sqrt(2)], [0.0, np.sqrt(0.5), -np.sqrt(0.5)]),  # over-stretched
        (60.0, [0.0, 0.0, -1.0], [0.0, -np.sqrt(0.75), -0.5]),
    ],
)
def test_a_knee_bends_until_its_leg_is_as_long_as_the_goal_is_far(bend, goal, knee) -> None:
    upper, lower = _leg(bend)
    middle, end, over = _brought(upper, lower, np.array([goal]))
    np.testing.assert_allclose(end[0], goal, atol=1e-9)
    np.testing.assert_allclose(middle[0], knee, atol=1e-6)
    assert over[0] == 0.0


def test_bones_of_two_lengths_and_a_hinge_askew() -> None:
    """A triangle of 3, 4 and 5."""
    upper, lower = np.array([[0.0, 0.0, -3.0]]), np.array([[0.4, -2.0, -3.44]])
    lower *= 4.0 / np.linalg.norm(lower)
    _, end, over = _brought(upper, lower, np.array([[0.0, 5.0, 0.0]]))
    np.testing.assert_allclose(end[0], [0.0, 5.0, 0.0], atol=1e-9)
    assert over[0] == 0.0


@pytest.mark.parametrize(("far", "over"), [(1.9, 0.0), (2.5, 0.5), (4.0, 2.0)])
def test_what_is_out_of_reach_is_told(far: float, over: float) -> None:
    upper, lower = _leg(30.0)
    _, end, found = _brought(upper, lower, np.array([[0.0, -far, 0.0]]))
    assert found[0] == pytest.approx(over, abs=1e-9)
    assert end[0, 1] == pytest.approx(-min(far, 2.0), abs=1e-9)


@pytest.mark.parametrize(
    ("bend", "side"),
    [(20.0, 1.0), (-3.0, 1.0), (-6.5, 0.0), (-10.0, -1.0), (-40.0, -1.0),
     (-4.75, 2 * (0.75**2 * 1.5) - 1)],
)  # fmt: skip
def test_an_over_stretched_joint_stays_so_from_ten_degrees_on(bend: float, side: float) -> None:
    assert _side(np.radians([bend]))[0] == pytest.approx(side, abs=1e-9)


@pytest.mark.parametrize(
    ("bend", "share"), [(4.0, 0.0), (8.0, 0.0), (30.0, 1.0), (60.0, 1.0), (100.0, 1.0)]
)
def test_a_straight_limb_bends_about_its_hinge_a_bent_one_in_its_plane(bend, share) -> None:
    """Bent about Y; the hinge says X."""
    upper = np.array([[0.0, 0.0, -1.0]])
    lower = axis_angle_to_matrix(np.radians(bend) * Y) @ upper[0]
    axis = _axis(upper, lower[None], np.array([[1.0, 0.0, 0.3]]))[0]
    np.testing.assert_allclose(axis, Y if share else X, atol=1e-9)


def test_between_straight_and_bent_the_axis_goes_over_smoothly() -> None:
    """Half way by the sine of the bend."""
    sine = 0.5 * (np.sin(np.radians(8.0)) + 0.5)
    bend = np.arcsin(sine)
    upper = np.array([[0.0, 0.0, -1.0]])
    lower = axis_angle_to_matrix(bend * Y) @ upper[0]
    axis = _axis(upper, lower[None], X[None])[0]
    np.testing.assert_allclose(axis, [np.sqrt(0.5), np.sqrt(0.5), 0.0], atol=1e-9)


def test_a_limb_folded_back_on_itself_bends_in_its_plane() -> None:
    """Nearly 180 degrees: both bones lie in line, but the plane is known."""
    upper = np.array([[0.0, 0.0, -1.0]])
    lower = axis_angle_to_matrix(np.radians(176.0) * Y) @ upper[0]
    np.testing.assert_allclose(_axis(upper, lower[None], X[None])[0], Y, atol=1e-9)


def _fold(own, wanted, rate=30.0):
    """Folds of a limb of two bones of length 1: d² = 2 + 2·cos f."""
    own, wanted = np.asarray(own, float), np.asarray(wanted, float)
    two, one = np.full(len(own), 2.0), np.ones(len(own))
    return _calm_fold(own, two, one, wanted, rate)


@pytest.mark.parametrize("frames", [1, 2])
def test_one_or_two_frames_are_exact(frames: int) -> None:
    found = _fold(np.full(frames, 0.01), np.full(frames, np.sqrt(2.0)))
    np.testing.assert_allclose(found, np.pi / 2)


def test_a_goal_that_stays_is_reached_from_three_frames_on() -> None:
    for own in (0.02, 1.0):
        found = _fold(np.full(20, own), np.full(20, 2.0 * np.cos(0.3)))
        np.testing.assert_allclose(found, 0.6, atol=1e-6)


@pytest.mark.parametrize(("angle", "trusted"), [(0.02, False), (1.2, True)])
def test_near_straight_what_a_goal_changes_is_averaged(angle: float, trusted: bool) -> None:
    """One frame of 41 asks for 0.02 more; over 0.12 s at 50 frames a second it has 1/15 of that."""
    wanted = 2.0 * np.cos(0.5 * np.full(41, angle))
    wanted[20] = 2.0 * np.cos(0.5 * (angle + 0.02))
    found = _fold(np.full(41, angle), wanted, 50.0)
    jump = found[20] - angle
    if trusted:
        assert jump == pytest.approx(0.02, abs=1e-3)
    else:
        assert jump == pytest.approx(0.02 / (6.0 * np.sqrt(2 * np.pi)), rel=0.02)
        assert found[26] - angle == pytest.approx(0.00133 * np.exp(-0.5), rel=0.15)


def test_the_share_of_the_exact_bend_is_half_where_the_gain_is_0_065() -> None:
    """g = sin f · w / (s + 2w) = sin f / 4, with f the larger of both bends: √(a² + a²)."""
    angle = np.arcsin(4 * 0.065) / np.sqrt(2.0)
    away = 2.0 * np.cos(0.5 * np.full(201, angle))
    away[100] = 2.0 * np.cos(0.5 * (angle + 1e-4))
    found = _fold(np.full(201, angle), away, 30.0)
    calm = 1e-4 / (3.6 * np.sqrt(2 * np.pi))
    assert found[100] - angle == pytest.approx(0.5 * (1e-4 + calm), rel=0.02)
