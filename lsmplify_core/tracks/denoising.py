# SPDX-License-Identifier: GPL-3.0-or-later
"""Noisy tracks made smooth before they are solved.

Every sample becomes the value of a parabola fitted to the track about it (local quadratic
regression with a Gaussian kernel: Cleveland, "Robust Locally Weighted Regression", 1979; Savitzky
and Golay, Anal. Chem. 1964). Unlike a mean it leaves speed and acceleration as they are, and it
needs no samples at equal distances, so that gaps do not matter.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from ..runtime.array_types import Floats
from .noise import noise_along, track_noise
from .tracks import Tracks

_REACH: Final = 3.0
"""Deviations of the kernel beyond which a sample counts nothing."""
_LEAST_SPREAD: Final = 1e-3
"""Beside the kernel's own moments: samples that say nothing of slope or bend leave both at zero."""
_SPAN: Final = 1.0
"""Seconds that noise is measured over where parts of a take may be clean."""
_LEAST_NOISE: Final = 0.0015
_FULL_NOISE: Final = 0.004
"""Metres of noise up to which poses are not corrected, and from which on they are wholly. Real
keypoints of 2 mm have other errors beside it, which the correction was not made for."""
_NARROW: Final = 0.3
"""Frames of the kernel's deviation below which tracks are left as they are."""


def noise_of(tracks: Tracks) -> float:
    """Standard deviation of the samples' white noise along an axis, in the tracks' unit."""
    return track_noise(tracks.positions, tracks.seen)


def denoised(tracks: Tracks, seconds: float) -> Tracks:
    """Tracks smoothed over time; what is missing stays missing.

    Args:
        tracks: one take.
        seconds: the kernel's standard deviation.

    Returns:
        The same tracks, every seen sample at its parabola.
    """
    width = seconds * tracks.rate
    if width < _NARROW or tracks.frames < 3:
        return tracks
    seen = tracks.seen
    smooth = local_parabolas(np.nan_to_num(tracks.positions), seen.astype(np.float64), width)
    return replace(tracks, positions=np.where(seen[..., None], smooth, tracks.positions))


def local_parabolas(positions: Floats, weights: Floats, width: float) -> Floats:
    """The values (T, K, 3) of parabolas fitted about each frame.

    positions: (T, K, 3), finite. weights: (T, K), 0 where unseen. width: frames.
    """
    frames = len(positions)
    reach = min(int(np.ceil(_REACH * width)), frames - 1)
    moments = np.zeros((5, *weights.shape))
    sums = np.zeros((3, *positions.shape))
    weighted = weights[..., None] * positions
    for step in range(-reach, reach + 1):
        here, there = _pair(step, frames)
        at = step / width
        kernel = np.exp(-0.5 * at * at) * np.power(at, np.arange(5))
        moments[:, here] += kernel[:, None, None] * weights[there]
        sums[:, here] += kernel[:3, None, None, None] * weighted[there]
    least = _LEAST_SPREAD * np.maximum(moments[0], _LEAST_SPREAD)
    s0, s1, s2, s3, s4 = moments
    slope, bend = s2 + least, s4 + least
    # the first row of the inverse of ((s0, s1, s2), (s1, slope, s3), (s2, s3, bend))
    rows = (slope * bend - s3 * s3, s2 * s3 - s1 * bend, s1 * s3 - s2 * slope)
    whole = s0 * rows[0] + s1 * rows[1] + s2 * rows[2]
    total = sum(row[..., None] * part for row, part in zip(rows, sums, strict=True))
    return total / np.maximum(whole, 1e-12)[..., None]


def correction_share(noise: float) -> float:
    """How much of the correction for noise a take gets that has so many metres of it, 0 to 1."""
    return float(np.clip((noise - _LEAST_NOISE) / (_FULL_NOISE - _LEAST_NOISE), 0.0, 1.0))


def correction_shares(tracks: Tracks, most: float, first: int) -> Floats:
    """How much of the correction for noise each frame of a take gets.

    Args:
        tracks: as measured, metres.
        most: what the take as a whole gets, 0 to 1.
        first: the number of the first frame on the capture's clock.

    Returns:
        (T,) from 0 for frames whose tracks are clean to `most` for noisy ones; it changes over
        about a second. Frames that show too little to measure their noise get `most`.
    """
    span = max(8, round(_SPAN * tracks.rate))
    middles, found = noise_along(tracks.positions, tracks.seen, span, first % span)
    own = [correction_share(noise) if np.isfinite(noise) else most for noise in found.tolist()]
    share = np.minimum(own, most)
    return np.interp(np.arange(tracks.frames), middles, share).astype(np.float32)


def _pair(step: int, frames: int) -> tuple[slice, slice]:
    """The frames that have one `step` further on, and those."""
    return slice(max(0, -step), frames - max(0, step)), slice(max(0, step), frames - max(0, -step))
