# SPDX-License-Identifier: GPL-3.0-or-later
"""Preview and assumed rest, drawn over the viewport: nothing of the scene is changed for them.

What is drawn is found by a timer when options or source have changed, never while drawing.
"""

from dataclasses import dataclass
from typing import Any, Final

import bpy
import numpy as np

from ...lsmplify_core.retarget import RigMotion, retarget
from ...lsmplify_core.review.character_overlay import posed_lines, rest_lines
from ...lsmplify_core.review.overlay import Lines
from ...lsmplify_core.runtime.errors import InputError
from ..common.units import scene_unit
from . import changes
from .apply.plan import source_of, target_of
from .apply.source import from_armature
from .bone_map.choice import chosen_map, map_for
from .properties import options_of
from .rig.armature import check_character, rig_from

_SOON: Final = 0.05
"""Seconds after a change until the preview is found anew: a slider that is dragged comes first."""
_handles: list[object] = []


@dataclass(frozen=True)
class _Found:
    """What was found for one state of the options. trouble: why nothing was."""

    key: tuple[Any, ...]
    motion: RigMotion | None = None
    first: int = 0
    trouble: str = ""


_found: list[_Found] = []


def register() -> None:
    """Draw after everything else in 3D viewports; nowhere without windows."""
    if not bpy.app.background:
        handle = bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_VIEW")
        _handles.append(handle)


def unregister() -> None:
    """Stop drawing."""
    _found.clear()
    if bpy.app.timers.is_registered(_refresh_soon):
        bpy.app.timers.unregister(_refresh_soon)
    while _handles:
        bpy.types.SpaceView3D.draw_handler_remove(_handles.pop(), "WINDOW")


def trouble() -> str:
    """Why there is no preview, in one line; nothing where there is one."""
    return _found[0].trouble if _found else ""


def refresh(context: bpy.types.Context) -> None:
    """Find the preview for the options as they are now."""
    settings: Any = context.scene.lsmplify.character
    key = _key(context)
    if _found and _found[0].key == key:
        return
    try:
        target = check_character(target_of(context))
        source = from_armature(context, source_of(context), None, None)
        rig = rig_from(target)
        rig_map = map_for(target, rig, chosen_map(settings, target))
        motion = retarget(source.performance, rig, rig_map, options_of(settings)).motion
        _found[:] = [_Found(key, motion, round(float(source.frames[0])))]
    except InputError as error:
        _found[:] = [_Found(key, trouble=str(error))]


def lines(context: bpy.types.Context) -> list[Lines]:
    """What is to be drawn now, from what was found before."""
    settings: Any = context.scene.lsmplify.character
    made: list[Lines] = []
    if settings.preview and _found and _found[0].motion is not None:
        motion, first = _found[0].motion, _found[0].first
        frame = min(max(context.scene.frame_current - first, 0), motion.frames - 1)
        made.append(posed_lines(motion, frame))
    target = target_of(context)
    if settings.show_rest and target is not None:
        try:
            rig = rig_from(check_character(target))
            made.append(rest_lines(rig, map_for(target, rig, chosen_map(settings, target))))
        except InputError:
            pass
    return made


def _key(context: bpy.types.Context) -> tuple[Any, ...]:
    """What the preview depends on."""
    settings: Any = context.scene.lsmplify.character
    source = settings.source or context.scene.lsmplify.armature
    animation = source.animation_data if source is not None else None
    action = animation.action if animation is not None else None
    target = target_of(context)
    place = () if target is None else tuple(v for row in target.matrix_world for v in row)
    return (
        changes.number(), source and source.name, target and target.name, place,
        action and action.name, action and tuple(action.frame_range),
    )  # fmt: skip


def _refresh_soon() -> None:
    context = bpy.context
    if context.scene is not None and context.scene.lsmplify.character.preview:
        refresh(context)
        for window in context.window_manager.windows:
            for area in window.screen.areas:
                if area.type == "VIEW_3D":
                    area.tag_redraw()


def _draw() -> None:
    context = bpy.context
    settings: Any = context.scene.lsmplify.character
    stale = settings.preview and not (_found and _found[0].key == _key(context))
    if stale and not bpy.app.timers.is_registered(_refresh_soon):
        bpy.app.timers.register(_refresh_soon, first_interval=_SOON)
    made = lines(context)
    if made:
        _paint(context, made)


def _paint(context: bpy.types.Context, made: list[Lines]) -> None:
    import gpu
    from gpu_extras.batch import batch_for_shader

    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("NONE")
    shader = gpu.shader.from_builtin("POLYLINE_SMOOTH_COLOR")
    shader.uniform_float("viewportSize", (context.region.width, context.region.height))
    shader.uniform_float("lineWidth", 3.0)
    unit = scene_unit(context.scene)
    for item in made:
        content = {
            "pos": (item.ends / unit).astype(np.float32), "color": item.colours.astype(np.float32)
        }  # fmt: skip
        batch_for_shader(shader, "LINES", content).draw(shader)
    gpu.state.depth_test_set("LESS_EQUAL")
    gpu.state.blend_set("NONE")
