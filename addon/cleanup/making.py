# SPDX-License-Identifier: GPL-3.0-or-later
"""An outcome into the scene: a new action, or the keys of one that is made anew."""

import bpy

from ...lsmplify_core.errors import InputError
from ...lsmplify_core.timing import finished
from ..seeing import errors
from ..takes import record, steps, writing
from ..takes.reading import Take, read_take, shown_action
from .compute import computed
from .orders import GROUP, Order, Outcome, order_of, store


def make(
    context: bpy.types.Context, take: Take, order: Order, outcome: Outcome
) -> bpy.types.Action:
    """The step's new action, shown on the armature."""
    action = steps.begin(take, order.kind)
    store(action, order, outcome)
    _fill(take, action, outcome)
    steps.show(context, take, action)
    errors.measure(context, take.armature, action)
    return action


def remake(context: bpy.types.Context, action: bpy.types.Action) -> tuple[str, ...]:
    """Make a step's action anew from the action that it came from, with the settings that it has
    now; returns notes. InputError where that is not possible."""
    step = action.lsmplify_step
    if step.kind not in GROUP:
        raise InputError(f"action {action.name!r} was not made by a clean-up step")
    if step.source is None:
        raise InputError(f"the action that {action.name!r} was made from is gone")
    armature = armature_of(context, action)
    take = read_take(context, armature, step.source)
    order = order_of(action)
    outcome = finished(computed(take, order))
    step.refined = outcome.refined
    writing.restore(take, action)
    _fill(take, action, outcome)
    errors.measure(context, armature, action)
    return outcome.notes


def armature_of(context: bpy.types.Context, action: bpy.types.Action) -> bpy.types.Object:
    """The armature that shows an action. InputError where none does."""
    for item in context.scene.objects:
        if item.type == "ARMATURE" and shown_action(item) == action:
            return item
    raise InputError(f"no armature shows action {action.name!r}; assign it first")


def _fill(take: Take, action: bpy.types.Action, outcome: Outcome) -> None:
    if outcome.plan is not None:
        writing.write_planned(take, outcome.plan, action)
    else:
        writing.write_changes(take, outcome.motion, action)
    if outcome.expected is not None:
        record.keep_expected(action, take, outcome.expected)
