# SPDX-License-Identifier: GPL-3.0-or-later
"""A take solved again with the repairs that are ticked, as an action beside the one before."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

import bpy
import numpy as np

from ...lsmplify_core.ik.fit_problem import SolveSettings
from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.pipeline import Progress
from ...lsmplify_core.repair import Repair
from ...lsmplify_core.review.solve_again import SolvedAgain, solve_again_steps
from ...lsmplify_core.review.track_record import TrackRecord
from ...lsmplify_core.runtime.errors import InputError
from ..review import errors
from ..solve.methods import solver_device
from ..takes import record, repair_marks, repairs, steps, writing
from ..takes.reading import Take, read_take, shown_action
from ..tracks.scene_tracks import scene_rate


def owner_of(armature: bpy.types.Object) -> bpy.types.Action:
    """The action whose list the panel shows. InputError where the shown one knows no tracks."""
    action = shown_action(armature)
    owner = record.owner_of(action)
    if owner is None:
        name = action.name if action is not None else "none"
        raise InputError(f"action {name!r} knows no tracks; use Solve and Bake")
    return owner


def read(context: bpy.types.Context, armature: bpy.types.Object) -> Take:
    """The solve that the list belongs to: repairs are always undone from there, so that the later
    one does not lean on the one before."""
    owner = owner_of(armature)
    step = owner.lsmplify_step
    first = step.source if step.kind == "MEND" and step.source is not None else owner
    return read_take(context, armature, first)


def solving(
    context: bpy.types.Context, take: Take, listed: bpy.types.Action
) -> Generator[Progress, None, SolvedAgain]:
    """Solve the take's tracks with the repairs that are ticked in an action's list, and else as the
    take was solved, on the scene's device."""
    kept = record.find(listed)
    assert kept is not None
    ticked, _ = repairs.listed(listed)
    rate = scene_rate(context.scene) / kept.step
    made_with: Any = take.action.get("lsmplify") or {}
    smooth = float(made_with.get("smooth", -1.0))
    settings = SolveSettings(
        refine=int(made_with.get("refine", SolveSettings.refine)),
        smooth=None if smooth < 0 else smooth,
        device=solver_device(context),
    )
    return solve_again_steps(kept, take.motion, rate, ticked, settings)


def write(
    context: bpy.types.Context, take: Take, undone: Sequence[Repair], again: SolvedAgain, into: str
) -> bpy.types.Action:
    """The new action, shown on the armature, with the list as it was when the solve began.

    undone: repairs that are not ticked. into: as `steps.show`'s.
    """
    action = steps.begin(take, "MEND")
    record.keep(action, again.record, undone)
    motion = _on_grid(take, again)
    writing.write_changes(take, motion, action)
    steps.show(context, take, action, into)
    errors.measure_take(context, replace(take, action=action, motion=motion))
    repair_marks.refresh(context.scene, take.armature)
    return action


def _on_grid(take: Take, again: SolvedAgain) -> Motion:
    """The solved motion on the frames of the action's keys; its own where the tracks don't
    reach."""
    kept: TrackRecord = again.record
    where = (take.grid.frames - kept.first) / kept.step
    inside = (where > -0.5) & (where < kept.samples - 0.5)
    found = again.motion.at(np.clip(where[inside], 0, kept.samples - 1))
    rotations, root = take.motion.rotations.copy(), take.motion.root.copy()
    rotations[inside], root[inside] = found.rotations, found.root
    return replace(take.motion, rotations=rotations, root=root, track_error=None)
