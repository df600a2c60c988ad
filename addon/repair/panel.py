# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of repairs in the sidebar."""

from collections import Counter
from typing import Final

import bpy
from bpy.props import BoolProperty

from ..common import lines
from ..common.panels import StagePanel, draw_button, is_narrow
from ..takes import choosing, record
from ..takes.reading import shown_action
from ..translations import said, sentences
from . import operators

_ICONS: Final = {
    "swap": "ARROW_LEFTRIGHT", "spike": "FORCE_TURBULENCE", "mislabel": "QUESTION",
    "duplicate": "DUPLICATE", "ghost": "GHOST_ENABLED", "gap": "PARTICLE_POINT",
}  # fmt: skip


class LSMPLIFY_UL_repairs(bpy.types.UIList):
    """Repairs: whether they are done, what, whose, when."""

    no_gaps: BoolProperty(
        name="Without Gaps", default=True, description="Hide short gaps that were filled"
    )

    def draw_item(
        self, context: bpy.types.Context, layout: bpy.types.UILayout, _data: object, item: object,
        _icon: int, _active: object, _property: str, _index: int = 0,
    ) -> None:  # fmt: skip
        """One line; in the narrowest the icon alone says the kind."""
        row, narrow = layout.row(align=True), is_narrow(context)
        row.prop(item, "on", text="")
        split = row.split(factor=0.6 if narrow else 0.62)
        split.active = item.on
        name = item.name.removeprefix(f"{item.kind} ") if narrow else item.name
        split.label(text=name, translate=False, icon=_ICONS.get(item.kind, "DOT"))
        split.label(text=lines.span(item.start, item.end, 5 if narrow else 9), translate=False)

    def draw_filter(self, _context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        """Search by name or kind; gaps or not."""
        row = layout.row(align=True)
        row.prop(self, "filter_name", text="")
        row.prop(self, "no_gaps", text="", icon="FILTER")

    def filter_items(
        self, _context: bpy.types.Context, data: object, name: str
    ) -> tuple[list[int], list[int]]:
        """Which lines are shown."""
        wanted, items = self.filter_name.lower(), getattr(data, name)
        # A list of gaps alone would be empty under a line that counts them.
        no_gaps = self.no_gaps and any(i.kind != "gap" for i in items)
        flags = [
            self.bitflag_filter_item
            if wanted in i.name.lower() and not (no_gaps and i.kind == "gap")
            else 0
            for i in items
        ]
        return flags, []


class LSMPLIFY_PT_repairs(StagePanel, bpy.types.Panel):
    """What was repaired in the tracks of the action that is shown."""

    bl_label = "Repairs"
    bl_idname = "LSMPLIFY_PT_repairs"
    stage, page = "REVIEW", "REPAIRS"

    def draw(self, context: bpy.types.Context) -> None:
        """The list, the buttons, the chosen line in words."""
        column = self.layout.column()
        owner = record.owner_of(shown_action(choosing.chosen(context)))
        column.prop(context.scene.lsmplify, "mark_repairs", icon="MARKER_HLT", toggle=True)
        if owner is None:
            lines.draw(column, context, said("This action knows no tracks"), "INFO")
            return
        step = owner.lsmplify_step
        column.template_list("LSMPLIFY_UL_repairs", "", step, "repairs", step, "repair", rows=6)
        row = column.row(align=True)
        jump = operators.LSMPLIFY_OT_jump_to_repair.bl_idname
        row.operator(jump, text="Previous", icon="TRIA_LEFT").step = -1
        row.operator(jump, text="Next", icon="TRIA_RIGHT").step = 1
        row = column.row(align=True)
        tick = operators.LSMPLIFY_OT_tick_repairs.bl_idname
        row.operator_menu_enum(tick, "which", text="Tick…").on = True
        row.operator_menu_enum(tick, "which", text="Exclude…").on = False
        draw_button(
            column, operators.LSMPLIFY_OT_solve_with_repairs.bl_idname, "FILE_REFRESH"
        )  # fmt: skip
        lines.draw(column, context, summary(step))
        if 0 <= step.repair < len(step.repairs):
            item = step.repairs[step.repair]
            done, _, why = item.told.partition(": ")
            lines.draw(
                column, context, f"{sentences.translated(done)}: {sentences.translated(why)}"
            )


def summary(step: bpy.types.PropertyGroup) -> str:
    """One line: how many of which kind."""
    count = Counter(i.kind for i in step.repairs)
    told = [f"{said(kind.title())} {n}" for kind, n in count.most_common()]
    left = sum(not i.on for i in step.repairs)
    if left:
        told.append(said("{count} excluded", count=left))
    return ", ".join(told) or said("Nothing had to be repaired")


CLASSES = (LSMPLIFY_UL_repairs, LSMPLIFY_PT_repairs)
