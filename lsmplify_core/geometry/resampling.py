# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of many curves to samples on one grid of time, and spans of frames between two clocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats

_SLOWEST: Final = 3.01
"""Most scene frames between two samples, as 25 Hz in a scene of 60; poses by hand lie farther
apart."""
_REGULAR: Final = 20
"""Fewest distances between keys that make a clock slower than the scene's credible."""
_OFF: Final = 0.2
"""Share of a step that a key may lie beside a sample; single precision moves late keys a little."""


@dataclass(frozen=True)
class Keys:
    """One track's keys: times (N,) in scene frames, values (N, 3) in its own space, place (4, 4)
    of that space in the world. Without times, values (1, 3) is where it always is."""

    times: Floats
    values: Floats
    place: Floats


@dataclass(frozen=True)
class Sampled:
    """positions (T, K, 3), NaN where unseen; first: scene frame of the first; step: frames between
    two."""

    positions: Floats
    first: float
    step: float


@dataclass(frozen=True)
class Clock:
    """When samples were taken: scene frame of the first, frames between two, how many."""

    first: float
    step: float
    count: int

    @property
    def frames(self) -> Floats:
        """(T,) scene frames of the samples, fractional."""
        return self.first + self.step * np.arange(self.count)

    def samples_at(self, times: Floats) -> NDArray[np.intp] | None:
        """The sample that each key is, or None where one lies between two or outside."""
        at = (times - self.first) / self.step
        index = np.rint(at).astype(np.intp)
        if np.abs(at - index).max(initial=0.0) > _OFF:
            return None
        inside = not len(index) or (index.min() >= 0 and index.max() < self.count)
        return index if inside else None


def clock_of(times: Sequence[Floats]) -> Clock | None:
    """The grid that these tracks were keyed on, from the times (N,) of each one's keys.

    Motion capture keys every sample, so the keys' usual distance is the take's clock, whole frames
    or not (100 Hz in a scene of 24). Tracks that were keyed at odd times have no say. Returns None
    where the keys are not samples but poses set by hand, seldom or at odd times.
    """
    good = [t[np.isfinite(t)] for t in times]
    good = [t for t in good if len(t) > 1]
    if not good:
        return None
    gaps = np.concatenate([np.diff(t) for t in good])
    apart = gaps[gaps > 1e-4]
    usual = float(np.median(apart)) if len(apart) else 0.0
    if not 0.0 < usual <= (_SLOWEST if len(gaps) >= _REGULAR else 1.01):
        return None
    counts = [_steps_in(t, usual) for t in good]
    longest = max(range(len(good)), key=lambda i: counts[i] or 0)
    steps = counts[longest]
    if not steps:
        return None
    guide = good[longest]
    step = float(guide[-1] - guide[0]) / steps
    places = [(t - guide[0]) / step for t in good]
    regular = [p for p in places if np.abs(p - np.rint(p)).max() <= _OFF]
    if 2 * len(regular) < len(good):
        return None
    low = round(min(float(p.min()) for p in regular))
    high = round(max(float(p.max()) for p in regular))
    return Clock(float(guide[0]) + low * step, step, high - low + 1)


def _steps_in(times: Floats, usual: float) -> int | None:
    """How many steps of the clock lie between the first and the last key; None where a key is
    between two. Distance by distance, so that a usual step that is a little off does not add up."""
    steps = np.diff(times) / usual
    if np.abs(steps - np.rint(steps)).max() > _OFF:
        return None
    return int(np.rint(steps).sum())


def on_clock(keys: Keys, clock: Clock) -> Floats | None:
    """(T, 3) in the world, or None where a key is no sample of the clock.

    A key that is not there is a sample that was not seen: what the curve would say there is
    invented. Keys that are not numbers are samples not seen.
    """
    world = keys.values @ keys.place[:3, :3].T + keys.place[:3, 3]
    if not len(keys.times):
        return np.repeat(world[:1], clock.count, axis=0)
    good = np.isfinite(keys.times) & np.isfinite(keys.values).all(axis=1)
    index = clock.samples_at(keys.times[good])
    if index is None:
        return None
    column = np.full((clock.count, 3), np.nan)
    column[index] = world[good]
    return column


def frames_within(first: float, step: float, count: int, start: float, end: float) -> slice:
    """The samples of a grid that lie in the span of scene frames `start` to `end`, both
    included."""
    low = int(np.ceil((start - first) / step - 1e-6))
    high = int(np.floor((end - first) / step + 1e-6))
    return slice(max(low, 0), min(high + 1, count))


def key_frames(first: float, step: float, count: int, whole: bool) -> tuple[Floats, Floats]:
    """Where keys go: scene frames (N,), and the samples (fractional, N) that they show.

    whole: on the scene's whole frames within the take (at least one), else on every sample.
    """
    last = first + step * (count - 1)
    if not whole:
        samples = np.arange(count, dtype=np.float64)
        return first + step * samples, samples
    frames: Floats = np.arange(np.ceil(first - 1e-6), np.floor(last + 1e-6) + 1)
    if not len(frames):
        frames = np.array([np.rint(first)])
    return frames, np.clip((frames - first) / step, 0, count - 1)


def positions_at(positions: Floats, samples: Floats) -> Floats:
    """(N, K, 3) positions (T, K, 3) at fractional samples (N,) within the take, in straight lines;
    NaN beside a sample that is missing."""
    low = np.clip(np.floor(samples + 1e-6).astype(np.intp), 0, len(positions) - 1)
    high = np.minimum(low + 1, len(positions) - 1)
    part = np.clip(samples - low, 0.0, 1.0)[:, None, None]
    between = (1.0 - part) * positions[low] + part * positions[high]
    return np.where(part > 1e-6, between, positions[low])
