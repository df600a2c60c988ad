# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: what the motion is baked on."""

import bpy

from ..calibration.operators import LSMPLIFY_OT_save_calibration
from ..common.panels import SidebarPanel
from ..translations import said
from . import model_file


class LSMPLIFY_PT_body(SidebarPanel, bpy.types.Panel):
    """What the motion is baked on."""

    bl_label = "Body"
    bl_idname = "LSMPLIFY_PT_body"

    def draw(self, context: bpy.types.Context) -> None:
        """New or existing armature."""
        settings, column = context.scene.lsmplify, self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "target")
        if settings.target == "EXISTING":
            column.prop(settings, "armature", text="")
            column.prop(settings, "into")
        elif (path := model_file.chosen(context)) is not None:
            column.label(text=said("From {file}", file=path.name), icon="OUTLINER_OB_ARMATURE")
        row = column.row(align=True)
        row.prop(settings, "calibration")
        row.operator(LSMPLIFY_OT_save_calibration.bl_idname, text="", icon="FILE_TICK")


CLASSES = (LSMPLIFY_PT_body,)
