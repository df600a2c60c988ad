# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects, bones or file are the tracks, and what the choice still lacks."""

from pathlib import Path

import bpy

from ..translations import said

_NO_TRACKS = ("CAMERA", "LIGHT", "LIGHT_PROBE", "SPEAKER")
"""Kinds of objects that nobody means by tracks."""


def missing_tracks(context: bpy.types.Context) -> str:
    """What the choice of tracks still lacks, as one sentence, or nothing."""
    settings = context.scene.lsmplify
    if settings.source == "SELECTED" and not selected(context):
        return "Select the objects that are the tracks"
    if settings.source == "COLLECTION" and settings.collection is None:
        return "Choose the collection that holds the tracks"
    if settings.source == "BONES" and settings.track_armature is None:
        return "Choose the armature whose bones are the tracks"
    if settings.source == "VERTICES" and settings.point_cache is None:
        return "Choose the mesh whose vertices are the tracks"
    if settings.source == "FILE" and not settings.filepath:
        return "Choose a file with tracks"
    return ""


def selected(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected objects that may be tracks: not cameras and lights, not the cube that Blender
    begins with."""
    return [
        o for o in context.selected_objects or ()
        if o.type not in _NO_TRACKS and not is_default_cube(o)
    ]  # fmt: skip


def is_default_cube(item: bpy.types.Object) -> bool:
    """Whether an object is the cube of a new scene, untouched."""
    return (
        item.name == "Cube"
        and item.type == "MESH"
        and len(item.data.vertices) == 8
        and item.parent is None
        and item.animation_data is None
        and not (item.modifiers or item.constraints or item.children)
        and item.matrix_basis.is_identity
    )


def hide_default_cube(context: bpy.types.Context) -> None:
    """Take the cube of a new scene out of sight: a take would stand in it. It stays in the file."""
    cube = context.view_layer.objects.get("Cube")
    if cube is not None and is_default_cube(cube):
        cube.hide_set(True)


def said_tracks(context: bpy.types.Context) -> str:
    """The chosen tracks in a few words."""
    settings = context.scene.lsmplify
    if settings.source == "SELECTED":
        return said("{count} objects selected", count=len(selected(context)))
    if settings.source == "COLLECTION":
        count = len(settings.collection.all_objects)
        return said("{count} tracks in {name}", count=count, name=settings.collection.name)
    if settings.source == "BONES":
        count = len(settings.track_armature.data.bones)
        return said("{count} tracks in {name}", count=count, name=settings.track_armature.name)
    if settings.source == "VERTICES":
        return str(settings.point_cache.name)
    return Path(settings.filepath).name
