# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene that a take is baked into without a window: empty, at the take's rate, as long as
it."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

import bpy

from ...lsmplify_core.runtime.errors import InputError

_DEFAULT: Final = {"Cube": "MESH", "Camera": "CAMERA", "Light": "LIGHT"}
"""What Blender's own start file has in it."""
_CUBE_CORNERS: Final = 8
_MOST_RATE: Final = 32767.0
"""Blender's largest number of frames per second."""


def clear_start_file() -> None:
    """Take the cube, the camera and the light of Blender's start file out, where nobody has changed
    their names, animated them or opened another file."""
    if bpy.data.filepath:
        return
    for name, kind in _DEFAULT.items():
        item = bpy.data.objects.get(name)
        if item is None or item.type != kind or item.animation_data or item.modifiers:
            continue
        mesh: Any = item.data
        if kind == "MESH" and len(mesh.vertices) != _CUBE_CORNERS:
            continue
        bpy.data.batch_remove([item, mesh])


def set_rate(scene: bpy.types.Scene, rate: float) -> None:
    """Frames per second of a scene, whole ones or not (119.88 is 120 over 1.001)."""
    if not 0 < rate <= _MOST_RATE:
        raise InputError(f"{rate:g} is not a number of frames per second of a scene")
    whole = max(1, math.ceil(rate - 1e-6))
    scene.render.fps = whole
    scene.render.fps_base = whole / rate


def set_range(scene: bpy.types.Scene, first: int, last: int) -> None:
    """First and last frame of a scene, and the frame that it shows."""
    scene.frame_start, scene.frame_end = first, max(last, first)
    scene.frame_set(first)


@contextmanager
def as_before(scene: bpy.types.Scene, armature: bpy.types.Object | None) -> Generator[None]:
    """Afterwards nothing is left of what was made within it.

    Args:
        scene: its rate, its range and its frame are put back.
        armature: that is baked on; it gets back the action that it had.
    """
    before = {block.session_uid for block in _blocks()}
    rate = scene.render.fps, scene.render.fps_base
    span = scene.frame_start, scene.frame_end, scene.frame_current
    animation = armature.animation_data if armature is not None else None
    action = animation.action if animation is not None else None
    try:
        yield
    finally:
        scene.render.fps, scene.render.fps_base = rate
        scene.frame_start, scene.frame_end = span[:2]
        scene.frame_set(span[2])
        if armature is not None and armature.animation_data is not None:
            armature.animation_data.action = action
        bpy.data.batch_remove([b for b in _blocks() if b.session_uid not in before])


def _blocks() -> Iterator[bpy.types.ID]:
    """Every data-block of the file."""
    for prop in bpy.data.bl_rna.properties:
        if prop.type == "COLLECTION":
            yield from (
                b for b in getattr(bpy.data, prop.identifier) if isinstance(b, bpy.types.ID)
            )
