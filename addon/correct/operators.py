# SPDX-License-Identifier: GPL-3.0-or-later
"""Correct a pose, and solve anew from there; bring an action from elsewhere to its tracks."""

import bpy
from bpy.props import EnumProperty

from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.runtime.errors import InputError
from ..clean_up.orders import Order
from ..clean_up.step_operator import StepOperator, fill_panel
from ..takes import fields
from ..takes.armature_operator import ArmatureOperator
from ..takes.reading import Take
from . import pose_keys


class LSMPLIFY_OT_mark_pose_key(ArmatureOperator, bpy.types.Operator):
    """Keep the pose of this frame, with changes that have no key yet, as a pose to solve from"""

    bl_idname = "lsmplify.mark_pose_key"
    bl_label = "Mark Pose Key"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Keep it."""
        frame = pose_keys.mark(context, armature)
        return f"Pose key at frame {frame:g}"


class LSMPLIFY_OT_clear_pose_keys(ArmatureOperator, bpy.types.Operator):
    """Forget pose keys; the motion stays as it is"""

    bl_idname = "lsmplify.clear_pose_keys"
    bl_label = "Clear Pose Keys"

    which: EnumProperty(
        name="Which", default="ALL", description="Which pose keys to forget",
        items=(("ALL", "All", "All pose keys"), ("FRAME", "This Frame", "The one of this frame"),
               ("ACTIVE", "Active", "The one chosen in the list")),
    )  # fmt: skip

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Forget them."""
        rig, first = armature.lsmplify_rig, None
        if self.which == "FRAME":
            first = context.scene.frame_current + context.scene.frame_subframe
        elif self.which == "ACTIVE":
            if not rig.pose_keys:
                raise InputError("there is no pose key")
            first = rig.pose_keys[rig.pose_key].frame
        return f"{pose_keys.clear(armature, first, first)} pose keys cleared"


class LSMPLIFY_OT_set_resolve_range(ArmatureOperator, bpy.types.Operator):
    """Set the range to solve anew"""

    bl_idname = "lsmplify.set_resolve_range"
    bl_label = "Set Range"

    source: EnumProperty(
        name="From", default="SPAN", description="What the range is taken from",
        items=(("SPAN", "Worst Span", "The span chosen in the list, and its region"),
               ("PREVIEW", "Preview Range", "The scene's preview range"),
               ("KEYS", "Pose Keys", "A second to each side of the pose keys")),
    )  # fmt: skip

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Set start and end in the panel."""
        rig, scene = armature.lsmplify_rig, context.scene
        if self.source == "PREVIEW":
            start, end = scene.frame_preview_start, scene.frame_preview_end
        elif self.source == "KEYS":
            if not rig.pose_keys:
                raise InputError("there is no pose key yet")
            second = round(scene.render.fps / scene.render.fps_base)
            frames = [k.frame for k in rig.pose_keys]
            start = max(round(min(frames)) - second, min(scene.frame_start, round(min(frames))))
            end = min(round(max(frames)) + second, max(scene.frame_end, round(max(frames))))
        else:
            if not rig.spans:
                raise InputError("there is no span; use Find Worst Spans")
            span = rig.spans[rig.span]
            start, end = span.first, span.last
        fill_panel(context, "RESOLVE", {"frame_start": start, "frame_end": end})
        return f"Frames {start} to {end}"


class ResolveRange(StepOperator, fields.ResolveFields):
    """Mix-in: a range solved again from its pose keys."""

    kind = "RESOLVE"
    in_window = True

    def order(self, context: bpy.types.Context, take: Take) -> Order:
        """With the pose keys, and with the bones that are selected now."""
        if self.bones == "SELECTED" and not self.bone_names:
            chosen = [
                b.name for b in context.selected_pose_bones or () if b.id_data == take.armature
            ]
            self.bone_names = ",".join(n for n in chosen if n in JOINT_NAMES)
        return Order(self.kind, self.step_values(), tuple(pose_keys.kept_keys(take.armature)))


class LSMPLIFY_OT_resolve_range(ResolveRange, bpy.types.Operator):
    """Solve a range anew from the pose keys in it, forwards and backwards. Nothing outside changes"""  # noqa: E501

    bl_idname = "lsmplify.resolve_range"
    bl_label = "Re-solve Range"


class LSMPLIFY_OT_refine_from_tracks(StepOperator, fields.RefineFields, bpy.types.Operator):
    """Bring an action, whoever made it, to its tracks: the learned solver starts from its poses"""

    bl_idname = "lsmplify.refine_from_tracks"
    bl_label = "Refine from Tracks"
    kind = "REFINE"
    in_window = True


CLASSES = (
    LSMPLIFY_OT_mark_pose_key, LSMPLIFY_OT_clear_pose_keys, LSMPLIFY_OT_set_resolve_range,
    LSMPLIFY_OT_resolve_range, LSMPLIFY_OT_refine_from_tracks,
)  # fmt: skip
