# SPDX-License-Identifier: GPL-3.0-or-later
"""Selecting an armature and some of its bones, in every Blender."""

from collections.abc import Collection

import bpy


def select_bones(
    context: bpy.types.Context, armature: bpy.types.Object, names: Collection[str]
) -> None:
    """Make the armature the only selected object and the active one, and select these bones alone.

    Args:
        context: whose view layer is changed.
        armature: an object of it.
        names: of the bones; those that it has not are passed over.
    """
    for item in context.view_layer.objects:
        if item.select_get():
            item.select_set(False)
    armature.select_set(True)
    context.view_layer.objects.active = armature
    for bone in armature.pose.bones:
        holder = bone if hasattr(bone, "select") else bone.bone  # moved to the pose in 5.0
        holder.select = bone.name in names
    first = next((n for n in names if n in armature.data.bones), None)
    if first is not None:
        armature.data.bones.active = armature.data.bones[first]
