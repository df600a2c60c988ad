# SPDX-License-Identifier: GPL-3.0-or-later
"""Points that are no places in space: those that lie in one plane through the whole take."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.vectors import all_finite
from ..runtime.errors import InputError
from .tracks import Tracks

Floats = NDArray[np.float64]

_FLAT: Final = 0.002
"""Of the body's size: points that leave one plane by less are 2D; a person's middle is 0.2 deep."""
_LEAST_POINTS: Final = 5
_MOST_FRAMES: Final = 500


def check_in_space(tracks: Tracks) -> None:
    """Refuse 2D points in the clothes of 3D ones.

    Raises:
        InputError: where all points of all frames lie in one plane.
    """
    if len(tracks.names) < _LEAST_POINTS:
        return
    axis = flat_axis(tracks.positions[:: max(1, tracks.frames // _MOST_FRAMES)])
    if axis is not None:
        raise InputError(
            f"{tracks.source}: its points are 2D: they lie in one plane ({axis} stays the same); "
            "solving takes 3D points, which Pose2Sim, FreeMoCap or Anipose make of several cameras"
        )


def flat_axis(points: Floats) -> str | None:
    """What does not differ between points in one plane: an axis, or "the depth" of a turned plane;
    None for points (T, K, 3) in space."""
    flat = points[all_finite(points)]
    if len(flat) < 12:
        return None
    with np.errstate(all="ignore"):
        own = flat - np.median(flat, axis=0)
        size = float(np.sqrt(np.square(own).sum(axis=1).mean()))
        if not np.isfinite(size) or size <= 0:
            return None
        depth = np.sqrt(np.square(own).mean(axis=0)) / size
        if depth.min() < _FLAT:
            return "xyz"[int(np.argmin(depth))]
        # a picture whose plane is turned: every frame is flat, and all of them the same way
        own = own - own.mean(axis=0)
        spread = own.T @ own / len(own)
        if not np.isfinite(spread).all():
            return None
        least = float(np.linalg.eigvalsh(spread)[0])
    return "the depth" if np.sqrt(max(least, 0.0)) / size < _FLAT else None
