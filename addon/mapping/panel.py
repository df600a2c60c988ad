# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping list in the sidebar."""

from typing import Final

import bpy
from bpy.props import BoolProperty

from ..common import lines
from ..common.panels import StagePanel, draw_beside
from ..translations import said
from . import operators, rows

ICONS: Final = {
    rows.MATCHED: "CHECKMARK", rows.GUESSED: "QUESTION",
    rows.MISSING: "ERROR", rows.UNUSED: "RADIOBUT_OFF",
}  # fmt: skip
COUNTS: Final = {
    rows.MATCHED: "{count} matched", rows.GUESSED: "{count} guessed",
    rows.MISSING: "{count} missing", rows.UNUSED: "{count} not used",
}  # fmt: skip


class LSMPLIFY_UL_mapping(bpy.types.UIList):
    """Body point, track, and a sign for how sure that is; what is missing is red."""

    bl_idname = "LSMPLIFY_UL_mapping"

    only_open: BoolProperty(
        name="Only Open Ones", description="Hide what is matched", default=False
    )

    def draw_item(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, _data: object,
        item: bpy.types.PropertyGroup, _icon: int, _active: object, _name: str,
    ) -> None:  # fmt: skip
        """One row."""
        state = rows.state_of(item)
        row = layout.split(factor=0.58, align=True)
        row.alert = state == rows.MISSING
        row.active = state != rows.UNUSED
        point, track = item.name if item.joint >= 0 else "", item.track
        row.label(text=point or said("Not used"), icon=ICONS[state], translate=False)
        row.label(text=track or said("No track"), translate=False)

    def draw_filter(self, _context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        """Search by name, and what is settled out of the way."""
        row = layout.row(align=True)
        row.prop(self, "filter_name", text="")
        row.prop(self, "only_open", text="", icon="FILTER")

    def filter_items(
        self, _context: bpy.types.Context, data: object, name: str
    ) -> tuple[list[int], list[int]]:
        """Which rows are shown."""
        shown, wanted = self.bitflag_filter_item, self.filter_name.lower()
        flags = []
        for item in getattr(data, name):
            found = wanted in item.name.lower() or wanted in item.track.lower()
            state = rows.state_of(item)
            settled = state == rows.HIDDEN or (self.only_open and state == rows.MATCHED)
            flags.append(shown if found and not settled else 0)
        return flags, []


class LSMPLIFY_PT_mapping(StagePanel, bpy.types.Panel):
    """Which track is which body point."""

    bl_label = "Mapping"
    bl_idname = "LSMPLIFY_PT_mapping"
    stage, page = "TRACKS", "MAPPING"

    def draw(self, context: bpy.types.Context) -> None:
        """The list, the row to correct, files."""
        kept, column = context.scene.lsmplify.mapping, self.layout.column()
        small = {
            operators.LSMPLIFY_OT_clear_mapping.bl_idname: "X",
            operators.LSMPLIFY_OT_load_mapping.bl_idname: "FILE_FOLDER",
            operators.LSMPLIFY_OT_save_mapping.bl_idname: "FILE_TICK",
        }
        match = operators.LSMPLIFY_OT_match_tracks.bl_idname
        draw_beside(column, context, match, "VIEWZOOM", small)
        if not kept.rows:
            return
        column.template_list("LSMPLIFY_UL_mapping", "", kept, "rows", kept, "active", rows=7)
        if 0 <= kept.active < len(kept.rows):
            chosen = kept.rows[kept.active]
            if chosen.joint >= 0:
                column.prop_search(chosen, "track", kept, "tracks", text=chosen.name)
            elif not chosen.used:
                column.prop_search(chosen, "point", kept, "points", text=chosen.track)
        lines.draw(column, context, summary(kept))


def summary(kept: bpy.types.PropertyGroup) -> str:
    """One line: how many are in which state."""
    states = [rows.state_of(r) for r in kept.rows]
    told = [said(text, count=states.count(s)) for s, text in COUNTS.items() if s in states]
    return f"{kept.layout}: {', '.join(told)}"


CLASSES = (LSMPLIFY_UL_mapping, LSMPLIFY_PT_mapping)
