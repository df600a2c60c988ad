# SPDX-License-Identifier: GPL-3.0-or-later
"""What standing feet are moved by, how that is blended between stands, what the pelvis takes."""

from typing import Any

import numpy as np
import pytest

from lsmplify_core.cleanup.feet.floor import Floor
from lsmplify_core.retarget.contacts.feet import (
    Stance,
    _between,
    _hold,
    _slow,
    _without_lifts,
    corrections,
    ease,
    frames_away,
    pelvis_share,
    tied_to_ground,
)

RATE = 100.0


def _stance(stands, soles=None, **more: Any):
    stands = np.asarray(stands, bool)
    soles = np.zeros((len(stands), 4, 3)) if soles is None else soles
    return Stance(soles, stands, Floor(), 1)


def _marks(*values):
    return np.array(values, bool)


def test_frames_to_the_nearest_that_is_marked() -> None:
    assert frames_away(_marks(0, 0, 1, 0, 0, 0, 1, 0)).tolist() == [2, 1, 0, 1, 2, 1, 0, 1]
    assert frames_away(_marks(1, 0, 0)).tolist() == [0, 1, 2]
    assert np.isinf(frames_away(_marks(0, 0))).all()


def test_easing_has_no_slope_at_both_ends() -> None:
    assert ease(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert ease(np.array([0.25]))[0] == pytest.approx(0.103515625)


@pytest.mark.parametrize(
    ("lift", "way", "known"),
    [(39, 0.02, True), (42, 0.02, False), (39, 0.029, True), (39, 0.04, False)],
)
def test_a_short_and_small_lift_is_no_step(lift: int, way: float, known: bool) -> None:
    """0.4 s and 30 mm, at 100 frames a second; the foot lands that far from where it was."""
    stands = np.zeros((100, 4), bool)
    stands[:30, 2], stands[30 + lift :, 2] = True, True
    soles = np.zeros((100, 4, 3))
    soles[30 + lift :, 3, 1] = way
    found = _without_lifts(_stance(stands, soles), slice(2, 4), RATE)
    assert found[30 : 30 + lift].all() == known
    assert found[30 : 30 + lift].any() == known
    assert found[:30].all()
    assert not _without_lifts(_stance(stands, soles), slice(0, 2), RATE).any()


@pytest.mark.parametrize("at", ["begin", "end"])
def test_a_take_may_begin_and_end_in_the_air(at: str) -> None:
    stands = np.zeros((30, 4), bool)
    stands[slice(10, 30) if at == "begin" else slice(0, 20), 0] = True
    found = _without_lifts(_stance(stands), slice(0, 2), RATE)
    assert found.tolist() == stands[:, 0].tolist()


def _ramp(frames, per_frame):
    """Heel and toe that move along Y by so much a frame."""
    points = np.zeros((frames, 2, 3))
    points[:, :, 1] = (per_frame * np.arange(frames))[:, None]
    return points


def test_a_standing_foot_is_brought_to_the_goals_height_and_held_where_it_stands() -> None:
    """The figure's foot would slide 1 mm a frame, the source's stays."""
    own, goal = _ramp(41, 0.001), np.zeros((41, 2, 3))
    goal[..., 2] = 0.02
    path = _hold(own, goal, np.ones((41, 2), bool), np.ones(41), RATE, 1.0)
    np.testing.assert_allclose(path[:, 2], 0.02, atol=1e-12)
    np.testing.assert_allclose(np.diff(path[:, 1]), -0.001, atol=1e-12)
    assert path[:, 1].mean() == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(path[:, 0], 0.0)


@pytest.mark.parametrize(("share", "step"), [(1.0, 0.0), (0.5, -0.001)])
def test_a_larger_figure_slides_no_farther_than_its_source(share: float, step: float) -> None:
    """Both slide 2 mm a frame."""
    own = goal = _ramp(201, 0.002)
    path = _hold(own, goal, np.ones((201, 2), bool), np.ones(201), RATE, share)
    np.testing.assert_allclose(np.diff(path[:, 1])[60:-60], step, atol=1e-5)


def test_where_it_is_held_less_it_goes_its_own_way() -> None:
    firm = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 0.5, 0.5])
    path = _hold(_ramp(7, 0.001), np.zeros((7, 2, 3)), np.ones((7, 2), bool), firm, RATE, 1.0)
    np.testing.assert_allclose(
        np.diff(path[:, 1]), np.array([0.0, -0.5, -1.0, -1.0, -0.75, -0.5]) / 1000, atol=1e-12
    )


def test_the_hold_goes_from_heel_to_toe() -> None:
    """First the heel stands, 10 mm too low, then the toe, 30 mm too low; over 0.05 s."""
    own, goal = np.zeros((60, 2, 3)), np.zeros((60, 2, 3))
    goal[:, 0, 2], goal[:, 1, 2] = 0.01, 0.03
    stands = np.zeros((60, 2), bool)
    stands[:30, 0], stands[30:, 1] = True, True
    height = _hold(own, goal, stands, np.ones(60), RATE, 1.0)[:, 2]
    assert height[:10] == pytest.approx(0.01, abs=1e-4)
    assert height[-10:] == pytest.approx(0.03, abs=1e-4)
    assert 0.5 * (height[29] + height[30]) == pytest.approx(0.02, abs=1e-4)
    # A step averaged with σ = 5 frames rises by 0.8 % of itself a σ at its middle: 1/(σ√2π).
    assert height[30] - height[29] == pytest.approx(0.02 / (5 * np.sqrt(2 * np.pi)), rel=0.05)


@pytest.mark.parametrize("frames", [1, 2])
def test_a_stand_of_one_or_two_frames_is_held(frames: int) -> None:
    goal = np.full((frames, 2, 3), 0.03)
    path = _hold(np.zeros((frames, 2, 3)), goal, np.ones((frames, 2), bool), np.ones(frames), RATE,
                 1.0)  # fmt: skip
    np.testing.assert_allclose(path[:, 2], 0.03)
    np.testing.assert_allclose(path[:, :2], 0.0, atol=1e-12)
    points = np.arange(6.0 * frames).reshape(frames, 2, 3)
    np.testing.assert_allclose(_slow(points, RATE), np.tile(points.mean(0), (frames, 1, 1)))


def test_a_slow_path_is_averaged_over_015_seconds() -> None:
    points = np.zeros((161, 2, 3))
    points[80, 0, 0] = 1.0
    found = _slow(points, RATE)[:, 0, 0]
    assert found[80] == pytest.approx(1 / (15 * np.sqrt(2 * np.pi)), rel=0.02)
    assert found[95] / found[80] == pytest.approx(np.exp(-0.5), rel=0.02)


def _blend(frames, known, at=(1.0, 3.0)):
    """Corrections of known frames (first, end) blended over the others, along X."""
    away, marked = np.zeros((frames, 3)), np.zeros(frames, bool)
    for (first, end), value in zip(known, at, strict=False):
        marked[first:end] = True
        away[first:end, 0] = value
    return _between(away, marked, RATE)[:, 0]


def test_corrections_go_over_from_one_stand_to_the_next() -> None:
    """80 frames, under twice half a second."""
    found = _blend(101, [(0, 11), (90, 101)])
    assert found[10] == 1.0
    assert found[90] == 3.0
    assert found[50] == pytest.approx(2.0)
    assert found[30] == pytest.approx(1.0 + 2.0 * ease(np.array([0.25]))[0])
    assert (np.diff(found) >= 0).all()


def test_far_from_both_stands_there_is_no_correction() -> None:
    """Four seconds: half a second down, half a second up."""
    found = _blend(421, [(0, 11), (410, 421)])
    assert found[35] == pytest.approx(0.5)
    assert found[385] == pytest.approx(1.5)
    assert found[61:359] == pytest.approx(0.0, abs=1e-12)


def test_a_middling_gap_is_half_one_half_the_other() -> None:
    """1.5 s of gap: half of each. In the middle the short way has half of both, the long way
    none."""
    found = _blend(161, [(0, 6), (155, 161)])
    assert found[80] == pytest.approx(0.5 * 0.5 * (1.0 + 3.0), rel=0.02)


@pytest.mark.parametrize(("frame", "share"), [(25, 0.5), (50, 0.0), (0, 1.0)])
def test_before_the_first_and_after_the_last_stand_they_fade(frame: int, share: float) -> None:
    after = _blend(101, [(0, 1)], (2.0,))
    assert after[frame] == pytest.approx(2.0 * share, abs=1e-12)
    before = _blend(101, [(100, 101)], (2.0,))
    assert before[100 - frame] == pytest.approx(2.0 * share, abs=1e-12)


def test_without_a_stand_or_without_a_gap_all_is_as_it_was() -> None:
    away = np.ones((5, 3))
    assert (_between(away, np.zeros(5, bool), RATE) == 1.0).all()
    assert (_between(away, np.ones(5, bool), RATE) == 1.0).all()


def test_each_foot_has_its_own_correction() -> None:
    """The left one stands 20 mm too high, the right one never."""
    stands = np.zeros((50, 4), bool)
    stands[:, :2] = True
    own = np.zeros((50, 4, 3))
    own[..., 2] = 0.02
    found = corrections(own, _stance(stands), np.zeros((50, 4, 3)), RATE, 1.0)
    np.testing.assert_allclose(found[:, 0, 2], -0.02, atol=1e-9)
    assert (found[:, 1] == 0.0).all()
    short = corrections(own[:2], _stance(stands[:2]), np.zeros((2, 4, 3)), RATE, 1.0)
    np.testing.assert_allclose(short[:, 0, 2], -0.02, atol=1e-9)


def test_a_lock_sets_in_softly() -> None:
    """A correction that jumps is averaged over 0.02 s; the ground path is held over 0.07 s."""
    stands = np.zeros((120, 4), bool)
    stands[60:, 2:] = True
    own = np.zeros((120, 4, 3))
    own[..., 1] = (0.001 * np.arange(120))[:, None]
    found = corrections(own, _stance(stands), np.zeros((120, 4, 3)), RATE, 1.0)[:, 1, 1]
    steps = np.diff(found)
    assert steps[95] == pytest.approx(-0.001, abs=1e-6)
    assert abs(steps[61]) < 0.0004
    assert abs(steps[66]) == pytest.approx(0.00087, abs=2e-5)
    assert steps[75] == pytest.approx(-0.001, rel=0.02)


def test_a_larger_figure_holds_its_feet_harder_a_smaller_one_as_hard() -> None:
    stands = np.ones((201, 4), bool)
    own = np.zeros((201, 4, 3))
    own[..., 1] = (0.002 * np.arange(201))[:, None]
    slow = [np.diff(corrections(own, _stance(stands), own, RATE, size)[:, 0, 1])[100]
            for size in (0.5, 1.0, 2.0)]  # fmt: skip
    assert slow == pytest.approx([0.0, 0.0, -0.001], abs=1e-6)


@pytest.mark.parametrize(("frames", "tied"), [(0, 1.0), (12.5, 0.5), (25, 0.0), (40, 0.0)])
def test_a_foot_is_tied_to_the_ground_for_a_quarter_of_a_second(frames, tied: float) -> None:
    stands = np.zeros((100, 4), bool)
    stands[:10, 3] = True
    found = tied_to_ground(_stance(stands), RATE if frames != 12.5 else 96.0)
    at = 9 + (12 if frames == 12.5 else frames)
    assert found[at].tolist() == pytest.approx([0.0, tied], abs=1e-9)


def _shared(away, stands, hands=None):
    return pelvis_share(np.asarray(away, float), _stance(stands), RATE, hands)


def test_the_pelvis_takes_what_the_standing_feet_need() -> None:
    """Both need the same: all of it. One stands: nearly all of its own, 1.05 of 1.1."""
    both = np.ones((80, 4), bool)
    away = np.zeros((80, 2, 3))
    away[:, 0, 2], away[:, 1, 2] = 0.02, 0.04
    np.testing.assert_allclose(_shared(away, both)[:, 2], 0.03, atol=1e-9)
    left = both.copy()
    left[:, 2:] = False
    wanted = (1.05 * 0.02 + 0.05 * 0.04) / 1.1
    np.testing.assert_allclose(_shared(away, left)[:, 2], wanted, atol=1e-9)
    none = np.zeros((80, 4), bool)
    np.testing.assert_allclose(_shared(away, none)[:, 2], 0.03, atol=1e-9)
    np.testing.assert_allclose(_shared(away[:2], both[:2])[:, 2], 0.03, atol=1e-9)


def test_hands_on_the_floor_count_as_feet_do() -> None:
    away, none = np.zeros((80, 2, 3)), np.zeros((80, 4), bool)
    away[..., 2] = 0.1
    hands = np.zeros((80, 2, 4))
    hands[:, 0, 2], hands[:, 0, 3] = 0.04, 1.0
    wanted = (0.04 + 2 * 0.01 * 0.1) / 1.02
    np.testing.assert_allclose(_shared(away, none, hands)[:, 2], wanted, atol=1e-9)


def test_the_pelvis_moves_slowly() -> None:
    """Averaged over 0.1 s."""
    away = np.zeros((161, 2, 3))
    away[80, :, 0] = 1.0
    found = _shared(away, np.ones((161, 4), bool))[:, 0]
    assert found[80] == pytest.approx(1 / (10 * np.sqrt(2 * np.pi)), rel=0.02)
    assert found[90] / found[80] == pytest.approx(np.exp(-0.5), rel=0.02)


def test_from_foot_to_foot_the_share_goes_over_within_a_tenth_of_a_second() -> None:
    """Weights are averaged over 0.05 s, what comes of them over 0.1 s: 0.112 s together."""
    stands = np.zeros((200, 4), bool)
    stands[:100, :2], stands[100:, 2:] = True, True
    away = np.zeros((200, 2, 3))
    away[:, 1, 0] = 1.1
    found = _shared(away, stands)[:, 0]
    assert found[10] == pytest.approx(0.05, abs=1e-3)
    assert found[190] == pytest.approx(1.05, abs=1e-3)
    assert np.diff(found)[99] == pytest.approx(1.0 / (11.2 * np.sqrt(2 * np.pi)), rel=0.06)
