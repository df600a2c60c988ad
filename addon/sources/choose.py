# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects of the scene are the tracks that the settings speak of."""

import bpy

from ...lsmplify_core.errors import InputError
from .still import world_of

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


def _tracks(items: object) -> list[bpy.types.Object]:
    return [o for o in items if _is_a_track(o)]


def _is_a_track(item: bpy.types.Object) -> bool:
    """Whether the object can stand for a point: no camera, no video plane, nothing that is deformed,
    and no parent that holds a tree of tracks together and never moves."""
    if item.type in _NO_POINTS or (item.type == "EMPTY" and item.empty_display_type == "IMAGE"):
        return False
    if item.type == "MESH" and any(m.type == "ARMATURE" for m in item.modifiers):
        return False
    return not (item.children and world_of(item) is not None)
