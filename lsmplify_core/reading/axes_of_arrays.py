# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays of points in the orders of axes that tools write, brought to frames × points × numbers."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError
from ..tracks.point_order import known_counts

Floats = NDArray[np.float64]

_MOST_PEOPLE: Final = 20


def frames_first(points: Any, path: Path) -> NDArray[Any]:
    """Points as (T, K, 3 or 4), or (T, P, K, 3 or 4) of several people.

    Args:
        points: (T, K, 3), (K, 3, T) as HumanML3D's models write it, (3, K, T) as ezc3d has it,
            (K, T, 3), the same with a leading or second axis of people, or (T, 3 K).
        path: the file, for messages.

    Raises:
        InputError: for shapes that are no points.
    """
    if points.ndim == 4 and 1 in points.shape[:2]:  # one person, or one camera
        points = points.reshape(-1, *points.shape[2:]) if points.shape[2] != 1 else points
    if points.ndim == 2:
        return _flat(points, path)
    if points.ndim == 4:
        return _people(points, path)
    if points.ndim != 3:
        raise InputError(f"{path}: points must be frames × points × 3 numbers, not {points.shape}")
    places = [axis for axis in (2, 1, 0) if points.shape[axis] in (3, 4)]
    if not places:
        raise InputError(f"{path}: points must be frames × points × 3 numbers, not {points.shape}")
    axis = _axis_of_places(points, places)
    moved = np.moveaxis(points, axis, 2)
    if axis == 2 and not _turned(moved):
        return moved
    return np.swapaxes(moved, 0, 1) if _turned(moved) else moved


def _axis_of_places(points: NDArray[Any], places: list[int]) -> int:
    """The last axis of three, but for a take of three frames in (K, 3, T)."""
    if len(places) > 1 and points.shape[places[0]] == 3 and points.shape[0] in known_counts():
        return 1 if 1 in places and points.shape[1] == 3 and points.shape[2] != 3 else places[0]
    return places[0]


def _turned(points: NDArray[Any]) -> bool:
    """Whether (A, B, 3) has the frames second: neighbours in time are nearer than those on a
    body."""
    first, second = points.shape[:2]
    if first < 2 or second < 2:
        return first in known_counts() and second not in known_counts()
    values = np.asarray(points[:400, :400, :3], dtype=np.float64)
    along = [_step(values, axis) for axis in (0, 1)]
    if not all(np.isfinite(along)):
        return False
    known = known_counts()
    if second in known and first not in known:
        return along[1] < 0.1 * along[0]
    if first in known and second not in known:
        return along[1] < along[0]
    return along[1] < 0.5 * along[0]


def _step(values: Floats, axis: int) -> float:
    with np.errstate(all="ignore"):
        steps = np.linalg.norm(np.diff(values, axis=axis), axis=-1)
    steps = steps[np.isfinite(steps)]
    return float(np.median(steps)) if len(steps) else float("nan")


def _flat(points: NDArray[Any], path: Path) -> NDArray[Any]:
    """(T, 3 K); or one frame of points (K, 3)."""
    if points.shape[1] in (3, 4) and points.shape[0] in known_counts():
        return points[None]
    if points.shape[1] == 263:
        raise InputError(
            f"{path}: rows of 263 numbers are HumanML3D's features and no points; recover the "
            "joints first (recover_from_ric gives frames × 22 × 3)"
        )
    if points.shape[1] % 4 == 0 and points.shape[1] // 4 in known_counts():
        scored = points.reshape(len(points), -1, 4)
        last = np.asarray(scored[:400, :, 3], dtype=np.float64)
        if np.nanmin(last, initial=0.0) >= 0 and np.nanmax(last, initial=0.0) <= 1:
            return scored
    if points.shape[1] % 3 == 0 and points.shape[1]:
        return points.reshape(len(points), -1, 3)
    raise InputError(f"{path}: points must be frames × points × 3 numbers, not {points.shape}")


def _people(points: NDArray[Any], path: Path) -> NDArray[Any]:
    """(T, P, K, 3) of several people, told from (P, T, K, 3)."""
    if points.shape[3] not in (3, 4):
        if points.shape[2] in (3, 4):
            raise InputError(
                f"{path}: its shape {points.shape} is that of {points.shape[0]} motions of "
                f"{points.shape[1]} joints; save one of them as (frames, joints, 3)"
            )
        raise InputError(f"{path}: points must be frames × points × 3 numbers, not {points.shape}")
    first, second = points.shape[:2]
    people = points if second <= first else np.swapaxes(points, 0, 1)
    if people.shape[1] > _MOST_PEOPLE:
        raise InputError(f"{path}: {people.shape[1]} people in an array are too many")
    return people
