# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: contacts and the floor."""

import bpy

from ..clean_up.panel import draw_action
from ..clean_up.settings import draw_settings
from ..common.panels import StagePanel, draw_beside, draw_button, is_narrow
from . import operators


class LSMPLIFY_PT_feet(StagePanel, bpy.types.Panel):
    """Contacts and the floor."""

    bl_label = "Feet and Floor"
    bl_idname = "LSMPLIFY_PT_feet"
    stage, page = "CLEAN_UP", "FEET"

    def draw(self, context: bpy.types.Context) -> None:
        """Contacts, markers, floor, button."""
        column, settings = self.split_column(context), context.scene.lsmplify.cleanup.feet
        find, clear = operators.LSMPLIFY_OT_find_contacts, operators.LSMPLIFY_OT_clear_contacts
        draw_beside(column, context, find.bl_idname, "MARKER_HLT", {clear.bl_idname: "X"})
        row = column.grid_flow(columns=2 if is_narrow(context) else 4, row_major=True, align=True)
        for side in "LR":
            for down in (True, False):
                text = f"{side} {'Down' if down else 'Up'}"
                added = row.operator(operators.LSMPLIFY_OT_add_contact.bl_idname, text=text)
                added.side, added.what, added.down = side, "foot", down
        column.prop(settings, "speed")
        column.prop(settings, "near")
        column.prop(settings, "find_floor")
        draw_settings(column, context, "FEET", settings)
        draw_button(column, operators.LSMPLIFY_OT_lock_feet.bl_idname, "LOCKED")
        draw_action(column, context)


CLASSES = (LSMPLIFY_PT_feet,)
