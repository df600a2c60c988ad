# SPDX-License-Identifier: GPL-3.0-or-later
"""The second pass over a solved take: frames that failed, and tracks that are far from the body.

The body solved from all tracks says more than the tracks among themselves. A track that stays far
from it is on another place, and is excluded; frames in which most tracks are far were begun too far
from the truth, and begin again from their neighbours. Only these frames are solved again.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.markers import MarkerObservations, PoseSequence
from ..geometry.intervals import intervals_around, intervals_of
from ..ik.fit_problem import FitProblem
from ..ik.fitting import fit_steps
from ..ik.learned.predictor import Prediction, frame_chunks, select_observations, select_poses
from ..ik.refinement.gauss_newton import gauss_newton
from ..ik.refinement.posed_tree import squared_residuals
from ..ik.refinement.sequence import solve_sequence
from ..ik.refinement.step_control import backtracked
from ..ik.smoothing import smooth_poses
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps, with_progress
from ..runtime.threads import parallel_map
from .records import Repair
from .rigid_neighbours import masked_quantile

_FAILED: Final = (0.03, 4.0)
"""Frames whose middle track is further from the body than so many metres and so many times the
take's middle."""
_OUTLIER: Final = (0.10, 6.0)
"""A sample that is further from the body than so many metres and so many times its own track's
usual error."""
_MARGIN: Final = 0.5
"""Seconds on both sides that are solved again with such frames."""
_STEP_SIGMA: Final = 0.1
"""Radians that a joint turns by from one frame to the next, about."""
_PRIOR_SMOOTHING: Final = 0.05
"""Seconds that the pose is smoothed over where the tracks don't decide it."""
_MAX_FAILED: Final = 0.5
"""Share of frames: where more are lost, the layout or the body is wrong, and nothing helps here."""
_MIN_VISIBLE: Final = 5
"""Points that a frame keeps at least."""


@dataclass(frozen=True)
class SecondPass:
    """poses, prediction: of the whole take. outliers: (T, K) samples found to be on another place.
    error: (T, K) metres, `track_errors` of the poses; None where frames were solved again."""

    poses: PoseSequence
    prediction: Prediction
    outliers: NDArray[np.bool_]
    error: Floats | None = None


def track_errors(poses: PoseSequence, observations: MarkerObservations) -> Floats:
    """(T, K) metres between the tracks and the body, NaN where unseen."""

    error = np.empty(observations.weights.shape)

    def measure(chunk: slice) -> None:
        seen = select_observations(observations, chunk)
        squares = squared_residuals(select_poses(poses, chunk), seen)
        error[chunk] = np.sqrt(squares, out=squares).T

    run_steps(parallel_map(measure, frame_chunks(len(poses.root))))
    error[observations.weights == 0] = np.nan
    return error


def second_pass_steps(
    problem: FitProblem, poses: PoseSequence, prediction: Prediction, drop: bool
) -> Generator[float, None, SecondPass]:
    """Solve again what went wrong; clean takes cost one comparison.

    Args:
        problem: the take.
        poses: as solved, T frames.
        prediction: the network's, of the same frames; its sigma is updated in place.
        drop: whether outliers may be excluded.

    Yields:
        The share that is done, 0 to 1.

    Returns:
        The poses, and which samples were excluded.
    """
    error = track_errors(poses, problem.observations)
    failed = _failed_frames(error)
    outliers = _outlier_samples(error, failed) if drop else np.zeros(error.shape, dtype=bool)
    redo = failed | outliers.any(axis=1)
    if failed.mean() > _MAX_FAILED or not redo.any():
        return SecondPass(poses, prediction, np.zeros(error.shape, dtype=bool), error)
    observations = replace(
        problem.observations, weights=np.where(outliers, 0, problem.observations.weights)
    )
    problem = replace(problem, observations=observations)
    rotations, root = poses.rotations.copy(), poses.root.copy()
    intervals = intervals_around(outliers.any(axis=1) & ~failed, round(_MARGIN * problem.rate))
    for number, interval in enumerate(intervals):
        again = fit_steps(problem.interval(interval, poses), {})
        found, second = yield from with_progress(
            again, lambda second, n=number: (n + second[1]) / len(intervals)
        )
        rotations[interval], root[interval] = found.rotations, found.root
        prediction.sigma[interval] = second.sigma
    for first, end in intervals_of(failed):
        yield 1.0
        _propagate(rotations, root, observations, slice(first, end), problem.noise)
    for interval in intervals_around(failed, round(_MARGIN * problem.rate)):
        found = _smooth_interval(
            PoseSequence(rotations[interval], root[interval]),
            select_observations(observations, interval),
            problem,
        )
        rotations[interval], root[interval] = found.rotations, found.root
    return SecondPass(PoseSequence(rotations, root), prediction, outliers)


def _propagate(
    rotations: Floats, root: Floats, observations: MarkerObservations, failed: slice, noise: float
) -> None:
    """Solve failed frames in place, each from the one beside it, from both ends to the middle."""
    last = len(root) - 1
    middle = (failed.start + failed.stop) // 2
    if failed.start == 0:
        middle = 0
    elif failed.stop > last:
        middle = failed.stop
    prior_weight = np.full(22, (noise / _STEP_SIGMA) ** 2, root.dtype)
    ahead = [(f, f - 1) for f in range(failed.start, middle)]
    back = [(f, f + 1) for f in range(failed.stop - 1, middle - 1, -1)]
    for frame, beside in (*ahead, *back):
        neighbour = slice(beside, beside + 1)
        start = PoseSequence(rotations[neighbour], root[neighbour])
        frame_observations = select_observations(observations, slice(frame, frame + 1))
        found = gauss_newton(start, frame_observations, start, prior_weight, steps=3)
        rotations[frame], root[frame] = found.rotations[0], found.root[0]


def _smooth_interval(
    poses: PoseSequence, observations: MarkerObservations, problem: FitProblem
) -> PoseSequence:
    """All frames of an interval together, so that what the tracks don't decide does not jitter."""
    for _ in range(2):
        prior = smooth_poses(poses, problem.rate, _PRIOR_SMOOTHING)
        sigma = np.full((len(poses.root), 22), _STEP_SIGMA, poses.root.dtype)
        updated = run_steps(
            solve_sequence(
                poses,
                observations,
                prior,
                sigma,
                problem.noise,
                problem.rate,
                together=problem.smooth > 0,
            )
        )
        poses = backtracked(poses, updated, observations, problem.rate)
    return poses


def outlier_records(
    outliers: NDArray[np.bool_], error: Floats, names: tuple[str, ...]
) -> list[Repair]:
    """Records of samples (T, K) that were excluded for their error (T, K) in metres."""
    found: list[Repair] = []
    for track in np.flatnonzero(outliers.any(axis=0)).tolist():
        for first, end in intervals_of(outliers[:, track]):
            far = 1000 * float(np.nanmax(error[first:end, track]))
            found.append(
                Repair(
                    "mislabel",
                    (names[track],),
                    first,
                    end - 1,
                    "left out",
                    f"up to {far:.0f} mm from the body that all others show",
                )
            )
    return found


def _failed_frames(error: Floats) -> NDArray[np.bool_]:
    """Frames that most tracks are far in, and those around that they are still too far in."""
    seen = np.isfinite(error)
    near = (error <= _FAILED[0]).sum(axis=1)
    if not (2 * near < seen.sum(axis=1)).any():  # half the tracks are near in every frame
        return np.zeros(len(error), dtype=bool)
    middle = np.nan_to_num(masked_quantile(error.T, seen.T, 0.5))
    usual = float(np.median(middle))
    failed = middle > max(_FAILED[0], _FAILED[1] * usual)
    if not failed.any():
        return failed
    doubtful = middle > max(0.25 * _FAILED[0], 0.5 * _FAILED[1] * usual)
    for first, end in intervals_of(doubtful | failed):
        failed[first:end] = failed[first:end].any()
    return failed


def _outlier_samples(error: Floats, failed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Far samples, and what lies within a moment between two of them."""
    far = error > _OUTLIER[0]
    tracks = np.flatnonzero(far.any(axis=0))
    if not len(tracks):
        return far
    own = error[:, tracks]
    usual = np.nan_to_num(masked_quantile(own, np.isfinite(own), 0.5))
    far[:, tracks] &= (own > _OUTLIER[1] * usual) & ~failed[:, None]
    left = np.isfinite(error).sum(axis=1) - far.sum(axis=1)
    far[left < _MIN_VISIBLE] = False
    return far
