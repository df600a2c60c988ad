# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences that are longer than the sidebar is wide."""

import textwrap

import bpy

_LETTER = 6.6
"""Pixels of a letter at a scale of 1: a little more than it mostly is."""
_LEAST = 16
"""Letters in a line, however narrow the sidebar is."""


def wrapped(context: bpy.types.Context, text: str) -> list[str]:
    """The text in lines that fit into the region; an icon's width is left free."""
    scale = context.preferences.system.ui_scale
    region = getattr(context, "region", None)  # None where a script draws
    width = region.width if region is not None else 0
    letters = int((width / scale - 70) / _LETTER)
    return textwrap.wrap(text, max(letters, _LEAST))


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str) -> None:
    """The text with its icon, as many lines as it takes."""
    column = layout.column(align=True)
    for number, line in enumerate(wrapped(context, text)):
        column.label(text=line, icon=icon if number == 0 else "BLANK1", translate=False)
