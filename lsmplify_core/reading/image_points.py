# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks in shares of a picture: x by its width, y by its height, so that bodies come out
squeezed."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError
from ..tracks.tracks import Tracks

Floats = NDArray[np.float64]

PIXEL_NOTE: Final = "image landmarks"
"""What a reader says of points that are shares of a picture; `scaled_to_image` takes it away."""
_BEYOND: Final = 0.6
"""How far outside the picture landmarks may be guessed, in its widths."""


def is_normalised(positions: Floats) -> bool:
    """Whether points (T, K, 3) may be shares of a picture."""
    seen = positions[np.isfinite(positions).all(axis=-1)]
    if not len(seen):
        return False
    low, high = np.percentile(seen[:, :2], (2, 98), axis=0)
    return bool((low > -_BEYOND).all() and (high < 1.0 + _BEYOND).all() and (high > 0.05).all())


def image_size(text: str) -> tuple[float, float]:
    """ "1920x1080" as (1920, 1080). Raises InputError."""
    words = text.lower().replace("×", "x").split("x")
    try:
        width, height = (float(w) for w in words)
    except ValueError:
        width = height = 0.0
    if not (0 < width < 1e6 and 0 < height < 1e6):
        raise InputError(f"--image-size {text} is not a width and height like 1920x1080")
    return width, height


def scaled_to_image(tracks: Tracks, size: tuple[float, float] | None) -> Tracks:
    """Tracks whose points are shares of a picture with x, y and z in one measure.

    Args:
        tracks: as read.
        size: width and height of the picture, None where the user does not say them.

    Raises:
        InputError: for shares of a picture without its size.
    """
    if PIXEL_NOTE not in tracks.warnings and size is None:
        return tracks
    if size is None:
        raise InputError(
            f"{tracks.source}: its points are normalised image landmarks: x is a share of the "
            "picture's width and y of its height; give --image-size WIDTHxHEIGHT, or export world "
            "landmarks (pose_world_landmarks)"
        )
    if not is_normalised(tracks.positions):
        raise InputError(
            f"{tracks.source}: --image-size is for points that are shares of a picture, and these "
            "are not between 0 and 1"
        )
    width, height = size
    scale = np.array([1.0, height / width, 1.0])  # MediaPipe gives z in the measure of x
    notes = [w for w in tracks.warnings if w != PIXEL_NOTE]
    notes.append(
        f"image landmarks were scaled by the picture's size ({width:g} × {height:g}); their depth is "
        "an estimate, and their scale unknown"
    )
    return replace(tracks, positions=tracks.positions * scale, warnings=tuple(notes))
