# SPDX-License-Identifier: GPL-3.0-or-later
"""The smoother of `together.py` with poses that are known: set by hand, or beside the span.

A known rotation is an observation like a track's sample. What it says of the network's error is
carried to the frames around by the same Gauss–Markov process.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..body.markers import State, Target
from ..geometry.rotations import matrix_to_axis_angle
from ..geometry.skeleton import N_POSED
from ..ik.gauss_newton import flat
from ..ik.predictor import joined, state_part, target_part
from ..ik.sequence import System, make_system, moved, solve_system
from ..runtime.array_types import Floats
from ..runtime.threads import side_by_side

_TURNS: Final = 3 * N_POSED


@dataclass(frozen=True)
class Known:
    """state: poses of T frames. spread: (T, 23), how far off they may be: radians of 22 rotations and
    metres of the root; infinite where nothing is known."""

    state: State
    spread: Floats


def solve_anchored(
    state: State, target: Target, guess: State, expected: Floats, noise: float, rate: float,
    known: Known, memory: float, piece: int = 160,
) -> Generator[int, None, State]:  # fmt: skip
    """One step for all frames from `state`, as `together.solve_together`, with known poses.

    memory: seconds over which a deviation from the network's pose falls to 1/e. Yields pieces done.
    """
    frames = len(state.root)
    overlap = min(120, int(np.ceil(2.0 * memory * rate)))
    if frames <= piece + overlap:
        piece = frames

    def fit(first: int) -> State:
        last = min(first + piece, frames)
        wide = slice(max(0, first - overlap), min(frames, last + overlap))
        own = state_part(state, wide)
        system = make_system(
            own, target_part(target, wide), state_part(guess, wide), expected[wide], noise, rate,
            memory,
        )  # fmt: skip
        here = Known(state_part(known.state, wide), known.spread[wide])
        stepped = moved(own, solve_system(_with(system, own, here, noise)))
        return state_part(stepped, slice(first - wide.start, last - wide.start))

    parts = yield from side_by_side(fit, range(0, frames, piece))
    return joined(parts)


def _with(system: System, state: State, known: Known, noise: float) -> System:
    """The equations with the known poses' own added, in place."""
    own = np.swapaxes(state.rotations[:, :N_POSED], -1, -2) @ known.state.rotations[:, :N_POSED]
    away = np.concatenate(
        (flat(matrix_to_axis_angle(own)), known.state.root - state.root), axis=1
    ).astype(np.float64)
    turns, root = known.spread[:, :N_POSED], known.spread[:, N_POSED:]
    spread = np.concatenate((turns, turns, turns, root, root, root), axis=1)
    weight = np.square(noise / spread)
    every = np.arange(_TURNS + 3)
    system.blocks[:, every, every] += weight
    asked = system.asked + weight * away
    return System(system.blocks, system.links, asked)
