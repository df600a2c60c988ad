# SPDX-License-Identifier: GPL-3.0-or-later
"""One solve from the scene's settings to keys, step by step, for the window and for scripts."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ...lsmplify_core.body.body import Body
from ...lsmplify_core.body.mannequin import Mannequin
from ...lsmplify_core.body.smpl_file import SmplFile
from ...lsmplify_core.calibration.calibration_file import SavedCalibration
from ...lsmplify_core.geometry.resampling import frames_within
from ...lsmplify_core.ik.fit_problem import SolveSettings
from ...lsmplify_core.layouts.matching import Match
from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.pipeline import Progress, Solution
from ...lsmplify_core.reading import read_tracks
from ...lsmplify_core.reading.overrides import with_overrides
from ...lsmplify_core.repair import Repair
from ...lsmplify_core.review.scene_frames import in_scene_frames
from ...lsmplify_core.runtime.array_types import Floats
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.tracks.units_and_axes import UNITS
from ...lsmplify_core.verdict.records import is_verdict
from ...lsmplify_core.workflows.character_solve import character_steps
from ...lsmplify_core.workflows.person_file import read_person
from ...lsmplify_core.workflows.research_methods import Research
from ...lsmplify_core.workflows.research_solve import research_steps
from ..bake import actions
from ..bake.motion_keys import Timing, bake
from ..body.armature import make_armature, sized_for_scene
from ..body.target_notes import notes_on
from ..calibration.store import store_calibration
from ..character.solved import write_solved
from ..common.handles import within
from ..mapping.use import placed
from ..people.reading import Taken, people_in
from ..review import verdict
from ..review.errors import measure
from ..takes import record, repair_marks
from ..tracks.scene_tracks import SceneTracks, from_bones, from_objects, from_vertices, scene_rate
from ..tracks.sources.choose import source_objects
from ..tracks.sources.vertices import Choice
from .methods import chosen_method
from .target import Found, Target, captured, found_again, moved_to, using

if TYPE_CHECKING:
    from ..settings import LSMPLifySettings


@dataclass(frozen=True)
class Job:
    """Everything read from the scene, so that nothing of it is needed while solving.

    target: where the result goes. body: what a new armature is made of; None for the default body,
    calibrated on the take. person: whose tracks they are, where there are several people. notes:
    sentences for the result. repairs: what to mend in the tracks, None for all that is found.
    saved: what is known of the person beforehand. research: the method, None for the solver. init:
    a motion to start from.
    """

    taken: SceneTracks
    match: Match
    target: Target
    settings: SolveSettings
    body: Body | SmplFile | None
    person: str = ""
    notes: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] | None = None
    saved: SavedCalibration | None = None
    research: Research | None = None
    init: Motion | None = None


@dataclass(frozen=True)
class Baked:
    """What a job left in the scene."""

    armature: bpy.types.Object
    action: bpy.types.Action
    solution: Solution
    timing: Timing


def read_scene(context: bpy.types.Context, believe_up: bool = True) -> SceneTracks:
    """The tracks that the settings name, of everybody in them, within the chosen frames; as they
    lie where `believe_up` is off, whatever the settings say of up."""
    settings = context.scene.lsmplify
    if settings.source == "FILE":
        taken = _from_file(context, settings)
    elif settings.source == "BONES":
        if settings.track_armature is None:
            raise InputError("no armature with the tracks is chosen")
        taken = from_bones(context, settings.track_armature, _span(settings))
    elif settings.source == "VERTICES":
        if settings.point_cache is None:
            raise InputError("no mesh with the tracks is chosen")
        choice = Choice(settings.vertices_by, settings.vertex_attribute)
        taken = from_vertices(context, settings.point_cache, choice, _span(settings))
    else:
        taken = from_objects(context, *source_objects(context), _span(settings))
    unit = None if settings.unit == "auto" else settings.unit
    up = up_of(settings) if believe_up else None
    tracks = with_overrides(taken.tracks, unit=unit, up=up)
    taken = SceneTracks(tracks, taken.first)
    return _within(context, taken) if settings.use_range else taken


def up_of(settings: "LSMPLifySettings") -> str | None:
    """What the settings say of up, as `--up` takes it; None where it is to be found."""
    if settings.up == "DIRECTION":
        return ",".join(f"{v:.6f}" for v in settings.up_direction)
    return None if settings.up == "auto" else settings.up


def read_people(context: bpy.types.Context, believe_up: bool = True) -> list[Taken]:
    """The same, told apart by people: one at least."""
    settings, taken = context.scene.lsmplify, read_scene(context, believe_up)
    objects = source_objects(context)[0] if settings.source in ("SELECTED", "COLLECTION") else []
    collection = settings.collection if settings.source == "COLLECTION" else None
    return people_in(taken, objects, collection)


def prepare(
    context: bpy.types.Context, layout: str | None = None, body: Body | SmplFile | None = None,
    person: Taken | None = None, saved: SavedCalibration | None = None,
) -> Job:  # fmt: skip
    """Read and check everything; InputError says what is missing.

    layout: "auto", a name or a JSON file; None takes the scene's setting and its mapping. body: as
    Job's. person: whose tracks, None for those of the whole source. saved: what is known of the
    person, None for what the scene's settings name.
    """
    settings = context.scene.lsmplify
    target = captured(context)
    taken = person.taken if person is not None else read_scene(context)
    known = _known(settings, person) if saved is None else saved
    tracks, (match, notes, _) = placed(settings, taken.tracks, layout, known)
    taken = replace(taken, tracks=tracks)
    smooth = None if settings.auto_smooth else settings.smooth
    solving = SolveSettings(refine=settings.refine, smooth=smooth)
    notes += notes_on(settings.armature) if target.body is not None else ()
    return Job(
        taken, match, target, solving, body, person.name if person is not None else "",
        notes, None if settings.mend else (), known,
        chosen_method(context),
    )  # fmt: skip


def solve_job(job: Job) -> Generator[Progress, None, Solution]:
    """Solve without touching the scene; on a character's own proportions where that is asked
    for."""
    known: dict[str, Any] = {
        "match": job.match, "init": job.init, "settings": job.settings, "repairs": job.repairs,
        "calibration": job.saved, "research": job.research,
    }  # fmt: skip
    tracks, character = job.taken.tracks, job.target.character
    if character is not None and character.own_proportions:
        return (yield from character_steps(tracks, character.character.body, **known))
    return (yield from research_steps(tracks, body=target_body(job), **known))


def _known(settings: "LSMPLifySettings", person: Taken | None) -> SavedCalibration | None:
    """The calibration or static trial that the settings name, of the person whose tracks these
    are."""
    if not settings.calibration:
        return None
    layout = "auto" if settings.layout == "none" else settings.layout
    path = Path(bpy.path.abspath(settings.calibration))
    return read_person(path, layout, person.name if person is not None else "")


def target_body(job: Job) -> Body | SmplFile | None:
    """The body that the chosen armature is; what a new one is made of where none is chosen."""
    return job.body if job.target.body is None else job.target.body


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
    notes = [*found.notes, *([actions.told_of_locked(locked, action)] if locked else [])]
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
        action, notes = write_solved(
            armature, character, solution.motion, timing, f"{name} LSMPLify", found.action
        )
    action["lsmplify"] = job.target.made_with
    baked = Baked(armature, action, _with_notes(solution, job, [*found.notes, *notes]), timing)
    note_result(context.scene, baked)
    return baked


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


def _span(settings: "LSMPLifySettings") -> tuple[int, int] | None:
    """The scene frames asked for, None for the scene's own."""
    return (settings.frame_start, settings.frame_end) if settings.use_range else None


def _from_file(context: bpy.types.Context, settings: "LSMPLifySettings") -> SceneTracks:
    if not settings.filepath:
        raise InputError("no file with the tracks is chosen")
    path = Path(bpy.path.abspath(settings.filepath))
    tracks = read_tracks(path, image=settings.image_size or None)
    return SceneTracks(tracks, float(context.scene.frame_start))


def _within(context: bpy.types.Context, taken: SceneTracks) -> SceneTracks:
    settings, tracks = context.scene.lsmplify, taken.tracks
    step = scene_rate(context.scene) / tracks.rate
    part = frames_within(taken.first, step, tracks.frames, settings.frame_start, settings.frame_end)
    if part.stop <= part.start:
        raise InputError(
            f"scene frames {settings.frame_start} to {settings.frame_end} hold no samples of the "
            "take"
        )
    return SceneTracks(tracks.between(part.start, part.stop - 1), taken.first + step * part.start)


def _take_name(source: str) -> str:
    return Path(source.replace("'", "")).stem.replace("collection ", "").strip() or "Take"


def note_result(scene: bpy.types.Scene, baked: Baked) -> None:
    """Put the report where the panel shows it."""
    solution, timing = baked.solution, baked.timing
    report, motion, result = solution.report, solution.motion, scene.lsmplify.result
    error = np.nan_to_num(_track_error(motion), nan=-1.0)
    frame, track = np.unravel_index(int(np.argmax(error)), error.shape)
    result.done = True
    result.layout, result.tracks, result.frames = report["layout"], report["tracks"], motion.frames
    result.mean_mm = report["track_error_mm"]["mean"]
    result.p95_mm = report["track_error_mm"]["p95"]
    result.worst_mm = report["track_error_mm"]["max"]
    result.worst_track = motion.track_names[track]
    result.worst_frame = round(timing.first + timing.step * int(frame))
    result.seconds = sum(report["seconds"].values())
    result.notes = "\n".join(
        in_scene_frames(w, timing.first, timing.step)
        for w in report["warnings"] if not is_verdict(w)
    )  # fmt: skip
    if solution.verdict is not None:
        verdict.fill(result.verdict, solution.verdict, timing)
    result.shown = baked.action.name
    result.action, result.armature = baked.action.name, baked.armature.name


def _track_error(motion: Motion) -> Floats:
    """(T, K) metres, which every solve has."""
    assert motion.track_error is not None
    return motion.track_error
