# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines over the viewport, from the tracks to the body as it stands now, keyed or not.

`gpu` is only asked for where there is something to draw on: a background Blender has none.
"""

from dataclasses import dataclass
from typing import Final

import bpy
import numpy as np

from ...lsmplify_core.geometry.kinematics import attached_points
from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.motion.posed_joints import posed_joints
from ...lsmplify_core.review.overlay import Dots, Lines, joint_dots, track_lines
from ...lsmplify_core.runtime.errors import InputError
from ..body.armature import rig_of
from ..common.units import scene_unit
from ..takes import choosing, record
from ..takes.reading import shown_action

_handles: list[object] = []
_TRACK: Final = np.array([0.55, 0.85, 1.0, 1.0])
"""Light blue, readable on a dark and on a light viewport."""


@dataclass(frozen=True)
class Drawing:
    """What is drawn over one armature."""

    lines: list[Lines]
    dots: list[Dots]


def register() -> None:
    """Draw after everything else in 3D viewports; nowhere without windows."""
    if not bpy.app.background:
        handle = bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_VIEW")
        _handles.append(handle)


def unregister() -> None:
    """Stop drawing."""
    while _handles:
        bpy.types.SpaceView3D.draw_handler_remove(_handles.pop(), "WINDOW")


def drawing(scene: bpy.types.Scene, armature: bpy.types.Object) -> Drawing:
    """Lines and dots for an armature as it stands now; empty where it knows no tracks."""
    made, settings = Drawing([], []), scene.lsmplify.seeing
    try:
        kept = record.find(shown_action(armature))
        rig = rig_of(armature)
    except InputError:
        return made
    if kept is None:
        return made
    frame = scene.frame_current + scene.frame_subframe
    points, expected = kept.at(np.array([frame]))
    bones = [armature.pose.bones[n] for n in JOINT_NAMES]
    turned, placed = posed_joints(np.array([b.matrix for b in bones], dtype=np.float64), rig)
    if settings.show:
        on_body = attached_points(turned, placed, points.joints, points.offsets)
        lines, dots = track_lines(points.positions[0], on_body, settings.worst_mm / 1000.0)
        made.lines.append(lines)
        made.dots.append(dots)
    if settings.show_doubt and expected is not None:
        worst = np.radians(settings.worst_degrees)
        made.dots.append(joint_dots(placed, expected[0], worst))
    return made


def track_dots(context: bpy.types.Context) -> Drawing:
    """A dot on each visible object of the chosen collection: an empty is a few grey pixels on grey.

    They are in the scene's own units already, so they are brought to metres as the rest is.
    """
    settings = context.scene.lsmplify
    if settings.source != "COLLECTION" or settings.collection is None:
        return Drawing([], [])
    shown = [
        o.matrix_world.translation for o in settings.collection.all_objects
        if o.type == "EMPTY" and not o.children and o.visible_get()
    ]  # fmt: skip
    places = scene_unit(context.scene) * np.array(shown, dtype=np.float64).reshape(-1, 3)
    return Drawing([], [Dots(places, np.tile(_TRACK, (len(places), 1)), 5.0)])


def _draw() -> None:
    context = bpy.context
    settings = context.scene.lsmplify.seeing
    drawings: list[Drawing] = []
    if settings.show or settings.show_doubt:
        bodies = [o for o in context.visible_objects if choosing.is_body(o)]
        drawings += [drawing(context.scene, body) for body in bodies]
    if settings.show_tracks:
        drawings.append(track_dots(context))
    if any(d.lines or d.dots for d in drawings):
        _paint(context, drawings)


def _paint(context: bpy.types.Context, drawings: list[Drawing]) -> None:
    import gpu
    from gpu_extras.batch import batch_for_shader

    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("NONE")
    lines = gpu.shader.from_builtin("POLYLINE_SMOOTH_COLOR")
    lines.uniform_float("viewportSize", (context.region.width, context.region.height))
    lines.uniform_float("lineWidth", 2.5)
    dots = gpu.shader.from_builtin("FLAT_COLOR")
    unit = scene_unit(context.scene)
    for made in drawings:
        for item in (i for i in made.lines if len(i.ends)):  # gpu takes no empty batch
            batch_for_shader(lines, "LINES", _content(item.ends / unit, item.colours)).draw(lines)
        for item in (i for i in made.dots if len(i.places)):
            gpu.state.point_size_set(item.size)
            batch_for_shader(dots, "POINTS", _content(item.places / unit, item.colours)).draw(dots)
    gpu.state.point_size_set(1.0)
    gpu.state.depth_test_set("LESS_EQUAL")
    gpu.state.blend_set("NONE")


def _content(places: np.ndarray, colours: np.ndarray) -> dict[str, np.ndarray]:
    return {"pos": places.astype(np.float32), "color": colours.astype(np.float32)}
