# SPDX-License-Identifier: GPL-3.0-or-later
"""Solve and Bake: in a window step by step with progress and Esc, elsewhere in one go."""

import time
from collections.abc import Generator
from typing import ClassVar

import bpy

from ...lsmplify_core.pipeline import Progress, Solution
from ...lsmplify_core.runtime.errors import OUTSIDE, InputError, told
from ...lsmplify_core.runtime.progress import finished
from ..body import model_file
from ..common import progress as running
from ..people.solving import finish_all, prepare_all, solve_all
from . import job, methods

_TICK = 0.01
"""Seconds between two looks at the events."""
_SHARE = 0.04
"""Seconds of work at each look: long enough to get on, short enough for the window to answer."""


class LSMPLIFY_OT_solve_and_bake(bpy.types.Operator):
    """Solve the tracks and bake the motion as keys. The tracks are not changed; Esc stops"""

    bl_idname = "lsmplify.solve_and_bake"
    bl_label = "Solve and Bake"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    _jobs: list[job.Job]
    _steps: Generator[Progress, None, list[Solution]]
    _timer: bpy.types.Timer | None = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey while another solve runs, with the reason."""
        if running.done() >= 0.0:
            cls.poll_message_set("A solve is running; Esc stops it")
            return False
        reason = missing(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def execute(self, context: bpy.types.Context) -> set[str]:
        """The whole job at once, for scripts and background runs."""
        try:
            jobs = _prepared(context)
            solutions = finished(solve_all(jobs))
            return self._done(context, finish_all(context, jobs, solutions))
        except OUTSIDE as error:
            return self._refused(error)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Begin; the work is done in `modal`."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            self._jobs = _prepared(context)
        except OUTSIDE as error:
            return self._refused(error)
        self._steps = solve_all(self._jobs)
        self._timer = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._tell(context, Progress("calibrate", 0.0))
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Work a little at each tick of the timer."""
        if event.type == "ESC":
            self.cancel(context)
            self.report({"INFO"}, "Stopped; the scene is as it was")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        until = time.perf_counter() + _SHARE
        try:
            progress = next(self._steps)
            while time.perf_counter() < until:
                progress = next(self._steps)
            self._tell(context, progress)
            return {"RUNNING_MODAL"}
        except StopIteration as end:
            self._rest(context)
            return self._finished(context, end.value)
        except OUTSIDE as error:
            self._rest(context)
            return self._refused(error)
        except Exception:
            self._rest(context)
            raise

    def cancel(self, context: bpy.types.Context) -> None:
        """Stop, with nothing written."""
        self._steps.close()
        self._rest(context)

    def _finished(self, context: bpy.types.Context, solutions: list[Solution]) -> set[str]:
        try:
            return self._done(context, finish_all(context, self._jobs, solutions))
        except OUTSIDE as error:
            return self._refused(error)
        except ReferenceError:  # Blender's word for what is gone
            return self._refused(InputError("the armature was removed while solving; solve again"))

    def _done(self, context: bpy.types.Context, baked: list[job.Baked]) -> set[str]:
        result = context.scene.lsmplify.result
        names = ", ".join(b.armature.name for b in baked)
        self.report(
            {"INFO"},
            f"{result.layout}: {result.frames} frames in {result.seconds:.1f} s, "
            f"mean track error {result.mean_mm:.1f} mm, on {names}",
        )
        return {"FINISHED"}

    def _refused(self, error: Exception) -> set[str]:
        self.report({"ERROR"}, told(error))
        return {"CANCELLED"}

    def _tell(self, context: bpy.types.Context, progress: Progress) -> None:
        running.tell(progress)
        context.workspace.status_text_set(
            f"LSMPLify: {running.text()} {100 * progress.done:.0f} %  (Esc stops)"
        )
        _redraw(context)

    def _rest(self, context: bpy.types.Context) -> None:
        running.tell(None)
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        context.workspace.status_text_set(None)
        _redraw(context)


def missing(context: bpy.types.Context) -> str:
    """What the settings still lack, as one sentence, or nothing."""
    settings = context.scene.lsmplify
    if settings.source == "SELECTED" and not context.selected_objects:
        return "Select the objects that are the tracks"
    if settings.source == "COLLECTION" and settings.collection is None:
        return "Choose the collection that holds the tracks"
    if settings.source == "BONES" and settings.track_armature is None:
        return "Choose the armature whose bones are the tracks"
    if settings.source == "VERTICES" and settings.point_cache is None:
        return "Choose the mesh whose vertices are the tracks"
    if settings.source == "FILE" and not settings.filepath:
        return "Choose a file with tracks"
    if settings.target == "EXISTING" and settings.armature is None:
        return "Choose the armature to bake on"
    if reason := methods.trouble(context):
        return reason
    return model_file.trouble(context) if settings.target == "NEW" else ""


def _prepared(context: bpy.types.Context) -> list[job.Job]:
    """The jobs of the scene's settings, one a person; a new armature is made of the model file in
    the preferences, if one is chosen there."""
    new = context.scene.lsmplify.target == "NEW"
    return prepare_all(context, body=model_file.load(context) if new else None)


def _redraw(context: bpy.types.Context) -> None:
    for area in context.screen.areas if context.screen else ():
        if area.type == "VIEW_3D":
            area.tag_redraw()


CLASSES = (LSMPLIFY_OT_solve_and_bake,)
