# SPDX-License-Identifier: GPL-3.0-or-later
"""From a bad span to a better pose in two presses: Pose This, and Set Key and Re-solve."""

import bpy
from bpy.props import IntProperty

from ...lsmplify_core.cleanup.regions import REGIONS
from ..character.rig.regions import keyed_bones
from ..clean_up.compute import Steps
from ..clean_up.orders import Outcome
from ..common.selecting import select_bones
from ..takes import choosing
from ..takes.armature_operator import SpanOperator
from ..takes.fields import REGION_FIELDS
from . import pose_keys, posing
from .operators import ResolveRange


class LSMPLIFY_OT_pose_this(SpanOperator, bpy.types.Operator):
    """Go to a span's worst frame and pose it: Pose Mode, bones in front, those of its region selected"""  # noqa: E501

    bl_idname = "lsmplify.pose_this"
    bl_label = "Pose This"

    index: IntProperty(name="Index", default=0, min=0, description="Which span of the list")

    @classmethod
    def lacking(cls, armature: bpy.types.Object) -> str:
        """Without a list there is nothing to pose."""
        return "" if armature.lsmplify_rig.spans else "There is no span; use Find Worst Spans"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Go there, into Pose Mode."""
        rig = armature.lsmplify_rig
        rig.span = min(self.index, len(rig.spans) - 1)
        rig.looked = True
        span = rig.spans[rig.span]
        context.scene.frame_set(span.worst)
        posing.begin(context, armature)
        names = REGIONS.get(span.region, ())
        if choosing.is_reviewed_character(armature):
            names = keyed_bones(context, armature, names)
        select_bones(context, armature, names)
        return f"{span.region}: {span.what} {span.figure} at scene frame {span.worst}"


class LSMPLIFY_OT_stop_posing(SpanOperator, bpy.types.Operator):
    """Leave Pose Mode without a key; the pose goes back to the motion's"""

    bl_idname = "lsmplify.stop_posing"
    bl_label = "Stop Posing"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Leave."""
        posing.end(context, armature)
        context.scene.frame_set(context.scene.frame_current)  # unkeyed changes go
        return "Nothing was changed"


class LSMPLIFY_OT_resolve_pose(ResolveRange, bpy.types.Operator):
    """Keep this pose as a pose key, and solve the span around it again from there"""

    bl_idname = "lsmplify.resolve_pose"
    bl_label = "Set Key and Re-solve"

    def begin(self, context: bpy.types.Context) -> Steps:
        """Set the key and the range, then as Re-solve Range; the whole region may change."""
        armature = choosing.armature(context)
        frame = pose_keys.mark(context, armature)
        self.frame_start, self.frame_end, region = posing.span_at(context, armature, round(frame))
        self.bones = "REGIONS" if region else "ALL"
        if region:
            self.regions = {REGION_FIELDS[region].upper()}
        return super().begin(context)

    def finish(self, context: bpy.types.Context, result: Outcome) -> set[str]:
        """The new action; out of Pose Mode, bones drawn as they were."""
        done = super().finish(context, result)
        posing.end(context, self._take.armature)
        return done


CLASSES = (LSMPLIFY_OT_pose_this, LSMPLIFY_OT_stop_posing, LSMPLIFY_OT_resolve_pose)
