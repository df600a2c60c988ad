# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks that move together: how near, how far and how steady they may be, and when one is off."""

import numpy as np
import pytest

from lsmplify_core.repair.rigid_neighbours import (
    MAX_NEIGHBOURS,
    find_rigid_neighbours,
    masked_quantile,
)


def at_distances(*distances: float, frames: int = 100) -> np.ndarray:
    """A track that wanders, and others beside it."""
    t = np.linspace(0.0, 20.0, frames)
    first = np.stack((np.sin(t), np.cos(0.7 * t), 0.1 * t), axis=1)
    points = [first]
    for i, distance in enumerate(distances):
        other = first.copy()
        other[:, i % 3] += distance
        points.append(other)
    return np.stack(points, axis=1)


@pytest.mark.parametrize(
    ("distance", "near"), [(0.01, False), (0.03, True), (0.5, True), (0.72, True), (0.78, False)]
)
def test_neighbours_are_two_to_seventy_five_centimetres_away(distance: float, near: bool) -> None:
    """Nearer ones are one marker twice, further ones are on another limb."""
    found = find_rigid_neighbours(at_distances(distance))
    assert [list(n) for n in found.of] == ([[1], [0]] if near else [[], []])


@pytest.mark.parametrize(("sway", "near"), [(0.0, True), (0.05, True), (0.07, False)])
def test_neighbours_keep_their_distance_to_six_centimetres(sway: float, near: bool) -> None:
    points = at_distances(0.4)
    points[::2, 1, 0] += sway  # half the samples: the usual distance is that of the others
    found = find_rigid_neighbours(points)
    assert bool(len(found.of[0])) == near


def test_the_steadiest_come_first_and_then_the_nearest() -> None:
    points = at_distances(0.3, 0.2, 0.4)
    points[::2, 2, 1] += 0.02
    of_first = find_rigid_neighbours(points).of[0].tolist()
    assert of_first == [1, 3, 2]


def test_a_nearer_one_may_change_a_little_more() -> None:
    """A tenth of a metre nearer is worth a millimetre of change."""
    points = at_distances(0.5, 0.1)
    points[::2, 2, 1] += 0.002
    assert find_rigid_neighbours(points).of[0].tolist()[0] == 2
    points[::2, 2, 1] += 0.006
    assert find_rigid_neighbours(points).of[0].tolist()[0] == 1


def test_five_neighbours_are_enough() -> None:
    found = find_rigid_neighbours(at_distances(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7))
    assert len(found.of[0]) == MAX_NEIGHBOURS == 5
    assert found.of[0].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(found.usual[0], [0.1, 0.2, 0.3, 0.4, 0.5])


@pytest.mark.parametrize(("together", "near"), [(7, False), (8, True)])
def test_eight_samples_together_say_that_two_are_neighbours(together: int, near: bool) -> None:
    points = at_distances(0.3, frames=60)
    points[together:, 1] = np.nan
    assert bool(len(find_rigid_neighbours(points).of[0])) == near


def test_a_short_take_has_neighbours_too() -> None:
    assert find_rigid_neighbours(at_distances(0.3, frames=5)).of[0].tolist() == [1]


def test_what_is_normal_is_twelve_millimetres_and_four_times_the_usual_change() -> None:
    points = at_distances(0.3)
    found = find_rigid_neighbours(points)
    points[50, 1] += [0.012, 0.0, 0.0]
    points[60, 1] += [-0.024, 0.0, 0.0]
    points[70, 1] = np.nan
    deviation = found.deviation(points, 1, slice(45, 75))
    assert deviation[5] == pytest.approx(1.0, rel=1e-6)
    assert deviation[15] == pytest.approx(2.0, rel=1e-6)
    assert np.isnan(deviation[25])
    assert deviation[0] == pytest.approx(0.0, abs=1e-9)

    loose = at_distances(0.3)
    loose[::2, 1, 0] += 0.01
    steady = find_rigid_neighbours(loose)
    tolerance = float(steady.tolerance[1][0])
    assert tolerance == pytest.approx(0.01, rel=0.01)
    loose[50, 1, 0] = loose[50, 0, 0] + steady.usual[1][0] + 0.012 + 4 * tolerance
    assert steady.deviation(loose, 1, slice(50, 51))[0] == pytest.approx(1.0)


def test_most_neighbours_have_to_say_that_a_track_is_off() -> None:
    """One of three is off itself."""
    points = at_distances(0.3, 0.3, 0.3)
    found = find_rigid_neighbours(points)
    points[40, 1] += 0.5
    assert found.deviation(points, 0, slice(40, 41))[0] < 1.0
    assert found.deviation(points, 1, slice(40, 41))[0] > 1.0


def test_a_track_without_neighbours_has_no_deviation() -> None:
    points = at_distances(2.0)
    assert np.isnan(find_rigid_neighbours(points).deviation(points, 0, slice(3, 9))).all()
    assert len(find_rigid_neighbours(points).deviation(points, 0, slice(3, 9))) == 6


@pytest.mark.parametrize(("off", "suspect"), [(0.010, False), (0.014, True)])
def test_suspects_are_off_by_the_word_of_a_first_neighbour(off: float, suspect: bool) -> None:
    points = at_distances(0.2, 0.3, 0.4)
    found = find_rigid_neighbours(points)
    assert not found.suspects(points).any()
    points[77, 3, 2] += off
    assert found.suspects(points)[3] == suspect


def test_the_second_neighbour_has_a_word_in_who_is_a_suspect() -> None:
    points = at_distances(0.2, 0.3)
    found = find_rigid_neighbours(points)
    points[30, 2, 1] += 0.1  # the second neighbour of track 0; the first of nobody
    assert found.of[0].tolist() == [1, 2]
    assert found.suspects(points).tolist()[0]
    tracks, near, usual, limit = found.nth(1)
    assert tracks.tolist() == [0, 1, 2]
    assert near[0] == 2
    assert usual[0] == pytest.approx(0.3)
    assert limit[0] == pytest.approx(0.012)
    assert len(found.nth(2)[0]) == 0


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.6, 3.0), (0.25, 1.0), (1.0, 4.0)])
def test_quantiles_of_what_is_there(share: float, value: float) -> None:
    values = np.array([[4.0, 1.0], [np.nan, 1.0], [1.0, 1.0], [3.0, 1.0], [2.0, 1.0]])
    there = np.isfinite(values)
    there[:, 1] = False
    found = masked_quantile(values, there, share)
    assert found[0] == value
    assert np.isnan(found[1])
