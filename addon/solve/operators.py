# SPDX-License-Identifier: GPL-3.0-or-later
"""Solve and Bake: in a window step by step with progress and Esc, elsewhere in one go."""

from collections.abc import Generator

import bpy

from ...lsmplify_core.pipeline import Progress, Solution
from ..body import model_file
from ..character import look
from ..common import progress
from ..common.polls import allowed
from ..common.window_job import WindowJob
from ..people.solving import finish_all, prepare_all, solve_all
from ..tracks.choice import missing_tracks
from . import first_look, job, methods


class LSMPLIFY_OT_solve_and_bake(WindowJob, bpy.types.Operator):
    """Solve the tracks and bake the motion as keys. The tracks are not changed; Esc stops"""

    bl_idname = "lsmplify.solve_and_bake"
    bl_label = "Solve and Bake"
    stopped = "Stopped; the scene is as it was"
    threaded = True
    gone = "the armature was removed while solving; solve again"

    _jobs: list[job.Job]

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey while another solve runs, with the reason."""
        return allowed(cls, progress.running() or missing(context))

    def begin(self, context: bpy.types.Context) -> Generator[Progress, None, list[Solution]]:
        """Read the scene; the work of everybody in it."""
        self._jobs = _prepared(context)
        return solve_all(self._jobs)

    def finish(self, context: bpy.types.Context, result: list[Solution]) -> set[str]:
        """Bake everybody, and say how well it went."""
        baked = finish_all(context, self._jobs, result)
        first_look.set_range_to_solve_again(context, baked)
        if context.window is not None and not bpy.app.background:
            first_look.show(context, baked)
        noted = context.scene.lsmplify.result
        names = ", ".join(b.armature.name for b in baked)
        self.report(
            {"INFO"},
            f"{noted.layout}: {noted.frames} frames in {noted.seconds:.1f} s, "
            f"mean track error {noted.mean_mm:.1f} mm, on {names}",
        )
        return {"FINISHED"}


def missing(context: bpy.types.Context) -> str:
    """What the settings still lack, as one sentence, or nothing."""
    settings = context.scene.lsmplify
    if lacking := missing_tracks(context):
        return lacking
    if settings.target == "EXISTING" and settings.armature is None:
        return "Choose the armature to bake on"
    if settings.target == "EXISTING" and (reason := look.trouble(settings)):
        return reason
    if reason := methods.trouble(context):
        return reason
    return model_file.trouble(context) if settings.target == "NEW" else ""


def _prepared(context: bpy.types.Context) -> list[job.Job]:
    """The jobs of the scene's settings, one a person; a new armature is made of the model file in
    the preferences, if one is chosen there. The device is looked at first, before long takes are
    read; the command looks at its own `--device`."""
    methods.check_solver_device(methods.solver_device(context))
    new = context.scene.lsmplify.target == "NEW"
    return prepare_all(context, body=model_file.load(context) if new else None)


CLASSES = (LSMPLIFY_OT_solve_and_bake,)
