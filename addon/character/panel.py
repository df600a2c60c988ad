# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage Character: source, rig, options, Apply; and which bone is what."""

from typing import Any

import bpy

from ..bake.actions import SLOTTED
from ..common import lines
from ..common.panels import StagePanel, draw_beside, draw_button, draw_field, draw_name
from ..translations import said
from . import look, overlay
from .apply import plan
from .bone_map import ui_list as bone_list
from .bone_map.operators import (
    LSMPLIFY_OT_find_bones,
    LSMPLIFY_OT_forget_bone_map,
    LSMPLIFY_OT_load_bone_map,
    LSMPLIFY_OT_save_bone_map,
)
from .bone_map.rest_operators import LSMPLIFY_OT_forget_rest, LSMPLIFY_OT_use_pose_as_rest
from .export_operator import LSMPLIFY_OT_export_character
from .operators import LSMPLIFY_OT_apply_to_character, LSMPLIFY_OT_reapply_to_character


class LSMPLIFY_PT_character(StagePanel, bpy.types.Panel):
    """The motion on an artist's own character."""

    bl_idname = "LSMPLIFY_PT_character"
    bl_label = "Character"
    stage, page = "CHARACTER", "APPLY"

    def draw(self, context: bpy.types.Context) -> None:
        """Top to bottom in the order of the work."""
        settings: Any = context.scene.lsmplify.character
        column = self.split_column(context)
        draw_field(column, context, settings, "source")
        named = draw_name(column, settings, "target")
        chosen = column.row(align=True)
        target = chosen.row(align=True)
        target.enabled = not settings.several
        target.prop(settings, "target", **named)
        chosen.prop(settings, "several", text="", icon="RESTRICT_SELECT_OFF", toggle=True)
        target = plan.target_of(context)
        if settings.target is None and target is not None:
            lines.draw(column, context, said("None chosen, so {name}", name=target.name), "INFO")
        draw_map(column, context, settings, target)
        draw_field(column, context, settings, "takes")
        draw_options(column, context, settings)
        draw_field(column, context, settings, "fingers")
        column.prop(settings, "contacts")
        if SLOTTED or settings.into != "SLOT":
            draw_field(column, context, settings, "into")
        column.prop(settings, "preview", icon="HIDE_OFF", toggle=True)
        if settings.preview and overlay.trouble():
            lines.draw(column, context, overlay.trouble(), "ERROR")
        draw_button(self.layout, LSMPLIFY_OT_apply_to_character.bl_idname, "ARMATURE_DATA")
        again = self.layout.row()
        again.enabled = settings.several or remembers(target)
        again.operator(LSMPLIFY_OT_reapply_to_character.bl_idname, icon="FILE_REFRESH")
        if settings.note:
            lines.draw(self.layout, context, settings.note, "CHECKMARK")
        self.layout.operator(LSMPLIFY_OT_export_character.bl_idname, icon="EXPORT")


class LSMPLIFY_PT_bones(StagePanel, bpy.types.Panel):
    """Which bone of the character is what, and what was assumed of its rest pose."""

    bl_idname = "LSMPLIFY_PT_bones"
    bl_label = "Bones"
    stage, page = "CHARACTER", "BONES"

    def draw(self, context: bpy.types.Context) -> None:
        """The list, the row to correct, files, the rest pose."""
        settings: Any = context.scene.lsmplify.character
        column = self.layout.column()
        small = {
            LSMPLIFY_OT_forget_bone_map.bl_idname: "X",
            LSMPLIFY_OT_load_bone_map.bl_idname: "FILE_FOLDER",
            LSMPLIFY_OT_save_bone_map.bl_idname: "FILE_TICK",
        }
        draw_beside(column, context, LSMPLIFY_OT_find_bones.bl_idname, "VIEWZOOM", small)
        bone_list.draw(column, settings, plan.target_of(context))
        if settings.missing:
            lines.draw(column, context, said("Without: {roles}", roles=settings.missing), "INFO")
        column.prop(settings, "show_rest", icon="HIDE_OFF", toggle=True)
        forget = {LSMPLIFY_OT_forget_rest.bl_idname: "X"}
        draw_beside(column, context, LSMPLIFY_OT_use_pose_as_rest.bl_idname, "POSE_HLT", forget)


def draw_map(
    column: bpy.types.UILayout, context: bpy.types.Context, settings: Any,
    armature: bpy.types.Object | None,
) -> None:  # fmt: skip
    """The choice of a map, and what it finds in an armature."""
    draw_field(column, context, settings, "map")
    if settings.map == "file":
        draw_field(column, context, settings, "map_file")
    if armature is None:
        return
    found = look.seen(settings, armature)
    if found.trouble:
        lines.draw(column, context, found.trouble, "ERROR")
        return
    text = said(
        "{map}: {mapped} of {bones} bones",
        map=found.name, mapped=found.mapped, bones=found.bones,
    )  # fmt: skip
    lines.draw(column, context, text, "BONE_DATA")


def draw_options(
    column: bpy.types.UILayout, context: bpy.types.Context, settings: Any
) -> None:  # fmt: skip
    """Which controls get keys, and where the way over the ground goes."""
    draw_field(column, context, settings, "controls")
    draw_field(column, context, settings, "root")


def remembers(armature: bpy.types.Object | None) -> bool:
    """Whether a character knows what moved it."""
    return armature is not None and armature.lsmplify_applied.source is not None


CLASSES = (bone_list.LSMPLIFY_UL_bones, LSMPLIFY_PT_character, LSMPLIFY_PT_bones)
