# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply to Character, and Re-apply."""

from collections.abc import Generator, Sequence
from typing import Any, ClassVar

import bpy

from ...lsmplify_core.pipeline import Progress
from ...lsmplify_core.retarget import Retargeted
from ...lsmplify_core.retarget.rig.roles import LIMB_ROLES, TRUNK
from ...lsmplify_core.runtime.errors import error_line
from ..common import progress
from ..common.polls import allowed
from ..common.window_job import WindowJob
from ..translations import said
from .apply import plan
from .bone_map import rows as bone_rows


def settings_of(context: bpy.types.Context) -> Any:
    """`scene.lsmplify.character`."""
    return context.scene.lsmplify.character


def note_map(settings: Any, rig_map: Any, bones: int) -> None:
    """Show what was found in the panel."""
    wanted = [role for role in (*TRUNK[2:], *LIMB_ROLES) if not rig_map.bones.get(role)]
    settings.map_name = rig_map.name
    settings.mapped, settings.bones = len(rig_map.mapped), bones
    settings.missing = ", ".join(wanted)
    bone_rows.fill(settings, rig_map)


class CharacterOperator:
    """Mix-in: grey, with the reason, where no character is chosen or a solve runs."""

    @classmethod
    def poll(cls: Any, context: bpy.types.Context) -> bool:
        """Whether there is something to do it on."""
        chosen = plan.target_of(context) is not None or settings_of(context).several
        return allowed(cls, progress.running()) and allowed(
            cls, "" if chosen else "Choose the character's armature"
        )

    def refused(self: Any, error: Exception) -> set[str]:
        """What an operator returns that could not do it, after it said why in one line."""
        self.report({"ERROR"}, error_line(error))
        return {"CANCELLED"}


class _Applying(WindowJob, CharacterOperator):
    """Motions on characters, in one undo step."""

    stopped = "Stopped; the scene is as it was"
    threaded = True
    gone = "an armature or action was removed meanwhile; run it again"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    _items: list[plan.Item]

    def planned(self, context: bpy.types.Context) -> list[plan.Item]:
        """What is to be done."""
        raise NotImplementedError

    def begin(self, context: bpy.types.Context) -> Generator[Progress, None, list[Retargeted]]:
        """Read sources and characters; the work."""
        self._items = self.planned(context)
        return plan.steps(self._items)

    def finish(self, context: bpy.types.Context, result: list[Retargeted]) -> set[str]:
        """Key the characters, and say how well the motions came over."""
        for item in self._items:
            _ = item.job.armature.name  # ReferenceError where it was removed meanwhile
        plan.write(self._items, result)
        settings = settings_of(context)
        if settings.target is None and not settings.several:
            settings.target = self._items[0].job.armature
        settings.note = note_of(self._items, result)
        for item in self._items:
            if item.job.armature == settings.target:
                note_map(settings, item.job.rig_map, item.job.rig.count)
        self._select(context)
        for sentence in dict.fromkeys(
            f"{item.job.armature.name}: {sentence}"
            for item, done in zip(self._items, result, strict=True)
            for sentence in done.report.warnings
        ):
            self.report({"WARNING"}, sentence)
        self.report({"INFO"}, settings.note)
        return {"FINISHED"}

    def _select(self, context: bpy.types.Context) -> None:
        armatures = [item.job.armature for item in self._items]
        for item in context.view_layer.objects:
            item.select_set(item in armatures)
        context.view_layer.objects.active = armatures[0]


class LSMPLIFY_OT_apply_to_character(_Applying, bpy.types.Operator):
    """Bring the motion to the character's rig, in a new action. Esc stops"""

    bl_idname = "lsmplify.apply_to_character"
    bl_label = "Apply to Character"

    def planned(self, context: bpy.types.Context) -> list[plan.Item]:
        """The panel's motions on the panel's characters."""
        return plan.of_panel(context)


class LSMPLIFY_OT_reapply_to_character(_Applying, bpy.types.Operator):
    """Bring the motion as it is now to the character again, as the last time"""

    bl_idname = "lsmplify.reapply_to_character"
    bl_label = "Re-apply"

    def planned(self, context: bpy.types.Context) -> list[plan.Item]:
        """What the characters remember."""
        return plan.again(context)


def note_of(items: Sequence[plan.Item], results: Sequence[Retargeted]) -> str:
    """One line on how it went: of several the worst."""
    worst = max(results, key=lambda r: r.report.limb_direction_deg["mean"]).report
    told = said(
        "{frames} frames, limbs {degrees}° off, feet slide {mm} mm ({source})",
        frames=sum(r.report.frames for r in results),
        degrees=f"{worst.limb_direction_deg['mean']:.1f}",
        mm=f"{worst.foot_sliding_mm['target']:.1f}",
        source=f"{worst.foot_sliding_mm['source']:.1f}",
    )  # fmt: skip
    names = list(dict.fromkeys(item.job.armature.name for item in items))
    head = names[0] if len(names) == 1 else said("{count} characters", count=len(names))
    takes = len(items) // len(names)
    if takes > 1:
        head = f"{head}, {said('{count} takes', count=takes)}"
    return f"{head}: {told}"


CLASSES = (LSMPLIFY_OT_apply_to_character, LSMPLIFY_OT_reapply_to_character)
