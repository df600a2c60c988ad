# SPDX-License-Identifier: GPL-3.0-or-later
"""Import motions from elsewhere as armatures with actions, to be cleaned up or refined from
tracks."""

from pathlib import Path
from typing import ClassVar

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ImportHelper

from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.reading.motions import MOTION_SUFFIXES
from ...lsmplify_core.runtime.errors import OUTSIDE, error_line
from ...lsmplify_core.workflows.motion_file import read_motion_file
from ..bake.motion_keys import Timing, bake
from ..body.armature import make_armature, sized_for_scene
from ..common.units import scene_unit
from ..tracks.scene_tracks import scene_rate


class LSMPLIFY_OT_import_motion(bpy.types.Operator, ImportHelper):
    """Import a motion as an armature with an action: an AMASS npz, an estimator's result, a BVH"""

    bl_idname = "lsmplify.import_motion"
    bl_label = "Import Motion"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    filter_glob: StringProperty(
        default=";".join(f"*{suffix}" for suffix in MOTION_SUFFIXES), options={"HIDDEN"},
        description="Endings of the files that are shown",
    )  # fmt: skip

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read everything, then make an armature for each person."""
        path = Path(bpy.path.abspath(self.filepath))
        try:
            found = read_motion_file(path)
        except OUTSIDE as error:
            self.report({"ERROR"}, error_line(error))
            return {"CANCELLED"}
        people = found.people
        for number, motion in enumerate(people, 1):
            name = path.stem if len(people) == 1 else f"{path.stem} {number}"
            context.view_layer.objects.active = add_motion(context, motion, name)
        frames = max(motion.frames for motion in people)
        several = f", {len(people)} people" if len(people) > 1 else ""
        self.report({"INFO"}, f"{path.name}: {frames} frames{several}")
        for note in found.notes:
            self.report({"WARNING"}, f"{path.name}: {note}")
        return {"FINISHED"}


def add_motion(context: bpy.types.Context, motion: Motion, name: str) -> bpy.types.Object:
    """A new armature of the motion's body, with the motion as its action from the scene's first
    frame."""
    scene = context.scene
    armature = make_armature(context, motion.body, name)
    sized_for_scene(context, armature, scene_unit(scene))
    step = scene_rate(scene) / motion.rate
    first = float(scene.frame_start)
    action = bake(armature, motion, Timing(first, step, True), name, True)
    action.lsmplify_step.take = name
    scene.frame_end = max(scene.frame_end, int(first + step * (motion.frames - 1) + 0.999))
    return armature


CLASSES = (LSMPLIFY_OT_import_motion,)
