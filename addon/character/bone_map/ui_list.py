# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of roles and bones in the sidebar."""

from typing import Any, Final

import bpy
from bpy.props import BoolProperty

from ....lsmplify_core.retarget import FINGER_ROLES
from ...translations import said

_ROWS: Final = 7


class LSMPLIFY_UL_bones(bpy.types.UIList):
    """Part of a body, bone, and a sign for how sure that is."""

    bl_idname = "LSMPLIFY_UL_bones"

    no_fingers: BoolProperty(
        name="Without Fingers", description="Hide the fingers' bones", default=True
    )

    def draw_item(
        self, _context: bpy.types.Context, layout: bpy.types.UILayout, _data: object,
        item: Any, _icon: int, _active: object, _name: str,
    ) -> None:  # fmt: skip
        """One row."""
        icon = "RADIOBUT_OFF" if not item.bone else "QUESTION" if item.guessed else "CHECKMARK"
        row = layout.split(factor=0.42, align=True)
        row.active = bool(item.bone)
        row.label(text=item.name, icon=icon, translate=False)
        row.label(text=item.bone or said("No bone"), translate=False)

    def draw_filter(self, _context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        """Search by name, and the fingers out of the way."""
        row = layout.row(align=True)
        row.prop(self, "filter_name", text="")
        row.prop(self, "no_fingers", text="", icon="FILTER")

    def filter_items(
        self, _context: bpy.types.Context, data: object, name: str
    ) -> tuple[list[int], list[int]]:
        """Which rows are shown: of a chain's empty ones only the first."""
        return [
            self.bitflag_filter_item if shown else 0
            for shown in shown_rows(getattr(data, name), self.filter_name, self.no_fingers)
        ], []


def shown_rows(rows: Any, wanted: str, no_fingers: bool) -> list[bool]:
    """For each row whether it is shown."""
    wanted, shown, empty = wanted.lower(), list[bool](), ""
    for row in rows:
        found = wanted in row.name.lower() or wanted in row.bone.lower()
        again = not row.bone and row.name == empty
        empty = row.name if not row.bone else empty
        shown.append(found and not again and not (no_fingers and row.name in FINGER_ROLES))
    return shown


def draw(column: bpy.types.UILayout, settings: Any, target: bpy.types.Object | None) -> None:
    """The list, and under it the row that is chosen, with a bone picker."""
    if not settings.rows:
        return
    column.template_list("LSMPLIFY_UL_bones", "", settings, "rows", settings, "active", rows=_ROWS)
    if target is not None and 0 <= settings.active < len(settings.rows):
        row = settings.rows[settings.active]
        column.prop_search(row, "bone", target.data, "bones", text=row.name)
