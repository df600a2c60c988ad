# SPDX-License-Identifier: GPL-3.0-or-later
"""One job for each person: prepared together, solved one after another, written at the end."""

from collections.abc import Generator, Sequence

import bpy

from ...lsmplify_core.body.body import Body
from ...lsmplify_core.body.smpl_file import SmplFile
from ...lsmplify_core.calibration.calibration_file import SavedCalibration
from ...lsmplify_core.pipeline import Progress, Solution
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.runtime.progress import with_progress
from ...lsmplify_core.verdict import GRADES
from ..solve import job, reading
from ..solve.result import Baked, note_result
from ..solve.target import found_again
from ..solve.writing import finish
from .reading import chosen


def prepare_all(
    context: bpy.types.Context,
    layout: str | None = None,
    body: Body | SmplFile | None = None,
    saved: SavedCalibration | None = None,
) -> list[job.Job]:
    """A job for each chosen person; the arguments are `job.prepare`'s. InputError where one cannot
    be solved, or where several shall go on one armature."""
    settings = context.scene.lsmplify
    people = chosen(reading.read_people(context), settings.person)
    if len(people) > 1 and settings.target == "EXISTING":
        names = ", ".join(p.name for p in people)
        raise InputError(
            f"{len(people)} people are in the tracks ({names}); choose the one to bake on "
            f"{settings.armature.name if settings.armature else 'the armature'}"
        )
    return [job.prepare(context, layout, body, person, saved) for person in people]


def solve_all(
    jobs: Sequence[job.Job],
) -> Generator[Progress, None, list[Solution]]:
    """Solve everybody without touching the scene; the progress is over all of them, by frames."""
    frames = [max(work.taken.tracks.frames, 1) for work in jobs]
    whole, before = sum(frames), 0
    solutions: list[Solution] = []
    for work, count in zip(jobs, frames, strict=True):
        start, share = before / whole, count / whole

        def told(p: Progress, start: float = start, share: float = share) -> Progress:
            return Progress(p.step, start + share * p.done)

        solutions.append((yield from with_progress(job.solve_job(work), told)))
        before += count
    return solutions


def finish_all(
    context: bpy.types.Context, jobs: Sequence[job.Job], solutions: Sequence[Solution]
) -> list[Baked]:
    """Write everybody in one go, after a look at all their targets. The result that is shown is
    that of the worst."""
    for work in jobs:
        found_again(work.target)
    baked = [finish(context, w, s) for w, s in zip(jobs, solutions, strict=True)]
    if len(baked) > 1:
        worst = max(baked, key=lambda b: (_badness(b), _mean(b)))
        scene = jobs[0].target.scene.find()
        note_result(scene, worst)
        told = "\n".join(
            f"{work.person}: {b.solution.report['verdict']['grade']}, {_mean(b):.1f} mm, on "
            f"{b.armature.name}"
            for work, b in zip(jobs, baked, strict=True)
        )
        result = scene.lsmplify.result
        result.notes = f"{told}\n{result.notes}".strip()
    return baked


def _mean(baked: Baked) -> float:
    return baked.solution.report["track_error_mm"]["mean"]


def _badness(baked: Baked) -> int:
    return GRADES.index(baked.solution.report["verdict"]["grade"])
