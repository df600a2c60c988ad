# SPDX-License-Identifier: GPL-3.0-or-later
"""What all step operators share: settings from the panel, the step, the report; long ones work in
the window bit by bit, with progress and Esc."""

import time
from typing import ClassVar

import bpy

from ...lsmplify_core.pipeline import Progress
from ...lsmplify_core.runtime.errors import InputError
from ..common import progress as running
from ..takes import choosing
from ..takes import properties as groups
from ..takes.reading import Take, read_take
from .compute import Steps, computed
from .making import make
from .orders import GROUP, Order, Outcome

_TICK, _SHARE = 0.01, 0.04
"""Seconds between two looks at the events, and of work at each."""


class StepOperator:
    """A step of one kind; `lasting` ones are modal in a window."""

    bl_options: ClassVar = {"REGISTER", "UNDO"}
    kind: ClassVar[str]
    lasting: ClassVar[bool] = False

    _take: Take
    _order: Order
    _steps: Steps
    _timer: bpy.types.Timer | None = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey without an armature, with the reason."""
        if running.done() >= 0.0:
            cls.poll_message_set("A solve is running; Esc stops it")
            return False
        if choosing.chosen(context) is None:
            cls.poll_message_set("Make the armature active whose motion is to be cleaned up")
            return False
        return True

    def order(self, _context: bpy.types.Context, _take: Take) -> Order:
        """What is asked for; steps that need more than their settings add it."""
        return Order(self.kind, self.values())

    def values(self) -> dict[str, object]:
        """The operator's own settings, by the names of its group's."""
        group = bpy.context.scene.lsmplify.cleanup
        names = groups.names_of(getattr(group, GROUP[self.kind]))
        return {n: groups.plain(getattr(self, n)) for n in names}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """The whole step at once, for scripts, background runs and the redo panel."""
        try:
            self._prepare(context)
            while True:
                try:
                    next(self._steps)
                except StopIteration as end:
                    return self._done(context, end.value)
        except InputError as error:
            return self._refused(error)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Begin with the panel's settings."""
        self._from_panel(context)
        if not self.lasting or bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            self._prepare(context)
        except InputError as error:
            return self._refused(error)
        self._timer = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        self._tell(context, Progress("solve", 0.0))
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Work a little at each tick of the timer."""
        if event.type == "ESC":
            self.cancel(context)
            self.report({"INFO"}, "Stopped; nothing was changed")
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
            return self._ended(context, end.value)
        except InputError as error:
            self._rest(context)
            return self._refused(error)
        except Exception:
            self._rest(context)
            raise

    def cancel(self, context: bpy.types.Context) -> None:
        """Stop, with nothing written."""
        self._steps.close()
        self._rest(context)

    def _from_panel(self, context: bpy.types.Context) -> None:
        """Take the panel's settings for those that the caller did not give."""
        settings = getattr(context.scene.lsmplify.cleanup, GROUP[self.kind])
        for name in groups.names_of(settings):
            if not self.properties.is_property_set(name):
                setattr(self, name, getattr(settings, name))

    def _prepare(self, context: bpy.types.Context) -> None:
        self._take = read_take(context, choosing.armature(context))
        self._order = self.order(context, self._take)
        self._steps = computed(self._take, self._order)

    def _ended(self, context: bpy.types.Context, outcome: Outcome) -> set[str]:
        try:
            return self._done(context, outcome)
        except InputError as error:
            return self._refused(error)
        except ReferenceError:  # Blender's word for what is gone
            return self._refused(
                InputError("armature or action was removed meanwhile; run it again")
            )

    def _done(self, context: bpy.types.Context, outcome: Outcome) -> set[str]:
        action = make(context, self._take, self._order, outcome)
        changes = action.lsmplify_step.changes
        self.report({"INFO"}, "; ".join(t for t in (action.name, changes, *outcome.notes) if t))
        return {"FINISHED"}

    def _refused(self, error: Exception) -> set[str]:
        self.report({"ERROR"}, str(error))
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


class ArmatureOperator:
    """A small operator about the chosen armature: `act` does it, and says what it did."""

    bl_options: ClassVar = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey without an armature."""
        if choosing.chosen(context) is None:
            cls.poll_message_set("Make the armature active whose motion is to be cleaned up")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it, or say in one line why not."""
        try:
            told = self.act(context, choosing.armature(context))
        except InputError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if told:
            self.report({"INFO"}, told)
        return {"FINISHED"}


def fill_panel(context: bpy.types.Context, kind: str, values: dict[str, object]) -> None:
    """Put values into the panel's settings of a step."""
    group = getattr(context.scene.lsmplify.cleanup, GROUP[kind])
    groups.fill(group, values)


def _redraw(context: bpy.types.Context) -> None:
    for area in context.screen.areas if context.screen else ():
        if area.type == "VIEW_3D":
            area.tag_redraw()
