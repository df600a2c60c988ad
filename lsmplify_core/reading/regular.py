# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples to frames at one rate: each lies where its frame number or its time says.

A frame that the file leaves out is a gap, and not the next frame's place.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError
from .clock import COMMON_RATES, common_rate, in_seconds

Floats = NDArray[np.float64]

_AGREE: Final = 0.02
"""Share by which the rates of header and times may differ before it is told."""
_JITTER: Final = 0.3
"""Of a frame: samples further from where the rate puts them are interpolated between."""
_TREMBLE: Final = 0.6
"""Of a frame: time stamps that are never further off are those of an even clock, read unevenly."""
_COARSE: Final = 0.02
"""Of a frame: times whose steps are whole multiples of so much are rounded."""
_USUAL_RATES: Final = (24.0, 25.0, 30.0, 50.0, 60.0, 100.0, 120.0, 200.0, 240.0)
_LONGEST: Final = 20
"""Times the samples: a take that its numbers make longer than this is two takes, or damaged."""
_SPARE: Final = 2000
_LONGEST_START: Final = 24 * 3600.0
"""Seconds; a clock that begins later counts from a date and not from the capture's begin."""


@dataclass(frozen=True)
class Frames:
    """where: (N,) place of each sample, in frames from 0. total: number of frames. rate: frames per
    second, or None. between: whether values lie between the frames, so that they are interpolated.
    warnings: sentences. start: seconds of the first sample on the file's clock, 0 where it has
    none."""

    where: Floats
    total: int
    rate: float | None
    between: bool
    warnings: tuple[str, ...] = ()
    start: float = 0.0

    def spread(self, values: Floats) -> Floats:
        """(N, …) samples to (total, …), NaN in gaps."""
        if self.total == len(values) and np.array_equal(self.where, np.arange(self.total)):
            return values
        if self.between:
            return _interpolated(values, self.where, self.total)
        result = np.full((self.total, *values.shape[1:]), np.nan)
        slots = np.rint(self.where).astype(np.intp)
        result[slots[::-1]] = values[::-1]  # of two samples of a frame the first one counts
        return result


def rate_of(times: Floats) -> float | None:
    """Frames per second of a clock in any unit, or None where it does not run."""
    clock = _rising(in_seconds(times), len(times))
    return None if clock is None else _rate_of(clock, None)


def frames_of(
    count: int, where: str, numbers: Floats | None = None, times: Floats | None = None,
    rate: float | None = None, header: str = "header",
) -> Frames:  # fmt: skip
    """Where the samples of a file lie.

    Args:
        count: of samples, N.
        where: the file, for messages.
        numbers: (N,) of the frames, in any step, if the file has them.
        times: (N,) seconds, if the file has them.
        rate: frames per second that the file names, if it does.
        header: what that is called in this kind of file.

    Returns:
        The frames, with sentences about what contradicts.

    Raises:
        InputError: where the samples are spread over an absurd time.
    """
    found = _frames_of(count, where, numbers, times, rate, header)
    return replace(found, start=_start_of(times))


def _start_of(times: Floats | None) -> float:
    """Seconds at which a file's clock begins; 0 for a clock of days and dates."""
    first = float(times[0]) if times is not None and len(times) else np.nan
    return first if 0.0 <= first < _LONGEST_START else 0.0


def _frames_of(
    count: int, where: str, numbers: Floats | None, times: Floats | None, rate: float | None,
    header: str,
) -> Frames:  # fmt: skip
    notes: list[str] = []
    rate = rate if rate is not None and np.isfinite(rate) and 0 < rate < 1e5 else None
    slots = _slots_of_numbers(numbers, count)
    clock = _rising(times, count)
    if (
        times is not None
        and clock is None
        and np.isfinite(times).sum() > 1
        and np.ptp(times[np.isfinite(times)]) > 0
    ):
        notes.append("the times do not rise from row to row; they were not used")
    if clock is None:
        places = np.arange(count, dtype=np.float64) if slots is None else slots
        return _made(places, rate, False, notes, where)
    if slots is None and (even := _rounded_rate(clock)) is not None:
        slots = _each(count)  # rounded, and no row is absent
        clock = slots / even
    measured = _rate_of(clock, slots)
    if measured is None:
        return _made(_each(count) if slots is None else slots, rate, False, notes, where)
    use = measured
    if rate is not None:
        if abs(measured / rate - 1.0) <= _AGREE:
            use = rate
        else:
            notes.append(
                f"the {header} says {rate:g} frames per second and the time column "
                f"{measured:g}; the times were believed (--fps overrules both)"
            )
    by_time = (clock - clock[0]) * use
    if slots is not None:
        apart = np.abs(by_time - slots)
        if float(apart.max()) < 1.5:
            return _made(slots, use, False, notes, where)
        if np.ptp(slots) > len(slots) - 0.5 and np.ptp(by_time) < 1.05 * len(slots):
            notes.append("frame numbers leap where the times do not; the numbers were believed")
            return _made(slots, use, False, notes, where)
        notes.append("the times leap where the frame numbers do not; the times were believed")
    if _steady(clock, use):
        return _made(_each(count), use, False, notes, where)
    off = by_time - np.rint(by_time)
    jitter = float(np.percentile(np.abs(off), 98))
    clash = len(np.unique(np.rint(by_time))) < count
    if jitter > _JITTER or clash:
        notes.append(f"the times are uneven; the take was sampled anew at {use:g} per second")
        return _made(by_time, use, True, notes, where)
    return _made(np.rint(by_time), use, False, notes, where)


def _each(count: int) -> Floats:
    """A frame for each sample."""
    return np.arange(count, dtype=np.float64)


def _made(
    places: Floats, rate: float | None, between: bool, notes: list[str], where: str
) -> Frames:
    places = places - places[0]
    total = int(np.floor(places.max() + 0.01)) + 1
    if total > _LONGEST * len(places) + _SPARE:
        leap = int(np.argmax(np.diff(places)))
        raise InputError(
            f"{where}: frame numbers or times leap by {np.diff(places)[leap]:.0f} frames after row "
            f"{leap + 1}; split the file there, or mend its numbers"
        )
    gaps = total - len(np.unique(np.rint(places)))
    if gaps > 0 and not between:
        notes.append(f"{gaps} of {total} frames are not in the file; they are gaps")
    return Frames(places, total, rate, between, tuple(notes))


def _slots_of_numbers(numbers: Floats | None, count: int) -> Floats | None:
    """Frame numbers as places from 0; None where they are none, or do not rise."""
    if numbers is None or len(numbers) != count or not np.isfinite(numbers).all():
        return None
    steps = np.diff(numbers)
    if len(steps) and (steps <= 0).mean() > 0.02:
        return None
    if (steps <= 0).any() and not (steps >= 0).all():
        return None
    if (np.abs(numbers - np.rint(numbers)) > 1e-6).any():
        return None
    rising = steps[steps > 0].astype(np.int64)
    step = int(np.gcd.reduce(rising)) if len(rising) else 1
    if len(rising) and float(np.median(rising)) != step:  # 1, 4, 5, 9: no even step
        step = 1
    return np.asarray((numbers - numbers[0]) / max(step, 1))


def _rising(times: Floats | None, count: int) -> Floats | None:
    if times is None or len(times) != count or count < 2:
        return None
    known = np.isfinite(times)
    if known.mean() < 0.9:
        return None
    if not known.all():
        places = np.arange(count)
        times = np.interp(places, places[known], times[known])
    steps = np.diff(times)
    return times if (steps >= 0).all() and times[-1] > times[0] else None


def _rate_of(clock: Floats, slots: Floats | None) -> float | None:
    """Frames per second: of the slope of times over numbers, else of the usual step."""
    if slots is not None and slots[-1] > 0:
        slope = float(np.polyfit(slots - slots.mean(), clock - clock.mean(), 1)[0])
        by_number = 1.0 / slope if slope > 0 else None
        steps = np.diff(clock) / np.maximum(np.diff(slots), 1e-9)
        usual = float(np.median(steps[np.diff(slots) > 0]))
        if by_number is not None and (usual <= 0 or abs(usual * by_number - 1.0) < 0.1):
            return common_rate(by_number)
    steps = np.diff(clock)
    step = float(np.median(steps[steps > 0]))
    usual = steps[(steps > 0.5 * step) & (steps < 1.5 * step)]
    step = float(usual.mean()) if len(usual) else step
    for _ in range(3):  # with whole numbers of steps between samples the slope is exact
        places = np.concatenate([[0.0], np.cumsum(np.maximum(np.rint(steps / step), 1.0))])
        if np.abs(clock - clock[0] - places * step).max() > 1.5 * step:
            return _mean_rate(clock)
        step = float(np.polyfit(places, clock - clock[0], 1)[0])
        if step <= 0:
            return None
    rate = 1.0 / step
    return common_rate(rate) if np.isfinite(rate) else None


def _mean_rate(clock: Floats) -> float:
    """Of times that keep no step: how many there are in a second, as a common rate if it is near
    one."""
    rate = (len(clock) - 1) / float(clock[-1] - clock[0])
    nearest = min(COMMON_RATES, key=lambda r: abs(np.log(r / rate)))
    return nearest if abs(nearest / rate - 1.0) < 0.04 else rate


def _rounded_rate(clock: Floats) -> float | None:
    """The rate of even times that are rounded so coarsely that their steps differ: "0.02", "0.03",
    "0.05" for sixty a second. None where they are none, or rows are absent."""
    steps = np.rint(np.diff(clock) * 1e6).astype(np.int64)
    mean = float(clock[-1] - clock[0]) / (len(clock) - 1)
    grain = int(np.gcd.reduce(steps)) * 1e-6
    if len(np.unique(steps)) < 2 or grain < _COARSE * mean:
        return None
    frames = np.arange(len(clock))
    fitting = [
        r for r in (*COMMON_RATES, 1.0 / mean) if float(np.ptp(clock - frames / r)) <= 1.05 * grain
    ]
    if not fitting:
        return None
    whole = [r for r in fitting if r == int(r)]
    return min(whole or fitting, key=lambda r: (r not in _USUAL_RATES, abs(np.log(r * mean))))


def _steady(clock: Floats, rate: float) -> bool:
    """Whether time stamps only tremble about an even clock: each is its own frame's."""
    away = (clock - clock[0]) * rate - np.arange(len(clock))
    return float(np.abs(away - np.median(away)).max()) < _TREMBLE


def _interpolated(values: Floats, where: Floats, total: int) -> Floats:
    """Values at whole frames, between the two samples around them where both are there and near."""
    flat = values.reshape(len(values), -1)
    result = np.full((total, flat.shape[1]), np.nan)
    frames = np.arange(total)
    places, first = np.unique(where, return_index=True)
    flat = flat[first]
    right = np.clip(np.searchsorted(places, frames), 1, len(places) - 1)
    left = right - 1
    step = places[right] - places[left]
    share = (frames - places[left]) / np.maximum(step, 1e-9)
    near = (step < 2.5) | (np.abs(share - np.rint(share)) * step < 0.05)
    mixed = flat[left] * (1.0 - share)[:, None] + flat[right] * share[:, None]
    whole = np.abs(share - np.rint(share)) < 1e-6
    mixed[whole] = np.where((share[whole] < 0.5)[:, None], flat[left[whole]], flat[right[whole]])
    result[near] = mixed[near]
    return result.reshape(total, *values.shape[1:])
