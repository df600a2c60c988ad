# SPDX-License-Identifier: GPL-3.0-or-later
"""Make Prop."""

from typing import ClassVar

import bpy

from ...lsmplify_core.review.scene_frames import in_scene_frames
from ...lsmplify_core.runtime.errors import InputError
from ..common.polls import allowed
from ..common.units import scene_unit
from ..tracks.choice import missing_tracks
from .empties import add_props
from .making import found_props


class LSMPLIFY_OT_make_prop(bpy.types.Operator):
    """Bake tracks that move as one rigid body and are no limb, or the selected ones, as an empty"""

    bl_idname = "lsmplify.make_prop"
    bl_label = "Make Prop"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey where there are no tracks, with the reason."""
        return allowed(cls, missing_tracks(context))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Find, pose and bake them."""
        try:
            found = found_props(context)
        except InputError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        made = add_props(context, found.props, found.timing, scene_unit(context.scene))
        for item, prop in zip(made, found.props, strict=True):
            for repair in prop.repairs:
                told = in_scene_frames(repair, found.timing.first, found.timing.step)
                self.report({"WARNING"}, f"{item.name}: {told}")
        self.report({"INFO"}, ", ".join(o.name for o in made))
        return {"FINISHED"}


CLASSES = (LSMPLIFY_OT_make_prop,)
