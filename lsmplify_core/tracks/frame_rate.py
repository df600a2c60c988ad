# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a take's frame rate can be right: people move at people's pace.

How fast the points swing about their middle, in radians a second: the root mean square of their
speed over that of their distance from where they are on average, both seen from the body's middle.
Over the first 1 to 10 seconds of 49 clips of the validation part it was 1.3 to 10.5 with a
median of 3.8.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.medians import seen_medians
from ..geometry.vectors import all_finite, lengths, squares
from ..runtime.array_types import Floats
from .tracks import Tracks

_USUAL: Final = 3.8
_SLOWEST: Final = 0.8
_FASTEST: Final = 25.0
"""Beyond these the rate is doubted; keypoints of video tremble, which makes them look faster."""
_COMMON: Final = (24.0, 30.0, 60.0, 120.0, 240.0, 480.0)
_LEAST_FRAMES: Final = 20
_MOST_FRAMES: Final = 1500
_LEAST_SWING: Final = 0.08
"""Of the body's spread: points that move less say nothing."""


def pace(positions: Floats, rate: float) -> float | None:
    """Radians a second that the points (T, K, 3), NaN where unseen, swing at; None where too little
    moves or is seen to tell."""
    points = np.asarray(positions[:_MOST_FRAMES], dtype=np.float64)
    present = all_finite(points).mean(axis=0) > 0.5
    if len(points) < _LEAST_FRAMES or present.sum() < 6:
        return None
    points = points[:, present]
    by_point = points.transpose(1, 0, 2)
    points = points - seen_medians(by_point, np.isfinite(by_point))[:, None]
    away = lengths(points).ravel()
    known = np.isfinite(away)
    spread = float(np.median(away[known])) if known.any() else np.nan
    points = (points[:-2] + points[1:-1] + points[2:]) / 3.0
    away = _size(points - _mean(points))
    speed = _size(np.diff(points, axis=0)) * rate
    moving = away > _LEAST_SWING * spread
    if moving.sum() < 4:
        return None
    return float(np.median(speed[moving] / away[moving]))


def rate_warning(tracks: Tracks) -> tuple[str, ...]:
    """A sentence where people do not move like that at the take's rate; the rate is not changed."""
    with np.errstate(all="ignore"):
        found = pace(tracks.positions, tracks.rate)
    if found is None or found <= 0 or _SLOWEST < found < _FASTEST:
        return ()
    way = "slow" if found < _USUAL else "fast"
    times = max(_USUAL / found, found / _USUAL)
    return (
        f"at {tracks.rate:g} frames per second the motion is about {times:.0f} times too {way} for "
        f"a person; about {likely_rate(found, tracks.rate):g} would fit (--fps)",
    )


def likely_rate(found: float, rate: float) -> float:
    """The common rate at which the pace found at `rate` would be the usual one."""
    wanted = rate * _USUAL / found
    return min(_COMMON, key=lambda r: abs(np.log(r / wanted)))


def _size(vectors: Floats) -> NDArray[np.float64]:
    """(T, K, 3) -> (K,) root mean square length over what was seen."""
    own = squares(vectors)
    seen = np.isfinite(own)
    total = np.where(seen, own, 0.0).sum(axis=0)
    return np.asarray(np.sqrt(total / np.maximum(seen.sum(axis=0), 1)))


def _mean(points: Floats) -> NDArray[np.float64]:
    """(T, K, 3) -> (K, 3) the mean of what was seen, NaN for a point that never was."""
    seen = all_finite(points)
    total = np.where(seen[..., None], points, 0.0).sum(axis=0)
    count = seen.sum(axis=0)[:, None]
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
