# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: frames, keys and smoothing; the method."""

import bpy

from ..common.panels import StagePanel, draw_field
from . import methods


class LSMPLIFY_PT_solve(StagePanel, bpy.types.Panel):
    """Which frames, and how."""

    bl_label = "Solve"
    bl_idname = "LSMPLIFY_PT_solve"
    stage, page = "SOLVE", "SETTINGS"

    def draw(self, context: bpy.types.Context) -> None:
        """Frame range, keys, smoothing. What does not count now is grey and stays in its place."""
        settings, column = context.scene.lsmplify, self.split_column(context)
        column.prop(settings, "use_range")
        frames = column.column(align=True)
        frames.enabled = settings.use_range
        frames.prop(settings, "frame_start")
        frames.prop(settings, "frame_end")
        draw_field(column, context, settings, "keys")
        own = column.column()
        own.enabled = settings.method == methods.DEFAULT
        own.prop(settings, "auto_smooth")
        width = own.column()
        width.enabled = not settings.auto_smooth
        width.prop(settings, "smooth")
        own.prop(settings, "refine")
        own.prop(settings, "mend")


class LSMPLIFY_PT_method(StagePanel, bpy.types.Panel):
    """The solver, and what researchers compare it with."""

    bl_label = "Method"
    bl_idname = "LSMPLIFY_PT_method"
    stage, page = "SOLVE", "METHOD"

    def draw(self, context: bpy.types.Context) -> None:
        """Methods and devices; those that are not there are grey, with the reason."""
        methods.draw(context, self.layout.column())


CLASSES = (LSMPLIFY_PT_solve, LSMPLIFY_PT_method)
