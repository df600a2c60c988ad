# SPDX-License-Identifier: GPL-3.0-or-later
"""When keys are samples of a clock, and which samples a span holds: the limits of both."""

import numpy as np
import pytest

from lsmplify_core.geometry.intervals import intervals_around, ramps
from lsmplify_core.geometry.resampling import Clock, clock_of, frames_within, key_frames


@pytest.mark.parametrize(
    ("step", "keys", "samples"),
    [(1.0, 5, True), (1.01, 5, True), (1.1, 5, False), (1.1, 30, True), (3.0, 30, True),
     (3.2, 30, False), (3.0, 20, False), (3.0, 21, True), (0.24, 3, True)],
)  # fmt: skip
def test_keys_up_to_three_frames_apart_are_samples_where_there_are_many(step, keys, samples):
    """Twenty distances; fewer are poses by hand unless they lie on each frame."""
    clock = clock_of([7.0 + step * np.arange(keys)])
    assert (clock is not None) == samples
    if samples:
        assert (clock.first, clock.count) == (7.0, keys)
        assert clock.step == pytest.approx(step)


@pytest.mark.parametrize(("off", "kept"), [(0.15, True), (0.25, False)])
def test_a_key_is_a_sample_within_a_fifth_of_a_step(off: float, kept: bool) -> None:
    clock = Clock(1.0, 0.5, 40)
    times = 1.0 + 0.5 * np.arange(10)
    times[4] += 0.5 * off
    found = clock.samples_at(times)
    assert (found is not None) == kept
    if kept:
        np.testing.assert_array_equal(found, np.arange(10))


@pytest.mark.parametrize(
    ("first", "inside"), [(0.5, False), (1.0, True), (20.5, True), (21.0, False)]
)
def test_keys_before_and_after_a_clock_are_none_of_its_samples(first: float, inside: bool) -> None:
    assert (Clock(1.0, 0.5, 40).samples_at(np.array([first])) is not None) == inside


def test_half_of_the_tracks_have_to_keep_the_clock() -> None:
    regular, odd = np.arange(1.0, 40.0), np.arange(1.0, 40.0) + 0.4 * (np.arange(39) % 2)
    assert clock_of([regular, regular, odd, odd]) is not None
    assert clock_of([regular, odd, odd]) is None


def test_a_clock_reaches_from_the_first_key_of_all_to_the_last() -> None:
    clock = clock_of([np.arange(5.0, 20.0), np.arange(2.0, 10.0), np.arange(12.0, 31.0)])
    assert clock == Clock(2.0, 1.0, 29)
    np.testing.assert_allclose(clock.frames, np.arange(2.0, 31.0))


@pytest.mark.parametrize(
    ("first", "step", "count", "start", "end", "found"),
    [(1.0, 1.0, 10, 3.0, 6.0, (2, 6)), (1.0, 0.4, 20, 2.0, 4.0, (3, 8)),
     (1.0, 2.5, 9, 1.0, 6.0, (0, 3)), (1.0, 1.0, 10, -5.0, 99.0, (0, 10)),
     (1.0, 1.0, 10, 2.1, 2.9, (2, 2))],
)  # fmt: skip
def test_a_span_in_scene_frames_where_rates_differ(first, step, count, start, end, found) -> None:
    part = frames_within(first, step, count, start, end)
    assert (part.start, part.stop) == found


@pytest.mark.parametrize(
    ("first", "step", "count", "frames", "samples"),
    [(1.0, 0.5, 5, [1, 2, 3], [0, 2, 4]), (1.5, 0.5, 5, [2, 3], [1, 3]),
     (1.0, 2.0, 3, [1, 2, 3, 4, 5], [0, 0.5, 1, 1.5, 2]), (1.3, 0.1, 3, [1], [0])],
)  # fmt: skip
def test_keys_on_whole_frames_and_the_samples_they_show(first, step, count, frames, samples):
    at, which = key_frames(first, step, count, True)
    np.testing.assert_allclose(at, frames)
    np.testing.assert_allclose(which, samples)
    every, own = key_frames(first, step, count, False)
    np.testing.assert_allclose(every, first + step * np.arange(count))
    np.testing.assert_array_equal(own, np.arange(count))


# --- intervals ---------------------------------------------------------------------------------


def test_intervals_reach_to_both_sides_and_join() -> None:
    marked = np.zeros(40, dtype=bool)
    marked[[1, 10, 15, 30]] = True
    found = [(s.start, s.stop) for s in intervals_around(marked, 3)]
    assert found == [(0, 5), (7, 19), (27, 34)]


def test_ramps_rise_over_their_width_and_are_full_at_a_takes_ends() -> None:
    middle = ramps(slice(10, 30), 60, 4)
    assert len(middle) == 20
    assert (middle[4:-4] == 1.0).all()
    assert (np.diff(middle[:5]) > 0).all()
    np.testing.assert_allclose(middle, middle[::-1])
    assert (ramps(slice(0, 20), 60, 4)[:16] == 1.0).all()
    assert (ramps(slice(40, 60), 60, 4)[4:] == 1.0).all()
