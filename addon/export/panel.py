# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: the motion as a file."""

import bpy

from ..clean_up.panel import draw_action
from ..common.panels import StagePanel, draw_button, draw_field
from .operators import LSMPLIFY_OT_export_take


class LSMPLIFY_PT_export(StagePanel, bpy.types.Panel):
    """The motion as a file."""

    bl_label = "Export"
    bl_idname = "LSMPLIFY_PT_export"
    stage, page = "CLEAN_UP", "EXPORT"

    def draw(self, context: bpy.types.Context) -> None:
        """Format and button."""
        column = self.split_column(context)
        draw_field(column, context, context.scene.lsmplify, "export_form")
        draw_button(column, LSMPLIFY_OT_export_take.bl_idname, "EXPORT")
        draw_action(column, context)


CLASSES = (LSMPLIFY_PT_export,)
