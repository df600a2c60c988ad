# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects of the scene are the tracks that the settings speak of."""

from collections.abc import Iterable

import bpy

from ....lsmplify_core.layouts.matching import LEAST_POINTS
from ....lsmplify_core.runtime.errors import InputError
from .still import acting, world_of

_NO_POINTS = frozenset(("ARMATURE", "CAMERA", "LIGHT", "LIGHT_PROBE", "SPEAKER", "LATTICE", "FONT"))


def source_objects(context: bpy.types.Context) -> tuple[list[bpy.types.Object], str]:
    """The objects of the chosen collection, or the selected ones and all below them, and what they
    are called in messages."""
    settings = context.scene.lsmplify
    if settings.source == "COLLECTION":
        if settings.collection is None:
            raise InputError("no collection with the tracks is chosen")
        return _tracks(settings.collection.all_objects), f"collection {settings.collection.name!r}"
    below = [o for s in context.selected_objects for o in (s, *s.children_recursive)]
    return _tracks(dict.fromkeys(below)), "selection"


def _tracks(items: Iterable[bpy.types.Object]) -> list[bpy.types.Object]:
    """Those that can be tracks. Where empties are enough of a body, shapes that follow something by
    constraints are its flesh."""
    found = [o for o in items if _is_a_track(o)]
    if sum(o.type == "EMPTY" for o in found) < LEAST_POINTS:
        return found
    return [o for o in found if o.type == "EMPTY" or not acting(o.constraints)]


def _is_a_track(item: bpy.types.Object) -> bool:
    """Whether the object can stand for a point: no camera, no video plane, nothing that is
    deformed, and no parent that holds a tree of tracks together and never moves."""
    if item.type in _NO_POINTS or (item.type == "EMPTY" and item.empty_display_type == "IMAGE"):
        return False
    if item.type == "MESH" and any(m.type == "ARMATURE" for m in item.modifiers):
        return False
    return not (item.children and world_of(item) is not None)
