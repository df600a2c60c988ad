# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a take: tracks → match → units → repair → calibrate → predict and refine → second pass
→ smooth → Motion.

`solve_steps` is a generator, so that a window can drive it and stay alive; `solve` drives it to the
end. `_take_steps` is the method on one screen.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..body.body import Body
from ..body.markers import PoseSequence
from ..body.smpl_file import SmplFile
from ..calibration.calibration_file import SavedCalibration
from ..calibration.take_facts import TakeFacts
from ..ik.fit_problem import FitProblem, SolveSettings
from ..ik.fitting import fit_steps
from ..ik.learned.network import load_network
from ..ik.segment_start import start_from_segments
from ..layouts.matching import Match
from ..motion.motion import Motion
from ..repair import Repair
from ..repair.second_pass import SecondPass, second_pass_steps
from ..runtime.progress import run_steps
from ..runtime.stages import Progress, Stages
from ..runtime.threads import begin, thread_pool
from ..tracks.tracks import Tracks
from ..verdict import judge
from .finish import corrected_steps, in_convention, smoothed, without_outliers
from .person import Person, calibration_steps, make_fit_problem
from .prepare import PreparedTake, in_metres, match_tracks, repaired
from .request import Request
from .rest_pose import start_with_palms_down
from .result import evidence_of, make_solution, measured_errors, motion_of
from .solution import Solution

STAGES: Final = {
    "match": 1.0, "units": 1.0, "repair": 10.0, "calibrate": 20.0, "fit": 60.0, "second_pass": 5.0,
    "clean": 2.0, "correct": 2.0, "convention": 4.0, "verdict": 1.0,
}  # fmt: skip
"""The stages of a solve and what each usually takes of the time, in per cent. "fit" tells its two
steps by name: "solve" (the network) and "refine" (Gauss-Newton and the sequence solver)."""


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
    init, palms = start_with_palms_down(init, settings, facts)
    request = Request(match, layout, body, init, settings, repairs, calibration, facts, palms)
    with thread_pool():  # linear algebra on one thread, chunks of the take on several
        begin(load_network)  # while tracks are matched and repaired
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
    request = Request(match, layout, None, None, SolveSettings(), repairs, calibration, None)
    stages = Stages({s: STAGES[s] for s in ("match", "units", "repair", "calibrate")})
    with thread_pool():
        tracks, found, body = yield from stages.call("match", match_tracks, tracks, request)
        tracks, world = yield from stages.call("units", in_metres, tracks, found, None)
        take = yield from stages.call("repair", repaired, tracks, found, world, body, request)
        person = yield from stages.steps("calibrate", calibration_steps(take, request))
    return person.calibration.body


def _start_from_segments(solution: Solution, request: Request) -> Motion | None:
    """The motion that segments' measured rotations make of a solve from their places; None where
    there are none, or another start was given."""
    measured = None if solution.evidence is None else solution.evidence.tracks
    if request.init is not None or request.facts is not None or measured is None:
        return None
    if measured.segments is None:
        return None
    found = start_from_segments(solution.motion, measured.segments)
    return None if found is None else found[0]


@dataclass(frozen=True)
class Fitted:
    """A take that is fitted and smoothed, in the network's own habit of rotations."""

    take: PreparedTake
    person: Person
    problem: FitProblem
    second_pass: SecondPass
    poses: PoseSequence


def fitted_steps(
    tracks: Tracks, request: Request, stages: Stages
) -> Generator[Progress, None, Fitted]:
    """The stages up to smooth poses, as `solve_steps` begins with them.

    Args:
        tracks: as read.
        request: what is asked for.
        stages: of the whole solve.

    Yields:
        The stage and the share of the whole that is done.

    Returns:
        What the stages found.

    Raises:
        InputError: for tracks that cannot be solved.
    """
    tracks, match, body = yield from stages.call("match", match_tracks, tracks, request)
    tracks, world = yield from stages.call("units", in_metres, tracks, match, request.facts)
    take = yield from stages.call("repair", repaired, tracks, match, world, body, request)
    person = yield from stages.steps("calibrate", calibration_steps(take, request))
    problem = make_fit_problem(take, person, request)
    poses, learned = yield from stages.substeps("fit", fit_steps(problem, stages.seconds))
    second = second_pass_steps(problem, poses, learned, request.repairs is None)
    second_pass = yield from stages.steps("second_pass", second)
    take, person = without_outliers(take, person, problem, poses, second_pass)
    poses = yield from stages.call("clean", smoothed, take, problem, second_pass)
    return Fitted(take, person, problem, second_pass, poses)


def _take_steps(tracks: Tracks, request: Request) -> Generator[Progress, None, Solution]:
    """The method: each stage takes what the ones before it found."""
    stages = Stages(STAGES)
    fitted = yield from fitted_steps(tracks, request, stages)
    take, person, problem = fitted.take, fitted.person, fitted.problem
    learned, calibrated = fitted.second_pass.prediction, fitted.person.calibration
    corrected = corrected_steps(take, person, problem, fitted.poses, learned)
    poses = yield from stages.steps("correct", corrected)
    poses, person, applied = yield from stages.call(
        "convention", in_convention, take, person, problem, poses, learned, request
    )
    error = measured_errors(take, person, poses)
    motion = motion_of(take, person, poses, error)
    evidence = evidence_of(motion, take, person, learned)
    verdict = yield from stages.call("verdict", judge, evidence)
    facts = TakeFacts(
        take.match, take.world, take.body, calibrated, problem.noise, problem.smooth,
        take.denoising, applied, request.palms, problem.corrected,
    )  # fmt: skip
    return make_solution(take, person, learned, evidence, verdict, stages, facts)
