# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: what the motion is baked on."""

import bpy

from ..calibration.operators import LSMPLIFY_OT_save_calibration, LSMPLIFY_OT_show_markers
from ..character.panel import draw_map, draw_options
from ..character.rig.smpl_names import is_character
from ..common import lines
from ..common.panels import StagePanel, draw_field, draw_name
from ..translations import said
from . import model_file


class LSMPLIFY_PT_body(StagePanel, bpy.types.Panel):
    """What the motion is baked on."""

    bl_label = "Body"
    bl_idname = "LSMPLIFY_PT_body"
    stage = "BODY"

    def draw(self, context: bpy.types.Context) -> None:
        """New or existing armature; what is known of the person."""
        settings, column = context.scene.lsmplify, self.split_column(context)
        draw_field(column, context, settings, "target")
        existing = column.column()
        existing.enabled = settings.target == "EXISTING"
        existing.prop(settings, "armature", text="")
        draw_field(existing, context, settings, "into")
        self._character(context, existing)
        named = draw_name(column, settings, "calibration")
        row = column.row(align=True)
        row.prop(settings, "calibration", **named)
        row.operator(LSMPLIFY_OT_save_calibration.bl_idname, text="", icon="FILE_TICK")
        column.operator(LSMPLIFY_OT_show_markers.bl_idname, icon="OUTLINER_OB_ARMATURE")
        path = model_file.chosen(context)
        if settings.target == "NEW" and path is not None:
            lines.draw(column, context, said("From {file}", file=path.name), "OUTLINER_OB_ARMATURE")

    def _character(self, context: bpy.types.Context, column: bpy.types.UILayout) -> None:
        """What is asked for where the armature is a character that is no SMPL body."""
        settings = context.scene.lsmplify
        if settings.target != "EXISTING" or not is_character(settings.armature):
            return
        draw_map(column, context, settings.character, settings.armature)
        draw_field(column, context, settings.character, "solve_on")
        draw_options(column, context, settings.character)


CLASSES = (LSMPLIFY_PT_body,)
