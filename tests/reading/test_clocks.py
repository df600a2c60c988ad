# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples lie where frame numbers and times say, at the rate that they say, whatever clock it
is."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from lsmplify_core.reading.clock import is_frame_title, is_time_title, seconds
from lsmplify_core.reading.regular import frames_of
from lsmplify_core.runtime.errors import InputError

RATE, COUNT = 60.0, 90
EVEN = np.arange(COUNT) / RATE
START = datetime(2024, 5, 1, 10, 59, 59, 900000)
KEPT = np.r_[0:40, 52:COUNT]
CLOCKS = {
    "seconds": [f"{t:.4f}" for t in EVEN],
    "rounded to tenths": [f"{t:.1f}" for t in EVEN],
    "rounded to hundredths": [f"{t:.2f}" for t in EVEN],
    "since 1970": [f"{1.7e9 + t:.4f}" for t in EVEN],
    "ms": [str(round(1000 * t)) for t in EVEN],
    "us": [str(round(1e6 * t)) for t in EVEN],
    "ticks": [str(int(6.3e17 + 1e7 * t)) for t in EVEN],
    "ns": [str(int(1.7e18 + 1e9 * t)) for t in EVEN],
    "iso": [(START + timedelta(seconds=t)).isoformat() for t in EVEN],
    "iso with zone": [(START + timedelta(seconds=t)).isoformat(sep=" ") + "Z" for t in EVEN],
    "h:m:s": [(START + timedelta(seconds=t)).strftime("%H:%M:%S.%f") for t in EVEN],
    "time code": [f"10:00:{i // 60:02d}:{i % 60:02d}" for i in range(COUNT)],
    "decimal comma": [f"{t:.4f}".replace(".", ",") for t in EVEN],
    "past midnight": [
        (datetime(2024, 5, 1, 23, 59, 59, 500000) + timedelta(seconds=t)).strftime("%H:%M:%S.%f")
        for t in EVEN
    ],
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_every_clock_gives_the_rate(clock: str) -> None:
    frames = frames_of(COUNT, "take", None, seconds(CLOCKS[clock]))
    assert frames.rate == pytest.approx(RATE, rel=0.002)
    assert frames.total == COUNT
    assert not frames.between


@pytest.mark.parametrize("clock", ["seconds", "ms", "us", "ns", "iso", "h:m:s"])
def test_rows_that_are_absent_are_gaps(clock: str) -> None:
    cells = [CLOCKS[clock][i] for i in KEPT]
    frames = frames_of(len(KEPT), "take", None, seconds(cells))
    assert (frames.total, frames.rate) == (COUNT, pytest.approx(RATE, rel=0.002))
    values = frames.spread(KEPT.astype(float)[:, None])[:, 0]
    assert np.isnan(values[40:52]).all()
    np.testing.assert_array_equal(values[KEPT], KEPT)
    assert any("12 of 90 frames" in w for w in frames.warnings)


def test_frame_numbers_alone_show_gaps_and_steps() -> None:
    assert frames_of(len(KEPT), "take", KEPT + 501.0, None, RATE).total == COUNT
    every_other = frames_of(45, "take", np.arange(0.0, 90.0, 2.0), None, 30.0)
    assert (every_other.total, every_other.rate) == (45, 30.0)


def test_stamps_that_tremble_move_no_sample() -> None:
    tremble = np.random.default_rng(0).uniform(-0.003, 0.003, COUNT)
    frames = frames_of(COUNT, "take", None, EVEN + tremble)
    assert frames.total == COUNT
    np.testing.assert_array_equal(frames.where, np.arange(COUNT))


def test_a_variable_rate_is_sampled_anew() -> None:
    times = np.sort(np.r_[0, 89 / RATE, np.random.default_rng(1).uniform(0, 89 / RATE, 88)])
    frames = frames_of(COUNT, "take", None, times)
    assert frames.rate == pytest.approx(RATE)
    assert frames.between
    values = frames.spread(times[:, None])[:, 0]
    known = np.isfinite(values)
    np.testing.assert_allclose(values[known], np.arange(frames.total)[known] / RATE, atol=1e-6)
    assert any("uneven" in w for w in frames.warnings)


@pytest.mark.parametrize(
    ("numbers", "times"), [(np.arange(78.0), KEPT / RATE), (KEPT + 1.0, np.arange(78) / RATE)]
)
def test_numbers_and_times_that_contradict_each_other_are_told(numbers, times) -> None:
    frames = frames_of(78, "take", numbers, times, RATE)
    assert frames.total == COUNT
    assert any("leap where" in w for w in frames.warnings)


def test_the_times_are_believed_against_the_header() -> None:
    frames = frames_of(COUNT, "take", np.arange(COUNT) + 1.0, EVEN, 30.0, "header (DataRate)")
    assert frames.rate == RATE
    assert any("DataRate" in w and "30" in w for w in frames.warnings)
    close = frames_of(COUNT, "take", None, EVEN, 59.94)
    assert (close.rate, close.warnings) == (59.94, ())


def test_times_that_stand_still_or_run_back_are_not_used() -> None:
    assert frames_of(COUNT, "take", None, np.zeros(COUNT), RATE).total == COUNT
    back = frames_of(COUNT, "take", None, EVEN[::-1].copy(), RATE)
    assert back.total == COUNT
    assert back.warnings


def test_two_takes_in_one_file_are_refused() -> None:
    with pytest.raises(InputError, match="split the file"):
        frames_of(COUNT, "take", np.r_[0:45, 90000:90045].astype(float), None, RATE)


@pytest.mark.parametrize(
    "title", ["time", "Time (ms)", "Timestamp", "t_ms", "TimeStamp", "DateTime", "unix_time", "t"]
)
def test_titles_of_times(title: str) -> None:
    assert is_time_title(title)
    assert not is_frame_title(title)


@pytest.mark.parametrize("title", ["Frame", "Frame#", "FrameNumber", "frame_id", "Unnamed: 0"])
def test_titles_of_frames(title: str) -> None:
    assert is_frame_title(title)
    assert not is_time_title(title)
