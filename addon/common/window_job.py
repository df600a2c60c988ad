# SPDX-License-Identifier: GPL-3.0-or-later
"""Long work as an operator: bit by bit in a window with progress and Esc, elsewhere in one go."""

import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar

import bpy

from ...lsmplify_core.pipeline import Progress
from ...lsmplify_core.runtime.errors import OUTSIDE, InputError, error_line
from ...lsmplify_core.runtime.in_thread import in_thread
from ...lsmplify_core.runtime.progress import run_steps
from . import progress
from .window import redraw_sidebars, redraw_views

_TICK = 0.01
"""Seconds between two looks at the events."""
_SHARE = 0.04
"""Seconds of work at each look: long enough to get on, short enough for the window to answer."""
_DRAW = 0.2
"""Seconds from one drawing of the progress to the next, at the least."""
_DRAW_SHARE = 0.1
"""Of the time, for drawing the progress where that takes longer, as without a graphics card."""


class WindowJob:
    """Mix-in for operators whose work is a generator. The class says `begin` and `finish`.

    `begin` reads the scene and changes nothing; the generator touches no scene; `finish` writes it
    all in one go. So whatever stops the work leaves the scene as it was.
    """

    bl_options: ClassVar = {"REGISTER", "UNDO"}
    in_window: ClassVar[bool] = True
    """Whether the work is done bit by bit where there is a window; quick work is not."""
    stopped: ClassVar[str] = "Stopped; nothing was changed"
    """What is said after Esc."""
    threaded: ClassVar[bool] = False
    """Whether all of the work is done by a thread, so that the window answers however long a step
    takes: only for work that never asks Blender for anything. Other work may give its long parts to
    a thread itself."""
    gone: ClassVar[str] = "armature or action was removed meanwhile; run it again"
    """What is said where an object of the scene was removed while the work went on."""

    _steps: Generator[Progress | None, None, Any]
    _timer: bpy.types.Timer | None = None
    _line: str = ""
    _drawn: float = -_DRAW
    """When the progress was drawn, by `perf_counter`."""
    _pause: float = _DRAW
    """Seconds until it is drawn again."""
    _drawing: bool = False
    """Whether nothing was looked at since then."""
    lasted: bool = False
    """Whether the work is done bit by bit, so that the scene may change while it goes on."""

    if TYPE_CHECKING:
        report: Any  # Blender's own, of the operator that this is mixed into

    def begin(self, context: bpy.types.Context) -> Generator[Progress | None, None, Any]:
        """Read what is needed; returns the work. InputError says in one line what is missing."""
        raise NotImplementedError

    def finish(self, context: bpy.types.Context, result: Any) -> set[str]:
        """Write what the work came to into the scene."""
        raise NotImplementedError

    def take_settings(self, context: bpy.types.Context) -> None:
        """Before a press of the button: settings of the panel that the caller did not give."""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """The whole work at once, for scripts, background runs and the redo panel."""
        try:
            return self.finish(context, run_steps(self.begin(context)))
        except OUTSIDE as error:
            return self.refused(error)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Begin with the panel's settings; in a window the work is done in `modal`."""
        self.take_settings(context)
        if not self.in_window or bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            steps = self.begin(context)
        except OUTSIDE as error:
            return self.refused(error)
        self._steps = in_thread(steps) if self.threaded else steps
        self.lasted = True
        self._timer = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._show(context, Progress("calibrate", 0.0))
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Work a little at each tick of the timer."""
        if event.type == "ESC":
            self.cancel(context)
            self.report({"INFO"}, self.stopped)
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if self._drawing:  # the first look after a drawing says how long it took
            self._drawing = False
            self._pause = max(_DRAW, (time.perf_counter() - self._drawn) / _DRAW_SHARE)
        until = time.perf_counter() + (0.0 if self.threaded else _SHARE)
        try:
            done = next(self._steps)
            while time.perf_counter() < until:
                done = next(self._steps)
            if done is not None:
                self._show(context, done)
            return {"RUNNING_MODAL"}
        except StopIteration as end:
            self._rest(context)
            result = end.value
        except OUTSIDE as error:
            self._rest(context)
            return self.refused(error)
        except Exception:
            self._rest(context)
            raise
        return self._ended(context, result)

    def cancel(self, context: bpy.types.Context) -> None:
        """Stop, with nothing written."""
        self._steps.close()
        self._rest(context)

    def refused(self, error: Exception) -> set[str]:
        """One line for the user, nothing changed."""
        self.report({"ERROR"}, error_line(error))
        return {"CANCELLED"}

    def _ended(self, context: bpy.types.Context, result: Any) -> set[str]:
        try:
            return self.finish(context, result)
        except OUTSIDE as error:
            return self.refused(error)
        except ReferenceError:  # Blender's word for what is gone
            return self.refused(InputError(self.gone))

    def _show(self, context: bpy.types.Context, done: Progress) -> None:
        progress.tell(done)
        line = f"LSMPLify: {progress.text()} {100 * done.done:.0f} %  (Esc stops)"
        now = time.perf_counter()
        if line == self._line or now < self._drawn + self._pause:
            return
        self._line, self._drawn, self._drawing = line, now, True
        context.workspace.status_text_set(line)
        redraw_sidebars(context)

    def _rest(self, context: bpy.types.Context) -> None:
        progress.tell(None)
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        context.workspace.status_text_set(None)
        redraw_views(context)
