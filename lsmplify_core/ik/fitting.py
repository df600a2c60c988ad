# SPDX-License-Identifier: GPL-3.0-or-later
"""From a start to the pose that fits the tracks: the learned rounds, then steps to the tracks.

Clean and whole tracks need one pass, every frame by itself. Where tracks are missing, in the frames
around, and where they are noisy, in the whole take, the frames are brought to them together, and the
network looks once more from there.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np

from ..body.markers import MarkerObservations, PoseSequence, compare
from ..geometry.intervals import intervals_around, ramps
from ..runtime.array_types import Floats
from ..runtime.progress import finished, mapped, timed
from ..runtime.threads import parallel_map
from ..tracks.noise import prior_weight_for, smoothing_for, track_noise
from .coarse_to_fine import coarse_steps, coarse_stride
from .gauss_newton import gauss_newton
from .network import load_network
from .pose_fusion import fuse_poses
from .predictor import (
    ITERATIONS,
    Prediction,
    concatenate_poses,
    frame_chunks,
    predict_steps,
    select_observations,
    select_poses,
)
from .sequence import sequence_chunks, solve_sequence
from .smoothing import interpolate_poses, smooth_poses
from .step_control import backtracked

T = TypeVar("T")

_OUTLIER_SCALE: Final = 0.06
"""Metres from the body at which a track counts a quarter."""
_SECOND_PASS_ITERATIONS: Final = 2
"""Rounds of the network in the second pass."""
_WARM_START_STEPS: Final = 1
"""Steps to the tracks beyond the usual where given poses are weighed: their mean with the network's
has not been brought to the tracks yet."""
_MARGIN: Final = 0.6
"""Seconds on both sides of a gap that are solved together with it: twice as long as the frames
remember."""
_MAX_COVERAGE: Final = 0.7
"""Where the stretches around gaps cover more of a take than this, all of it is solved together."""
_NOISY_PRIOR_SMOOTHING: Final = 0.08
"""Seconds that the network's pose is calmed over at least where tracks are noisy."""


CONVENTIONS: Final = ("anatomical", "keep")
"""What rotations are brought into at the end of a solve."""


@dataclass(frozen=True)
class SolveSettings:
    """rounds: of the network. refine: Gauss–Newton steps to the tracks after it. smooth: seconds,
    the standard deviation of the filter, 0 for none, None for what the tracks' noise asks for.
    calm: seconds, the same for the pose that only the network decides. noise: metres, how far the
    tracks are trusted against the network's own expected error; None to measure it. convention:
    "anatomical", or "keep" for the habit of the poses to start from, or of the network."""

    iterations: int = ITERATIONS
    refine: int = 1
    smooth: float | None = None
    prior_smoothing: float = 0.05
    noise: float | None = None
    convention: str = CONVENTIONS[0]


@dataclass(frozen=True)
class FitProblem:
    """A take to fit, in the network's terms.

    start: the pose that every frame begins with. target: metres on a body of the default size.
    rate: frames per second. noise: metres. smooth, calm: seconds. posed: whether the start is a pose
    to go on from, frame for frame, and not the resting one. given: poses from elsewhere that are to be
    weighed against the network's, None without.
    """

    start: PoseSequence
    observations: MarkerObservations
    rate: float
    iterations: int
    refine: int
    noise: float
    smooth: float
    prior_smoothing: float
    warm_start: bool = False
    initial_poses: PoseSequence | None = None

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.start.root)

    def interval(self, frames: slice, start: PoseSequence) -> "FitProblem":
        """Some frames of it, to go on with from `start`, a state of all frames."""
        initial_poses = (
            None if self.initial_poses is None else select_poses(self.initial_poses, frames)
        )
        return replace(
            self, start=select_poses(start, frames), observations=select_observations(self.observations, frames), warm_start=True,
            initial_poses=initial_poses,
        )  # fmt: skip


def make_problem(
    start: PoseSequence,
    observations: MarkerObservations,
    rate: float,
    residual: float,
    settings: SolveSettings,
    warm_start: bool,
) -> FitProblem:
    """Fill in what the settings leave to the take: tracks are trusted as far as they neither
    tremble nor stay away from a body of rigid bones (misfit, metres)."""
    sample_noise = track_noise(observations.points, observations.weights)
    noise = max(sample_noise, residual) if settings.noise is None else settings.noise
    smooth = smoothing_for(sample_noise) if settings.smooth is None else settings.smooth
    prior_smoothing = (
        max(settings.prior_smoothing, _NOISY_PRIOR_SMOOTHING)
        if smooth > 0 and settings.prior_smoothing > 0
        else settings.prior_smoothing
    )
    initial_poses = start if warm_start else None
    refine = settings.refine + _WARM_START_STEPS * (warm_start and settings.refine > 0)
    return FitProblem(
        start,
        observations,
        rate,
        settings.iterations,
        refine,
        noise,
        smooth,
        prior_smoothing,
        warm_start,
        initial_poses,
    )


def fit_steps(
    problem: FitProblem, seconds: dict[str, float]
) -> Generator[tuple[str, float], None, tuple[PoseSequence, Prediction]]:
    """Fit a take; yields the step's name ("solve", "refine") and the share of all done.

    seconds: what each step takes is added to it. Returns the fitted state and the last learned one.
    """
    intervals = _sequence_intervals(problem) if problem.refine else []
    share = 0.5 if intervals else 1.0
    prediction = yield from _stage(_predict(problem), seconds, "solve", 0.0, 0.8 * share)
    if problem.refine == 0:
        return prediction.poses, prediction
    poses = yield from _stage(
        _refine_frames(problem, prediction), seconds, "refine", 0.8 * share, share
    )
    for number, interval in enumerate(intervals):
        solved, second = yield from mapped(
            _solve_interval(problem, poses, prediction, interval, seconds),
            lambda told, n=number: (told[0], share + (1 - share) * (n + told[1]) / len(intervals)),
        )
        poses = _blend_interval(problem, poses, interval, solved)
        prediction.sigma[interval] = second.sigma
    return poses, prediction


def _sequence_intervals(problem: FitProblem) -> list[slice]:
    """Stretches whose frames need one another: all of a noisy take, else those around gaps."""
    everything = [slice(0, problem.frames)]
    if problem.smooth > 0:
        return everything
    gaps = (problem.observations.weights == 0).any(axis=1)
    intervals = intervals_around(gaps, round(_MARGIN * problem.rate))
    covered = sum(part.stop - part.start for part in intervals)
    return everything if covered > _MAX_COVERAGE * problem.frames else intervals


def _blend_interval(
    problem: FitProblem, poses: PoseSequence, interval: slice, solved: PoseSequence
) -> PoseSequence:
    """A take with a stretch of it as found, eased in and out within the margins."""
    share = ramps(interval, problem.frames, round(0.5 * _MARGIN * problem.rate))
    blended = interpolate_poses(select_poses(poses, interval), solved, share)
    rotations, root = poses.rotations.copy(), poses.root.copy()
    rotations[interval], root[interval] = blended.rotations, blended.root
    return PoseSequence(rotations, root)


def _solve_interval(
    problem: FitProblem,
    poses: PoseSequence,
    prediction: Prediction,
    interval: slice,
    seconds: dict[str, float],
) -> Generator[tuple[str, float], None, tuple[PoseSequence, Prediction]]:
    """A stretch's frames brought to their tracks together, looked at once more, and again."""
    first = Prediction(
        select_poses(prediction.poses, interval), prediction.sigma[interval], prediction.refined
    )
    first_pass = problem.interval(interval, poses)
    poses = yield from _stage(
        _refine_sequence(first_pass, first_pass.start, first), seconds, "refine", 0.0, 0.3
    )
    second_pass = replace(
        first_pass,
        start=smooth_poses(poses, problem.rate, problem.smooth),
        iterations=_SECOND_PASS_ITERATIONS,
    )
    second = yield from _stage(_predict(second_pass), seconds, "solve", 0.3, 0.6)
    poses = yield from _stage(_refine_frames(second_pass, second), seconds, "refine", 0.6, 0.7)
    poses = yield from _stage(
        _refine_sequence(second_pass, poses, second), seconds, "refine", 0.7, 1.0
    )
    return poses, second


def _predict(problem: FitProblem) -> Generator[float, None, Prediction]:
    """The network's rounds, its pose calmed over time: where no track decides, nothing trembles.

    From the resting pose most of them see a few frames a second only."""
    network, prior_weight = load_network(), prior_weight_for(problem.noise)
    start, iterations, done = problem.start, problem.iterations, 0.0
    if (
        not problem.warm_start
        and iterations > 1
        and coarse_stride(problem.frames, problem.rate) > 1
    ):
        done = 0.4
        start = yield from mapped(
            coarse_steps(
                network, start, problem.observations, problem.rate, iterations, prior_weight
            ),
            lambda share: 0.4 * share,
        )
        iterations = 1
    prediction = yield from mapped(
        predict_steps(network, start, problem.observations, problem.rate, iterations, prior_weight),
        lambda share: done + (1 - done) * share,
    )
    if problem.initial_poses is not None:
        prediction = fuse_poses(prediction, problem.initial_poses, problem.rate)
    return replace(
        prediction, poses=smooth_poses(prediction.poses, problem.rate, problem.prior_smoothing)
    )


def _refine_frames(
    problem: FitProblem, prediction: Prediction
) -> Generator[float, None, PoseSequence]:
    """Every frame brought to its tracks by itself, the network's pose as prior, stiff where it is
    certain."""
    prior_weight = np.square(problem.noise / prediction.sigma)

    def refine(chunk: slice) -> PoseSequence:
        poses, observations = (
            select_poses(prediction.refined, chunk),
            select_observations(problem.observations, chunk),
        )
        return gauss_newton(
            poses, downweight_outliers(poses, observations), select_poses(prediction.poses, chunk),
            prior_weight[chunk], steps=problem.refine,
        )  # fmt: skip

    chunks = frame_chunks(problem.frames)
    results = yield from mapped(parallel_map(refine, chunks), lambda done: done / len(chunks))
    return concatenate_poses(results)


def _refine_sequence(
    problem: FitProblem, poses: PoseSequence, prediction: Prediction
) -> Generator[float, None, PoseSequence]:
    """All frames together, from each by itself."""
    weights = parallel_map(
        lambda p: (
            downweight_outliers(
                select_poses(poses, p), select_observations(problem.observations, p)
            ).weights
        ),
        frame_chunks(problem.frames),
    )
    observations = replace(problem.observations, weights=np.concatenate(finished(weights)))
    total = sequence_chunks(problem.frames)
    steps = solve_sequence(
        poses, observations, prediction.poses, prediction.sigma, problem.noise, problem.rate
    )
    updated = yield from mapped(steps, lambda done: done / total)
    return backtracked(poses, updated, observations, problem.rate)


def downweight_outliers(
    poses: PoseSequence, observations: MarkerObservations, scale: Floats | float = _OUTLIER_SCALE
) -> MarkerObservations:
    """Tracks far from the body count less (Geman and McClure's weights): spikes and swapped markers
    must not bend a limb. far: metres, at which a track counts a quarter; for all or for each of them."""
    squared = np.square(compare(poses, observations).residuals).sum(axis=-1)
    divisor = np.square(1.0 + squared / np.square(scale)).astype(observations.weights.dtype)
    return replace(observations, weights=observations.weights / divisor)


def _stage(
    steps: Generator[float, None, T], seconds: dict[str, float], name: str, low: float, high: float
) -> Generator[tuple[str, float], None, T]:
    """A step's own share done, as a share of everything, with its name and its seconds."""
    told = mapped(steps, lambda done: (name, low + (high - low) * done))
    return (yield from timed(told, seconds, name))
