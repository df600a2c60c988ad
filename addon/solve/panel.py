# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: frames and keys, the button, the result."""

from typing import ClassVar

import bpy

from ..calibration.operators import LSMPLIFY_OT_show_markers
from ..common import lines
from ..common.panels import SidebarPanel
from ..review import verdict
from ..review.operators import LSMPLIFY_OT_jump_to_worst
from ..translations import said
from . import methods
from .operators import LSMPLIFY_OT_solve_and_bake, missing


class LSMPLIFY_PT_bake(SidebarPanel, bpy.types.Panel):
    """Frames, and the button."""

    bl_label = "Solve and Bake"
    bl_idname = "LSMPLIFY_PT_bake"

    def draw(self, context: bpy.types.Context) -> None:
        """Frame range, keys, the button or the progress."""
        settings, column = context.scene.lsmplify, self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "use_range")
        if settings.use_range:
            column.prop(settings, "frame_start")
            column.prop(settings, "frame_end")
        column.prop(settings, "keys")
        own = column.column()
        own.enabled = settings.method == methods.DEFAULT
        own.prop(settings, "auto_smooth")
        if not settings.auto_smooth:
            own.prop(settings, "smooth")
        own.prop(settings, "refine")
        own.prop(settings, "mend")
        if settings.progress >= 0.0:
            step = said(settings.progress_text)
            column.progress(factor=settings.progress, text=said("{step} (Esc stops)", step=step))
            return
        row = column.row()
        row.scale_y = 1.6
        row.operator(LSMPLIFY_OT_solve_and_bake.bl_idname, icon="ARMATURE_DATA")
        reason = missing(context)
        if reason:
            lines.draw(column, context, said(reason), "INFO")


class LSMPLIFY_PT_method(SidebarPanel, bpy.types.Panel):
    """The solver, and what researchers compare it with."""

    bl_label = "Method"
    bl_idname = "LSMPLIFY_PT_method"
    bl_parent_id = "LSMPLIFY_PT_bake"
    bl_options: ClassVar = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Methods and devices; those that are not there are grey, with the reason."""
        methods.draw(context, self.layout.column())


class LSMPLIFY_PT_result(SidebarPanel, bpy.types.Panel):
    """How well it went."""

    bl_label = "Result"
    bl_idname = "LSMPLIFY_PT_result"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only after a solve."""
        return context.scene.lsmplify.result.done

    def draw(self, context: bpy.types.Context) -> None:
        """Errors, and the way to the worst of them."""
        result, column = context.scene.lsmplify.result, self.layout.column()
        verdict.draw(column, context, result.verdict)
        for line in _figures(result):
            column.label(text=line, translate=False)
        column.operator(LSMPLIFY_OT_jump_to_worst.bl_idname, icon="TRACKER")
        column.operator(LSMPLIFY_OT_show_markers.bl_idname, icon="OUTLINER_OB_ARMATURE")
        for note in result.notes.splitlines():
            lines.draw(column, context, note, "INFO")


def _figures(result: bpy.types.PropertyGroup) -> tuple[str, ...]:
    """What is said of a solve, a line each."""
    return (
        said(
            "{layout}: {frames} frames in {seconds} s",
            layout=result.layout, frames=result.frames, seconds=f"{result.seconds:.1f}",
        ),
        said("Mean track error {mm} mm", mm=f"{result.mean_mm:.1f}"),
        said(
            "95 % under {mm} mm, worst {worst} mm:",
            mm=f"{result.p95_mm:.1f}", worst=f"{result.worst_mm:.0f}",
        ),
        said("{track}, frame {frame}", track=result.worst_track, frame=result.worst_frame),
    )  # fmt: skip


CLASSES = (LSMPLIFY_PT_bake, LSMPLIFY_PT_method, LSMPLIFY_PT_result)
