# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a take through the core: tracks → layout → body → learned IK → refine → clean → Motion.

`solve_steps` is a generator, so that a window can drive it and stay alive; `solve` drives it to the
end.
"""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .body.body import Body, default_body
from .body.markers import State, Target
from .body.shape_space import RegionSpace, ShapeSpace, betas_of
from .body.smpl_file import SmplFile, layout_on
from .calibration.calibrate import Calibration, Held, calibrate_steps
from .calibration.calibration_file import SavedCalibration
from .layouts.layout import keypoints_at
from .layouts.matching import Match
from .motion.motion import Motion
from .motion.report import make_report
from .repair import Repair, apply, mended
from .repair.records import summary
from .repair.second_pass import second_look, stray_records, track_errors
from .runtime.array_types import Floats
from .runtime.progress import finished, mapped, timed
from .runtime.threads import crew
from .solve.fitting import Job, Settings, fitted_steps, make_job
from .solve.network import load_network
from .solve.problem import LEAST_POINTS, in_body_size, shown, sighted_frames, start_of, target_of
from .solve.smoothing import fill_frames, smoothed
from .tracks.frame_rate import rate_warning
from .tracks.tracks import Tracks
from .tracks.units_and_axes import converted, find_world
from .unnamed.assigning import matched

_CALIBRATED: Final = 0.2
_FITTED: Final = 0.74
_LOOKED: Final = 0.05
"""Shares of the whole job for the progress bar; the rest is cleaning up."""


@dataclass(frozen=True)
class Progress:
    """step: "calibrate", "solve", "refine" or "clean". done: 0 to 1 over the whole of it."""

    step: str
    done: float


@dataclass(frozen=True)
class Solution:
    """motion: at the tracks' own rate. report: the contract's, without seconds of read and write.
    match: which track was which keypoint. expected: (T, 22) radians, the error that the network
    expects of each rotation. offsets: (K, 3) metres, the calibrated places of the tracks on the
    joints of `motion.body`. joints: (K,) those joints. repairs: what was mended in the tracks
    before."""

    motion: Motion
    report: dict[str, Any]
    match: Match
    expected: Floats
    joints: NDArray[np.intp]
    offsets: Floats
    repairs: tuple[Repair, ...] = ()


def solve(
    tracks: Tracks,
    *,
    match: Match | None = None,
    layout: str = "auto",
    body: Body | SmplFile | None = None,
    init: Motion | None = None,
    settings: Settings | None = None,
    repairs: Sequence[Repair] | None = None,
    calibration: SavedCalibration | None = None,
) -> Solution:
    """Solve a take in one go; the arguments are those of `solve_steps`."""
    return finished(
        solve_steps(
            tracks, match=match, layout=layout, body=body, init=init, settings=settings,
            repairs=repairs, calibration=calibration,
        )
    )  # fmt: skip


def solve_steps(
    tracks: Tracks,
    *,
    match: Match | None = None,
    layout: str = "auto",
    body: Body | SmplFile | None = None,
    init: Motion | None = None,
    settings: Settings | None = None,
    repairs: Sequence[Repair] | None = None,
    calibration: SavedCalibration | None = None,
) -> Generator[Progress, None, Solution]:
    """Solve a take step by step.

    tracks: as read, in any unit and with any axis up. match: which track is which keypoint; found
    by `layout` ("auto", a shipped name or a JSON file) where it is None. body: None to calibrate
    the default one on the take, or a model file to find its betas; a body is kept as it is. The points' offsets are calibrated either way. init: a motion to start from
    (plug-in), at the tracks' rate, frame for frame. repairs: what to mend in the tracks first; None
    for all that is found, none where it is empty. calibration: the person's body and the points'
    places on it from another take; points that it does not know are calibrated on this one.
    Raises InputError for tracks that cannot be solved.
    """
    with crew():
        return (
            yield from _solved(
                tracks, match, layout, body, init, settings or Settings(), repairs, calibration
            )
        )


def _solved(
    tracks: Tracks,
    match: Match | None,
    layout: str,
    body: Body | SmplFile | None,
    init: Motion | None,
    settings: Settings,
    repairs: Sequence[Repair] | None,
    saved: SavedCalibration | None,
) -> Generator[Progress, None, Solution]:
    """The rooms in their order; linear algebra runs on one thread and pieces of the take beside
    each other, since a library's waiting threads would stand in their way."""
    seconds: dict[str, float] = {"calibrate": 0.0, "solve": 0.0, "refine": 0.0, "clean": 0.0}
    if match is None:
        tracks, match = matched(tracks, layout, saved)
    if saved is not None and body is None:
        body = saved.body
    if isinstance(body, SmplFile):
        match = replace(match, layout=layout_on(body, match.layout))
    world = find_world(tracks, match)
    taken = converted(tracks.select([t for _, t in match.matched]), world)
    measured, taken, done = mended(taken, repairs)
    sighted = sighted_frames(taken)
    space = betas_of(body) if isinstance(body, SmplFile) else RegionSpace(body or default_body())
    target, origin = target_of(taken, match, space.mean)
    held = None if saved is None else _held(saved, taken.names, target)
    calibration = _calibrated(target, taken.rate, space, isinstance(body, Body), sighted, held)
    found = yield from mapped(
        timed(calibration, seconds, "calibrate"),
        lambda done: Progress("calibrate", _CALIBRATED * done),
    )
    unit, local = in_body_size(target, found.body, found.offsets)
    start = start_of(local, sighted, init, origin, unit)
    job = make_job(start, local, taken.rate, found.misfit / unit, settings, init is not None)
    state, learned = yield from mapped(
        fitted_steps(job, seconds), lambda told: Progress(told[0], _CALIBRATED + _FITTED * told[1])
    )
    look = yield from mapped(
        second_look(job, state, learned, seconds, repairs is None),
        lambda told: Progress(told[0], _CALIBRATED + _FITTED + _LOOKED * told[1]),
    )
    if look.strays.any():
        measured, done = _without(measured, done, look.strays, job, state, unit)
        local = replace(local, weights=np.where(look.strays, 0, local.weights))
    yield Progress("clean", 0.99)
    began = time.perf_counter()
    state = smoothed(fill_frames(look.state, sighted), taken.rate, job.smooth)
    error = look.error if state is look.state else None
    if error is None:
        error = track_errors(state, local)
    error[~measured.seen] = np.nan
    seconds["clean"] = time.perf_counter() - began
    motion = Motion(
        state.rotations.astype(np.float64),
        state.root.astype(np.float64) * unit + origin,
        taken.rate,
        found.body,
        taken.names,
        error * unit,
        found.shape if isinstance(body, SmplFile) else None,
        body.gender if isinstance(body, SmplFile) else "neutral",
    )
    warnings = (*measured.warnings, *rate_warning(measured), *_warn_of_gaps(shown(measured)))
    report = make_report(
        motion, measured, match.layout.name, world.unit_name, world.up, seconds, warnings
    )
    return Solution(
        motion, report, match, look.learned.expected, np.asarray(target.joints), found.offsets, done
    )


def calibration_of(solution: Solution) -> SavedCalibration:
    """What a solve found out about the person, for other takes."""
    motion = solution.motion
    points = keypoints_at(motion.track_names, solution.joints, solution.offsets)
    return SavedCalibration(motion.body, points, solution.match.layout.name)


def _held(saved: SavedCalibration, names: tuple[str, ...], target: Target) -> Held:
    offsets, known = saved.offsets_for(names, np.asarray(target.joints))
    return Held(offsets, known)


def _calibrated(
    target: Target,
    rate: float,
    space: ShapeSpace,
    fixed: bool,
    sighted: NDArray[np.bool_],
    held: Held | None,
) -> Generator[float, None, Calibration]:
    seen = replace(target, weights=target.weights * sighted[:, None])
    return (yield from calibrate_steps(load_network(), space, seen, rate, fixed, held=held))


def _without(
    measured: Tracks, done: tuple[Repair, ...], strays: NDArray[np.bool_], job: Job, state: State,
    unit: float,
) -> tuple[Tracks, tuple[Repair, ...]]:  # fmt: skip
    """The tracks without the samples that the second look left out, and the longer list."""
    error = unit * track_errors(state, job.target)
    found = stray_records(strays, error, measured.names)
    told = (*measured.warnings, *summary(found))
    return replace(apply(measured, found), warnings=told), (*done, *found)


def _warn_of_gaps(sighted: NDArray[np.bool_]) -> tuple[str, ...]:
    blind = int((~sighted).sum())
    if not blind:
        return ()
    first = int(np.argmin(sighted))
    return (
        f"{blind} frames show fewer than {LEAST_POINTS} points (the first is frame {first}); "
        "their poses are interpolated",
    )
