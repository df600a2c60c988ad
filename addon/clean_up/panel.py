# SPDX-License-Identifier: GPL-3.0-or-later
"""The clean-up's panels: correct, feet, smooth, limits, keys, and the history of an action."""

import bpy

from ..correct import operators as resolve
from ..feet import operators as feet
from ..motion.operators import LSMPLIFY_OT_import_motion
from ..presets import operators as preset
from ..takes import choosing, fields, live
from ..takes import properties as groups
from ..takes.reading import shown_action
from ..translations import CONTEXT, said
from . import history_operators as history
from . import operators as other
from .orders import GROUP


class LSMPLIFY_UL_pose_keys(bpy.types.UIList):
    """Pose keys by frame."""

    def draw_item(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, _data: object, item: object,
        _icon: int, _active: object, _property: str, _index: int = 0,
    ) -> None:  # fmt: skip
        """One line."""
        layout.label(text=item.name, icon="POSE_HLT")


class _Panel:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "LSMPLify"


class LSMPLIFY_PT_clean_up(_Panel, bpy.types.Panel):
    """The action that is shown, the one before it, presets."""

    bl_label = "Clean Up"
    bl_idname = "LSMPLIFY_PT_clean_up"

    def draw(self, context: bpy.types.Context) -> None:
        """Which action; A/B; what it was made with."""
        settings, column = context.scene.lsmplify, self.layout.column()
        armature = choosing.chosen(context)
        action = shown_action(armature)
        if settings.progress >= 0.0:
            step = said(settings.progress_text)
            column.progress(factor=settings.progress, text=said("{step} (Esc stops)", step=step))
        if action is None:
            column.label(text="Make an armature with a motion active", icon="INFO")
            column.operator(LSMPLIFY_OT_import_motion.bl_idname, icon="IMPORT")
        else:
            row = column.row(align=True)
            row.label(text=action.name, icon="ACTION", translate=False)
            row.operator(history.LSMPLIFY_OT_switch_action.bl_idname, icon="ARROW_LEFTRIGHT")
            if armature.lsmplify_rig.other is not None:
                other_name = armature.lsmplify_rig.other.name
                column.label(text=said("Other: {action}", action=other_name), translate=False)
        row = column.row()
        row.prop(settings.cleanup, "into", expand=True)
        row = column.row(align=True)
        row.operator(preset.LSMPLIFY_OT_load_preset.bl_idname, text="Preset", icon="PRESET")
        row.operator(preset.LSMPLIFY_OT_save_preset.bl_idname, text="", icon="ADD")
        row.operator(preset.LSMPLIFY_OT_import_preset.bl_idname, text="", icon="IMPORT")
        row.operator(preset.LSMPLIFY_OT_export_preset.bl_idname, text="", icon="EXPORT")


class _Step(_Panel):
    bl_parent_id = "LSMPLIFY_PT_clean_up"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 - Blender reads it so

    def column(self) -> bpy.types.UILayout:
        """A column of settings with their names to the left."""
        column = self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        return column


class LSMPLIFY_PT_this_step(_Step, bpy.types.Panel):
    """The settings that made the action that is shown; those that are quick act while dragged."""

    bl_label = "This Action's Settings"
    bl_idname = "LSMPLIFY_PT_this_step"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only for actions that a step has made."""
        action = shown_action(choosing.chosen(context))
        return action is not None and action.lsmplify_step.kind in GROUP

    def draw(self, context: bpy.types.Context) -> None:
        """The step's settings, and the button."""
        column = self.column()
        action = shown_action(choosing.chosen(context))
        step = action.lsmplify_step
        kind = said(groups.KINDS[step.kind])
        if step.source:
            text = said("{step} of {action}", step=kind, action=step.source.name)
        else:
            text = said("{step} of an action that was removed", step=kind)
        column.label(text=text, translate=False)
        draw_settings(column, step.kind, getattr(step, GROUP[step.kind]))
        for line in filter(None, step.changes.split(", ")):
            column.label(text=line[0].upper() + line[1:], translate=False)
        if action.name in live.trouble:
            column.label(text=live.trouble[action.name], icon="ERROR")
        column.operator(history.LSMPLIFY_OT_rebake.bl_idname, icon="FILE_REFRESH")


class LSMPLIFY_PT_correct(_Step, bpy.types.Panel):
    """Pose keys and the range to solve anew; refinement from the tracks."""

    bl_label = "Correct and Re-solve"
    bl_idname = "LSMPLIFY_PT_correct"

    def draw(self, context: bpy.types.Context) -> None:
        """Keys, range, buttons."""
        column, settings = self.column(), context.scene.lsmplify.cleanup
        column.operator(resolve.LSMPLIFY_OT_mark_pose_key.bl_idname, icon="POSE_HLT")
        armature = choosing.chosen(context)
        if armature is not None and armature.lsmplify_rig.pose_keys:
            rig, clear = armature.lsmplify_rig, resolve.LSMPLIFY_OT_clear_pose_keys.bl_idname
            column.template_list(
                "LSMPLIFY_UL_pose_keys", "", rig, "pose_keys", rig, "pose_key", rows=3
            )
            row = column.row(align=True)
            row.operator(clear, text="Clear This", icon="REMOVE").which = "ACTIVE"
            row.operator(clear, text="Clear All", icon="X").which = "ALL"
        draw_settings(column, "RESOLVE", settings.resolve)
        row = column.row(align=True)
        wanted = resolve.LSMPLIFY_OT_set_resolve_range.bl_idname
        row.operator(wanted, text="Worst Span").source = "SPAN"
        row.operator(wanted, text="Preview").source = "PREVIEW"
        row.operator(wanted, text="Pose Keys").source = "KEYS"
        _button(column, resolve.LSMPLIFY_OT_resolve_range, "FILE_REFRESH")
        column.separator()
        draw_settings(column, "REFINE", settings.refine)
        _button(column, resolve.LSMPLIFY_OT_refine_from_tracks, "MOD_SMOOTH")


class LSMPLIFY_PT_feet(_Step, bpy.types.Panel):
    """Contacts and the floor."""

    bl_label = "Feet and Floor"
    bl_idname = "LSMPLIFY_PT_feet"

    def draw(self, context: bpy.types.Context) -> None:
        """Contacts, markers, floor, button."""
        column, settings = self.column(), context.scene.lsmplify.cleanup.feet
        column.prop(settings, "speed")
        column.prop(settings, "near")
        column.prop(settings, "find_floor")
        row = column.row(align=True)
        row.operator(feet.LSMPLIFY_OT_find_contacts.bl_idname, icon="MARKER_HLT")
        row.operator(feet.LSMPLIFY_OT_clear_contacts.bl_idname, text="", icon="X")
        row = column.row(align=True)
        for side in "LR":
            for down in (True, False):
                text = f"{side} {'Down' if down else 'Up'}"
                added = row.operator(feet.LSMPLIFY_OT_add_contact.bl_idname, text=text)
                added.side, added.what, added.down = side, "foot", down
        draw_settings(column, "FEET", settings)
        _button(column, feet.LSMPLIFY_OT_lock_feet, "LOCKED")


class LSMPLIFY_PT_smooth(_Step, bpy.types.Panel):
    """Smoothing by region."""

    bl_label = "Smooth"
    bl_idname = "LSMPLIFY_PT_smooth"

    def draw(self, context: bpy.types.Context) -> None:
        """A strength for each region, button."""
        column = self.column()
        draw_settings(column, "SMOOTH", context.scene.lsmplify.cleanup.smooth)
        _button(column, other.LSMPLIFY_OT_smooth, "MOD_SMOOTH")


class LSMPLIFY_PT_limits(_Step, bpy.types.Panel):
    """Limits, twist, calm."""

    bl_label = "Limits and Twist"
    bl_idname = "LSMPLIFY_PT_limits"

    def draw(self, context: bpy.types.Context) -> None:
        """Settings, button."""
        column = self.column()
        draw_settings(column, "LIMITS", context.scene.lsmplify.cleanup.limits)
        _button(column, other.LSMPLIFY_OT_limits, "CON_ROTLIMIT")


class LSMPLIFY_PT_keys(_Step, bpy.types.Panel):
    """Fewer keys."""

    bl_label = "Keys"
    bl_translation_context = CONTEXT
    bl_idname = "LSMPLIFY_PT_keys"

    def draw(self, context: bpy.types.Context) -> None:
        """Settings, button."""
        column = self.column()
        draw_settings(column, "KEYS", context.scene.lsmplify.cleanup.keys)
        _button(column, other.LSMPLIFY_OT_reduce_keys, "KEYFRAME_HLT")


def draw_settings(column: bpy.types.UILayout, kind: str, group: bpy.types.PropertyGroup) -> None:
    """The settings of a step, those that matter now."""
    names = list(_SHOWN.get(kind) or groups.names_of(group))
    if kind == "RESOLVE" and group.bones == "REGIONS":
        names.insert(names.index("bones") + 1, "regions")
    if kind == "KEYS":
        names += {"NTH": ["every"], "FEWEST": ["most_mm", "most_degrees"]}.get(group.mode, [])
    for name in names:
        column.prop(group, name)


_SHOWN = {
    "RESOLVE": ("frame_start", "frame_end", "bones", "memory", "ease"),
    "FEET": ("height", "slope", "above", "slack", "ease"),
    "SMOOTH": (*fields.REGION_FIELDS.values(), "keep"),
    "KEYS": ("mode",),
}


def _button(column: bpy.types.UILayout, operator: type, icon: str) -> None:
    row = column.row()
    row.scale_y = 1.3
    row.operator(operator.bl_idname, icon=icon)


CLASSES = (
    LSMPLIFY_UL_pose_keys, LSMPLIFY_PT_clean_up, LSMPLIFY_PT_this_step, LSMPLIFY_PT_correct,
    LSMPLIFY_PT_feet, LSMPLIFY_PT_smooth, LSMPLIFY_PT_limits, LSMPLIFY_PT_keys,
)  # fmt: skip
