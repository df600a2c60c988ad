# SPDX-License-Identifier: GPL-3.0-or-later
"""The smoother of `together.py` with poses that are known: set by hand, or beside the span.

A known rotation is an observation like a track's sample. What it says of the network's error is
carried to the frames around by the same Gauss–Markov process.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..body.markers import MarkerObservations, PoseSequence
from ..geometry.rotations import matrix_to_axis_angle
from ..geometry.skeleton import N_POSED
from ..ik.gauss_newton import flat
from ..ik.predictor import concatenate_poses, select_observations, select_poses
from ..ik.sequence import BlockTridiagonal, retract, sequence_equations, solve_block_tridiagonal
from ..runtime.array_types import Floats
from ..runtime.threads import parallel_map

_TURNS: Final = 3 * N_POSED


@dataclass(frozen=True)
class Known:
    """state: poses of T frames. spread: (T, 23), how far off they may be: radians of 22 rotations
    and metres of the root; infinite where nothing is known."""

    state: PoseSequence
    spread: Floats


def solve_anchored(
    state: PoseSequence, target: MarkerObservations, guess: PoseSequence, expected: Floats, noise: float, rate: float,
    known: Known, memory: float, piece: int = 160,
) -> Generator[int, None, PoseSequence]:  # fmt: skip
    """One step for all frames from `state`, as `together.solve_together`, with known poses.

    memory: seconds over which a deviation from the network's pose falls to 1/e. Yields pieces done.
    """
    frames = len(state.root)
    overlap = min(120, int(np.ceil(2.0 * memory * rate)))
    if frames <= piece + overlap:
        piece = frames

    def fit(first: int) -> PoseSequence:
        last = min(first + piece, frames)
        wide = slice(max(0, first - overlap), min(frames, last + overlap))
        own = select_poses(state, wide)
        system = sequence_equations(
            own, select_observations(target, wide), select_poses(guess, wide), expected[wide], noise, rate,
            memory,
        )  # fmt: skip
        here = Known(select_poses(known.state, wide), known.spread[wide])
        stepped = retract(own, solve_block_tridiagonal(_with(system, own, here, noise)))
        return select_poses(stepped, slice(first - wide.start, last - wide.start))

    parts = yield from parallel_map(fit, range(0, frames, piece))
    return concatenate_poses(parts)


def _with(
    system: BlockTridiagonal, state: PoseSequence, known: Known, noise: float
) -> BlockTridiagonal:
    """The equations with the known poses' own added, in place."""
    own = np.swapaxes(state.rotations[:, :N_POSED], -1, -2) @ known.state.rotations[:, :N_POSED]
    away = np.concatenate(
        (flat(matrix_to_axis_angle(own)), known.state.root - state.root), axis=1
    ).astype(np.float64)
    turns, root = known.spread[:, :N_POSED], known.spread[:, N_POSED:]
    spread = np.concatenate((turns, turns, turns, root, root, root), axis=1)
    weight = np.square(noise / spread)
    every = np.arange(_TURNS + 3)
    system.diagonal[:, every, every] += weight
    asked = system.rhs + weight * away
    return BlockTridiagonal(system.diagonal, system.off_diagonal, asked)
