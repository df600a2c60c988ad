# SPDX-License-Identifier: GPL-3.0-or-later
"""From initial poses to the poses that fit the tracks: the network, then Gauss–Newton.

Clean and whole tracks need one pass, every frame by itself. Intervals with gaps, and noisy takes as
a whole, are solved by the sequence solver, followed by a second pass of the network from there.
"""

from collections.abc import Generator
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..body.markers import PoseSequence
from ..geometry.intervals import intervals_around, ramps
from ..runtime.progress import run_steps, with_progress, with_seconds
from ..runtime.threads import parallel_map, workers
from ..tracks.noise import prior_weight_for
from .backend import backend_of
from .fit_problem import FitProblem
from .learned.coarse_to_fine import coarse_steps, coarse_stride, first_coarse
from .learned.network import load_network
from .learned.network_frames import between, network_frames, step_between
from .learned.predictor import Prediction, select_poses
from .pose_fusion import fuse_poses
from .refinement.sequence import LONGEST_CHUNK
from .sequence_steps import refine_sequence
from .smoothing import interpolate_poses, smooth_poses

T = TypeVar("T")

_SECOND_PASS_ITERATIONS: Final = 2
"""Iterations of the network in the second pass, which begins near the solution."""
_MARGIN: Final = 0.6
"""Seconds on both sides of a gap that are solved together with it."""
_MAX_COVERAGE: Final = 0.7
"""Share of a take. Where the intervals around gaps cover more, all of it is solved together."""


def fit_steps(
    problem: FitProblem, seconds: dict[str, float]
) -> Generator[tuple[str, float], None, tuple[PoseSequence, Prediction]]:
    """Fit a take.

    Args:
        problem: the take.
        seconds: what each step takes is added to it, by name.

    Yields:
        The step's name ("solve" for the network, "refine" for the rest) and the share of all done.

    Returns:
        The fitted poses, and the network's last prediction.
    """
    intervals = _sequence_intervals(problem) if problem.refine else []
    share = 0.5 if intervals else 1.0
    prediction = yield from _stage(_predict(problem), seconds, "solve", 0.0, 0.8 * share)
    if problem.refine == 0:
        return prediction.poses, prediction
    poses = yield from _stage(
        _refine_frames(problem, prediction), seconds, "refine", 0.8 * share, share
    )
    short = [i for i in intervals if i.stop - i.start <= LONGEST_CHUNK]
    several = len(short) > 1
    side_by_side = short if several and workers() > 1 else []
    found = yield from _stage(
        _solve_side_by_side(problem, poses, prediction, side_by_side), seconds, "refine", share,
        share + (1 - share) * len(side_by_side) / max(len(intervals), 1),
    )  # fmt: skip
    for number, interval in enumerate(i for i in intervals if i not in side_by_side):
        done = len(side_by_side) + number
        result = yield from with_progress(
            _solve_interval(
                problem, poses, prediction, interval, seconds,
                1 if several and interval in short else None,
            ),
            lambda step, n=done: (step[0], share + (1 - share) * (n + step[1]) / len(intervals)),
        )  # fmt: skip
        found.append((interval, *result))
    poses = PoseSequence(poses.rotations.copy(), poses.root.copy()) if found else poses
    for interval, solved, second in found:
        _blend_interval(problem, poses, interval, solved)
        prediction.sigma[interval] = second.sigma
    return poses, prediction


def _solve_side_by_side(
    problem: FitProblem, poses: PoseSequence, prediction: Prediction, intervals: list[slice]
) -> Generator[float, None, list[tuple[slice, PoseSequence, Prediction]]]:
    """Short intervals, each from its first step to its last in one thread: pieces of a single step
    are too small to be worth waiting for each other. Where there is but one thread they are solved
    in turn instead, in as many chunks and so to the same bits, with progress within each."""

    def solve(interval: slice) -> tuple[slice, PoseSequence, Prediction]:
        steps = _solve_interval(problem, poses, prediction, interval, {}, chunks=1)
        return (interval, *run_steps(steps))

    return (
        yield from with_progress(parallel_map(solve, intervals), lambda done: done / len(intervals))
    )


def _sequence_intervals(problem: FitProblem) -> list[slice]:
    """Intervals whose frames need one another: all of a noisy take, else those around gaps.

    A point that is never seen has no gap: the take is solved as if it were not there.
    """
    everything = [slice(0, problem.frames)]
    if problem.smooth > 0:
        return everything
    unseen = problem.observations.weights == 0
    gaps = unseen[:, ~unseen.all(axis=0)].any(axis=1)
    intervals = intervals_around(gaps, round(_MARGIN * problem.rate))
    covered = sum(interval.stop - interval.start for interval in intervals)
    return everything if covered > _MAX_COVERAGE * problem.frames else intervals


def _blend_interval(
    problem: FitProblem, poses: PoseSequence, interval: slice, solved: PoseSequence
) -> None:
    """Write an interval as solved into the take's poses, blended in and out within the margins."""
    share = ramps(interval, problem.frames, round(0.5 * _MARGIN * problem.rate))
    blended = interpolate_poses(select_poses(poses, interval), solved, share)
    poses.rotations[interval], poses.root[interval] = blended.rotations, blended.root


def _solve_interval(
    problem: FitProblem,
    poses: PoseSequence,
    prediction: Prediction,
    interval: slice,
    seconds: dict[str, float],
    chunks: int | None = None,
) -> Generator[tuple[str, float], None, tuple[PoseSequence, Prediction]]:
    """An interval by the sequence solver; the network's second pass from there; and once more."""
    first = Prediction(
        select_poses(prediction.poses, interval), prediction.sigma[interval], prediction.refined
    )
    first_pass = problem.interval(interval, poses)
    poses = yield from _stage(
        refine_sequence(first_pass, first_pass.start, first, problem.corrected >= 1.0, chunks),
        seconds,
        "refine",
        0.0,
        0.3,
    )
    second_pass = replace(
        first_pass,
        start=smooth_poses(poses, problem.rate, problem.smooth),
        iterations=_SECOND_PASS_ITERATIONS,
    )
    second = yield from _stage(_predict(second_pass), seconds, "solve", 0.3, 0.6)
    poses = yield from _stage(_refine_frames(second_pass, second), seconds, "refine", 0.6, 0.7)
    poses = yield from _stage(
        refine_sequence(second_pass, poses, second, False, chunks), seconds, "refine", 0.7, 1.0
    )
    return poses, second


def _predict(problem: FitProblem) -> Generator[float, None, Prediction]:
    """The network's iterations, from coarse to fine, fused with initial poses where there are any.

    Its poses are smoothed over time, so that what no track decides does not jitter.
    """
    noisy = problem.smooth > 0
    shown = network_frames(problem.frames, problem.rate, noisy, problem.first)
    rate = problem.rate / step_between(problem.frames, problem.rate, noisy)
    some = problem.interval(shown, problem.start)
    some = replace(some, warm_start=problem.warm_start, rate=rate, first=problem.first)
    prediction = yield from _predict_shown(some, shown)
    if problem.initial_poses is None:
        return between(prediction, shown, problem.frames)
    fused = fuse_poses(
        between(prediction, shown, problem.frames), problem.initial_poses, problem.rate
    )
    return replace(fused, poses=smooth_poses(fused.poses, problem.rate, problem.prior_smoothing))


def _predict_shown(
    problem: FitProblem, shown: NDArray[np.intp]
) -> Generator[float, None, Prediction]:
    """The network's iterations on the frames that it sees. shown: their numbers in the take, by
    which the coarse ones are chosen."""
    network, prior_weight = load_network(), prior_weight_for(problem.noise)
    predict = backend_of(problem.device).predict_steps
    start, iterations, done = problem.start, problem.iterations, 0.0
    if (
        not problem.warm_start
        and iterations > 1
        and coarse_stride(problem.frames, problem.rate) > 1
    ):
        done = 0.4
        start = yield from with_progress(
            coarse_steps(
                network,
                start,
                problem.observations,
                problem.rate,
                iterations,
                prior_weight,
                first_coarse(shown, problem.first, coarse_stride(problem.frames, problem.rate)),
                predict,
            ),
            lambda share: 0.4 * share,
        )
        iterations = 1
    prediction = yield from with_progress(
        predict(network, start, problem.observations, problem.rate, iterations, prior_weight),
        lambda share: done + (1 - done) * share,
    )
    if problem.initial_poses is not None:
        return prediction
    return replace(
        prediction, poses=smooth_poses(prediction.poses, problem.rate, problem.prior_smoothing)
    )


def _refine_frames(
    problem: FitProblem, prediction: Prediction
) -> Generator[float, None, PoseSequence]:
    """Gauss–Newton on every frame by itself, the network's pose as prior.

    The prior's weight is (noise / sigma)²: the squared metres that a squared radian is worth if
    both errors are normal.
    """
    prior_weight = np.square(problem.noise / prediction.sigma)
    return backend_of(problem.device).refine_steps(
        prediction.refined, problem.observations, prediction.poses, prior_weight, problem.refine
    )


def _stage(
    steps: Generator[float, None, T], seconds: dict[str, float], name: str, low: float, high: float
) -> Generator[tuple[str, float], None, T]:
    """A step's share as a share of everything, with its name; its seconds are added up."""
    named = with_progress(steps, lambda done: (name, low + (high - low) * done))
    return (yield from with_seconds(named, seconds, name))
