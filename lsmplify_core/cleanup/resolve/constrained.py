# SPDX-License-Identifier: GPL-3.0-or-later
"""The sequence solver (`ik/refinement/sequence.py`) with known poses: set by hand, or beside the
interval.

A known rotation is an observation like a track's sample: with the standard deviation σ_k it adds
(noise / σ_k)² to the diagonal of the normal equations, and that times the deviation to their
right-hand side. What it says of the network's error is carried to the frames around by the same
Gauss–Markov process.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.rotations import matrix_to_axis_angle
from ...geometry.skeleton import N_POSED
from ...ik.learned.predictor import concatenate_poses, select_observations, select_poses
from ...ik.refinement.gauss_newton import flat
from ...ik.refinement.sequence import retract
from ...ik.refinement.sequence_equations import (
    BlockTridiagonal,
    sequence_equations,
    solve_block_tridiagonal,
)
from ...runtime.array_types import Floats
from ...runtime.threads import parallel_map

_TURNS: Final = 3 * N_POSED


@dataclass(frozen=True)
class KnownPoses:
    """state: poses of T frames. spread: (T, 23), how far off they may be: radians of 22 rotations
    and metres of the root; infinite where nothing is known."""

    state: PoseSequence
    spread: Floats


def solve_constrained(
    state: PoseSequence, target: MarkerObservations, prior: PoseSequence, sigma: Floats,
    noise: float, rate: float,
    known: KnownPoses, correlation_time: float, chunk_length: int = 160,
) -> Generator[int, None, PoseSequence]:  # fmt: skip
    """One step for all frames, as `ik.refinement.sequence.solve_sequence`, with known poses.

    Args:
        state: T frames to step from.
        target: the tracks of the same frames.
        prior: the network's poses, T frames.
        sigma: (T, 22) radians, the error that the network expects of itself.
        noise: metres, the standard deviation of the tracks' samples.
        rate: frames per second.
        known: the known poses, T frames.
        correlation_time: seconds over which a deviation from the network's pose falls to 1/e.
        chunk_length: frames of one unit of parallel work.

    Yields:
        How many chunks are done.

    Returns:
        The poses after the step.
    """
    frames = len(state.root)
    overlap = min(120, int(np.ceil(2.0 * correlation_time * rate)))
    if frames <= chunk_length + overlap:
        chunk_length = frames

    def solve_chunk(first: int) -> PoseSequence:
        last = min(first + chunk_length, frames)
        chunk = slice(max(0, first - overlap), min(frames, last + overlap))
        own = select_poses(state, chunk)
        system = sequence_equations(
            own, select_observations(target, chunk), select_poses(prior, chunk), sigma[chunk],
            noise, rate,
            correlation_time,
        )  # fmt: skip
        known_here = KnownPoses(select_poses(known.state, chunk), known.spread[chunk])
        updated = retract(own, solve_block_tridiagonal(_with(system, own, known_here, noise)))
        return select_poses(updated, slice(first - chunk.start, last - chunk.start))

    results = yield from parallel_map(solve_chunk, range(0, frames, chunk_length))
    return concatenate_poses(results)


def _with(
    system: BlockTridiagonal, state: PoseSequence, known: KnownPoses, noise: float
) -> BlockTridiagonal:
    """The equations with the known poses' own added, in place."""
    own = np.swapaxes(state.rotations[:, :N_POSED], -1, -2) @ known.state.rotations[:, :N_POSED]
    deviation = np.concatenate(
        (flat(matrix_to_axis_angle(own)), known.state.root - state.root), axis=1
    ).astype(np.float64)
    turns, root = known.spread[:, :N_POSED], known.spread[:, N_POSED:]
    spread = np.concatenate((turns, turns, turns, root, root, root), axis=1)
    weight = np.square(noise / spread)
    every = np.arange(_TURNS + 3)
    system.diagonal[:, every, every] += weight
    rhs = system.rhs + weight * deviation
    return BlockTridiagonal(system.diagonal, system.off_diagonal, rhs)
