# SPDX-License-Identifier: GPL-3.0-or-later
"""`scene.lsmplify.seeing`: what is drawn over the viewport."""

import bpy
from bpy.props import BoolProperty, FloatProperty

from ..common.window import redraw_views


def _redraw(_self: object, context: bpy.types.Context) -> None:
    redraw_views(context)


class LSMPLifySeeing(bpy.types.PropertyGroup):
    """Settings of the overlay."""

    show: BoolProperty(
        name="Tracks over Body", default=False, update=_redraw,
        description="Draw a line from each track to its point on the body, coloured by the "
                    "distance",
    )  # fmt: skip
    worst_mm: FloatProperty(
        name="Red at mm", default=40.0, min=0.1, max=1000.0, precision=0, update=_redraw,
        description="Distance that is drawn red",
    )  # fmt: skip
    show_tracks: BoolProperty(
        name="Track Dots", default=True, update=_redraw,
        description="Draw a dot on each track of the chosen collection",
    )  # fmt: skip
    curves: BoolProperty(
        name="Error Curves", default=True,
        description="Write errors over time as custom properties, for the Graph Editor",
    )  # fmt: skip
    show_doubt: BoolProperty(
        name="Confidence", default=False, update=_redraw,
        description="Draw a dot at each joint, coloured by how unsure its learned rotation is",
    )  # fmt: skip
    worst_degrees: FloatProperty(
        name="Red at Degrees", default=15.0, min=1.0, max=180.0, precision=0, update=_redraw,
        description="Expected error that is drawn red",
    )  # fmt: skip


CLASSES = (LSMPLifySeeing,)
