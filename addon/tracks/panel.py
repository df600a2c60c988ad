# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: where the points come from."""

import bpy

from ..common.panels import StagePanel
from ..translations import said
from .choice import selected
from .level import LSMPLIFY_OT_level_tracks
from .look_operators import LSMPLIFY_OT_find_layout
from .operators import LSMPLIFY_OT_import_tracks


class LSMPLIFY_PT_tracks(StagePanel, bpy.types.Panel):
    """Where the points come from and what they are."""

    bl_label = "Tracks"
    bl_idname = "LSMPLIFY_PT_tracks"
    stage, page = "TRACKS", "SOURCE"

    def draw(self, context: bpy.types.Context) -> None:
        """Source, layout, unit; what was found stands below the buttons, which so stay in place."""
        settings, column = context.scene.lsmplify, self.split_column()
        column.operator(LSMPLIFY_OT_import_tracks.bl_idname, icon="IMPORT")
        column.prop(settings, "source")
        _draw_source(column, context)
        column.prop(settings, "layout")
        person = column.row()
        person.enabled = len(settings.people) > 1
        person.prop_search(settings, "person", settings, "people", icon="USER")
        column.prop(settings, "unit")
        row = column.row(align=True)
        row.prop(settings, "up")
        row.operator(LSMPLIFY_OT_level_tracks.bl_idname, text="Level")
        if settings.up == "DIRECTION":
            column.row().prop(settings, "up_direction", text="")
        column.operator(LSMPLIFY_OT_find_layout.bl_idname, icon="VIEWZOOM")
        column.operator("lsmplify.make_prop", icon="EMPTY_ARROWS")
        for line in settings.found.splitlines():
            column.label(text=line, translate=False)


def _draw_source(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    settings = context.scene.lsmplify
    if settings.source == "COLLECTION":
        column.prop(settings, "collection")
    elif settings.source == "BONES":
        column.prop(settings, "track_armature")
    elif settings.source == "VERTICES":
        column.prop(settings, "point_cache")
        column.prop(settings, "vertices_by")
        if settings.vertices_by == "ATTRIBUTE":
            column.prop(settings, "vertex_attribute")
    elif settings.source == "FILE":
        column.prop(settings, "filepath")
        if settings.image_size or settings.filepath.lower().endswith((".json", ".csv", ".npy")):
            column.prop(settings, "image_size")
    else:
        count = len(selected(context))
        column.label(text=said("{count} objects selected", count=count), icon="EMPTY_AXIS")


CLASSES = (LSMPLIFY_PT_tracks,)
