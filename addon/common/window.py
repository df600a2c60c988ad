# SPDX-License-Identifier: GPL-3.0-or-later
"""Editors of the window that is looked at."""

from collections.abc import Iterator

import bpy


def views(context: bpy.types.Context) -> Iterator[bpy.types.Area]:
    """The window's 3D viewports; none where there is no window."""
    screen = getattr(context, "screen", None)
    for area in screen.areas if screen is not None else ():
        if area.type == "VIEW_3D":
            yield area


def redraw_views(context: bpy.types.Context) -> None:
    """Let the viewports and their sidebars be drawn anew."""
    for area in views(context):
        area.tag_redraw()


def redraw_sidebars(context: bpy.types.Context) -> None:
    """Let the sidebars of the viewports be drawn anew, and not the scene, which may take longer
    than all else."""
    for area in views(context):
        for region in area.regions:
            if region.type == "UI":
                region.tag_redraw()
