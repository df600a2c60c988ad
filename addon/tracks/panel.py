# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: where the points come from."""

import bpy

from ..common.panels import SidebarPanel
from ..translations import said
from .look_operators import LSMPLIFY_OT_find_layout
from .operators import LSMPLIFY_OT_import_tracks


class LSMPLIFY_PT_tracks(SidebarPanel, bpy.types.Panel):
    """Where the points come from and what they are."""

    bl_label = "Tracks"
    bl_idname = "LSMPLIFY_PT_tracks"

    def draw(self, context: bpy.types.Context) -> None:
        """Source, layout, unit."""
        settings, column = context.scene.lsmplify, self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.operator(LSMPLIFY_OT_import_tracks.bl_idname, icon="IMPORT")
        column.prop(settings, "source")
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
        else:
            count = len(context.selected_objects)
            column.label(text=said("{count} objects selected", count=count), icon="EMPTY_AXIS")
        column.prop(settings, "layout")
        column.operator(LSMPLIFY_OT_find_layout.bl_idname, icon="VIEWZOOM")
        for line in settings.found.splitlines():
            column.label(text=line)
        if len(settings.people) > 1:
            column.prop_search(settings, "person", settings, "people", icon="USER")
        column.prop(settings, "unit")
        column.prop(settings, "up")


CLASSES = (LSMPLIFY_PT_tracks,)
