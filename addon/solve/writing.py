# SPDX-License-Identifier: GPL-3.0-or-later
"""What a solve leaves in the scene: armature, action, records, the result that the panel shows."""

from dataclasses import replace
from pathlib import Path

import bpy

from ...lsmplify_core.body.mannequin import Mannequin
from ...lsmplify_core.body.smpl_file import SmplFile
from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.pipeline import Solution
from ...lsmplify_core.retarget import RetargetReport
from ...lsmplify_core.tracks.units import UNITS
from ..bake import actions
from ..bake.motion_keys import Timing, bake
from ..body.armature import make_armature, sized_for_scene
from ..calibration.store import store_calibration
from ..character.apply.solved import write_solved
from ..common.handles import within
from ..review.errors import measure, measure_solved
from ..takes import record, repair_marks
from .job import Job
from .result import Baked, note_result
from .target import Found, found_again, moved_to, using


def finish(context: bpy.types.Context, job: Job, solution: Solution) -> Baked:
    """Write everything in one go, where and as the settings said when the job was prepared:
    armature, action, result. InputError, and nothing written, where that is not possible any
    more."""
    found = found_again(job.target)
    name = " ".join(n for n in (_take_name(job.taken.tracks.source), job.person) if n)
    armature = found.armature
    if armature is None:  # bones are edited where the window is, whatever it shows now
        armature = _new_armature(context, job, solution.motion, name)
        moved_to(armature, context.scene, found.scene)
    with within(context, found.scene) as scene_context:
        return _written(scene_context, job, solution, replace(found, armature=armature), name)


def _written(
    context: bpy.types.Context, job: Job, solution: Solution, found: Found, name: str
) -> Baked:
    motion, armature = solution.motion, found.armature
    assert armature is not None
    if job.target.character is not None:
        return _written_on_character(context, job, solution, found, name)
    step = job.target.rate / motion.rate
    timing = Timing(job.taken.first, step, job.target.whole)
    with using(armature, found.action), actions.locked_noted() as locked:
        action = bake(armature, motion, timing, f"{name} LSMPLify", found.action is None)
    action["lsmplify"] = job.target.made_with
    notes = [*found.notes, *([actions.locked_note(locked, action)] if locked else [])]
    store_calibration(armature, solution)
    record.keep_solved(action, job.taken, solution, step)
    measure(context, armature, action)
    repair_marks.refresh(context.scene, armature)
    baked = Baked(armature, action, _with_notes(solution, job, notes), timing)
    note_result(context.scene, baked)
    return baked


def _written_on_character(
    context: bpy.types.Context, job: Job, solution: Solution, found: Found, name: str
) -> Baked:
    """The same on a character that is no SMPL body: keys of its own bones or controls."""
    armature, character = found.armature, job.target.character
    assert armature is not None
    assert character is not None
    timing = Timing(job.taken.first, job.target.rate / solution.motion.rate, job.target.whole)
    with using(armature, found.action):
        action, report = write_solved(
            armature, character, solution.motion, timing, f"{name} LSMPLify", found.action
        )
    action["lsmplify"] = job.target.made_with
    record.keep_solved(action, job.taken, solution, timing.step)
    measure_solved(armature, action, solution, timing.first)
    told = _with_retarget(solution, report)
    notes = [*found.notes, *report.warnings]
    baked = Baked(armature, action, _with_notes(told, job, notes), timing)
    note_result(context.scene, baked)
    return baked


def _with_retarget(solution: Solution, report: RetargetReport) -> Solution:
    """The solution with the retarget's figures beside its own, under the names that `retarget
    --report` gives them; frames and warnings are the solve's, the seconds a stage of its."""
    figures = report.to_json()
    seconds = {**solution.report["seconds"], "retarget": figures.pop("seconds")}
    return replace(solution, report={**figures, **solution.report, "seconds": seconds})


def _new_armature(
    context: bpy.types.Context, job: Job, motion: Motion, name: str
) -> bpy.types.Object:
    """An armature in metres, as large in the scene as the scene's unit asks for."""
    armature = make_armature(context, motion.body, name, _skin(job, motion))
    sized_for_scene(context, armature, job.target.metres)
    return armature


def _with_notes(solution: Solution, job: Job, more: list[str]) -> Solution:
    """The solution with what is to be said of the job in its report's warnings."""
    report = solution.report
    notes = [*job.notes, *more]
    unit = UNITS.get(report["unit"])
    apart = (
        unit is None
        or abs(unit - job.target.metres) > 1e-6 * job.target.metres
        or report["up"] != "+z"
    )
    if job.target.made_with["source"] != "FILE" and apart:
        notes.append(
            f"the tracks are in {report['unit']} with {report['up']} up and the scene is not: the "
            "body stands upright at human size and does not lie over them"
        )
    elif job.target.made_with["source"] != "FILE" and any(
        "mirror image" in w or "levelled" in w for w in report["warnings"]
    ):
        notes.append("the body stands in the world put right and does not lie over the tracks")
    return replace(solution, report={**report, "warnings": [*report["warnings"], *notes]})


def _skin(job: Job, motion: Motion) -> Mannequin | None:
    """The model file's mesh of the person that was found, if there is such a file."""
    if isinstance(job.body, SmplFile) and motion.betas is not None:
        return job.body.figure(motion.betas)
    return None


def _take_name(source: str) -> str:
    return Path(source.replace("'", "")).stem.replace("collection ", "").strip() or "Take"
