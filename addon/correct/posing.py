# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature brought into Pose Mode to be corrected, and back to how it was."""

import bpy


def begin(context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """Active, in Pose Mode, bones in front; what it was before is kept."""
    rig = armature.lsmplify_rig
    active = context.view_layer.objects.active
    if active is not None and active != armature and active.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    if not rig.posing:
        rig.posing, rig.was_in_front = True, armature.show_in_front
    for item in context.selected_objects:
        item.select_set(item == armature)
    armature.hide_set(False)
    armature.select_set(True)
    context.view_layer.objects.active = armature
    armature.show_in_front = True
    if armature.mode != "POSE":
        bpy.ops.object.mode_set(mode="POSE")


def end(context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """Out of Pose Mode, bones drawn as before."""
    rig = armature.lsmplify_rig
    if not rig.posing:
        return
    rig.posing = False
    armature.show_in_front = rig.was_in_front
    if armature.mode == "POSE" and context.view_layer.objects.active == armature:
        bpy.ops.object.mode_set(mode="OBJECT")


def span_at(context: bpy.types.Context, body: bpy.types.Object, frame: int) -> tuple[int, int, str]:
    """First and last scene frame to solve again around a pose, and the region that may change.

    The span that is chosen in the list where the pose lies in it, else a second to each side and
    the whole body. The pose key itself must have frames on both sides.
    """
    rig = body.lsmplify_rig
    if 0 <= rig.span < len(rig.spans):
        span = rig.spans[rig.span]
        if span.first <= frame <= span.last:
            return min(span.first, frame - 1), max(span.last, frame + 1), span.region
    second = round(context.scene.render.fps / context.scene.render.fps_base)
    scene = context.scene
    start = max(frame - second, min(scene.frame_start, frame))
    return start, min(frame + second, max(scene.frame_end, frame)), ""
