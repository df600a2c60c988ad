# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys to samples: the clock of a take is found whatever its rate, and gaps stay gaps."""

import numpy as np
import pytest

from lsmplify_core.geometry.resampling import (
    Keys,
    clock_of,
    frames_within,
    key_frames,
    on_clock,
    positions_at,
)


def keys_at(times: np.ndarray) -> Keys:
    return Keys(times, np.stack([times, times, times], axis=1), np.eye(4))


def test_fractional_frames_and_missing_keys() -> None:
    times = 1.0 + 0.24 * np.arange(100)
    seen = np.ones(100, dtype=bool)
    seen[30:40] = False
    clock = clock_of([times, times[seen]])
    assert clock is not None
    assert (clock.first, clock.count) == (1.0, 100)
    assert clock.step == pytest.approx(0.24)
    place = np.eye(4)
    place[:3, 3] = 5.0
    moved = Keys(times[seen], keys_at(times[seen]).values, place)
    column = on_clock(moved, clock)
    assert column is not None
    assert np.isnan(column[30:40]).all()
    assert np.isfinite(column).all(axis=1).sum() == 90
    np.testing.assert_allclose(column[0], 6.0)


def test_poses_set_by_hand_are_not_samples() -> None:
    assert clock_of([np.array([1.0, 20.0, 45.0])]) is None


@pytest.mark.parametrize("step", [24 / 120, 24 / 100, 23.976 / 250, 30 / 25])
def test_long_takes_keep_their_clock_in_single_precision(step: float) -> None:
    """Blender's keys are single precision: late frames are off by more than a usual step's
    error."""
    times = (1.0 + step * np.arange(30_000)).astype(np.float32).astype(np.float64)
    clock = clock_of([times])
    assert clock is not None
    assert clock.count == 30_000
    assert clock.step == pytest.approx(step, rel=1e-6)
    column = on_clock(keys_at(times), clock)
    assert column is not None
    assert np.isfinite(column).all()


def test_one_odd_track_does_not_stop_the_others() -> None:
    regular = 1.0 + 0.25 * np.arange(200)
    odd = np.array([1.1, 7.37, 19.9])
    clock = clock_of([regular, regular, odd])
    assert clock is not None
    assert clock.count == 200
    assert on_clock(keys_at(odd), clock) is None
    assert on_clock(keys_at(regular), clock) is not None


def test_keys_that_are_not_numbers_are_samples_not_seen() -> None:
    times = np.arange(1.0, 50.0)
    values = keys_at(times).values.copy()
    values[7] = np.nan
    clock = clock_of([times])
    assert clock is not None
    column = on_clock(Keys(times, values, np.eye(4)), clock)
    assert column is not None
    assert np.flatnonzero(np.isnan(column[:, 0])).tolist() == [7]


def test_a_point_without_keys_stands_still() -> None:
    clock = clock_of([np.arange(1.0, 30.0)])
    assert clock is not None
    column = on_clock(Keys(np.zeros(0), np.array([[1.0, 2.0, 3.0]]), np.eye(4)), clock)
    assert column is not None
    np.testing.assert_array_equal(column, np.tile([1.0, 2.0, 3.0], (29, 1)))


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [(1, 10, (1, 10)), (2.5, 9.5, (3, 9)), (-5, 3.9, (1, 3)), (7.2, 99, (8, 20)), (4, 4, (4, 4))],
)
@pytest.mark.parametrize("step", [1.0, 0.5, 0.4])
def test_a_span_holds_the_samples_that_lie_in_it_and_no_other(start, end, shown, step) -> None:
    frames = 1.0 + step * np.arange(round(19 / step) + 1)
    found = frames[frames_within(1.0, step, len(frames), start, end)]
    inside = frames[(frames >= start - 1e-6) & (frames <= end + 1e-6)]
    np.testing.assert_array_equal(found, inside)
    if step == 1.0:
        assert (found[0], found[-1]) == shown


@pytest.mark.parametrize("sample", [0.0, 0.25, 1.0, 1.5, 2.0])
def test_between_two_samples_points_are_on_their_line(sample: float) -> None:
    positions = np.array([0.0, 4.0, 6.0])[:, None, None] * np.ones((1, 2, 3))
    expected = np.interp(sample, [0, 1, 2], [0.0, 4.0, 6.0])
    np.testing.assert_allclose(positions_at(positions, np.array([sample]))[0], expected)


def test_beside_a_missing_sample_points_are_missing_and_on_it_the_others_stay() -> None:
    positions = np.ones((4, 1, 3))
    positions[2] = np.nan
    found = positions_at(positions, np.array([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]))[:, 0, 0]
    assert np.isfinite(found).tolist() == [True, True, True, False, False, False, True]


@pytest.mark.parametrize("step", [1.0, 0.4, 2.5])
@pytest.mark.parametrize("first", [1.0, 0.3])
def test_keys_on_whole_frames_show_the_samples_of_their_times(first: float, step: float) -> None:
    frames, samples = key_frames(first, step, 11, True)
    last = first + 10 * step
    assert (frames == np.rint(frames)).all()
    assert (frames[0], frames[-1]) == (np.ceil(first), np.floor(last + 1e-6))
    np.testing.assert_allclose(first + step * samples, frames)
    every, own = key_frames(first, step, 11, False)
    np.testing.assert_allclose(every, first + step * np.arange(11))
    np.testing.assert_allclose(own, np.arange(11))


def test_a_take_between_two_frames_has_a_key() -> None:
    frames, samples = key_frames(1.2, 0.1, 4, True)
    assert frames.tolist() == [1.0]
    assert samples.tolist() == [0.0]
