# SPDX-License-Identifier: GPL-3.0-or-later
"""Back and forth between actions, and a step made anew with other settings."""

import bpy

from ...lsmplify_core.runtime.errors import InputError
from ..review import errors
from ..takes import steps
from ..takes.armature_operator import ArmatureOperator
from ..takes.reading import shown_action
from . import making


def _shown(armature: bpy.types.Object) -> bpy.types.Action:
    action = shown_action(armature)
    if action is None:
        raise InputError(f"armature {armature.name!r} has no action")
    return action


class LSMPLIFY_OT_switch_action(ArmatureOperator, bpy.types.Operator):
    """Switch between the last two actions, to compare before and after"""

    bl_idname = "lsmplify.switch_action"
    bl_label = "A/B"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Switch; list and result are then of the action that is shown."""
        action = steps.switch(armature, _shown(armature))
        errors.measure(context, armature, action)
        return action.name


class LSMPLIFY_OT_rebake(ArmatureOperator, bpy.types.Operator):
    """Make this action anew from the one before it, with the settings that it has now"""

    bl_idname = "lsmplify.rebake"
    bl_label = "Re-bake"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Make it anew."""
        action = _shown(armature)
        notes = making.remake(context, action, told=True)
        return "; ".join(t for t in (action.name, action.lsmplify_step.changes, *notes) if t)


CLASSES = (LSMPLIFY_OT_switch_action, LSMPLIFY_OT_rebake)
