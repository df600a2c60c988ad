# SPDX-License-Identifier: GPL-3.0-or-later
"""The note for those who open the tab for the first time."""

from typing import ClassVar, Final

import bpy

from ..body.model_file import preferences
from ..common import lines
from ..common.panels import StagePanel, is_narrow
from ..translations import said
from .operators import LSMPLIFY_OT_hide_first_steps, LSMPLIFY_OT_load_example

STEPS: Final = (
    "1. Import tracks, or choose them",
    "2. Look at what was found",
    "3. Solve and Bake; Esc stops it",
    "4. Review, clean up, export",
)
"""The way from tracks to a motion, a line a step."""


class LSMPLIFY_PT_first_steps(StagePanel, bpy.types.Panel):
    """What to do first; shown on the first stage until it is put away."""

    bl_label = "First Steps"
    bl_idname = "LSMPLIFY_PT_first_steps"
    bl_options: ClassVar = set[str]()
    stage, page = "TRACKS", "SOURCE"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Until somebody has put it away."""
        kept = preferences(context)
        return super().poll(context) and (kept is None or kept.show_first_steps)

    def draw(self, context: bpy.types.Context) -> None:
        """The steps, the example, the way out."""
        column = self.layout.column(align=True)
        for step in STEPS:
            lines.draw(column, context, said(step))
        row = self.layout.row(align=True)  # one line: a narrow sidebar is a low one too
        row.operator(LSMPLIFY_OT_load_example.bl_idname, icon="PLAY")
        if is_narrow(context):
            row.operator(LSMPLIFY_OT_hide_first_steps.bl_idname, text="", icon="CHECKMARK")
        else:
            row.operator(LSMPLIFY_OT_hide_first_steps.bl_idname, icon="CHECKMARK")


CLASSES = (LSMPLIFY_PT_first_steps,)
