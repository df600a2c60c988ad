# SPDX-License-Identifier: GPL-3.0-or-later
"""An outcome into the scene: a new action, or the keys of one that is made anew."""

from dataclasses import replace

import bpy
import numpy as np

from ...lsmplify_core.cleanup.keys.plan import played_back
from ...lsmplify_core.cleanup.placing import carried
from ...lsmplify_core.cleanup.smoothing import changes
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.runtime.progress import run_steps
from ..review import errors
from ..takes import record, steps, writing
from ..takes.reading import Take, read_take, shown_action
from .compute import computed
from .orders import GROUP, Order, Outcome, order_of, store


def make(
    context: bpy.types.Context, take: Take, order: Order, outcome: Outcome, into: str = ""
) -> bpy.types.Action:
    """The step's new action, shown on the armature. into: as `steps.show`'s."""
    action = steps.begin(take, order.kind)
    store(action, order, outcome)
    _fill(take, action, outcome)
    action.lsmplify_step.changes = _changes(take, outcome)
    steps.show(context, take, action, into)
    _measure(context, take, action, outcome)
    return action


def remake(
    context: bpy.types.Context, action: bpy.types.Action, told: bool = False
) -> tuple[str, ...]:
    """Make a step's action anew from the action that it came from, with the settings that it has
    now; returns notes. told: whether what it changed is measured and kept, which takes a while.
    InputError where that is not possible."""
    step = action.lsmplify_step
    if step.kind not in GROUP:
        raise InputError(f"action {action.name!r} was not made by a clean-up step")
    if step.source is None:
        raise InputError(f"the action that {action.name!r} was made from is gone")
    armature = armature_of(context, action)
    take = read_take(context, armature, step.source)
    order = order_of(action)
    outcome = run_steps(computed(take, order))
    step.refined, step.changes = outcome.refined, _changes(take, outcome) if told else ""
    _fill(take, action, outcome, again=True)
    _measure(context, take, action, outcome)
    return outcome.notes


def armature_of(context: bpy.types.Context, action: bpy.types.Action) -> bpy.types.Object:
    """The armature that shows an action. InputError where none does."""
    for item in context.scene.objects:
        if item.type == "ARMATURE" and shown_action(item) == action:
            return item
    raise InputError(f"no armature shows action {action.name!r}; assign it first")


def _measure(
    context: bpy.types.Context, take: Take, action: bpy.types.Action, outcome: Outcome
) -> None:
    """Errors of what was written; with fewer keys, of what they play back."""
    motion = outcome.motion
    if outcome.plan is not None:
        motion = played_back(motion, outcome.plan)
    errors.measure_take(context, replace(take, action=action, motion=motion))


def _changes(take: Take, outcome: Outcome) -> str:
    """Before and after, in a line; nothing where only keys were left out."""
    if outcome.changes:
        return outcome.changes
    return "" if outcome.plan is not None else changes(take.motion, outcome.motion)


def _fill(take: Take, action: bpy.types.Action, outcome: Outcome, again: bool = False) -> None:
    """again: the action has been filled before, with other settings."""
    if outcome.plan is not None:
        writing.write_planned(take, outcome.plan, action)
    elif again:
        writing.write_again(take, outcome.motion, action)
    else:
        writing.write_changes(take, outcome.motion, action)
    if action.lsmplify_step.kind == "PLACE":
        _carry_tracks(take, action, outcome)
    if outcome.expected is not None:
        record.keep_expected(action, take, outcome.expected)


def _carry_tracks(take: Take, action: bpy.types.Action, outcome: Outcome) -> None:
    """Give the action a record of its own, whose tracks went along with the body."""
    known = record.find(take.action)
    if known is None:
        return
    tracks = known.attached
    frames = known.first + known.step * np.arange(known.samples)
    samples = (frames - take.grid.first) / take.grid.step
    positions = carried(take.motion, outcome.motion, tracks.positions, samples)
    record.keep(action, replace(known, attached=replace(tracks, positions=positions)))
