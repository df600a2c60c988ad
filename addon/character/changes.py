# SPDX-License-Identifier: GPL-3.0-or-later
"""A number that grows whenever an option of the character changes, for what is drawn of it."""

import bpy

_number = [0]


def note_change() -> None:
    """An option has changed: what is drawn is out of date."""
    _number[0] += 1
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


def number() -> int:
    """How many changes there were."""
    return _number[0]
