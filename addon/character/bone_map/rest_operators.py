# SPDX-License-Identifier: GPL-3.0-or-later
"""Use Pose as T-Pose: what is assumed of the rest pose, corrected by posing the character."""

from dataclasses import replace
from typing import Any, ClassVar

import bpy
import numpy as np

from ....lsmplify_core.retarget.rest.corrections import corrections_of_pose
from ....lsmplify_core.runtime.errors import OUTSIDE, InputError
from ..apply import writing
from ..apply.plan import target_of
from ..operators import CharacterOperator, note_map, settings_of
from ..rig import hindrances
from ..rig.armature import check_character, rig_from
from . import rows as bone_rows
from .choice import chosen_map, map_for

_TURNED = 1e-4


class LSMPLIFY_OT_use_pose_as_rest(CharacterOperator, bpy.types.Operator):
    """Take the pose for a T-pose: the bones that you turned tell how they stand in it"""

    bl_idname = "lsmplify.use_pose_as_rest"
    bl_label = "Use Pose as T-Pose"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Note the corrections with the map."""
        settings = settings_of(context)
        try:
            target = check_character(target_of(context))
            hindrances.check_scene(context, target)
            rig = rig_from(target)
            rig_map = map_for(target, rig, chosen_map(settings, target))
            posed = _posed(target)
            if not posed & set(rig_map.mapped):
                raise InputError(
                    f"no mapped bone of {target.name!r} is posed; turn the bones that are wrong "
                    "until the character stands in a T-pose, then press it"
                )
            turns = corrections_of_pose(rig, rig_map, _axes(target), posed)
        except OUTSIDE as error:
            return self.refused(error)
        made = replace(rig_map, rest={**rig_map.rest, **turns})
        bone_rows.keep(settings, target, made)
        note_map(settings, made, rig.count)
        writing.clear_pose(target, set())
        self.report({"INFO"}, f"{len(turns)} joints corrected: {', '.join(turns)}")
        return {"FINISHED"}


class LSMPLIFY_OT_forget_rest(CharacterOperator, bpy.types.Operator):
    """Drop what was corrected of the rest pose"""

    bl_idname = "lsmplify.forget_rest"
    bl_label = "Forget Rest Corrections"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """What is assumed decides again."""
        settings: Any = settings_of(context)
        try:
            target = check_character(target_of(context))
            rig_map = map_for(target, rig_from(target), chosen_map(settings, target))
        except OUTSIDE as error:
            return self.refused(error)
        if rig_map.rest:
            bone_rows.keep(settings, target, replace(rig_map, rest={}))
        return {"FINISHED"}


def _posed(armature: bpy.types.Object) -> set[str]:
    """Bones whose own rotation is not that of rest."""
    return {
        bone.name for bone in armature.pose.bones
        if np.abs(np.array(bone.matrix_basis.to_3x3()) - np.eye(3)).max() > _TURNED
    }  # fmt: skip


def _axes(armature: bpy.types.Object) -> np.ndarray:
    """(B, 3, 3) the bones' axes in the world as posed, in the order of the rig."""
    names = [bone.name for bone in armature.data.bones]
    world = np.array(armature.matrix_world, dtype=np.float64)[:3, :3]
    own = np.array([armature.pose.bones[n].matrix for n in names], dtype=np.float64)[:, :3, :3]
    axes = world @ own
    return axes / np.linalg.norm(axes, axis=-2, keepdims=True)


CLASSES = (LSMPLIFY_OT_use_pose_as_rest, LSMPLIFY_OT_forget_rest)
