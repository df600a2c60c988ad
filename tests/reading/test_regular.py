# SPDX-License-Identifier: GPL-3.0-or-later
"""Where samples lie: by numbers, by times, where they tremble, where they contradict each other."""

import numpy as np
import pytest

from lsmplify_core.reading.clock import common_rate, in_seconds, seconds
from lsmplify_core.reading.regular import Frames, frames_of, rate_of
from lsmplify_core.runtime.errors import InputError

COUNT, RATE = 60, 50.0
EVEN = np.arange(COUNT) / RATE


@pytest.mark.parametrize(("said", "used"), [(50.9, 50.9), (49.1, 49.1), (51.5, 50.0), (48.5, 50.0)])
def test_a_header_is_believed_within_two_per_cent_of_the_times(said: float, used: float) -> None:
    frames = frames_of(COUNT, "take", None, EVEN, said, "header (DataRate)")
    assert frames.rate == used
    assert bool(frames.warnings) == (used != said)
    if used != said:
        assert frames.warnings[0] == (
            f"the header (DataRate) says {said:g} frames per second and the time column 50; the "
            "times were believed (--fps overrules both)"
        )


@pytest.mark.parametrize("said", [0.0, -30.0, np.nan, np.inf, 1e5, 2e5])
def test_rates_that_are_none_are_not_taken(said: float) -> None:
    assert frames_of(COUNT, "take", None, None, said).rate is None
    assert frames_of(COUNT, "take", None, None, 99_999.0).rate == 99_999.0


@pytest.mark.parametrize(("jitter", "anew"), [(0.25, False), (0.55, False), (0.75, True)])
def test_stamps_that_tremble_by_less_than_six_tenths_of_a_frame_are_even(jitter, anew) -> None:
    times = EVEN.copy()
    times[5::6] += jitter / RATE
    frames = frames_of(COUNT, "take", None, times)
    assert frames.rate == pytest.approx(RATE, rel=0.01)
    if not anew:
        np.testing.assert_array_equal(frames.where, np.arange(COUNT))
    assert frames.between == anew


@pytest.mark.parametrize("absent", [1, 5, 30])
def test_rows_that_are_absent_are_counted_and_told(absent: int) -> None:
    kept = np.r_[0:20, 20 + absent : COUNT + absent]
    frames = frames_of(COUNT, "take", kept * 3.0, None, 30.0)
    assert frames.total == COUNT + absent
    told = f"{absent} of {COUNT + absent} frames are not in the file; they are gaps"
    assert frames.warnings == (told,)
    spread = frames.spread(kept[:, None] * 1.0)[:, 0]
    assert np.isnan(spread[20 : 20 + absent]).all()
    np.testing.assert_array_equal(spread[kept], kept)


def test_of_two_samples_of_a_frame_the_first_counts() -> None:
    frames = Frames(np.array([0.0, 1.0, 1.0, 2.0]), 3, 30.0, False)
    np.testing.assert_array_equal(frames.spread(np.array([5.0, 6.0, 7.0, 8.0])), [5, 6, 8])


@pytest.mark.parametrize(
    ("leap", "refused"), [(20 * COUNT + 2000 - COUNT, False), (20 * COUNT + 2000, True)]
)
def test_a_take_is_no_more_than_twenty_times_its_samples(leap: int, refused: bool) -> None:
    numbers = np.r_[0:30, 30 + leap : COUNT + leap].astype(float)
    if not refused:
        assert frames_of(COUNT, "take", numbers, None, 30.0).total == COUNT + leap
        return
    with pytest.raises(InputError, match=f"take: .*leap by {leap + 1} frames after row 30; split"):
        frames_of(COUNT, "take", numbers, None, 30.0)


def test_numbers_that_are_none_are_passed_over() -> None:
    for numbers in (
        np.full(COUNT, np.nan), np.arange(COUNT) + 0.5 * (np.arange(COUNT) % 2),
        np.arange(COUNT)[::-1] * 1.0, np.zeros(COUNT), np.arange(COUNT - 1) * 1.0,
    ):  # fmt: skip
        frames = frames_of(COUNT, "take", numbers, None, 30.0)
        assert (frames.total, frames.warnings) == (COUNT, ())


def test_numbers_with_a_step_of_their_own() -> None:
    assert frames_of(4, "take", np.array([1.0, 4.0, 5.0, 9.0]), None, 30.0).total == 9
    assert frames_of(4, "take", np.array([10.0, 14.0, 18.0, 26.0]), None, 30.0).total == 5
    assert frames_of(COUNT, "take", 100.0 + 4 * np.arange(COUNT), None, 30.0).total == COUNT


def test_times_that_are_not_there_in_a_tenth_of_the_rows_are_filled_in() -> None:
    for missing, used in ((5, True), (8, False)):
        times = EVEN.copy()
        times[10 : 10 + missing] = np.nan
        frames = frames_of(COUNT, "take", None, times, None)
        assert frames.total == COUNT
        assert (frames.rate is not None) == used
        if used:
            assert frames.rate == pytest.approx(RATE)


def test_values_are_mixed_between_near_samples_only() -> None:
    frames = Frames(np.array([0.0, 0.5, 1.5, 4.1, 5.0]), 6, 30.0, True)
    values = frames.spread(np.array([[0.0], [1.0], [3.0], [8.2], [10.0]]))[:, 0]
    np.testing.assert_allclose(values[[0, 1, 5]], [0.0, 2.0, 10.0])
    assert np.isnan(values[[2, 3]]).all()
    hole = frames.spread(np.array([[0.0], [np.nan], [3.0], [8.2], [10.0]]))[:, 0]
    assert hole[0] == 0.0
    assert np.isnan(hole[1])


@pytest.mark.parametrize(
    ("unit", "one"), [("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ticks", 1e-7), ("ns", 1e-9)]
)
@pytest.mark.parametrize("rate", [10.0, 30.0])
def test_clocks_in_any_unit_run_at_their_rate(unit: str, one: float, rate: float) -> None:
    times = 7e5 + np.arange(200) / rate / one
    assert rate_of(times) == pytest.approx(rate, rel=1e-3)
    found = in_seconds(times, f"time ({unit})")
    assert np.median(np.diff(found)) == pytest.approx(1 / rate, rel=1e-3)


@pytest.mark.parametrize(("title", "step"), [("time [ms]", 40.0), ("Timestamp", 0.04),
                                             ("seconds", 0.04), ("t_us", 40_000.0)])  # fmt: skip
def test_a_clock_that_its_title_names(title: str, step: float) -> None:
    found = in_seconds(5.0 + step * np.arange(10), title)
    np.testing.assert_allclose(np.diff(found), 0.04)


def test_a_title_that_cannot_be_is_not_believed() -> None:
    """Seconds that somebody called milliseconds: two thousand frames a second are the most."""
    np.testing.assert_allclose(np.diff(in_seconds(0.02 * np.arange(9), "time (ms)")), 0.02)
    np.testing.assert_allclose(np.diff(in_seconds(0.6 * np.arange(9), "time (ms)")), 6e-4)


@pytest.mark.parametrize(("rate", "common"), [(29.9, 29.97), (59.9, 59.94), (29.8, 29.8),
                                              (100.3, 100.0), (101.0, 101.0)])  # fmt: skip
def test_a_rate_within_four_thousandths_of_a_common_one_is_that(rate, common) -> None:
    assert common_rate(rate) == common


@pytest.mark.parametrize(
    ("cells", "step"),
    [(["0:00.00", "0:00.50", "0:01.00"], 0.5), (["00:59:59", "01:00:00", "01:00:01"], 1.0),
     (["1:02:03.5", "1:02:03,75", "1:02:04.0"], 0.25), (["10:00:00:00", "10:00:00:12",
                                                        "10:00:00:24"], 12 / 25),
     (["2024-05-01T10:00:00", "2024-05-01T10:01:30", "2024-05-01T10:03:00"], 90.0)],
)  # fmt: skip
def test_times_of_day(cells: list[str], step: float) -> None:
    np.testing.assert_allclose(np.diff(seconds(cells)), step, atol=1e-6)


def test_a_day_begins_anew_at_midnight() -> None:
    found = seconds(["23:59:59.5", "00:00:00.0", "00:00:00.5"])
    np.testing.assert_allclose(np.diff(found), 0.5)
    assert np.isnan(seconds(["noon", "12:00:00", "1:2:3:4:5"])[[0, 2]]).all()
