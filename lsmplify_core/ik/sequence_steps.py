# SPDX-License-Identifier: GPL-3.0-or-later
"""One step of the sequence solver on a take, with robust weights and backtracking."""

from collections.abc import Generator
from dataclasses import replace

import numpy as np

from ..body.markers import PoseSequence
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from .backend import backend_of
from .fit_problem import FitProblem
from .learned.network_frames import between, network_frames, step_between
from .learned.predictor import Prediction, frame_chunks, select_observations, select_poses
from .pose_changes import changed, difference
from .refinement.robust import downweight_outliers
from .refinement.sequence import NOISY_CORRELATION_TIME
from .refinement.sequence_equations import CORRELATION_TIME
from .refinement.step_control import backtracked


def refine_sequence(
    problem: FitProblem,
    poses: PoseSequence,
    prediction: Prediction,
    coarse: bool,
    chunks: int | None = None,
) -> Generator[float, None, PoseSequence]:
    """One step of the sequence solver from `poses`, with robust weights, and backtracking; it holds
    to the poses of `prediction` as its sigma says. Where it is coarse, about 15 frames a second are
    solved, and those between share their changes. chunks: as `solve_sequence`. Yields the share
    that is done, 0 to 1."""
    if not coarse:
        return (yield from _sequence_step(problem, poses, prediction, chunks))
    frames = problem.frames
    some = network_frames(frames, problem.rate, False, problem.first)
    few = replace(
        problem,
        observations=select_observations(problem.observations, some),
        rate=problem.rate / step_between(frames, problem.rate),
    )
    own = select_poses(poses, some)
    held = Prediction(select_poses(prediction.poses, some), prediction.sigma[some], own)
    known = difference(own, (yield from _sequence_step(few, own, held, chunks)))
    return changed(poses, between(Prediction(known, held.sigma, known), some, frames).poses)


def _sequence_step(
    problem: FitProblem, poses: PoseSequence, prediction: Prediction, chunks: int | None
) -> Generator[float, None, PoseSequence]:
    """One step on every frame of a problem, with robust weights and backtracking."""
    weights = parallel_map(
        lambda p: (
            downweight_outliers(
                select_poses(poses, p), select_observations(problem.observations, p)
            ).weights
        ),
        frame_chunks(len(poses.root)),
    )
    observations = replace(problem.observations, weights=np.concatenate(run_steps(weights)))
    updated = yield from backend_of(problem.device).sequence_steps(
        poses, observations, prediction.poses, prediction.sigma, problem.noise, problem.rate,
        NOISY_CORRELATION_TIME if problem.smooth > 0 else CORRELATION_TIME,
        chunks, problem.smooth > 0,
    )  # fmt: skip
    return backtracked(poses, updated, observations, problem.rate)
