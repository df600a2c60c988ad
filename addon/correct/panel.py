# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: a pose corrected by hand, and the frames around it solved again."""

import bpy

from ..clean_up.settings import draw_settings
from ..common import lines
from ..common.panels import StagePanel, draw_beside, draw_button, is_narrow
from ..takes import choosing
from ..translations import said
from . import operators, pose_operators


class LSMPLIFY_UL_pose_keys(bpy.types.UIList):
    """Pose keys by frame."""

    def draw_item(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, _data: object, item: object,
        _icon: int, _active: object, _property: str, _index: int = 0,
    ) -> None:  # fmt: skip
        """One line."""
        layout.label(text=item.name, icon="POSE_HLT")


class LSMPLIFY_PT_correct(StagePanel, bpy.types.Panel):
    """Pose keys and the range to solve again; refinement from the tracks."""

    bl_label = "Correct"
    bl_idname = "LSMPLIFY_PT_correct"
    stage, page = "REVIEW", "CORRECT"

    def draw(self, context: bpy.types.Context) -> None:
        """Keys, range, buttons."""
        column, settings = self.split_column(context), context.scene.lsmplify.cleanup
        armature = choosing.chosen(context)
        if armature is None:
            lines.draw(column, context, said("Select an animated body"), "INFO")
            return
        _draw_keys(column, context, armature)
        draw_settings(column, context, "RESOLVE", settings.resolve)
        row = column.column(align=True) if is_narrow(context) else column.row(align=True)
        wanted = operators.LSMPLIFY_OT_set_resolve_range.bl_idname
        row.operator(wanted, text="Span").source = "SPAN"
        row.operator(wanted, text="Preview").source = "PREVIEW"
        row.operator(wanted, text="Pose Keys").source = "KEYS"
        draw_button(column, operators.LSMPLIFY_OT_resolve_range.bl_idname, "FILE_REFRESH")
        draw_settings(column, context, "REFINE", settings.refine)
        draw_button(column, operators.LSMPLIFY_OT_refine_from_tracks.bl_idname, "MOD_SMOOTH")


def _draw_keys(
    column: bpy.types.UILayout, context: bpy.types.Context, armature: bpy.types.Object
) -> None:  # fmt: skip
    rig, clear = armature.lsmplify_rig, operators.LSMPLIFY_OT_clear_pose_keys.bl_idname
    if rig.posing:
        stop = {pose_operators.LSMPLIFY_OT_stop_posing.bl_idname: "X"}
        resolve = pose_operators.LSMPLIFY_OT_resolve_pose.bl_idname
        draw_beside(column, context, resolve, "KEY_HLT", stop)
    else:
        column.operator(operators.LSMPLIFY_OT_mark_pose_key.bl_idname, icon="POSE_HLT")
    column.template_list("LSMPLIFY_UL_pose_keys", "", rig, "pose_keys", rig, "pose_key", rows=2)
    row = column.column(align=True) if is_narrow(context) else column.row(align=True)
    row.enabled = len(rig.pose_keys) > 0
    row.operator(clear, text="Clear This", icon="REMOVE").which = "ACTIVE"
    row.operator(clear, text="Clear All", icon="X").which = "ALL"


CLASSES = (LSMPLIFY_UL_pose_keys, LSMPLIFY_PT_correct)
