# SPDX-License-Identifier: GPL-3.0-or-later
"""What all panels of the sidebar tab have."""

from typing import TYPE_CHECKING

import bpy


class SidebarPanel:
    """Mix-in: a panel in the tab LSMPLify of the 3D viewport."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "LSMPLify"

    if TYPE_CHECKING:  # Blender reads annotations as properties
        layout: bpy.types.UILayout

    def split_column(self) -> bpy.types.UILayout:
        """A column of settings with their names to the left."""
        column = self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        return column
