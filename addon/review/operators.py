# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what is worth a look, go there, and give tracks to an action from elsewhere."""

import bpy
import numpy as np

from ...lsmplify_core.review.track_record import TrackRecord, expected_beside, fixed_to
from ..common.jumping import JumpFields
from ..solve import reading
from ..takes import record
from ..takes.armature_operator import ArmatureOperator, SpanOperator
from ..takes.reading import read_take
from ..tracks.scene_tracks import scene_rate
from . import errors


class LSMPLIFY_OT_jump_to_worst(bpy.types.Operator):
    """Go to the frame with the largest distance between a track and the body"""

    bl_idname = "lsmplify.jump_to_worst"
    bl_label = "Jump to Worst Frame"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only after a solve."""
        return context.scene.lsmplify.result.done

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set the current frame."""
        context.scene.frame_set(context.scene.lsmplify.result.worst_frame)
        return {"FINISHED"}


class LSMPLIFY_OT_measure(ArmatureOperator, bpy.types.Operator):
    """List the worst spans by region, and write error curves that the Graph Editor shows"""

    bl_idname = "lsmplify.measure"
    bl_label = "Find Worst Spans"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Measure."""
        return f"{errors.measure(context, armature)} spans worth a look"


class LSMPLIFY_OT_jump_to_span(JumpFields, SpanOperator, bpy.types.Operator):
    """Go to the worst frame of a span"""

    bl_idname = "lsmplify.jump_to_span"
    bl_label = "Jump to Span"

    @classmethod
    def lacking(cls, armature: bpy.types.Object) -> str:
        """Without a list there is nowhere to go."""
        return "" if armature.lsmplify_rig.spans else "There is no span; use Find Worst Spans"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Go there."""
        rig = armature.lsmplify_rig
        rig.span = self.wanted(rig.span, len(rig.spans))
        rig.looked = True
        span = rig.spans[rig.span]
        return f"{span.region}: {span.what} {span.figure}, scene frames {span.first} to {span.last}"


class LSMPLIFY_OT_attach_tracks(ArmatureOperator, bpy.types.Operator):
    """Give the action the tracks of the Tracks panel, for actions from elsewhere or mended tracks"""  # noqa: E501

    bl_idname = "lsmplify.attach_tracks"
    bl_label = "Attach Tracks"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Read, match, find the places on the body, keep."""
        take = read_take(context, armature)
        taken = reading.read_scene(context)
        step = scene_rate(context.scene) / taken.tracks.rate
        layout = context.scene.lsmplify.layout
        clock = taken.first + step * np.arange(taken.tracks.frames)
        where = (clock - take.grid.first) / take.grid.step
        attached, name = fixed_to(take.motion, where, taken.tracks, layout)
        old = record.find(take.action)
        if old is not None and old.expected is not None:
            _, expected = old.at(clock)
        else:
            expected = expected_beside(take.motion, attached, where)
        record.keep(take.action, TrackRecord(attached, taken.first, step, name, expected))
        count = errors.measure(context, armature)
        return f"{len(attached.names)} tracks of {name}; {count} spans worth a look"


CLASSES = (
    LSMPLIFY_OT_jump_to_worst, LSMPLIFY_OT_measure, LSMPLIFY_OT_jump_to_span,
    LSMPLIFY_OT_attach_tracks,
)  # fmt: skip
