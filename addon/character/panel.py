# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage Character of the sidebar."""

import bpy

from ..common.panels import StagePanel


class LSMPLIFY_PT_character(StagePanel, bpy.types.Panel):
    """The motion on a character of one's own."""

    bl_label = "Character"
    bl_idname = "LSMPLIFY_PT_character"
    stage = "CHARACTER"

    def draw(self, _context: bpy.types.Context) -> None:
        """Source, character, map, button."""
        self.layout.label(text="Bones named as SMPL's joints: bake on them in Body", icon="INFO")


CLASSES = (LSMPLIFY_PT_character,)
