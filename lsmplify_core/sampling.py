# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of many curves to samples on one grid of time, and spans of frames between two clocks."""

from dataclasses import dataclass

import numpy as np

from .arrays import Floats

_SLOWEST = 3.01
"""Most scene frames between two samples, as 25 Hz in a scene of 60; poses by hand lie farther apart."""
_REGULAR = 20
"""Fewest distances between keys that make a clock slower than the scene's credible."""


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


def sampled_on_grid(tracks: list[Keys]) -> Sampled | None:
    """Put keyed samples on the grid that they were keyed on.

    Motion capture keys every sample, so the keys' usual distance is the take's clock, whole frames
    or not (100 Hz in a scene of 24), and a key that is not there is a sample that was not seen:
    what the curve would say there is invented. Keys that are not numbers are samples not seen.
    Returns None where the keys are not samples but poses set by hand, seldom or at odd times.
    """
    gaps = [np.diff(k.times[np.isfinite(k.times)]) for k in tracks if len(k.times) > 1]
    if not gaps:
        return None
    every = np.concatenate(gaps)
    step = float(np.median(every[every > 1e-4])) if (every > 1e-4).any() else 0.0
    if not 0.0 < step <= (_SLOWEST if len(every) >= _REGULAR else 1.01):
        return None
    keyed = np.concatenate([k.times[np.isfinite(k.times)] for k in tracks if len(k.times)])
    first = float(keyed.min())
    count = round((float(keyed.max()) - first) / step) + 1
    step = (float(keyed.max()) - first) / max(count - 1, 1) or step
    positions = np.full((count, len(tracks), 3), np.nan)
    for column, keys in enumerate(tracks):
        world = keys.values @ keys.place[:3, :3].T + keys.place[:3, 3]
        if not len(keys.times):
            positions[:, column] = world[0]
            continue
        good = np.isfinite(keys.times) & np.isfinite(keys.values).all(axis=1)
        at = (keys.times[good] - first) / step
        index = np.rint(at).astype(np.intp)
        if np.abs(at - index).max(initial=0.0) > 0.2:
            return None
        positions[index, column] = world[good]
    return Sampled(positions, first, step)


def frames_within(first: float, step: float, count: int, start: float, end: float) -> slice:
    """The samples of a grid that lie in the span of scene frames `start` to `end`, both included."""
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
