# SPDX-License-Identifier: GPL-3.0-or-later
"""Show Me: to the frame and the bones that a reason of the verdict is about."""

from typing import ClassVar, Final

import bpy
from bpy.props import IntProperty

from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ..calibration.store import calibration_of
from ..common.selecting import select_bones
from ..takes.baked_on import baked_on
from .verdict import NOWHERE, sentence

_BONES: Final[dict[str, tuple[str, ...]]] = {
    "knees": ("L_Knee", "R_Knee"), "knees-span": ("L_Knee", "R_Knee"),
    "past-straight": ("L_Knee", "R_Knee"), "elbows": ("L_Elbow", "R_Elbow"),
    "feet": ("L_Foot", "R_Foot"), "head": ("Head",), "twisted": ("Spine1", "Spine2", "Spine3"),
    "speed": ("Pelvis",), "turn": ("Pelvis",), "leaning": ("L_Ankle", "R_Ankle"),
    "limb-speed": ("L_Wrist", "R_Wrist", "L_Foot", "R_Foot"),
}  # fmt: skip
"""Bones that a reason is about; reasons that name a track are about the bone that it sits on."""

_LIMBS: Final = {
    "left leg": ("L_Knee", "L_Ankle", "L_Foot"), "right leg": ("R_Knee", "R_Ankle", "R_Foot"),
    "left arm": ("L_Elbow", "L_Wrist"), "right arm": ("R_Elbow", "R_Wrist"),
}  # fmt: skip


class LSMPLIFY_OT_show_reason(bpy.types.Operator):
    """Go to the frame where it shows most, with the lines from tracks to body switched on and the bones concerned selected"""  # noqa: E501

    bl_idname = "lsmplify.show_reason"
    bl_label = "Show Me"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    index: IntProperty(name="Index", default=0, min=0, description="Which reason of the verdict")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is something to show."""
        return len(context.scene.lsmplify.result.verdict.reasons) > 0

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Frame, overlay, selection."""
        result = context.scene.lsmplify.result
        reasons = result.verdict.reasons
        reason = reasons[min(self.index, len(reasons) - 1)]
        frame = result.worst_frame if reason.frame == NOWHERE else reason.frame
        context.scene.frame_set(frame)
        context.scene.lsmplify.seeing.show = True
        armature = baked_on(context.scene)
        if armature is not None and armature.name in context.view_layer.objects:
            select_bones(context, armature, _bones(reason, armature))
        self.report({"INFO"}, sentence(reason))
        return {"FINISHED"}


def _bones(reason: bpy.types.PropertyGroup, armature: bpy.types.Object) -> tuple[str, ...]:
    """The bones that a reason is about, none where it is about the whole body."""
    if reason.subject in _LIMBS:
        return _LIMBS[reason.subject]
    known = calibration_of(armature)
    if known is not None and reason.subject in known.names:
        return (JOINT_NAMES[int(known.joints[known.names.index(reason.subject)])],)
    return _BONES.get(reason.code, ())


CLASSES = (LSMPLIFY_OT_show_reason,)
