# SPDX-License-Identifier: GPL-3.0-or-later
"""What all panels of the sidebar tab have: the tab itself, and the stage and page that show
them."""

from typing import TYPE_CHECKING, Any, ClassVar

import bpy

from ..translations import said
from . import lines

_NARROW = 270
"""Units (pixels at a resolution scale of 1) of a sidebar under which names do not fit beside their
fields, nor three stages into a row, in every language; one as Blender opens it has 280 to 292."""

_BESIDE = 0.4
"""Share of a line that Blender gives to a setting's name."""
_MENU = 1.25
"""Units, as high as a button, that a choice needs beside its text."""
_AFTER_NAME = 0.5
"""Units between a name and its field."""


def is_narrow(context: bpy.types.Context) -> bool:
    """Whether the sidebar is too narrow for what is side by side in one as Blender opens it."""
    region = getattr(context, "region", None)  # None where a script draws
    return region is not None and region.width < _NARROW * context.preferences.system.ui_scale


class SidebarPanel:
    """Mix-in: a panel in the tab LSMPLify of the 3D viewport."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "LSMPLify"

    if TYPE_CHECKING:  # Blender reads annotations as properties
        layout: bpy.types.UILayout

    def split_column(self, context: bpy.types.Context) -> bpy.types.UILayout:
        """A column of settings with their names to the left; inside them where it is narrow."""
        column = self.layout.column()
        column.use_property_split = not is_narrow(context)
        column.use_property_decorate = False
        return column


def draw_beside(
    column: bpy.types.UILayout, context: bpy.types.Context, operator: str, icon: str,
    small: dict[str, str],
) -> None:  # fmt: skip
    """A button with smaller ones after it, by their operators' names their icons; under it in a
    narrow sidebar."""
    group = column.column(align=True)
    row = group.row(align=True)
    row.operator(operator, icon=icon)
    row = group.row(align=True) if is_narrow(context) else row
    for name, own in small.items():
        named = {} if is_narrow(context) and len(small) == 1 else {"text": ""}
        row.operator(name, icon=own, **named)


def draw_name(column: bpy.types.UILayout, data: Any, name: str) -> dict[str, str]:
    """A field's name on a line of its own, where the sidebar is too narrow for both; returns what
    the field itself is then told of its name."""
    if column.use_property_split:
        return {}
    found = data.bl_rna.properties[name]
    column.label(text=found.name, text_ctxt=found.translation_context)
    return {"text": ""}


def draw_field(
    column: bpy.types.UILayout, context: bpy.types.Context, data: Any, name: str
) -> None:  # fmt: skip
    """A choice, a text or something of the scene, with its name beside it or, where that is too
    narrow for both, above it. Numbers and ticks have their names inside and need none of this."""
    found = data.bl_rna.properties[name]
    if found.type == "ENUM" and (share := _share_of_name(context, found)) is not None:
        if column.use_property_split and share == _BESIDE:
            column.prop(data, name)
            return
        row = column.split(factor=share, align=True)
        row.use_property_split = False
        place = row.row()
        place.alignment = "RIGHT" if column.use_property_split else "EXPAND"
        place.label(text=found.name, text_ctxt=found.translation_context)
        row.prop(data, name, text="")
        return
    part = column.column()
    part.use_property_split = column.use_property_split and found.type != "ENUM"
    part.prop(data, name, **draw_name(part, data, name))


def _share_of_name(context: bpy.types.Context, found: bpy.types.EnumProperty) -> float | None:
    """The share of a line that an enumeration's name takes where its longest choice has room beside
    it; None where there is too little for both, or the choices are not known."""
    room, unit = lines.panel_width(context), lines.unit(context)
    choices = [lines.width(context, said(i.name)) for i in found.enum_items_static]
    value = max(choices, default=room) + _MENU * unit
    if found.is_enum_flag or value >= room:
        return None
    name = lines.width(context, said(found.name)) + _AFTER_NAME * unit
    if value <= (1.0 - _BESIDE) * room and name <= _BESIDE * room:
        return _BESIDE
    return 1.0 - value / room if name + value <= room else None


class StagePanel(SidebarPanel):
    """Mix-in: a panel that a stage shows, on one of its pages where it has several.

    It has no header, so that nothing in it can be folded away or pushed down: a stage fits a
    window.
    """

    bl_options: ClassVar = {"HIDE_HEADER"}
    stage: ClassVar[str]
    """Of `scene.lsmplify.stage`."""
    page: ClassVar[str] = ""
    """Of the stage's property of pages; empty where the stage has only one."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Whether its stage and page are the chosen ones."""
        settings = context.scene.lsmplify
        if settings.stage != cls.stage:
            return False
        return not cls.page or getattr(settings, f"{cls.stage.lower()}_page") == cls.page


def draw_button(layout: bpy.types.UILayout, operator: str, icon: str, text: str = "") -> object:
    """The button that a page is about, larger than others; returns the operator's properties."""
    row = layout.row()
    row.scale_y = 1.3
    if text:
        return row.operator(operator, text=text, icon=icon)
    return row.operator(operator, icon=icon)
