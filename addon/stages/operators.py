# SPDX-License-Identifier: GPL-3.0-or-later
"""Go to a stage of the sidebar, as its own button does."""

from typing import ClassVar

import bpy
from bpy.props import EnumProperty, StringProperty

from ..translations import CONTEXT
from .properties import PAGES, STAGES


class LSMPLIFY_OT_go_to_stage(bpy.types.Operator):
    """Show the stage that comes next"""

    bl_idname = "lsmplify.go_to_stage"
    bl_label = "Go to Stage"
    bl_options: ClassVar = {"INTERNAL"}

    stage: EnumProperty(
        name="Stage", items=STAGES, description="Which stage of the way the sidebar shows",
        translation_context=CONTEXT,
    )  # fmt: skip
    page: StringProperty(name="Page", description="The stage's page; empty for the one it has")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Show it."""
        settings = context.scene.lsmplify
        settings.stage = self.stage
        if self.page in [p[0] for p in PAGES.get(self.stage, ())]:
            setattr(settings, f"{self.stage.lower()}_page", self.page)
        return {"FINISHED"}


CLASSES = (LSMPLIFY_OT_go_to_stage,)
