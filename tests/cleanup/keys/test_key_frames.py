# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of an action's keys: whole frames, or the keys' own distances where these are not
whole."""

from dataclasses import replace

import numpy as np
import pytest
from takes import waving

from lsmplify_core.cleanup.keys.key_frames import (
    Grid,
    changed_frames,
    key_grid,
    signed_like,
    span_of,
)
from lsmplify_core.runtime.errors import InputError


def test_a_grid_counts_scene_frames() -> None:
    grid = Grid(10.0, 0.5, 5)
    np.testing.assert_allclose(grid.frames, [10.0, 10.5, 11.0, 11.5, 12.0])
    assert [grid.index(f) for f in (9.0, 10.0, 10.3, 10.7, 12.0, 99.0)] == [0, 0, 1, 1, 4, 4]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [(10.0, 12.0, (0, 4)), (10.1, 11.9, (1, 3)), (0.0, 99.0, (0, 4)), (10.5, 10.5, (1, 1)),
     (10.5003, 11.4997, (1, 3)), (12.0, 13.0, (4, 4)), (3.0, 10.0, (0, 0))],
)  # fmt: skip
def test_samples_within_scene_frames(start: float, end: float, found: tuple[int, int]) -> None:
    """Both ends included, to a thousandth of a sample."""
    assert Grid(10.0, 0.5, 5).within(start, end) == found


@pytest.mark.parametrize(("start", "end"), [(10.1, 10.4), (12.1, 20.0), (0.0, 9.9), (11.0, 10.0)])
def test_frames_that_hold_nothing_are_refused_with_the_actions_own(start, end) -> None:
    with pytest.raises(InputError, match=f"frames {start:g} to {end:g} hold none.*10 to 12"):
        Grid(10.0, 0.5, 5).within(start, end)


def test_keys_on_whole_frames_make_whole_frames() -> None:
    """Wherever there are none, from the first of all curves to the last."""
    assert key_grid([np.array([3.0, 9.0]), np.array([1.0, 5.0, 12.0])]) == Grid(1.0, 1.0, 12)
    assert key_grid([np.array([4.0])]) == Grid(4.0, 1.0, 1)
    assert key_grid([np.array([3.0004, 9.0004])]) == Grid(3.0, 1.0, 7)


@pytest.mark.parametrize("step", [0.24, 0.8, 1.25])
@pytest.mark.parametrize("first", [1.0, 0.5])
def test_even_distances_that_are_not_whole_are_the_keys_own_clock(step, first) -> None:
    """100 Hz in a scene of 24, say; also where some keys were taken out."""
    times = first + step * np.arange(26)
    grid = key_grid([times])
    assert grid.count == 26
    assert (grid.first, grid.step) == (pytest.approx(first), pytest.approx(step, rel=1e-3))
    thinned = np.delete(times, [3, 10, 11])
    assert key_grid([thinned, times[:5]]).count == 26


def test_keys_here_and_there_make_whole_frames_inside() -> None:
    assert key_grid([np.array([1.3, 2.9, 7.1, 9.8])]) == Grid(2.0, 1.0, 8)
    assert key_grid([np.array([1.3, 9.8])]) == Grid(2.0, 1.0, 8)
    assert key_grid([np.array([4.3, 4.6])]) == Grid(4.0, 1.0, 1)
    assert key_grid([np.array([4.0, 4.0004])]) == Grid(4.0, 1.0, 1)


def test_one_key_off_the_clock_by_more_than_a_twentieth_ends_it() -> None:
    times = 0.5 * np.arange(20)
    times[7] += 0.02
    assert key_grid([times]).step == pytest.approx(0.5)
    times[7] += 0.03
    assert key_grid([times]).step == 1.0


def test_a_single_bit_is_a_change() -> None:
    motion = waving(10)
    other = replace(motion, rotations=motion.rotations.copy(), root=motion.root.copy())
    other.rotations[4, 7, 0, 1] = np.nextafter(other.rotations[4, 7, 0, 1], 9.0)
    other.root[8, 2] = np.nextafter(other.root[8, 2], 9.0)
    turned, moved = changed_frames(motion, other)
    assert np.argwhere(turned).tolist() == [[4, 7]]
    assert span_of(moved) == (8, 8)
    assert span_of(turned.any(axis=1) | moved) == (4, 8)
    assert span_of(np.zeros(5, dtype=bool)) is None


@pytest.mark.parametrize(("first", "count"), [(0, 4), (3, 4), (6, 4)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_signs_go_on_from_the_curve(first: int, count: int, sign: float) -> None:
    angle = 0.3 * np.arange(10)
    old = np.stack((np.cos(angle), np.sin(angle), 0 * angle, 0 * angle), axis=1)
    new = sign * old[first : first + count]
    np.testing.assert_allclose(signed_like(new, old, first), old[first : first + count])
