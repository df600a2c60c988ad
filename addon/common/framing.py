# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn the window's 3D viewports to a place in the world."""

from collections.abc import Sequence

import bpy

from .units import scene_unit
from .window import views

_AWAY = 1.15
"""Distance of the view for a metre of what is to be seen: it then fills most of the viewport."""


def frame(context: bpy.types.Context, middle: Sequence[float], size: float) -> None:
    """Let every viewport of the window look at a place; nothing where there is no window.

    Args:
        context: whose window it is.
        middle: (3,) metres in the world.
        size: metres that must fit in.
    """
    unit = scene_unit(context.scene)
    for area in views(context):
        region = area.spaces.active.region_3d
        if region is None:
            continue
        if region.view_perspective == "CAMERA":
            region.view_perspective = "PERSP"
        region.view_location = tuple(float(x) / unit for x in middle)
        region.view_distance = _AWAY * size / unit
        area.tag_redraw()
