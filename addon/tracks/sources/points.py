# SPDX-License-Identifier: GPL-3.0-or-later
"""Points of a scene before they are sampled, whatever they are made of."""

from collections.abc import Callable
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from ....lsmplify_core.geometry.resampling import Keys
from ...bake import actions

Read = Callable[[bpy.types.Depsgraph, list[int]], NDArray[np.float64]]


@dataclass(frozen=True)
class Points:
    """K points of one kind.

    keys: what moves a point, where that is its own location keys alone; None where Blender must be
    asked. times: (N,) scene frames at which something that moves the point is keyed, its clock.
    sampled: whether a missing one among those keys is a missing sample. owners: the objects that
    Blender must evaluate. read: (n, 3) world positions of some of the points in a depsgraph.
    notes: sentences for the user.
    """

    names: list[str]
    keys: list[Keys | None]
    times: list[NDArray[np.float64]]
    sampled: list[bool]
    owners: list[bpy.types.Object]
    read: Read
    notes: tuple[str, ...] = ()


NO_TIMES: NDArray[np.float64] = np.zeros(0)


def location_keys(curves: dict[int, bpy.types.FCurve], place: Matrix) -> Keys | None:
    """Keys of three location curves, or None where they say more than their keys do: modifiers,
    baked samples, axes keyed at different times."""
    if any(c.modifiers or not len(c.keyframe_points) for c in curves.values()):
        return None
    axes = [actions.key_coordinates(curves[i]) for i in range(3)]
    times = axes[0][:, 0]
    if any(len(a) != len(times) or np.abs(a[:, 0] - times).max(initial=0) > 1e-3 for a in axes):
        return None
    return Keys(times, np.stack([a[:, 1] for a in axes], axis=1), array(place))


def standing(location: object, place: Matrix) -> Keys:
    """A point that stands still."""
    return Keys(NO_TIMES, np.array([tuple(location)], dtype=np.float64), array(place))


def key_times(curves: list[bpy.types.FCurve]) -> NDArray[np.float64]:
    """Scene frames of the keys of the curve that has most of them."""
    longest = max(curves, key=lambda c: len(c.keyframe_points), default=None)
    return NO_TIMES if longest is None else actions.key_coordinates(longest)[:, 0]


def all_key_times(curves: list[bpy.types.FCurve]) -> NDArray[np.float64]:
    """Scene frames at which any of the curves has a key."""
    times = [actions.key_coordinates(c)[:, 0] for c in curves]
    return np.unique(np.round(np.concatenate(times), 3)) if times else NO_TIMES


def array(matrix: Matrix) -> NDArray[np.float64]:
    """Blender's matrix as NumPy's."""
    return np.array(matrix, dtype=np.float64)
