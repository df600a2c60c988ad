# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames of a take brought to their tracks together, for takes with gaps or noise.

How far the network's pose is off changes slowly, so what the tracks say of it in one frame holds
for the frames around, and reaches into gaps. As probabilities: each rotation's deviation from the
network's pose is a Gauss–Markov process (Ornstein–Uhlenbeck) as wide as the error that the network
expects, that forgets itself over `MEMORY`; the samples' noise is white. The most likely deviations
solve one linear system over all frames, block by block from end to end and back, as the smoother of
Rauch, Tung and Striebel (1965) does.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..body.markers import MarkerObservations, PoseSequence, compare
from ..geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ..geometry.skeleton import N_POSED
from ..runtime.array_types import Floats
from ..runtime.threads import parallel_map
from .gauss_newton import flat, normal_equations, unflat
from .predictor import concatenate_poses, select_observations, select_poses

CORRELATION_TIME: Final = 0.3
"""Seconds over which a deviation falls to 1/e."""
_ROOT_SIGMA: Final = 0.03
"""Metres, the error expected of the network's root."""
_CHUNK: Final = 240
_OVERLAP_SECONDS: Final = 2.0 * CORRELATION_TIME
_MAX_OVERLAP: Final = 120
"""Frames solved at once, and what they see of the pieces beside them."""
_MAX_TURN: Final = 1.0
"""Radians that a linearised step may turn a joint by."""
_DAMPING: Final = 1e-6


def solve_sequence(
    poses: PoseSequence,
    observations: MarkerObservations,
    prior: PoseSequence,
    sigma: Floats,
    noise: float,
    rate: float,
) -> Generator[int, None, PoseSequence]:
    """One step for all frames of a take from `state`; yields pieces done, of `pieces(frames)`.

    guess: the network's pose. expected: (T, 22) radians, the error it expects of itself. noise:
    metres, the standard deviation of the tracks' samples. rate: frames per second.
    """
    frames = len(poses.root)
    overlap = min(_MAX_OVERLAP, int(np.ceil(_OVERLAP_SECONDS * rate)))

    def solve_chunk(first: int) -> PoseSequence:
        last = min(first + _CHUNK, frames)
        chunk = slice(max(0, first - overlap), min(frames, last + overlap))
        system = sequence_equations(
            select_poses(poses, chunk), select_observations(observations, chunk), select_poses(prior, chunk),
            sigma[chunk], noise, rate,
        )  # fmt: skip
        updated = retract(select_poses(poses, chunk), solve_block_tridiagonal(system))
        return select_poses(updated, slice(first - chunk.start, last - chunk.start))

    results = yield from parallel_map(solve_chunk, range(0, frames, _CHUNK))
    return concatenate_poses(results)


def sequence_chunks(frames: int) -> int:
    """How many pieces a take of so many frames is solved in."""
    return -(-frames // _CHUNK)


@dataclass(frozen=True)
class BlockTridiagonal:
    """Block-tridiagonal equations of T frames for 69 unknowns each: a rotation vector in each
    joint's own axes (all x, all y, all z), then the root's shift in the world.

    blocks: (T, 69, 69) on the diagonal. links: (T - 1, 69) what each unknown is weighed by against
    the same one of the next frame; minus this stands beside the diagonal. asked: (T, 69).
    """

    diagonal: Floats
    off_diagonal: Floats
    rhs: Floats


def sequence_equations(
    poses: PoseSequence, observations: MarkerObservations, prior: PoseSequence, sigma: Floats, noise: float, rate: float,
    correlation_time: float = CORRELATION_TIME,
) -> BlockTridiagonal:  # fmt: skip
    """The equations for the step from `state`; the arguments are those of `solve_together`.

    memory: seconds over which a deviation falls to 1/e."""
    comparison = compare(poses, observations)
    global_rotations = comparison.global_rotations[:, :N_POSED].astype(np.float64)
    hessian, rhs = _in_joint_axes(*normal_equations(comparison, observations), global_rotations)
    relative = np.swapaxes(prior.rotations[:, :N_POSED], -1, -2) @ poses.rotations[:, :N_POSED]
    deviation = np.concatenate(
        (flat(matrix_to_axis_angle(relative)), poses.root - prior.root), axis=1
    )
    sigma_of_unknowns = np.concatenate(
        (*[sigma] * 3, np.full((len(deviation), 3), _ROOT_SIGMA)), axis=1
    )
    weight = (noise / sigma_of_unknowns).astype(np.float64)
    own_precision, neighbour_precision = markov_precision(
        len(deviation), float(np.exp(-1.0 / (correlation_time * rate)))
    )
    off_diagonal = neighbour_precision * weight[:-1] * weight[1:]
    prior_diagonal = np.square(weight) * own_precision[:, None]
    every = np.arange(hessian.shape[-1])
    hessian[:, every, every] += prior_diagonal + _DAMPING
    prior_rhs = prior_diagonal * deviation
    prior_rhs[:-1] -= off_diagonal * deviation[1:]
    prior_rhs[1:] -= off_diagonal * deviation[:-1]
    return BlockTridiagonal(hessian, off_diagonal, rhs - prior_rhs)


def markov_precision(frames: int, ar1: float) -> tuple[Floats, float]:
    """The inverse covariance of a stationary Markov process of unit spread that keeps the share
    `kept` from frame to frame: its diagonal (T,), and what beside the diagonal is subtracted."""
    if frames == 1:
        return np.ones(1), 0.0
    diagonal = np.full(frames, 1.0 + ar1**2)
    diagonal[[0, -1]] = 1.0
    return diagonal / (1.0 - ar1**2), ar1 / (1.0 - ar1**2)


def solve_block_tridiagonal(system: BlockTridiagonal) -> Floats:
    """(T, 69) the unknowns: forward elimination of the blocks, then back."""
    inverses: list[Floats] = []
    reduced_rhs: list[Floats] = []
    block, rhs = system.diagonal[0], system.rhs[0]
    for frame in range(len(system.diagonal)):
        if frame:
            coupling = system.off_diagonal[frame - 1]
            block = system.diagonal[frame] - coupling[:, None] * inverses[-1] * coupling
            rhs = system.rhs[frame] + coupling * (inverses[-1] @ reduced_rhs[-1])
        inverses.append(np.linalg.inv(block))
        reduced_rhs.append(rhs)
    x = [inverses[-1] @ reduced_rhs[-1]]
    for frame in range(len(reduced_rhs) - 2, -1, -1):
        x.append(inverses[frame] @ (reduced_rhs[frame] + system.off_diagonal[frame] * x[-1]))
    return np.stack(x[::-1])


def _in_joint_axes(
    matrices: Floats, vectors: Floats, global_rotations: Floats
) -> tuple[Floats, Floats]:
    """Normal equations (T, 69, 69), (T, 69) in world axes, turned into the joints' own."""
    basis = np.zeros(matrices.shape)
    basis[:, 3 * N_POSED :, 3 * N_POSED :] = np.eye(3)
    joint = np.arange(N_POSED)
    for a in range(3):
        for b in range(3):
            basis[:, a * N_POSED + joint, b * N_POSED + joint] = global_rotations[:, :, a, b]
    transposed = np.swapaxes(basis, -1, -2)
    return transposed @ (matrices @ basis), (transposed @ vectors[..., None])[..., 0]


def retract(poses: PoseSequence, step: Floats) -> PoseSequence:
    """The state after a step (T, 69) of `solve_system`."""
    vectors = unflat(step[:, : 3 * N_POSED])
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    vectors = vectors * np.minimum(1.0, _MAX_TURN / np.maximum(length, _MAX_TURN))
    kind = poses.root.dtype
    updated = poses.rotations[:, :N_POSED] @ axis_angle_to_matrix(vectors).astype(kind)
    rotations = np.concatenate((updated, poses.rotations[:, N_POSED:]), axis=1)
    return PoseSequence(rotations, poses.root + step[:, 3 * N_POSED :].astype(kind))
