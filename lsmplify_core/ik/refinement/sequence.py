# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames of a take brought to their tracks together, for takes with gaps or noise.

How far the network's pose is off changes slowly, so what the tracks say of it in one frame holds
for the frames around, and reaches into gaps. One step x = (x_1 … x_T) from the current poses
minimises

    sum_t |r_t - J_t x_t|² / noise²  +  (δ + x)ᵀ P (δ + x)

r: residuals of the tracks, J: their Jacobian, δ: deviation of the current poses from the network's.
P is the inverse covariance of a stationary Gauss–Markov (Ornstein–Uhlenbeck) process of standard
deviation σ, the error that the network expects of itself, and correlation time τ:

    δ_(t+1) = φ δ_t + ε_t,   φ = exp(-1 / (τ · rate)),   Var δ_t = σ²,   Var ε_t = σ² (1 - φ²)

(Uhlenbeck and Ornstein 1930; its precision is tridiagonal: Rue and Held, "Gaussian Markov Random
Fields", 2005). So the normal equations are block-tridiagonal. They are solved by elimination from
end to end and back, which is the smoother of Rauch, Tung and Striebel (1965) in information form.
"""

from collections.abc import Generator
from typing import Final

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.rotations import axis_angle_to_matrix
from ...geometry.skeleton import N_POSED
from ...runtime.array_types import Floats
from ...runtime.threads import parallel_map
from ..learned.predictor import concatenate_poses, select_observations, select_poses
from .gauss_newton import unflat
from .sequence_equations import CORRELATION_TIME, sequence_equations, solve_block_tridiagonal
from .sequence_parts import parted_step

NOISY_CORRELATION_TIME: Final = 0.5
"""Seconds, τ of noisy tracks, which need more frames to say something than `CORRELATION_TIME` has;
clean ones would tremble more beside gaps."""
LONGEST_CHUNK: Final = 640
_MIN_CHUNK: Final = 240
"""Frames of one unit of parallel work at the most and, where there is but one, at the least. Larger
ones overlap less, and share less work between cores."""
_OVERLAPS: Final = 2.0
"""Correlation times that a chunk sees of its neighbours; what lies further away has no influence
left."""
_MAX_OVERLAP: Final = 120
"""Frames of overlap at the most, so that takes of high rates stay affordable."""
_MAX_TURN: Final = 1.0
"""Radians that a step may turn a joint by; the linearisation means nothing beyond."""


def solve_sequence(
    poses: PoseSequence,
    observations: MarkerObservations,
    prior: PoseSequence,
    sigma: Floats,
    noise: float,
    rate: float,
    correlation_time: float = CORRELATION_TIME,
    chunks: int | None = None,
    together: bool = False,
) -> Generator[int, None, PoseSequence]:
    """One step for all frames of a take.

    Args:
        poses: T frames to step from.
        observations: the tracks of the same frames.
        prior: the network's poses, T frames.
        sigma: (T, 22) radians, the error that the network expects of itself.
        noise: metres, the standard deviation of the tracks' samples along an axis.
        rate: frames per second.
        correlation_time: seconds over which a deviation falls to 1/e.
        chunks: that the take is solved in; None for `sequence_chunks(T)`.
        together: whether trunk and limbs are solved for together, as noisy tracks need it, and not
            one after the other; it takes three times as long.

    Yields:
        How many of them are done.

    Returns:
        The poses after the step.
    """

    def solve_chunk(piece: tuple[slice, slice]) -> PoseSequence:
        own, chunk = piece
        asked = (
            select_poses(poses, chunk), select_observations(observations, chunk),
            select_poses(prior, chunk), sigma[chunk], noise, rate, correlation_time,
        )  # fmt: skip
        if together:
            step = solve_block_tridiagonal(sequence_equations(*asked))
        else:
            step = parted_step(*asked)
        updated = retract(select_poses(poses, chunk), step)
        return select_poses(updated, slice(own.start - chunk.start, own.stop - chunk.start))

    pieces = overlapping_chunks(len(poses.root), rate, correlation_time, chunks)
    results = yield from parallel_map(solve_chunk, pieces)
    return concatenate_poses(results)


def overlapping_chunks(
    frames: int, rate: float, correlation_time: float, chunks: int | None = None
) -> list[tuple[slice, slice]]:
    """The chunks of a take of so many frames: each one's own frames, and these with as many of its
    neighbours' as have an influence on them. chunks: how many; None for `sequence_chunks`."""
    overlap = min(_MAX_OVERLAP, int(np.ceil(_OVERLAPS * correlation_time * rate)))
    size = -(-frames // (chunks or sequence_chunks(frames)))
    own = [slice(i, min(i + size, frames)) for i in range(0, frames, size)]
    return [(o, slice(max(0, o.start - overlap), min(frames, o.stop + overlap))) for o in own]


def sequence_chunks(frames: int) -> int:
    """How many chunks a take of so many frames is solved in: of at most `LONGEST_CHUNK` frames, two
    where there are enough frames for two cores, and an even number of them, as all cores that
    there usually are work on the last ones too then."""
    count = max(-(-frames // LONGEST_CHUNK), min(2, -(-frames // _MIN_CHUNK)))
    return count + (count > 1 and count % 2)


def retract(poses: PoseSequence, step: Floats) -> PoseSequence:
    """The poses after a step (T, 69) of `solve_block_tridiagonal`: R_j exp(x_j), root + x_root.

    Each joint's rotation vector is shortened to `_MAX_TURN` radians.
    """
    vectors = unflat(step[:, : 3 * N_POSED])
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    vectors = vectors * np.minimum(1.0, _MAX_TURN / np.maximum(length, _MAX_TURN))
    kind = poses.root.dtype
    updated = poses.rotations[:, :N_POSED] @ axis_angle_to_matrix(vectors).astype(kind)
    rotations = np.concatenate((updated, poses.rotations[:, N_POSED:]), axis=1)
    return PoseSequence(rotations, poses.root + step[:, 3 * N_POSED :].astype(kind))
