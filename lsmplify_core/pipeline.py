# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a take: tracks → match → units → repair → calibrate → predict and refine → second pass
→ smooth → Motion.

`solve_steps` is a generator, so that a window can drive it and stay alive; `solve` drives it to the
end. `_take_steps` is the method on one screen.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .anatomy.habit import in_habit_of
from .body.body import Body, default_body
from .body.markers import MarkerObservations, PoseSequence
from .body.shape_space import RegionSpace, ShapeSpace, betas_of
from .body.smpl_file import SmplFile, layout_on
from .calibration.calibrate import Calibration, FixedOffsets, calibrate_steps
from .calibration.calibration_file import SavedCalibration
from .calibration.take_facts import TakeFacts
from .ik.anatomical import Borne, anatomical, anatomical_as
from .ik.fitting import FitProblem, SolveSettings, fit_steps, make_problem
from .ik.network import load_network
from .ik.predictor import Prediction
from .ik.problem import (
    LEAST_POINTS,
    at_network_size,
    initial_poses,
    observations_of,
    require_valid_frames,
    valid_frames,
)
from .ik.segment_start import start_from_segments
from .ik.smoothing import fill_frames, smooth_poses
from .layouts.layout import keypoints_at
from .layouts.matching import Match
from .motion.motion import Motion
from .motion.report import make_report
from .repair import Repair, apply, repair_tracks
from .repair.records import summary
from .repair.second_pass import SecondPass, outlier_records, second_pass_steps, track_errors
from .runtime.array_types import Floats
from .runtime.progress import run_steps
from .runtime.stages import Progress, Stages
from .runtime.threads import thread_pool
from .tracks.denoising import denoised, noise_of
from .tracks.frame_rate import rate_warning
from .tracks.noise import denoising_for
from .tracks.tracks import Tracks
from .tracks.units_and_axes import World, converted, find_world
from .unnamed.assigning import matched
from .verdict import Evidence, Verdict, judge, with_verdict

STAGES: Final = {
    "match": 1.0, "units": 1.0, "repair": 10.0, "calibrate": 20.0, "fit": 60.0, "second_pass": 5.0,
    "clean": 2.0, "convention": 4.0, "verdict": 1.0,
}  # fmt: skip
"""The stages of a solve and what each usually takes of the time, in per cent. "fit" tells its two
steps by name: "solve" (the network) and "refine" (Gauss-Newton and the sequence solver)."""


@dataclass(frozen=True)
class Solution:
    """motion: at the tracks' own rate. report: the contract's, without seconds of read and write.
    match: which track was which keypoint. expected: (T, 22) radians, the error that the network
    expects of each rotation. offsets: (K, 3) metres, the calibrated places of the tracks on the
    joints of `motion.body`. joints: (K,) those joints. repairs: what was mended in the tracks
    before. evidence: what its verdict was found from. verdict: whether it can be used. facts: what
    other frames of the take can be solved with."""

    motion: Motion
    report: dict[str, Any]
    match: Match
    expected: Floats
    joints: NDArray[np.intp]
    offsets: Floats
    repairs: tuple[Repair, ...] = ()
    evidence: Evidence | None = None
    verdict: Verdict | None = None
    facts: TakeFacts | None = None


def solve(
    tracks: Tracks,
    *,
    match: Match | None = None,
    layout: str = "auto",
    body: Body | SmplFile | None = None,
    init: Motion | None = None,
    settings: SolveSettings | None = None,
    repairs: Sequence[Repair] | None = None,
    calibration: SavedCalibration | None = None,
    facts: TakeFacts | None = None,
) -> Solution:
    """Solve a take in one go; the arguments are those of `solve_steps`."""
    return run_steps(
        solve_steps(
            tracks, match=match, layout=layout, body=body, init=init, settings=settings,
            repairs=repairs, calibration=calibration, facts=facts,
        )
    )  # fmt: skip


def solve_steps(
    tracks: Tracks,
    *,
    match: Match | None = None,
    layout: str = "auto",
    body: Body | SmplFile | None = None,
    init: Motion | None = None,
    settings: SolveSettings | None = None,
    repairs: Sequence[Repair] | None = None,
    calibration: SavedCalibration | None = None,
    facts: TakeFacts | None = None,
) -> Generator[Progress, None, Solution]:
    """Solve a take step by step.

    Args:
        tracks: as read, in any unit and with any axis up.
        match: which track is which keypoint; found by `layout` where it is None.
        layout: "auto", a shipped layout's name or a JSON file.
        body: None to calibrate the default body on the take, or a model file to find its betas; a
            body is kept as it is. The points' offsets are calibrated either way.
        init: a motion to start from (plug-in), at the tracks' rate, frame for frame.
        settings: of the solver; None for the usual ones.
        repairs: what to repair in the tracks first; None for all that is found, none where empty.
        calibration: the person's body and the points' places on it from another take; points that
            it does not know are calibrated on this one.
        facts: of other frames of the same take, which are not found anew; `match`, `layout`,
            `body` and `calibration` count no more then.

    Yields:
        The stage and the share of the whole that is done.

    Returns:
        The motion at the tracks' own rate, with its report.

    Raises:
        InputError: for tracks that cannot be solved.
    """
    settings = settings or SolveSettings()
    if facts is not None:
        settings = replace(settings, noise=facts.noise, smooth=facts.smooth)
    request = _Request(match, layout, body, init, settings, repairs, calibration, facts)
    with thread_pool():  # linear algebra on one thread, chunks of the take on several
        solution = yield from _take_steps(tracks, request)
        start = _start_from_segments(solution, request)
        if start is None:
            return solution
        # measured turns about bones' own axes are kept as they are, not laid into joints anew
        keep = replace(request.settings, convention="keep")
        return (yield from _take_steps(tracks, replace(request, init=start, settings=keep)))


def person_steps(
    tracks: Tracks,
    *,
    match: Match | None = None,
    layout: str = "auto",
    repairs: Sequence[Repair] | None = None,
    calibration: SavedCalibration | None = None,
) -> Generator[Progress, None, Body]:
    """Find the person of a take alone: the first stages of `solve_steps`, with its arguments.

    Returns:
        The calibrated body, metres.

    Raises:
        InputError: for tracks that cannot be solved.
    """
    request = _Request(match, layout, None, None, SolveSettings(), repairs, calibration, None)
    stages = Stages({s: STAGES[s] for s in ("match", "units", "repair", "calibrate")})
    with thread_pool():
        tracks, found, body = yield from stages.call("match", _matched, tracks, request)
        tracks, world = yield from stages.call("units", _in_metres, tracks, found, None)
        take = yield from stages.call("repair", _repaired, tracks, found, world, body, request)
        person = yield from stages.steps("calibrate", _calibration_steps(take, request))
    return person.calibration.body


@dataclass(frozen=True)
class _Request:
    """What was asked for with the tracks; the fields are the arguments of `solve_steps`."""

    match: Match | None
    layout: str
    body: Body | SmplFile | None
    init: Motion | None
    settings: SolveSettings
    repairs: Sequence[Repair] | None
    calibration: SavedCalibration | None
    facts: TakeFacts | None


@dataclass(frozen=True)
class _Take:
    """A take before it is solved: metres, Z up, the matched tracks alone.

    measured: mistakes left out. filled: short gaps filled too, and smooth where tracks are noisy.
    repairs: what was done for that. visible: (T,) frames that show enough points. body: None for
    the default one. noise: metres, of the tracks as they were measured. denoising: seconds that
    they were smoothed over, 0 for none.
    """

    match: Match
    world: World
    body: Body | SmplFile | None
    measured: Tracks
    filled: Tracks
    repairs: tuple[Repair, ...]
    visible: NDArray[np.bool_]
    noise: float
    denoising: float


@dataclass(frozen=True)
class _Person:
    """The calibrated person and the take on a body of the size that the network knows.

    unit: metres in one of `observed`'s lengths. origin: (3,) metres, the world's place of its zero.
    """

    calibration: Calibration
    observed: MarkerObservations
    unit: float
    origin: Floats


def _start_from_segments(solution: Solution, request: _Request) -> Motion | None:
    """The motion that segments' measured rotations make of a solve from their places; None where
    there are none, or another start was given."""
    measured = None if solution.evidence is None else solution.evidence.tracks
    if request.init is not None or request.facts is not None or measured is None:
        return None
    if measured.segments is None:
        return None
    found = start_from_segments(solution.motion, measured.segments)
    return None if found is None else found[0]


def _take_steps(tracks: Tracks, request: _Request) -> Generator[Progress, None, Solution]:
    """The method: each stage takes what the ones before it found."""
    stages = Stages(STAGES)
    tracks, match, body = yield from stages.call("match", _matched, tracks, request)
    tracks, world = yield from stages.call("units", _in_metres, tracks, match, request.facts)
    take = yield from stages.call("repair", _repaired, tracks, match, world, body, request)
    person = yield from stages.steps("calibrate", _calibration_steps(take, request))
    problem = _problem(take, person, request)
    poses, learned = yield from stages.substeps("fit", fit_steps(problem, stages.seconds))
    second = second_pass_steps(problem, poses, learned, request.repairs is None)
    second_pass = yield from stages.steps("second_pass", second)
    calibrated = person.calibration
    take, person = _without_outliers(take, person, problem, poses, second_pass)
    poses = yield from stages.call("clean", _smoothed, take, problem, second_pass)
    poses, person, borne = yield from stages.call(
        "convention", _in_convention, take, person, problem, poses, second_pass.prediction, request
    )
    error = _track_errors(take, person, poses)
    motion = _motion(take, person, poses, error)
    evidence = _evidence(motion, take, person, second_pass.prediction)
    verdict = yield from stages.call("verdict", judge, evidence)
    facts = TakeFacts(
        match, world, take.body, calibrated, problem.noise, problem.smooth, take.denoising, borne
    )
    return _solution(take, person, second_pass.prediction, evidence, verdict, stages, facts)


def _matched(
    tracks: Tracks, request: _Request
) -> tuple[Tracks, Match, Body | SmplFile | None]:  # fmt: skip
    """Which track is which point, and whose body it is where that is known."""
    if request.facts is not None:
        return tracks, request.facts.match, request.facts.body
    match, body, saved = request.match, request.body, request.calibration
    if match is None:
        tracks, match = matched(tracks, request.layout, saved)
    if saved is not None and body is None:
        body = saved.body
    if isinstance(body, SmplFile):
        match = replace(match, layout=layout_on(body, match.layout))
    return tracks, match, body


def _in_metres(tracks: Tracks, match: Match, facts: TakeFacts | None) -> tuple[Tracks, World]:
    """The matched tracks in metres, Z up."""
    world = find_world(tracks, match) if facts is None else facts.world
    return converted(tracks.select([t for _, t in match.matched]), world), world


def _repaired(
    tracks: Tracks, match: Match, world: World, body: Body | SmplFile | None, request: _Request
) -> _Take:
    measured, filled, repairs = repair_tracks(tracks, request.repairs)
    visible, noise = require_valid_frames(filled), noise_of(filled)
    seconds = _denoising(noise, request)
    filled = denoised(filled, seconds)
    return _Take(match, world, body, measured, filled, repairs, visible, noise, seconds)


def _denoising(noise: float, request: _Request) -> float:
    """Seconds that tracks are smoothed over; none where the user says how much to smooth."""
    if request.facts is not None:
        return request.facts.denoising
    return denoising_for(noise) if request.settings.smooth is None else 0.0


def _calibration_steps(take: _Take, request: _Request) -> Generator[float, None, _Person]:
    """Proportions or betas of the person, and the points' places on the joints."""
    saved, facts = request.calibration, request.facts
    if facts is not None:
        target, origin = observations_of(take.filled, take.match, facts.calibration.body)
        return _person(facts.calibration, target, origin)
    space: ShapeSpace
    if isinstance(take.body, SmplFile):
        space = betas_of(take.body)
    else:
        space = RegionSpace(take.body or default_body())
    target, origin = observations_of(take.filled, take.match, space.mean)
    fixed_offsets = None
    if saved is not None:
        fixed_offsets = FixedOffsets(
            *saved.offsets_for(take.filled.names, np.asarray(target.joints))
        )
    seen = replace(target, weights=target.weights * take.visible[:, None])
    fixed = isinstance(take.body, Body)
    found = yield from calibrate_steps(
        load_network(), space, seen, take.filled.rate, fixed, fixed_offsets=fixed_offsets
    )
    return _person(found, target, origin)


def _person(calibration: Calibration, target: MarkerObservations, origin: Floats) -> _Person:
    unit, observed = at_network_size(target, calibration.body, calibration.offsets)
    return _Person(calibration, observed, unit, origin)


def _problem(take: _Take, person: _Person, request: _Request) -> FitProblem:
    """What network and refinement are given to fit."""
    init = request.init
    start = initial_poses(person.observed, take.visible, init, person.origin, person.unit)
    residual = person.calibration.residual / person.unit
    noise = take.noise / person.unit if take.denoising > 0 else None
    return make_problem(
        start, person.observed, take.filled.rate, residual, request.settings, init is not None,
        noise,
    )  # fmt: skip


def _without_outliers(
    take: _Take, person: _Person, problem: FitProblem, poses: PoseSequence, second_pass: SecondPass
) -> tuple[_Take, _Person]:
    """The take without the samples that the second pass left out, and the longer list of
    repairs."""
    if not second_pass.outliers.any():
        return take, person
    error = person.unit * track_errors(poses, problem.observations)
    found = outlier_records(second_pass.outliers, error, take.measured.names)
    all_warnings = (*take.measured.warnings, *summary(found))
    measured = replace(apply(take.measured, found), warnings=all_warnings)
    weights = np.where(second_pass.outliers, 0, person.observed.weights)
    observed = replace(person.observed, weights=weights)
    return (
        replace(take, measured=measured, repairs=(*take.repairs, *found)),
        replace(person, observed=observed),
    )


def _smoothed(take: _Take, problem: FitProblem, second_pass: SecondPass) -> PoseSequence:
    """Poses in every frame, smoothed as far as the tracks are noisy."""
    return smooth_poses(
        fill_frames(second_pass.poses, take.visible), take.filled.rate, problem.smooth
    )


def _in_convention(
    take: _Take,
    person: _Person,
    problem: FitProblem,
    poses: PoseSequence,
    learned: Prediction,
    request: _Request,
) -> tuple[PoseSequence, _Person, Borne | None]:
    """The poses in the anatomical convention and the points' places that belong to them; or in the
    habit of the motion to start from."""
    if request.settings.convention == "keep":
        if request.init is None:
            return poses, person, None
        given = request.init.rotations.astype(poses.rotations.dtype)
        turned = in_habit_of(poses.rotations, given, np.asarray(person.observed.bones))
        return PoseSequence(turned, poses.root), person, None
    before = None if request.facts is None else request.facts.borne
    known = _known(take, person, request.calibration)
    fitted = (poses, person.observed, learned.sigma, problem.noise, take.filled.rate)
    noisy = problem.smooth > 0
    usual = None if request.calibration is None else request.calibration.convention
    poses, observed, borne = (
        anatomical(*fitted, noisy=noisy, known=known, usual=usual)
        if before is None
        else anatomical_as(before, *fitted, noisy=noisy)
    )
    offsets = np.asarray(observed.offsets, dtype=np.float64) * person.unit
    calibration = replace(person.calibration, offsets=offsets)
    return poses, replace(person, observed=observed, calibration=calibration), borne


def _known(
    take: _Take, person: _Person, saved: SavedCalibration | None
) -> NDArray[np.bool_] | None:
    """(K,) points whose places another take's calibration says."""
    if saved is None:
        return None
    return saved.offsets_for(take.filled.names, np.asarray(person.observed.joints))[1]


def _track_errors(take: _Take, person: _Person, poses: PoseSequence) -> Floats:
    """(T, K) lengths of the problem, NaN where unseen: to the tracks as they were measured."""
    observed = person.observed
    if take.denoising > 0:
        points = np.nan_to_num((take.measured.positions - person.origin) / person.unit)
        observed = replace(observed, points=points.astype(observed.points.dtype))
    error = track_errors(poses, observed)
    error[~take.measured.seen] = np.nan
    return error


def _motion(take: _Take, person: _Person, poses: PoseSequence, error: Floats) -> Motion:
    """The poses in the world, on the calibrated body."""
    of_file = isinstance(take.body, SmplFile)
    return Motion(
        poses.rotations.astype(np.float64),
        poses.root.astype(np.float64) * person.unit + person.origin,
        take.filled.rate,
        person.calibration.body,
        take.filled.names,
        error * person.unit,
        person.calibration.shape if of_file else None,
        take.body.gender if isinstance(take.body, SmplFile) else "neutral",
    )


def _solution(
    take: _Take,
    person: _Person,
    learned: Prediction,
    evidence: Evidence,
    verdict: Verdict,
    stages: Stages,
    facts: TakeFacts,
) -> Solution:
    measured, world, motion = take.measured, take.world, evidence.motion
    warnings = (*measured.warnings, *rate_warning(measured), *gap_warnings(valid_frames(measured)))
    report = make_report(
        motion,
        measured,
        take.match.layout.name,
        world.unit_name,
        world.up,
        stages.seconds,
        (*verdict.warnings(), *warnings),
        verdict.to_json(),
        evidence.places,
    )
    return Solution(
        motion, report, take.match, learned.sigma, np.asarray(person.observed.joints),
        person.calibration.offsets, take.repairs, evidence, verdict, facts,
    )  # fmt: skip


def _evidence(motion: Motion, take: _Take, person: _Person, learned: Prediction) -> Evidence:
    """What the verdict looks at."""
    match = take.match
    return Evidence(
        motion,
        take.measured,
        take.repairs,
        learned.sigma,
        np.asarray(person.observed.joints),
        person.calibration.offsets,
        match.layout.offsets[[k for k, _ in match.matched]],
        match.certainty,
        take.world.unit_name != "arbitrary",
        take.world,
    )


def judged_again(solution: Solution, motion: Motion, report: dict[str, Any]) -> Solution:
    """A solution with another motion of the same take, and the verdict on that one.

    Args:
        solution: what was solved.
        motion: the motion in its place, with its track errors.
        report: the solution's, with the figures of the new motion.

    Returns:
        The solution with both, its verdict and the report's found anew.
    """
    if solution.evidence is None:
        return replace(solution, motion=motion, report=report)
    evidence = replace(solution.evidence, motion=motion)
    report, verdict = with_verdict(report, evidence)
    return replace(solution, motion=motion, report=report, evidence=evidence, verdict=verdict)


def calibration_of(solution: Solution) -> SavedCalibration:
    """What a solve found out about the person, for other takes."""
    motion = solution.motion
    points = keypoints_at(motion.track_names, solution.joints, solution.offsets)
    borne = None if solution.facts is None else solution.facts.borne
    convention = None if borne is None else borne.convention
    return SavedCalibration(motion.body, points, solution.match.layout.name, convention)


def gap_warnings(sighted: NDArray[np.bool_]) -> tuple[str, ...]:
    """Sentences about frames that show too little: held at the ends of a take, else
    interpolated. sighted: (T,) frames that show enough."""
    if sighted.all() or not sighted.any():
        return ()
    first, last = int(np.argmax(sighted)), len(sighted) - 1 - int(np.argmax(sighted[::-1]))
    held = first + len(sighted) - 1 - last
    between = int((~sighted).sum()) - held
    notes: list[str] = []
    if held:
        where = 0 if first else last + 1
        notes.append(
            f"{held} frames at the ends of the take show fewer than {LEAST_POINTS} points (from "
            f"frame {where} on); the nearest pose is held there"
        )
    if between:
        blind = first + int(np.argmin(sighted[first:]))
        notes.append(
            f"{between} frames show fewer than {LEAST_POINTS} points (the first is frame {blind}); "
            "their poses are interpolated"
        )
    return tuple(notes)
