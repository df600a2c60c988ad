# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar: where the points come from."""

import bpy

from ..common import lines
from ..common.panels import StagePanel, draw_field
from ..translations import said, sentences
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
        settings, column = context.scene.lsmplify, self.split_column(context)
        column.operator(LSMPLIFY_OT_import_tracks.bl_idname, icon="IMPORT")
        draw_field(column, context, settings, "source")
        _draw_source(column, context)
        draw_field(column, context, settings, "layout")
        named = {} if column.use_property_split else {"text": ""}
        person = column.row()
        person.enabled = len(settings.people) > 1
        person.prop_search(settings, "person", settings, "people", icon="USER", **named)
        draw_field(column, context, settings, "unit")
        draw_field(column, context, settings, "up")
        if settings.up == "DIRECTION":
            column.row().prop(settings, "up_direction", text="")
        column.operator(LSMPLIFY_OT_find_layout.bl_idname, icon="VIEWZOOM")
        column.operator(LSMPLIFY_OT_level_tracks.bl_idname, icon="CON_FLOOR")
        column.operator("lsmplify.make_prop", icon="EMPTY_ARROWS")
        for line in settings.found.splitlines():
            lines.draw(column, context, sentences.translated(line))


def _draw_source(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    settings = context.scene.lsmplify
    if settings.source == "COLLECTION":
        _draw_named_above(column, settings, "collection")
    elif settings.source == "BONES":
        _draw_named_above(column, settings, "track_armature")
    elif settings.source == "VERTICES":
        _draw_named_above(column, settings, "point_cache")
        draw_field(column, context, settings, "vertices_by")
        if settings.vertices_by == "ATTRIBUTE":
            draw_field(column, context, settings, "vertex_attribute")
    elif settings.source == "FILE":
        _draw_named_above(column, settings, "filepath")
        if settings.image_size or settings.filepath.lower().endswith((".json", ".csv", ".npy")):
            draw_field(column, context, settings, "image_size")
    else:
        count = len(selected(context))
        lines.draw(column, context, said("{count} objects selected", count=count), "EMPTY_AXIS")


def _draw_named_above(
    column: bpy.types.UILayout, settings: bpy.types.PropertyGroup, name: str
) -> None:  # fmt: skip
    """What the choice of a source names already: in a narrow sidebar without its own name."""
    named = {} if column.use_property_split else {"text": ""}
    column.prop(settings, name, **named)


CLASSES = (LSMPLIFY_PT_tracks,)
