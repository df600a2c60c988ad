# SPDX-License-Identifier: GPL-3.0-or-later
"""Which armature the clean-up is about."""

import bpy

from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.runtime.errors import InputError
from .reading import shown_action


def is_body(item: bpy.types.Object | None) -> bool:
    """Whether an object is an armature whose bones are named as SMPL's joints."""
    if item is None or item.type != "ARMATURE":
        return False
    return all(n in item.data.bones for n in JOINT_NAMES)


def chosen(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active armature, the one that the active object hangs on, or the only one in the scene
    that has an action; None where that is not clear."""
    active = context.view_layer.objects.active
    for item in (active, active.parent if active is not None else None):
        if is_body(item):
            return item
    moving = [o for o in context.scene.objects if is_body(o) and shown_action(o) is not None]
    return moving[0] if len(moving) == 1 else None


def reviewed(context: bpy.types.Context) -> bpy.types.Object | None:
    """Whose worst spans are listed: the active character that tracks were solved onto, while it
    shows that action; else the body that `chosen` finds."""
    active = context.view_layer.objects.active
    return active if is_reviewed_character(active) else chosen(context)


def is_reviewed_character(item: bpy.types.Object | None) -> bool:
    """Whether an object is a character's armature with spans of the action that it shows."""
    if item is None or item.type != "ARMATURE" or is_body(item):
        return False
    rig, action = item.lsmplify_rig, shown_action(item)
    return bool(rig.spans) and action is not None and action.name == rig.spans_of


def armature(context: bpy.types.Context) -> bpy.types.Object:
    """The same; InputError where none is clear."""
    found = chosen(context)
    if found is None:
        raise InputError("make the armature active whose motion is to be cleaned up")
    return found
