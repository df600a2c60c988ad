# SPDX-License-Identifier: GPL-3.0-or-later
"""A second look at a solved take: frames that went astray, and tracks that are far from the body.

The body solved from all tracks says more than the tracks among themselves. A track that stays far
from it is on another place, and is left out; frames in which most tracks are far were begun too far
from the truth, and begin again from their neighbours. Only these frames are solved again.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.markers import MarkerObservations, PoseSequence, compare
from ..geometry.intervals import intervals_around, intervals_of
from ..ik.fitting import FitProblem, fit_steps
from ..ik.gauss_newton import gauss_newton
from ..ik.predictor import Prediction, frame_chunks, select_observations, select_poses
from ..ik.sequence import solve_sequence
from ..ik.smoothing import smooth_poses
from ..ik.step_control import backtracked
from ..runtime.array_types import Floats
from ..runtime.progress import finished, mapped
from ..runtime.threads import parallel_map
from .records import Repair
from .rigid_neighbours import masked_quantile

_LOST: Final = (0.03, 4.0)
"""Frames whose middle track is further from the body than so many metres and so many times the
take's middle."""
_STRAY: Final = (0.10, 6.0)
"""The same for a sample beside its own track's usual error."""
_MARGIN: Final = 0.5
"""Seconds on both sides that are solved again with such frames."""
_STEP: Final = 0.1
"""Radians that a joint turns by from one frame to the next, about."""
_CALM: Final = 0.05
"""Seconds that the pose is calmed over where the tracks don't decide it."""
_MOST_LOST: Final = 0.5
"""Share of frames: where more are lost, the layout or the body is wrong, and nothing helps here."""
_LEFT: Final = 5
"""Points that a frame keeps at least."""


@dataclass(frozen=True)
class Look:
    """state, learned: of the whole take. strays: (T, K) samples found to be on another place. error:
    (T, K) metres, `track_errors` of the state; None where frames were solved again."""

    state: PoseSequence
    learned: Prediction
    strays: NDArray[np.bool_]
    error: Floats | None = None


def track_errors(state: PoseSequence, target: MarkerObservations) -> Floats:
    """(T, K) metres between the tracks and the body, NaN where unseen."""

    def apart(part: slice) -> Floats:
        seen = compare(select_poses(state, part), select_observations(target, part))
        return np.linalg.norm(seen.residuals, axis=-1)

    errors = finished(parallel_map(apart, frame_chunks(len(state.root))))
    error = np.concatenate(errors).astype(np.float64)
    error[target.weights == 0] = np.nan
    return error


def second_look(
    job: FitProblem, state: PoseSequence, learned: Prediction, drop: bool
) -> Generator[float, None, Look]:
    """Solve again what went wrong; yields the share done.

    drop: whether strays may be left out. Clean takes cost one comparison.
    """
    error = track_errors(state, job.observations)
    lost = _lost(error)
    strays = _strays(error, lost) if drop else np.zeros(error.shape, dtype=bool)
    redo = lost | strays.any(axis=1)
    if lost.mean() > _MOST_LOST or not redo.any():
        return Look(state, learned, np.zeros(error.shape, dtype=bool), error)
    target = replace(job.observations, weights=np.where(strays, 0, job.observations.weights))
    job = replace(job, observations=target)
    rotations, root = state.rotations.copy(), state.root.copy()
    parts = intervals_around(strays.any(axis=1) & ~lost, round(_MARGIN * job.rate))
    for number, part in enumerate(parts):
        again = fit_steps(job.interval(part, state), {})
        found, told = yield from mapped(again, lambda told, n=number: (n + told[1]) / len(parts))
        rotations[part], root[part] = found.rotations, found.root
        learned.sigma[part] = told.sigma
    for first, end in intervals_of(lost):
        yield 1.0
        _follow(rotations, root, target, slice(first, end), job.noise)
    for part in intervals_around(lost, round(_MARGIN * job.rate)):
        found = _calmed(
            PoseSequence(rotations[part], root[part]), select_observations(target, part), job
        )
        rotations[part], root[part] = found.rotations, found.root
    return Look(PoseSequence(rotations, root), learned, strays)


def _follow(
    rotations: Floats, root: Floats, target: MarkerObservations, lost: slice, noise: float
) -> None:
    """Solve lost frames in place, each from the one beside it, from both ends to the middle."""
    last = len(root) - 1
    middle = (lost.start + lost.stop) // 2
    if lost.start == 0:
        middle = 0
    elif lost.stop > last:
        middle = lost.stop
    pull = np.full(22, (noise / _STEP) ** 2, root.dtype)
    ahead = [(f, f - 1) for f in range(lost.start, middle)]
    back = [(f, f + 1) for f in range(lost.stop - 1, middle - 1, -1)]
    for frame, beside in (*ahead, *back):
        one = slice(beside, beside + 1)
        start = PoseSequence(rotations[one], root[one])
        shown = select_observations(target, slice(frame, frame + 1))
        found = gauss_newton(start, shown, start, pull, steps=3)
        rotations[frame], root[frame] = found.rotations[0], found.root[0]


def _calmed(state: PoseSequence, target: MarkerObservations, job: FitProblem) -> PoseSequence:
    """All frames of a stretch together, so that what the tracks don't decide does not tremble."""
    for _ in range(2):
        guess = smooth_poses(state, job.rate, _CALM)
        expected = np.full((len(state.root), 22), _STEP, state.root.dtype)
        moved = finished(solve_sequence(state, target, guess, expected, job.noise, job.rate))
        state = backtracked(state, moved, target, job.rate)
    return state


def stray_records(strays: NDArray[np.bool_], error: Floats, names: tuple[str, ...]) -> list[Repair]:
    """Records of samples (T, K) that were left out for their error (T, K) in metres."""
    found: list[Repair] = []
    for track in np.flatnonzero(strays.any(axis=0)).tolist():
        for first, end in intervals_of(strays[:, track]):
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


def _lost(error: Floats) -> NDArray[np.bool_]:
    """Frames that most tracks are far in, and those around that they are still too far in."""
    middle = np.nan_to_num(masked_quantile(error.T, np.isfinite(error.T), 0.5))
    usual = float(np.median(middle))
    lost = middle > max(_LOST[0], _LOST[1] * usual)
    if not lost.any():
        return lost
    doubtful = middle > max(0.25 * _LOST[0], 0.5 * _LOST[1] * usual)
    for first, end in intervals_of(doubtful | lost):
        lost[first:end] = lost[first:end].any()
    return lost


def _strays(error: Floats, lost: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Far samples, and what lies within a moment between two of them."""
    usual = np.nan_to_num(masked_quantile(error, np.isfinite(error), 0.5))
    with np.errstate(invalid="ignore"):
        far = (error > np.maximum(_STRAY[0], _STRAY[1] * usual)) & ~lost[:, None]
    left = np.isfinite(error).sum(axis=1) - far.sum(axis=1)
    far[left < _LEFT] = False
    return far
