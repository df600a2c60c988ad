# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel that shows where to look."""

import bpy

from ..takes import choosing
from ..translations import said
from .operators import LSMPLIFY_OT_attach_tracks, LSMPLIFY_OT_jump_to_span, LSMPLIFY_OT_measure


class LSMPLIFY_UL_spans(bpy.types.UIList):
    """Worst spans: region, what is wrong, how much, where."""

    def draw_item(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, _data: object, item: object,
        _icon: int, _active: object, _property: str, _index: int = 0,
    ) -> None:  # fmt: skip
        """One line."""
        split = layout.split(factor=0.32)
        split.label(text=item.region.title())
        rest = split.split(factor=0.6)
        rest.label(text=f"{said(item.what)} {item.figure}", translate=False)
        rest.label(text=f"{item.first}–{item.last}", translate=False)


class LSMPLIFY_PT_see(bpy.types.Panel):
    """Tracks over body, worst spans."""

    bl_label = "See"
    bl_idname = "LSMPLIFY_PT_see"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "LSMPLify"

    def draw(self, context: bpy.types.Context) -> None:
        """Overlay, list, tracks."""
        settings, column = context.scene.lsmplify.seeing, self.layout.column()
        row = column.row(align=True)
        row.prop(settings, "show", icon="OVERLAY", toggle=True)
        row.prop(settings, "show_doubt", icon="QUESTION", toggle=True)
        sub = column.column(align=True)
        sub.use_property_split = True
        sub.use_property_decorate = False
        if settings.show:
            sub.prop(settings, "worst_mm")
        if settings.show_doubt:
            sub.prop(settings, "worst_degrees")
        column.prop(settings, "curves")
        column.operator(LSMPLIFY_OT_measure.bl_idname, icon="VIEWZOOM")
        armature = choosing.chosen(context)
        if armature is not None and armature.lsmplify_rig.spans:
            _draw_spans(column, armature)
        column.operator(LSMPLIFY_OT_attach_tracks.bl_idname, icon="LINKED")


def _draw_spans(column: bpy.types.UILayout, armature: bpy.types.Object) -> None:
    rig = armature.lsmplify_rig
    column.template_list("LSMPLIFY_UL_spans", "", rig, "spans", rig, "span", rows=5)
    row = column.row(align=True)
    row.operator(LSMPLIFY_OT_jump_to_span.bl_idname, text="Previous", icon="TRIA_LEFT").step = -1
    row.operator(LSMPLIFY_OT_jump_to_span.bl_idname, text="Next", icon="TRIA_RIGHT").step = 1


CLASSES = (LSMPLIFY_UL_spans, LSMPLIFY_PT_see)
