# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: smoothing, limits, keys, and the settings of the action that is shown."""

import bpy

from ..common.panels import StagePanel, draw_button
from ..presets import operators as preset
from ..takes import choosing, live
from ..takes import properties as groups
from ..takes.reading import shown_action
from ..translations import CONTEXT, said
from . import history_operators as history
from . import operators
from .orders import GROUP
from .settings import draw_settings


class LSMPLIFY_PT_smooth(StagePanel, bpy.types.Panel):
    """Smoothing by region."""

    bl_label = "Smooth"
    bl_idname = "LSMPLIFY_PT_smooth"
    stage, page = "CLEAN_UP", "SMOOTH"

    def draw(self, context: bpy.types.Context) -> None:
        """A strength for each region, button."""
        column = self.split_column()
        draw_settings(column, "SMOOTH", context.scene.lsmplify.cleanup.smooth)
        draw_button(column, operators.LSMPLIFY_OT_smooth.bl_idname, "MOD_SMOOTH")
        draw_action(column, context)


class LSMPLIFY_PT_limits(StagePanel, bpy.types.Panel):
    """Limits, twist, calm."""

    bl_label = "Limits and Twist"
    bl_idname = "LSMPLIFY_PT_limits"
    stage, page = "CLEAN_UP", "LIMITS"

    def draw(self, context: bpy.types.Context) -> None:
        """Settings, button."""
        column = self.split_column()
        draw_settings(column, "LIMITS", context.scene.lsmplify.cleanup.limits)
        draw_button(column, operators.LSMPLIFY_OT_limits.bl_idname, "CON_ROTLIMIT")
        draw_action(column, context)


class LSMPLIFY_PT_keys(StagePanel, bpy.types.Panel):
    """Fewer keys."""

    bl_label = "Keys"
    bl_translation_context = CONTEXT
    bl_idname = "LSMPLIFY_PT_keys"
    stage, page = "CLEAN_UP", "KEYS"

    def draw(self, context: bpy.types.Context) -> None:
        """Settings, button."""
        column = self.split_column()
        draw_settings(column, "KEYS", context.scene.lsmplify.cleanup.keys)
        draw_button(column, operators.LSMPLIFY_OT_reduce_keys.bl_idname, "KEYFRAME_HLT")
        draw_action(column, context)


class LSMPLIFY_PT_place(StagePanel, bpy.types.Panel):
    """Where the take stands."""

    bl_label = "Place"
    bl_idname = "LSMPLIFY_PT_place"
    stage, page = "CLEAN_UP", "PLACE"

    def draw(self, context: bpy.types.Context) -> None:
        """What is wanted, button; height and slope of the floor are told below."""
        column = self.split_column()
        draw_settings(column, "PLACE", context.scene.lsmplify.cleanup.place)
        draw_button(column, operators.LSMPLIFY_OT_place.bl_idname, "ORIENTATION_GLOBAL")
        draw_action(column, context)


class LSMPLIFY_PT_action(StagePanel, bpy.types.Panel):
    """The settings that made the action that is shown; those that are quick act while dragged."""

    bl_label = "Action"
    bl_idname = "LSMPLIFY_PT_action"
    stage, page = "CLEAN_UP", "ACTION"

    def draw(self, context: bpy.types.Context) -> None:
        """A/B, presets, the step's settings and what they changed."""
        settings, column = context.scene.lsmplify, self.split_column()
        row = column.row(align=True)
        row.use_property_split = False
        row.prop(settings.cleanup, "into", expand=True)
        row = column.row(align=True)
        row.operator(preset.LSMPLIFY_OT_load_preset.bl_idname, text="Preset", icon="PRESET")
        row.operator(preset.LSMPLIFY_OT_save_preset.bl_idname, text="", icon="ADD")
        row.operator(preset.LSMPLIFY_OT_import_preset.bl_idname, text="", icon="IMPORT")
        row.operator(preset.LSMPLIFY_OT_export_preset.bl_idname, text="", icon="EXPORT")
        column.operator(history.LSMPLIFY_OT_rebake.bl_idname, icon="FILE_REFRESH")
        draw_action(column, context)
        action = shown_action(choosing.chosen(context))
        if action is not None and action.lsmplify_step.kind in GROUP:
            _draw_step(column, action)


def draw_action(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Below a page's button: the action that is shown, the other one of A/B, what the step
    changed."""
    armature = choosing.chosen(context)
    action = shown_action(armature)
    if armature is None or action is None:
        return
    row = column.row(align=True)
    row.label(text=action.name, icon="ACTION", translate=False)
    row.operator(history.LSMPLIFY_OT_switch_action.bl_idname, icon="ARROW_LEFTRIGHT")
    if armature.lsmplify_rig.other is not None:
        other_name = armature.lsmplify_rig.other.name
        column.label(text=said("Other: {action}", action=other_name), translate=False)
    for line in filter(None, action.lsmplify_step.changes.split(", ")):
        column.label(text=line[0].upper() + line[1:], translate=False)
    if action.name in live.trouble:
        column.label(text=live.trouble[action.name], icon="ERROR", translate=False)


def _draw_step(column: bpy.types.UILayout, action: bpy.types.Action) -> None:
    step = action.lsmplify_step
    kind = said(groups.KINDS[step.kind])
    if step.source:
        text = said("{step} of {action}", step=kind, action=step.source.name)
    else:
        text = said("{step} of an action that was removed", step=kind)
    column.label(text=text, translate=False)
    draw_settings(column, step.kind, getattr(step, GROUP[step.kind]))


CLASSES = (
    LSMPLIFY_PT_smooth,
    LSMPLIFY_PT_limits,
    LSMPLIFY_PT_keys,
    LSMPLIFY_PT_place,
    LSMPLIFY_PT_action,
)
