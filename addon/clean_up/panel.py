# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: smoothing, limits, keys, and the settings of the action that is shown."""

from typing import ClassVar

import bpy

from ..common import lines
from ..common.panels import StagePanel, draw_button, is_narrow
from ..presets import operators as preset
from ..takes import choosing, live
from ..takes import properties as groups
from ..takes.reading import shown_action
from ..translations import CONTEXT, said, sentences
from . import history_operators as history
from . import operators
from .orders import GROUP
from .settings import draw_settings
from .step_operator import StepOperator


class _StepPanel(StagePanel):
    """Mix-in: the settings of a step, its button, and the action that is shown."""

    stage = "CLEAN_UP"
    step: ClassVar[type[StepOperator]]
    """What the button does; its kind names the page and the settings."""
    icon: ClassVar[str]

    def draw(self, context: bpy.types.Context) -> None:
        """From top to bottom."""
        column = self.split_column(context)
        group = getattr(context.scene.lsmplify.cleanup, GROUP[self.step.kind])
        draw_settings(column, context, self.step.kind, group)
        draw_button(column, self.step.bl_idname, self.icon)
        draw_action(column, context)


class LSMPLIFY_PT_smooth(_StepPanel, bpy.types.Panel):
    """Smoothing by region."""

    bl_label = "Smooth"
    bl_idname = "LSMPLIFY_PT_smooth"
    page, step, icon = "SMOOTH", operators.LSMPLIFY_OT_smooth, "MOD_SMOOTH"


class LSMPLIFY_PT_limits(_StepPanel, bpy.types.Panel):
    """Limits, twist, what no track shows."""

    bl_label = "Limits and Twist"
    bl_idname = "LSMPLIFY_PT_limits"
    page, step, icon = "LIMITS", operators.LSMPLIFY_OT_limits, "CON_ROTLIMIT"


class LSMPLIFY_PT_keys(_StepPanel, bpy.types.Panel):
    """Fewer keys."""

    bl_label = "Keys"
    bl_translation_context = CONTEXT
    bl_idname = "LSMPLIFY_PT_keys"
    page, step, icon = "KEYS", operators.LSMPLIFY_OT_reduce_keys, "KEYFRAME_HLT"


class LSMPLIFY_PT_place(_StepPanel, bpy.types.Panel):
    """Where the take stands; height and slope of the floor are told with the action."""

    bl_label = "Place"
    bl_idname = "LSMPLIFY_PT_place"
    page, step, icon = "PLACE", operators.LSMPLIFY_OT_place, "ORIENTATION_GLOBAL"


class LSMPLIFY_PT_action(StagePanel, bpy.types.Panel):
    """The settings that made the action that is shown; those that are quick act while dragged."""

    bl_label = "Action"
    bl_idname = "LSMPLIFY_PT_action"
    stage, page = "CLEAN_UP", "ACTION"

    def draw(self, context: bpy.types.Context) -> None:
        """A/B, presets, the step's settings and what they changed."""
        settings, column = context.scene.lsmplify, self.split_column(context)
        ways = column.column(align=True) if is_narrow(context) else column.row(align=True)
        ways.use_property_split = False
        ways.prop(settings.cleanup, "into", expand=True)
        row = column.row(align=True)
        row.operator(preset.LSMPLIFY_OT_load_preset.bl_idname, text="Preset", icon="PRESET")
        row.operator(preset.LSMPLIFY_OT_save_preset.bl_idname, text="", icon="ADD")
        row.operator(preset.LSMPLIFY_OT_import_preset.bl_idname, text="", icon="IMPORT")
        row.operator(preset.LSMPLIFY_OT_export_preset.bl_idname, text="", icon="EXPORT")
        column.operator(history.LSMPLIFY_OT_rebake.bl_idname, icon="FILE_REFRESH")
        draw_action(column, context)
        action = shown_action(choosing.chosen(context))
        if action is not None and action.lsmplify_step.kind in GROUP:
            _draw_step(column, context, action)


def draw_action(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Below a page's button: the action that is shown, the other one of A/B, what the step
    changed."""
    armature = choosing.chosen(context)
    action = shown_action(armature)
    if armature is None or action is None:
        return
    column.operator(history.LSMPLIFY_OT_switch_action.bl_idname, icon="ARROW_LEFTRIGHT")
    lines.draw(column, context, action.name, "ACTION")
    if armature.lsmplify_rig.other is not None:
        other_name = armature.lsmplify_rig.other.name
        lines.draw(column, context, said("Other: {action}", action=other_name))
    for change in filter(None, action.lsmplify_step.changes.split(", ")):
        line = sentences.translated(change)
        lines.draw(column, context, line[0].upper() + line[1:])
    if action.name in live.trouble:
        lines.draw(column, context, live.trouble[action.name], "ERROR")


def _draw_step(
    column: bpy.types.UILayout, context: bpy.types.Context, action: bpy.types.Action
) -> None:  # fmt: skip
    step = action.lsmplify_step
    kind = said(groups.KINDS[step.kind])
    if step.source:
        text = said("{step} of {action}", step=kind, action=step.source.name)
    else:
        text = said("{step} of an action that was removed", step=kind)
    lines.draw(column, context, text)
    draw_settings(column, context, step.kind, getattr(step, GROUP[step.kind]))


CLASSES = (
    LSMPLIFY_PT_smooth,
    LSMPLIFY_PT_limits,
    LSMPLIFY_PT_keys,
    LSMPLIFY_PT_place,
    LSMPLIFY_PT_action,
)
