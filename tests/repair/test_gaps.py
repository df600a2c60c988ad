# SPDX-License-Identifier: GPL-3.0-or-later
"""Short gaps: which are filled, and along which way."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.repair import find_repairs
from lsmplify_core.repair.find import missing_intervals, repair_tracks
from lsmplify_core.repair.gaps import filled, spline
from lsmplify_core.repair.records import Repair

TAKE = tracks_of(waving(60), "CMU_41")


def broken(first: int, last: int, tracks: slice) -> np.ndarray:
    points = TAKE.positions.copy()
    points[first : last + 1, tracks] = np.nan
    return points


def gaps(points: np.ndarray) -> int:
    return sum(r.kind == "gap" for r in find_repairs(replace(TAKE, positions=points)))


@pytest.mark.parametrize(("first", "last", "inside"), [(0, 2, 0), (57, 59, 0), (1, 3, 1),
                                                       (56, 58, 1)])  # fmt: skip
def test_gaps_at_the_ends_of_a_take_stay(first: int, last: int, inside: int) -> None:
    assert gaps(broken(first, last, slice(3, 4))) == inside


@pytest.mark.parametrize(("seen", "count"), [(3, 0), (4, 37)])
def test_four_tracks_have_to_be_seen_beside_a_gap(seen: int, count: int) -> None:
    """With fewer the pose is interpolated, not the tracks."""
    assert gaps(broken(20, 22, slice(seen, None))) == count


@pytest.mark.parametrize(("frames", "found"), [(7, 0), (8, 1)])
def test_takes_of_eight_frames_are_repaired(frames: int, found: int) -> None:
    points = TAKE.positions[:frames].copy()
    points[3, 5] = np.nan
    assert len(find_repairs(replace(TAKE, positions=points))) == found


def test_missing_samples_by_track() -> None:
    points = np.ones((10, 3, 3))
    points[:2, 0] = np.nan
    points[5:8, 0, 0] = np.nan
    points[:, 1] = np.nan
    assert missing_intervals(points, ("a", "b", "c")) == [("a", 0, 1), ("a", 5, 7)]


def test_tracks_without_and_with_their_gaps_filled() -> None:
    points = broken(20, 22, slice(3, 4))
    points[40, 3] += 0.5
    measured, full, done = repair_tracks(replace(TAKE, positions=points), None)
    assert [r.kind for r in done] == ["gap", "spike", "gap"]
    assert np.isnan(measured.positions[[20, 21, 22, 40], 3]).all()
    assert np.isfinite(full.positions).all()
    assert len(measured.warnings) == 2
    same, also, none = repair_tracks(replace(TAKE, positions=points), ())
    assert none == ()
    np.testing.assert_array_equal(same.positions, points)
    np.testing.assert_array_equal(also.positions, points)
    assert repair_tracks(TAKE, None)[2] == ()


def path(frames: int = 40) -> np.ndarray:
    t = np.linspace(0.0, 2.0, frames)
    return np.stack((t**3 - t, t**2, 1.0 + 0.5 * t), axis=1)


@pytest.mark.parametrize(("low", "high"), [(10, 16), (20, 30)])
def test_a_cubic_is_followed(low: int, high: int) -> None:
    """Slopes over two samples beside the gap: nearly those at its ends."""
    found, truth = spline(path(), low, high), path()[low + 1 : high]
    assert found.shape == truth.shape
    chord = np.linspace(path()[low], path()[high], high - low + 1)[1:-1]
    assert np.abs(found - truth).max() < 0.5 * np.abs(chord - truth).max()
    np.testing.assert_allclose(found[:, 2], truth[:, 2], atol=1e-12)


def test_at_a_takes_ends_and_beside_other_gaps_the_way_is_straight() -> None:
    points = path(12)
    for low, high in ((0, 11),):
        straight = np.linspace(points[low], points[high], 12)[1:-1]
        np.testing.assert_allclose(spline(points, low, high), straight)
    lonely = points.copy()
    lonely[[0, 1, 2, 10, 11]] = np.nan
    found = spline(lonely, 3, 9)
    np.testing.assert_allclose(found, np.linspace(points[3], points[9], 7)[1:-1])


def test_a_slope_is_that_of_two_samples() -> None:
    """One of which is not there at the take's second frame."""
    points = np.zeros((12, 3))
    points[:, 0] = np.arange(12) ** 2
    whole = spline(points, 4, 8)
    start, end, leave, arrive = 16.0, 64.0, (16 - 4) / 2, (100 - 64) / 2
    t = np.array([0.25, 0.5, 0.75])
    expected = (
        (2 * t**3 - 3 * t**2 + 1) * start + (t**3 - 2 * t**2 + t) * 4 * leave
        + (3 * t**2 - 2 * t**3) * end + (t**3 - t**2) * 4 * arrive
    )  # fmt: skip
    np.testing.assert_allclose(whole[:, 0], expected)
    second = spline(points, 1, 5)
    leave = 1.0
    expected = (
        (2 * t**3 - 3 * t**2 + 1) * 1 + (t**3 - 2 * t**2 + t) * 4 * leave
        + (3 * t**2 - 2 * t**3) * 25 + (t**3 - t**2) * 4 * (49 - 25) / 2
    )  # fmt: skip
    np.testing.assert_allclose(second[:, 0], expected)


def test_a_bone_carries_its_marker() -> None:
    truth = TAKE.positions
    k = TAKE.names.index("LFHD")
    points = truth.copy()
    points[20:30, k] = np.nan
    off = np.linalg.norm(filled(points, [(k, 20, 29)])[20:30, k] - truth[20:30, k], axis=-1)
    assert off.max() < 2e-4


def test_gaps_that_reach_past_the_take_stay_and_others_are_cut_to_it() -> None:
    points = broken(10, 12, slice(2, 3))
    np.testing.assert_array_equal(filled(points, [(2, -5, 12)]), points)
    np.testing.assert_array_equal(filled(points, [(2, 10, 99)]), points)
    np.testing.assert_array_equal(filled(points, [(2, 9, 11)])[10:12], points[10:12])
    assert np.isfinite(filled(points, [(2, 10, 12)])[10:13, 2]).all()


def test_records_say_frames_and_keys() -> None:
    one, two = (
        Repair("swap", ("L", "R"), 4, 4, "exchanged", "why"),
        Repair("gap", ("L",), 4, 9, "filled", "6"),
    )
    assert (one.frames, two.frames) == (1, 6)
    assert one.key == "swap L R 4-4"
    assert one.sentence() == "swap: L and R, frame 4: exchanged (why)"
    assert two.sentence() == "gap: L, frames 4 to 9: filled (6)"
    assert two.to_json()["tracks"] == ["L"]


def test_many_gaps_at_once_are_filled_as_each_by_itself() -> None:
    """Gaps on bones of three, four and five tracks, and one on no bone."""
    random = np.random.default_rng(3)
    turns = axis_angle_to_matrix(np.cumsum(0.03 * random.standard_normal((80, 3)), axis=0))
    bones = [0.1 * random.standard_normal((count, 3)) for count in (4, 5, 6)]
    places = [turns @ bone.T for bone in bones]
    apart = [np.swapaxes(place, 1, 2) + 3.0 * n for n, place in enumerate(places)]
    alone = np.cumsum(random.standard_normal((80, 1, 3)), axis=0)
    points = np.concatenate((*apart, alone), axis=1)
    spans = [(0, 10, 14), (5, 12, 12), (10, 30, 44), (1, 50, 52), (15, 60, 63), (11, 70, 71)]
    for track, first, last in spans:
        points[first : last + 1, track] = np.nan
    together = filled(points, spans)
    assert np.isfinite(together).all()
    for track, first, last in spans:
        one = filled(points, [(track, first, last)])
        span = slice(first, last + 1)
        np.testing.assert_allclose(together[span, track], one[span, track], atol=1e-12)
