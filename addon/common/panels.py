# SPDX-License-Identifier: GPL-3.0-or-later
"""What all panels of the sidebar tab have: the tab itself, and the stage and page that show
them."""

from typing import TYPE_CHECKING, ClassVar

import bpy

_NARROW = 240
"""Units (pixels at a resolution scale of 1) of a sidebar under which names do not fit beside their
fields, nor three stages into a row: the longest, Character, is 60 wide, and 45 are the tabs' and
the margins'."""


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

    def split_column(self) -> bpy.types.UILayout:
        """A column of settings with their names to the left; inside them where it is narrow."""
        column = self.layout.column()
        column.use_property_split = not is_narrow(bpy.context)
        column.use_property_decorate = False
        return column


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
