# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as tracks: their origins."""

from collections.abc import Sequence

import bpy
import numpy as np
from mathutils import Matrix, Vector
from numpy.typing import NDArray

from ....lsmplify_core.geometry.resampling import Keys
from ...bake import actions
from .points import NO_TIMES, Points, key_times, location_keys, standing
from .still import acting, has_strips, moving_curves, only_keys_move, place_of

_REPLACING = frozenset(("COPY_LOCATION", "COPY_TRANSFORMS", "FOLLOW_PATH", "FOLLOW_TRACK"))
"""Constraints that put an object where its own keys do not say."""
_DEEP = 8
"""Parents and targets that are asked for keys, one after another, before giving up."""


def object_points(items: Sequence[bpy.types.Object]) -> Points:
    """The objects' origins as points."""
    return Points(
        [o.name for o in items], [_keys(o) for o in items], [_times(o) for o in items],
        [_own_keys_are_samples(o) for o in items], list(items),
        lambda graph, wanted: _read(graph, [items[i] for i in wanted]), _notes(items),
    )  # fmt: skip


def _keys(item: bpy.types.Object) -> Keys | None:
    """Keys of an object that nothing but its own location curves moves, else None."""
    place = place_of(item) if only_keys_move(item) else None
    curves = actions.curves_of(item)
    if place is None or any(c.data_path.startswith(("delta_loc", "constraints")) for c in curves):
        return None
    place = place @ Matrix.Translation(item.delta_location)
    own = [c for c in curves if c.data_path == "location"]
    if not own:
        return standing(item.location, place)
    found = actions.location_curves(own, "location")
    return location_keys(found, place) if found else None


def _times(item: bpy.types.Object, deep: int = _DEEP) -> NDArray[np.float64]:
    """When the object is keyed, or else what it hangs on or follows."""
    own = [c for c in moving_curves(item) if c.data_path == "location"] or moving_curves(item)
    times = key_times(own)
    if len(times) or not deep:
        return times
    targets = [getattr(c, "target", None) for c in acting(item.constraints)]
    for other in (*targets, item.parent):
        if other is not None and other is not item:
            times = _times(other, deep - 1)
            if len(times):
                return times
    return NO_TIMES


def _own_keys_are_samples(item: bpy.types.Object) -> bool:
    """Whether a location key that is not there means that the point was not seen."""
    replaced = any(c.type in _REPLACING for c in acting(item.constraints))
    keyed = any(c.data_path == "location" for c in moving_curves(item))
    return keyed and not replaced and not has_strips(item)


def _read(graph: bpy.types.Depsgraph, items: Sequence[bpy.types.Object]) -> NDArray[np.float64]:
    places: list[Vector] = [o.evaluated_get(graph).matrix_world.translation for o in items]
    return np.array([p[:] for p in places], dtype=np.float64).reshape(-1, 3)


def _notes(items: Sequence[bpy.types.Object]) -> tuple[str, ...]:
    muted = [o.name for o in items if actions.muted_curves(o, "location")]
    if not muted:
        return ()
    some = ", ".join(muted[:4]) + (", …" if len(muted) > 4 else "")
    return (f"location curves of {some} are muted; those tracks stand still where they are muted",)
