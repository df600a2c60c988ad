# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel Character: source, rig, bone map, options, Apply."""

from typing import Any

import bpy
from bpy.app.translations import pgettext_iface

from ..common import lines
from ..common.panels import StagePanel, draw_button
from .operators import (
    LSMPLIFY_OT_apply_to_character,
    LSMPLIFY_OT_find_bones,
    LSMPLIFY_OT_save_bone_map,
)


class LSMPLIFY_PT_character(StagePanel, bpy.types.Panel):
    """The motion on an artist's own character."""

    bl_idname = "LSMPLIFY_PT_character"
    bl_label = "Character"
    stage = "CHARACTER"

    def draw(self, context: bpy.types.Context) -> None:
        """Top to bottom in the order of the work."""
        settings: Any = context.scene.lsmplify.character
        column = self.split_column()
        column.prop(settings, "source")
        column.prop(settings, "target")
        column.prop(settings, "map")
        if settings.map == "file":
            column.prop(settings, "map_file")
        row = self.layout.row(align=True)
        row.operator(LSMPLIFY_OT_find_bones.bl_idname)
        row.operator(LSMPLIFY_OT_save_bone_map.bl_idname, text="", icon="EXPORT")
        self._found(context, settings)
        column = self.split_column()
        column.prop(settings, "controls")
        column.prop(settings, "root")
        column.prop(settings, "fingers")
        column.prop(settings, "contacts")
        draw_button(self.layout, LSMPLIFY_OT_apply_to_character.bl_idname, "ARMATURE_DATA")
        if settings.note:
            lines.draw(self.layout, context, settings.note, "CHECKMARK")

    def _found(self, context: bpy.types.Context, settings: Any) -> None:
        if not settings.map_name:
            return
        text = pgettext_iface("{map}: {mapped} of {bones} bones").format(
            map=settings.map_name, mapped=settings.mapped, bones=settings.bones
        )
        lines.draw(self.layout, context, text, "BONE_DATA")
        if settings.missing:
            text = pgettext_iface("Without: {roles}").format(roles=settings.missing)
            lines.draw(self.layout, context, text, "INFO")


CLASSES = (LSMPLIFY_PT_character,)
