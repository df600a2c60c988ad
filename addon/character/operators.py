# SPDX-License-Identifier: GPL-3.0-or-later
"""Find Bones, Save Bone Map, Apply to Character."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ExportHelper

from ...lsmplify_core.pipeline import Progress
from ...lsmplify_core.retarget import (
    Retargeted,
    RetargetOptions,
    RigMap,
    find_map,
    save_map,
)
from ...lsmplify_core.retarget.roles import LIMB_ROLES, TRUNK
from ...lsmplify_core.runtime.errors import OUTSIDE, InputError, error_line
from ..common import progress
from ..common.window_job import WindowJob
from . import job
from .rig import check_character, rig_from
from .source import from_armature


def _settings(context: bpy.types.Context) -> Any:
    return context.scene.lsmplify.character


def chosen_map(settings: Any) -> str:
    """The map as `find_map` wants it. InputError where a file is asked for and none is named."""
    if settings.map != "file":
        return str(settings.map)
    if not settings.map_file:
        raise InputError("choose the file with the bone map")
    return bpy.path.abspath(settings.map_file)


def note_map(settings: Any, rig_map: RigMap, bones: int) -> None:
    """Show what was found in the panel."""
    wanted = [role for role in (*TRUNK[2:], *LIMB_ROLES) if not rig_map.bones.get(role)]
    settings.map_name = rig_map.name
    settings.mapped, settings.bones = len(rig_map.mapped), bones
    settings.missing = ", ".join(wanted)


class _CharacterOperator:
    @classmethod
    def poll(cls: Any, context: bpy.types.Context) -> bool:
        """Grey, with the reason, where no character is chosen or a solve runs."""
        if progress.done() >= 0.0:
            cls.poll_message_set("A solve is running; Esc stops it")
            return False
        if _settings(context).target is None:
            cls.poll_message_set("Choose the character's armature")
            return False
        return True


class LSMPLIFY_OT_find_bones(_CharacterOperator, bpy.types.Operator):
    """Find out which bone of the character is what, and say what is missing"""

    bl_idname = "lsmplify.find_bones"
    bl_label = "Find Bones"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Look at names and structure; nothing is changed."""
        settings = _settings(context)
        try:
            check_character(settings.target)
            rig = rig_from(settings.target)
            rig_map = find_map(rig, chosen_map(settings))
        except OUTSIDE as error:
            self.report({"ERROR"}, error_line(error))
            return {"CANCELLED"}
        note_map(settings, rig_map, rig.count)
        self.report({"INFO"}, f"{rig_map.name}: {len(rig_map.mapped)} bones; {rig_map.evidence}")
        return {"FINISHED"}


class LSMPLIFY_OT_save_bone_map(_CharacterOperator, bpy.types.Operator, ExportHelper):
    """Write the character's bone map as a JSON file, to correct it by hand or to share it"""

    bl_idname = "lsmplify.save_bone_map"
    bl_label = "Save Bone Map"
    filename_ext = ".json"
    filter_glob: StringProperty(
        default="*.json", options={"HIDDEN"}, description="Endings of the files that are shown"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Find it as Apply to Character would, and write it."""
        settings = _settings(context)
        try:
            check_character(settings.target)
            save_map(find_map(rig_from(settings.target), chosen_map(settings)), Path(self.filepath))
        except OUTSIDE as error:
            self.report({"ERROR"}, error_line(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class LSMPLIFY_OT_apply_to_character(WindowJob, _CharacterOperator, bpy.types.Operator):
    """Bring the motion to the character's rig, in a new action. Esc stops"""

    bl_idname = "lsmplify.apply_to_character"
    bl_label = "Apply to Character"
    stopped = "Stopped; the scene is as it was"

    _job: job.CharacterJob
    _action: str

    def begin(self, context: bpy.types.Context) -> Generator[Progress, None, Retargeted]:
        """Read source and character; the work."""
        settings = _settings(context)
        source = settings.source or context.scene.lsmplify.armature
        check_character(source, "motion")
        if source == settings.target:
            raise InputError("motion and character are the same armature; choose another")
        options = RetargetOptions(
            settings.root, settings.contacts, settings.contacts, fingers=settings.fingers
        )
        read = from_armature(context, source, None, None)
        self._job = job.prepare(
            context, read, settings.target, chosen_map(settings), options, settings.controls
        )
        self._action = f"{read.name} on {settings.target.name}"
        return job.steps(self._job)

    def finish(self, context: bpy.types.Context, result: Retargeted) -> set[str]:
        """Key the character, make it active, and say how well the motion came over."""
        armature = self._job.armature
        _ = armature.name  # ReferenceError where it was removed meanwhile
        job.write(self._job, result, self._action)
        report = result.report
        settings = _settings(context)
        note_map(settings, self._job.rig_map, self._job.rig.count)
        settings.note = (
            f"{report.frames} frames, limbs {report.limb_direction_deg['mean']:.1f}° off, feet "
            f"slide {report.foot_sliding_mm['target']:.1f} mm "
            f"({report.foot_sliding_mm['source']:.1f})"
        )
        for item in context.view_layer.objects:
            item.select_set(item == armature)
        context.view_layer.objects.active = armature
        for sentence in report.warnings:
            self.report({"WARNING"}, sentence)
        self.report({"INFO"}, f"{armature.name}: {settings.note}")
        return {"FINISHED"}


CLASSES = (LSMPLIFY_OT_find_bones, LSMPLIFY_OT_save_bone_map, LSMPLIFY_OT_apply_to_character)
