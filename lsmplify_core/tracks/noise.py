# SPDX-License-Identifier: GPL-3.0-or-later
"""How noisy a take's tracks are, measured on the take itself, and what follows from it."""

from typing import Final

import numpy as np

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
"""The same for the tracks themselves, before they are solved (`denoising.denoised`)."""
_LEFT: Final = 0.35
"""Share of the poses' smoothing that is left to do where the tracks were smoothed before."""


def track_noise(points: Floats, weights: Floats) -> float:
    """Standard deviation of the samples' white noise along an axis, in metres.

    points: (T, K, 3) metres. weights: (T, K), 0 where unseen. From fourth differences over time:
    bodies have next to none, noise has all of it; the median leaves out what moves fast.
    """
    if len(points) < 5:
        return _LEAST
    seen = weights > 0
    complete = seen[:-4] & seen[1:-3] & seen[2:-2] & seen[3:-1] & seen[4:]
    if not complete.any():
        return _LEAST
    fourth = np.abs(np.diff(points, n=4, axis=0))[complete]
    return float(np.clip(np.median(fourth) / _GAIN, _LEAST, _MOST))


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
