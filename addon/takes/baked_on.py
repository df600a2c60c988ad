# SPDX-License-Identifier: GPL-3.0-or-later
"""The armature that the last solve baked on, whatever has become of it."""

import bpy


def baked_on(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The armature of the scene's result; None where it is gone from the scene.

    Renamed it is the same. Of a copy the original is meant. Where a linked one was made an
    override, the override. Files of older versions know its name alone.
    """
    result = scene.lsmplify.result
    if not result.pointed:
        named = scene.objects.get(result.armature)
        return named if named is not None and named.type == "ARMATURE" else None
    kept = result.body
    if kept is None or scene in kept.users_scene:
        return kept
    overrides = (o for o in scene.objects if o.override_library is not None)
    return next((o for o in overrides if o.override_library.reference == kept), None)
