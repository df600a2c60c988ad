# SPDX-License-Identifier: GPL-3.0-or-later
"""Props as empties with keys."""

from collections.abc import Sequence

import bpy

from ...lsmplify_core.geometry.resampling import key_frames
from ...lsmplify_core.props.prop import Prop
from ...lsmplify_core.props.resampled import pose_at
from ..bake import actions
from ..bake.motion_keys import Timing

_SIZE = 0.15
"""Metres: length of an empty's axes."""


def add_props(
    context: bpy.types.Context, props: Sequence[Prop], timing: Timing, metres: float
) -> list[bpy.types.Object]:
    """An empty for each prop, selected alone, with location and rotation keys and scale 1.

    Args:
        context: whose scene gets them.
        props: in metres, Z up.
        timing: scene frame of their first sample, scene frames between two, and whether keys lie on
            whole frames.
        metres: in one unit of the scene.
    """
    made = [_made(context, p, timing, metres) for p in props]
    if made:
        for item in context.selected_objects:
            item.select_set(False)
        for item in made:
            item.select_set(True)
        context.view_layer.objects.active = made[0]
    return made


def _made(
    context: bpy.types.Context, prop: Prop, timing: Timing, metres: float
) -> bpy.types.Object:
    empty = bpy.data.objects.new(prop.name, None)
    context.scene.collection.objects.link(empty)
    empty.empty_display_type, empty.empty_display_size = "ARROWS", _SIZE / metres
    empty.rotation_mode = "QUATERNION"
    frames, samples = key_frames(timing.first, timing.step, len(prop.location), timing.whole)
    location, rotation = pose_at(prop, samples)
    location = location / metres
    actions.new_action(empty, f"{prop.name} LSMPLify")
    for axis in range(3):
        actions.write_curve(empty, "location", axis, "Location", frames, location[:, axis])
    for part in range(4):
        actions.write_curve(
            empty, "rotation_quaternion", part, "Rotation", frames, rotation[:, part]
        )
    empty.location, empty.rotation_quaternion = location[0], rotation[0]
    return empty
