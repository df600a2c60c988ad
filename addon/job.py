# SPDX-License-Identifier: GPL-3.0-or-later
"""One solve from the scene's settings to keys, step by step, for the window and for scripts."""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ..lsmplify_core.body import Body
from ..lsmplify_core.bones import body_of
from ..lsmplify_core.errors import InputError
from ..lsmplify_core.fitting import Settings
from ..lsmplify_core.layout import load_layout
from ..lsmplify_core.mannequin import Mannequin
from ..lsmplify_core.matching import Match, best_match, match_layout
from ..lsmplify_core.motion import Motion
from ..lsmplify_core.reading import read_tracks
from ..lsmplify_core.reading.overrides import with_overrides
from ..lsmplify_core.sampling import frames_within
from ..lsmplify_core.smplfile import SmplFile
from ..lsmplify_core.solver import Progress, Solution, solve_steps
from .armature import check_action, check_target, make_armature, rig_of
from .bake import Timing, bake
from .scene_tracks import SceneTracks, from_bones, from_objects, scene_rate
from .seeing.errors import measure
from .takes import record


@dataclass(frozen=True)
class Job:
    """Everything read from the scene, so that nothing of it is needed while solving.

    armature: the one to bake on, None where one is made. body: what a new one is made of; None for
    the default body, calibrated on the take.
    """

    taken: SceneTracks
    match: Match
    armature: bpy.types.Object | None
    settings: Settings
    body: Body | SmplFile | None


@dataclass(frozen=True)
class Baked:
    """What a job left in the scene."""

    armature: bpy.types.Object
    action: bpy.types.Action
    solution: Solution
    timing: Timing


def read_scene(context: bpy.types.Context) -> SceneTracks:
    """The tracks that the settings name, within the chosen frames."""
    settings = context.scene.lsmplify
    if settings.source == "FILE":
        taken = _from_file(context, settings)
    elif settings.source == "BONES":
        if settings.track_armature is None:
            raise InputError("no armature with the tracks is chosen")
        taken = from_bones(context, settings.track_armature, _span(settings))
    else:
        taken = from_objects(context, *_objects(context, settings), _span(settings))
    unit = None if settings.unit == "auto" else settings.unit
    up = None if settings.up == "auto" else settings.up
    tracks = with_overrides(taken.tracks, unit=unit, up=up)
    taken = SceneTracks(tracks, taken.first)
    return _within(context, taken) if settings.use_range else taken


def prepare(
    context: bpy.types.Context, layout: str | None = None, body: Body | SmplFile | None = None
) -> Job:
    """Read and check everything; InputError says what is missing.

    layout: "auto", a name or a JSON file; None takes the scene's setting. body: as Job's.
    """
    settings = context.scene.lsmplify
    armature = check_target(settings.armature) if settings.target == "EXISTING" else None
    if armature is not None:
        rig_of(armature)
        if settings.into == "CURRENT":
            check_action(armature)
    taken = read_scene(context)
    names = taken.tracks.names
    layout = layout or settings.layout
    match = best_match(names) if layout == "auto" else match_layout(names, load_layout(layout))
    smooth = None if settings.auto_smooth else settings.smooth
    solving = Settings(refine=settings.refine, smooth=smooth)
    return Job(taken, match, armature, solving, body)


def solve_job(job: Job) -> Generator[Progress, None, Solution]:
    """Solve without touching the scene."""
    return (
        yield from solve_steps(
            job.taken.tracks, match=job.match, body=target_body(job), settings=job.settings
        )
    )


def target_body(job: Job) -> Body | SmplFile | None:
    """The body that the chosen armature is; what a new one is made of where none is chosen."""
    if job.armature is None:
        return job.body
    return body_of(rig_of(job.armature), job.armature.name)


def finish(context: bpy.types.Context, job: Job, solution: Solution) -> Baked:
    """Write everything in one go: armature, action, result."""
    settings = context.scene.lsmplify
    name = _take_name(job.taken.tracks.source)
    motion = solution.motion
    armature = job.armature or make_armature(context, motion.body, name, _skin(job, motion))
    step = scene_rate(context.scene) / motion.rate
    timing = Timing(job.taken.first, step, settings.keys == "SCENE")
    fresh = settings.into == "NEW" or job.armature is None
    action = bake(armature, motion, timing, f"{name} LSMPLify", fresh)
    _store_settings(action, settings)
    record.keep_solved(action, job.taken, solution, step)
    measure(context, armature, action)
    _note_result(settings, solution, timing, action)
    return Baked(armature, action, solution, timing)


def _skin(job: Job, motion: Motion) -> Mannequin | None:
    """The model file's mesh of the person that was found, if there is such a file."""
    if isinstance(job.body, SmplFile) and motion.betas is not None:
        return job.body.figure(motion.betas)
    return None


def _span(settings: object) -> tuple[int, int] | None:
    """The scene frames asked for, None for the scene's own."""
    return (settings.frame_start, settings.frame_end) if settings.use_range else None


def _objects(context: bpy.types.Context, settings: object) -> tuple[list[bpy.types.Object], str]:
    if settings.source == "COLLECTION":
        if settings.collection is None:
            raise InputError("no collection with the tracks is chosen")
        found = [o for o in settings.collection.all_objects if o.type not in _NOT_TRACKS]
        return found, f"collection {settings.collection.name!r}"
    return [o for o in context.selected_objects if o.type not in _NOT_TRACKS], "selection"


_NOT_TRACKS = frozenset(("ARMATURE", "CAMERA", "LIGHT"))


def _from_file(context: bpy.types.Context, settings: object) -> SceneTracks:
    if not settings.filepath:
        raise InputError("no file with the tracks is chosen")
    tracks = read_tracks(Path(bpy.path.abspath(settings.filepath)))
    return SceneTracks(tracks, float(context.scene.frame_start))


def _within(context: bpy.types.Context, taken: SceneTracks) -> SceneTracks:
    settings, tracks = context.scene.lsmplify, taken.tracks
    step = scene_rate(context.scene) / tracks.rate
    part = frames_within(taken.first, step, tracks.frames, settings.frame_start, settings.frame_end)
    if part.stop <= part.start:
        raise InputError(
            f"scene frames {settings.frame_start} to {settings.frame_end} hold no samples of the take"
        )
    return SceneTracks(tracks.between(part.start, part.stop - 1), taken.first + step * part.start)


def _take_name(source: str) -> str:
    return Path(source.replace("'", "")).stem.replace("collection ", "").strip() or "Take"


def _store_settings(action: bpy.types.Action, settings: object) -> None:
    """Keep on the action what it was made with."""
    action["lsmplify"] = {
        "source": settings.source, "layout": settings.layout, "keys": settings.keys,
        "refine": settings.refine, "smooth": -1.0 if settings.auto_smooth else settings.smooth,
    }  # fmt: skip


def _note_result(
    settings: object, solution: Solution, timing: Timing, action: bpy.types.Action
) -> None:
    """Put the report where the panel shows it."""
    report, motion, result = solution.report, solution.motion, settings.result
    error = np.nan_to_num(motion.track_error, nan=-1.0)
    frame, track = np.unravel_index(int(np.argmax(error)), error.shape)
    result.done = True
    result.layout, result.tracks, result.frames = report["layout"], report["tracks"], motion.frames
    result.mean_mm = report["track_error_mm"]["mean"]
    result.p95_mm = report["track_error_mm"]["p95"]
    result.worst_mm = report["track_error_mm"]["max"]
    result.worst_track = motion.track_names[track]
    result.worst_frame = round(timing.first + timing.step * int(frame))
    result.seconds = sum(report["seconds"].values())
    result.notes = "\n".join(report["warnings"])
    result.action = action.name
