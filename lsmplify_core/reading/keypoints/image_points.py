# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks in shares of a picture: x by its width, y by its height, so that bodies come out
squeezed."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...layouts.names import plain
from ...runtime.errors import InputError
from ...tracks.tracks import Tracks

Floats = NDArray[np.float64]

PIXEL_NOTE: Final = "image landmarks"
"""What a reader says of points that are shares of a picture; `scaled_to_image` takes it away."""
_EDGE: Final = 0.15
_HIPS: Final = 0.01
"""Shares of the picture: how far landmarks of a whole body may be outside, and how far from zero
the depth between the hips is."""
_BEYOND: Final = 0.6
"""How far outside the picture landmarks may be guessed, in its widths."""


def is_normalised(positions: Floats) -> bool:
    """Whether points (T, K, 3) may be shares of a picture."""
    seen = positions[np.isfinite(positions).all(axis=-1)]
    if not len(seen):
        return False
    low, high = np.percentile(seen[:, :2], (2, 98), axis=0)
    return bool((low > -_BEYOND).all() and (high < 1.0 + _BEYOND).all() and (high > 0.05).all())


def noted_if_image(tracks: Tracks) -> Tracks:
    """Tracks of any file with the note of image landmarks, where they are MediaPipe's: x and y
    within a picture, and depth counted from between the hips, which are somewhere in the
    picture."""
    plain_names = [plain(n) for n in tracks.names]
    if "lhip" not in plain_names or "rhip" not in plain_names or PIXEL_NOTE in tracks.warnings:
        return tracks
    hips = tracks.positions[:, [plain_names.index("lhip"), plain_names.index("rhip")]].mean(axis=1)
    hips = hips[np.isfinite(hips).all(axis=1)]
    seen = tracks.positions[tracks.seen]
    if len(hips) < 2 or not is_normalised(tracks.positions):
        return tracks
    low, high = np.percentile(seen, (2, 98), axis=0)
    inside = bool((low[:2] > -_EDGE).all() and (high[:2] < 1.0 + _EDGE).all())
    depth = float(np.abs(hips[:, 2]).max())
    away = float(np.median(np.abs(hips[:, :2]).min(axis=1)))
    if inside and depth < _HIPS and away > 10.0 * _HIPS and high[2] - low[2] > 2.0 * _HIPS:
        return replace(tracks, warnings=(*tracks.warnings, PIXEL_NOTE))
    return tracks


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
            "picture's width and y of its height; give --image-size WIDTHxHEIGHT (Image Size in "
            "Blender), or export world landmarks (pose_world_landmarks)"
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
        f"image landmarks were scaled by the picture's size ({width:g} × {height:g}); their depth "
        "is an estimate, and their scale unknown"
    )
    return replace(tracks, positions=tracks.positions * scale, warnings=tuple(notes))
