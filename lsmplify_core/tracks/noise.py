# SPDX-License-Identifier: GPL-3.0-or-later
"""How noisy a take's tracks are, measured on the take itself, and what follows from it."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats

_GAIN: Final = 0.6745 * np.sqrt(70.0)
"""Median size of the fourth difference of white noise of deviation 1 (1, -4, 6, -4, 1)."""
_LEAST: Final = 0.001
"""Metres: no track fits a skeleton of rigid bones better than this."""
_MOST: Final = 0.03
_FULL_NOISE: Final = 0.010
_FULL_SMOOTHING: Final = 0.034
"""Poses from tracks with so many metres of noise are smoothed over so many seconds, from less noisy
ones less."""
_FULL_DENOISING: Final = 0.079
"""Seconds that tracks with `_FULL_NOISE` are smoothed over before they are solved
(`denoising.denoised`), less noisy ones less."""
_CHUNK: Final = 512
"""Frames that are looked at together, few enough for a processor's cache."""
_LEFT: Final = 0.35
"""Share of the poses' smoothing that is left to do where the tracks were smoothed before."""


def track_noise(points: Floats, seen: NDArray[Any], unit: float = 1.0) -> float:
    """Standard deviation of the samples' white noise along an axis, in metres.

    From fourth differences over time: bodies have next to none, noise has all of it; the median
    leaves out what moves fast.

    Args:
        points: (T, K, 3); what unseen ones hold does not matter.
        seen: (T, K), false or 0 where unseen.
        unit: how many of the points' lengths are one metre.

    Returns:
        The noise, between what any track has and what none is believed to have.
    """
    found = _fourth_differences(points, np.asarray(seen) > 0)
    count = sum(len(part) for part in found)
    if not count:
        return _LEAST
    for bound in (_LEAST, _MOST):  # beyond both the median itself does not matter
        limit = bound * unit * _GAIN
        within = sum(int(np.count_nonzero(part <= limit)) for part in found)
        if bound == _LEAST and within > (count + 1) // 2:
            return _LEAST
        if bound == _MOST and count - within > (count + 1) // 2:
            return _MOST
    return float(np.clip(np.median(np.concatenate(found)) / unit / _GAIN, _LEAST, _MOST))


def noise_along(points: Floats, seen: NDArray[Any], span: int, begin: int) -> tuple[Floats, Floats]:
    """`track_noise` of one stretch of a take after the other.

    Args:
        points: (T, K, 3) metres.
        seen: (T, K), false or 0 where unseen.
        span: frames of a stretch.
        begin: how many frames of the first stretch lie before the take, 0 to below `span`.

    Returns:
        The stretches' middle frames (S,) and their noise (S,) in metres, NaN where nothing is seen
        for five frames.
    """
    here, places = np.asarray(seen) > 0, np.nan_to_num(points)
    firsts = np.arange(-begin, len(points), span)
    found = np.full(len(firsts), np.nan)
    for number, first in enumerate(firsts.tolist()):
        part = slice(max(0, first), first + span)
        fourths = np.concatenate([np.zeros(0), *_fourth_differences(places[part], here[part])])
        if len(fourths):
            found[number] = np.clip(np.median(fourths) / _GAIN, _LEAST, _MOST)
    return firsts + 0.5 * (span - 1), found


def _fourth_differences(points: Floats, seen: NDArray[np.bool_]) -> list[Floats]:
    """Sizes of x[t] - 4 x[t + 1] + 6 x[t + 2] - 4 x[t + 3] + x[t + 4] along each axis, of samples
    (T, K, 3) that are seen (T, K) in all five frames; in parts of any length."""
    parts: list[Floats] = []
    for first in range(0, len(points) - 4, _CHUNK):
        part = slice(first, first + _CHUNK + 4)
        fourth = np.abs(np.diff(points[part], n=4, axis=0))
        own = seen[part]
        complete = own[:-4] & own[1:-3] & own[2:-2] & own[3:-1] & own[4:]
        parts.append(fourth.ravel() if complete.all() else fourth[complete].ravel())
    return parts


def prior_weight_for(noise: float) -> float:
    """m² per rad²: how hard the step between the network's rounds holds to its pose."""
    return float(np.clip((noise / 0.08) ** 2, 1e-3, 2e-2))


def smoothing_for(noise: float, denoised: bool = False) -> float:
    """Seconds of smoothing that poses from such tracks need; none for clean ones.

    denoised: whether the tracks themselves were smoothed before.
    """
    return _FULL_SMOOTHING * (_LEFT if denoised else 1.0) * _noisiness(noise)


def denoising_for(noise: float) -> float:
    """Seconds of smoothing that such tracks need before they are solved; none for clean ones.

    The best width of a parabola's kernel grows slowly with the noise, hence the root.
    """
    return _FULL_DENOISING * _noisiness(noise) ** 0.5


def _noisiness(noise: float) -> float:
    """0 for clean tracks, 1 for those of a centimetre or more."""
    return min(1.0, max(0.0, noise - 1.5 * _LEAST) / _FULL_NOISE)
