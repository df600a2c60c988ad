# SPDX-License-Identifier: GPL-3.0-or-later
"""Load the example take; put the note away."""

from typing import ClassVar

import bpy

from ..body.model_file import preferences
from .example import EXAMPLE


class LSMPLIFY_OT_load_example(bpy.types.Operator):
    """Bring in eight seconds of 41 markers that come with the extension, to try everything on"""

    bl_idname = "lsmplify.load_example"
    bl_label = "Load Example"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Import it as a user's own file would be, and look at it."""
        if not EXAMPLE.is_file():
            self.report({"ERROR"}, f"{EXAMPLE}: is not there; install the extension again")
            return {"CANCELLED"}
        settings = context.scene.lsmplify
        settings.layout = settings.unit = settings.up = "auto"
        bpy.ops.lsmplify.import_tracks(filepath=str(EXAMPLE))
        bpy.ops.lsmplify.find_layout()
        self.report({"INFO"}, "An example take is there; press Solve and Bake")
        return {"FINISHED"}


class LSMPLIFY_OT_hide_first_steps(bpy.types.Operator):
    """Put this note away for good; the extension's preferences bring it back"""

    bl_idname = "lsmplify.hide_first_steps"
    bl_label = "Got It"
    bl_options: ClassVar = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Note it in the preferences, which Blender then saves when it closes."""
        kept = preferences(context)
        if kept is None:
            self.report({"WARNING"}, "the extension has no preferences here; the note stays")
            return {"CANCELLED"}
        kept.show_first_steps = False
        context.preferences.is_dirty = True
        return {"FINISHED"}


CLASSES = (LSMPLIFY_OT_load_example, LSMPLIFY_OT_hide_first_steps)
