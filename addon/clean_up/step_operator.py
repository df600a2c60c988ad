# SPDX-License-Identifier: GPL-3.0-or-later
"""What all step operators share: settings from the panel, the step, the report."""

from typing import TYPE_CHECKING, Any, ClassVar

import bpy

from ...lsmplify_core.review.scene_frames import in_scene_frames
from ..bake import actions
from ..common import progress
from ..common.polls import allowed
from ..common.window_job import WindowJob
from ..takes import choosing
from ..takes import properties as groups
from ..takes.armature_operator import has_armature
from ..takes.held import Held, found_again, held
from ..takes.reading import Take, read_take
from ..translations import sentences
from .compute import Steps, computed
from .making import make
from .orders import GROUP, Order, Outcome


class StepOperator(WindowJob):
    """A step of one kind; those that last are done bit by bit in a window."""

    kind: ClassVar[str]
    in_window: ClassVar[bool] = False

    _take: Take
    _held: Held
    _order: Order

    if TYPE_CHECKING:
        properties: Any  # Blender's own, of the operator that this is mixed into

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey without an armature, with the reason."""
        return allowed(cls, progress.running()) and has_armature(cls, context)

    def order(self, _context: bpy.types.Context, _take: Take) -> Order:
        """What is asked for; steps that need more than their settings add it."""
        return Order(self.kind, self.step_values())

    def step_values(self) -> dict[str, Any]:
        """The operator's own settings, by the names of its group's."""
        group = bpy.context.scene.lsmplify.cleanup
        names = groups.names_of(getattr(group, GROUP[self.kind]))
        return {n: groups.plain(getattr(self, n)) for n in names}

    def take_settings(self, context: bpy.types.Context) -> None:
        """Take the panel's settings for those that the caller did not give."""
        settings = getattr(context.scene.lsmplify.cleanup, GROUP[self.kind])
        for name in groups.names_of(settings):
            if not self.properties.is_property_set(name):
                setattr(self, name, getattr(settings, name))

    def begin(self, context: bpy.types.Context) -> Steps:
        """Read the take; the step's work."""
        self._take = read_take(context, choosing.armature(context))
        self._held = held(context, self._take)
        self._order = self.order(context, self._take)
        return computed(self._take, self._order)

    def finish(self, context: bpy.types.Context, result: Outcome) -> set[str]:
        """The new action, and what it changed."""
        with (
            found_again(context, self._held, self.lasted) as (there, take),
            actions.locked_noted() as locked,
        ):
            action = make(there, take, self._order, result, self._held.into)
        told = [
            sentences.translated(in_scene_frames(n, take.grid.first, take.grid.step))
            for n in result.notes
        ]
        notes = [*told, *([actions.locked_note(locked, action)] if locked else [])]
        changes = action.lsmplify_step.changes
        self.report({"INFO"}, "; ".join(t for t in (action.name, changes, *notes) if t))
        return {"FINISHED"}


def fill_panel(context: bpy.types.Context, kind: str, values: dict[str, Any]) -> None:
    """Put values into the panel's settings of a step."""
    group = getattr(context.scene.lsmplify.cleanup, GROUP[kind])
    groups.fill(group, values)
