# SPDX-License-Identifier: GPL-3.0-or-later
"""Which axis of a file is up, found from bodies that stand, and the turns that bring it to +Z."""

from typing import Final

import numpy as np

from ..geometry.vectors import all_finite, lengths
from ..layouts.matching import Match
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .bearing import Bearing
from .body_fit import rest_points
from .tracks import Tracks
from .upright import stands_along

AXES: Final = ("+x", "-x", "+y", "-y", "+z", "-z")

_NEAR_AN_AXIS: Final = 40.0
_AGAINST: Final = 50.0
"""Degrees: how near an axis the line from the feet to the body is that makes it up, and how far
from another one that was taken for it."""
_WANDERS: Final = 0.4
"""Of the body's size: a height that changes more is no floor's."""


def reflection(axis: str) -> Floats:
    """(3, 3) the reflection along "x", "y" or "z"."""
    return np.diag([-1.0 if a == axis else 1.0 for a in "xyz"])


def turn_up(axis: str) -> Floats:
    """The rotation (3, 3) that brings an axis to +z without mirroring; "+y" as Blender's importers
    have it (X stays)."""
    turns = {
        "+z": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        "-z": [[1, 0, 0], [0, -1, 0], [0, 0, -1]],
        "+y": [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
        "-y": [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
        "+x": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
        "-x": [[0, -1, 0], [0, 0, 1], [-1, 0, 0]],
    }
    if axis not in turns:
        raise InputError(f"up axis {axis!r} is not one of {', '.join(AXES)}")
    return np.array(turns[axis], dtype=np.float64)


def find_up(tracks: Tracks, match: Match) -> tuple[str, tuple[str, ...], bool]:
    """The axis along which what is high on a standing body lies above what is low.

    Args:
        tracks: as read.
        match: which track is which point.

    Returns:
        the axis (one of AXES), notes, and whether it was guessed.
    """
    if tracks.up_given and tracks.up is not None:
        return tracks.up, (), False
    pairs = match.matched
    layout = match.layout.select([k for k, _ in pairs])
    positions = tracks.positions[:, [t for _, t in pairs]]
    height = rest_points(layout)[:, 1]
    seen = all_finite(positions)
    count = seen.sum(axis=1)
    level = np.where(seen, height - (seen @ height / np.maximum(count, 1))[:, None], 0.0)
    filled = positions if seen.all() else np.where(seen[..., None], positions, 0.0)
    steep = np.maximum(np.einsum("tk,tk->t", level, level), 1e-9)
    slope = np.einsum("tk,tkd->td", level, filled) / steep[:, None]
    usable = (count >= 4) & (level.max(axis=1) - level.min(axis=1) > 0.3)
    if tracks.up is not None and not usable.any():
        return tracks.up, (), False
    if usable.any():
        direction = np.median(slope[usable], axis=0)
        length = lengths(slope[usable])
        axis = int(np.argmax(np.abs(direction)))
        found = ("+" if direction[axis] > 0 else "-") + "xyz"[axis]
        clear = abs(direction[axis]) > 0.6 * float(np.median(length))
        if tracks.up in (None, found) and clear:
            return found, (), False
        if (
            tracks.up is not None
            and clear
            and (
                _floor_is(found, tracks.up, positions)
                or stands_along(found, tracks.up, positions, layout)
            )
        ):
            return found, (
                f"the file says that up is {tracks.up}, but the body stands and walks along "
                f"{found}",
            ), False  # fmt: skip
        if tracks.up is not None:
            return tracks.up, (), False
    fallback = _usual_up(tracks.source)
    note = f"nobody stands upright in this take; {fallback} was taken as up"
    return fallback, (note,), True


def checked_by_feet(
    bearing: Bearing | None, up: str, warnings: tuple[str, ...], guessed: bool
) -> tuple[str, tuple[str, ...], bool]:
    """What `find_up` found, replaced where feet that alone bear the body show another axis.

    Args:
        bearing: which way is up by the feet, in the file's axes, or None.
        up: the axis found before.
        warnings: what was said of it.
        guessed: whether it was a guess.

    Returns:
        the axis, its warnings, whether it is a guess.
    """
    if bearing is None:
        return up, warnings, guessed
    along = {axis: float(bearing.up @ turn_up(axis)[2]) for axis in AXES}
    best = max(AXES, key=lambda axis: along[axis])
    if best == up or along[best] < np.cos(np.radians(_NEAR_AN_AXIS)):
        return up, warnings, guessed
    if along[up] > np.cos(np.radians(_AGAINST)):
        return up, warnings, guessed
    note = f"up is {best}: the feet alone bear the body along it"
    return best, (note,), False


def _floor_is(found: str, declared: str, positions: Floats) -> bool:
    """Whether the lowest point keeps its height along `found`, and does not along `declared`: there
    is a floor under people who walk, and under those who stand on their hands."""
    steady, other = (_unsteadiness(axis, positions) for axis in (found, declared))
    seen = all_finite(positions)
    there = positions[seen.any(axis=1)]
    extent = np.nanmax(there, axis=1) - np.nanmin(there, axis=1)
    body = float(np.nanmedian(extent.max(axis=-1))) if len(there) else 0.0
    return other > _WANDERS * body and other > 3.0 * steady


def _unsteadiness(axis: str, positions: Floats) -> float:
    height = positions[..., "xyz".index(axis[1])] * (1.0 if axis[0] == "+" else -1.0)
    seen = np.isfinite(height)
    lowest = np.where(seen, height, np.inf).min(axis=1)[seen.any(axis=1)]
    low, high = np.percentile(lowest, (10, 90))
    return float(high - low)


def _usual_up(source: str) -> str:
    """What tools of a format mostly have, for takes that don't show it."""
    name = source.lower()
    if name.endswith((".trc", ".bvh", ".csv")):
        return "+y"
    return "-y" if name.endswith(".json") else "+z"
