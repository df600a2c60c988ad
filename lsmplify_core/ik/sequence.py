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

from ..body.markers import State, Target, compare
from ..geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ..geometry.skeleton import N_POSED
from ..runtime.array_types import Floats
from ..runtime.threads import side_by_side
from .gauss_newton import flat, normal_equations, unflat
from .predictor import joined, state_part, target_part

MEMORY: Final = 0.3
"""Seconds over which a deviation falls to 1/e."""
_ROOT: Final = 0.03
"""Metres, the error expected of the network's root."""
_PIECE: Final = 240
_OVERLAP_SECONDS: Final = 2.0 * MEMORY
_MOST_OVERLAP: Final = 120
"""Frames solved at once, and what they see of the pieces beside them."""
_MOST_TURN: Final = 1.0
"""Radians that a linearised step may turn a joint by."""
_DAMPING: Final = 1e-6


def solve_together(
    state: State, target: Target, guess: State, expected: Floats, noise: float, rate: float
) -> Generator[int, None, State]:
    """One step for all frames of a take from `state`; yields pieces done, of `pieces(frames)`.

    guess: the network's pose. expected: (T, 22) radians, the error it expects of itself. noise:
    metres, the standard deviation of the tracks' samples. rate: frames per second.
    """
    frames = len(state.root)
    overlap = min(_MOST_OVERLAP, int(np.ceil(_OVERLAP_SECONDS * rate)))

    def fit(first: int) -> State:
        last = min(first + _PIECE, frames)
        wide = slice(max(0, first - overlap), min(frames, last + overlap))
        system = make_system(
            state_part(state, wide), target_part(target, wide), state_part(guess, wide),
            expected[wide], noise, rate,
        )  # fmt: skip
        stepped = moved(state_part(state, wide), solve_system(system))
        return state_part(stepped, slice(first - wide.start, last - wide.start))

    parts = yield from side_by_side(fit, range(0, frames, _PIECE))
    return joined(parts)


def pieces(frames: int) -> int:
    """How many pieces a take of so many frames is solved in."""
    return -(-frames // _PIECE)


@dataclass(frozen=True)
class System:
    """Block-tridiagonal equations of T frames for 69 unknowns each: a rotation vector in each
    joint's own axes (all x, all y, all z), then the root's shift in the world.

    blocks: (T, 69, 69) on the diagonal. links: (T - 1, 69) what each unknown is weighed by against
    the same one of the next frame; minus this stands beside the diagonal. asked: (T, 69).
    """

    blocks: Floats
    links: Floats
    asked: Floats


def make_system(
    state: State, target: Target, guess: State, expected: Floats, noise: float, rate: float,
    memory: float = MEMORY,
) -> System:  # fmt: skip
    """The equations for the step from `state`; the arguments are those of `solve_together`.

    memory: seconds over which a deviation falls to 1/e."""
    seen = compare(state, target)
    frames = seen.turned[:, :N_POSED].astype(np.float64)
    blocks, asked = _in_own_axes(*normal_equations(seen, target), frames)
    own = np.swapaxes(guess.rotations[:, :N_POSED], -1, -2) @ state.rotations[:, :N_POSED]
    away = np.concatenate((flat(matrix_to_axis_angle(own)), state.root - guess.root), axis=1)
    spread = np.concatenate((*[expected] * 3, np.full((len(away), 3), _ROOT)), axis=1)
    weight = (noise / spread).astype(np.float64)
    alone, linked = markov_precision(len(away), float(np.exp(-1.0 / (memory * rate))))
    links = linked * weight[:-1] * weight[1:]
    diagonal = np.square(weight) * alone[:, None]
    every = np.arange(blocks.shape[-1])
    blocks[:, every, every] += diagonal + _DAMPING
    prior = diagonal * away
    prior[:-1] -= links * away[1:]
    prior[1:] -= links * away[:-1]
    return System(blocks, links, asked - prior)


def markov_precision(frames: int, kept: float) -> tuple[Floats, float]:
    """The inverse covariance of a stationary Markov process of unit spread that keeps the share
    `kept` from frame to frame: its diagonal (T,), and what beside the diagonal is subtracted."""
    if frames == 1:
        return np.ones(1), 0.0
    diagonal = np.full(frames, 1.0 + kept**2)
    diagonal[[0, -1]] = 1.0
    return diagonal / (1.0 - kept**2), kept / (1.0 - kept**2)


def solve_system(system: System) -> Floats:
    """(T, 69) the unknowns: forward elimination of the blocks, then back."""
    inverses: list[Floats] = []
    carried: list[Floats] = []
    block, asked = system.blocks[0], system.asked[0]
    for frame in range(len(system.blocks)):
        if frame:
            link = system.links[frame - 1]
            block = system.blocks[frame] - link[:, None] * inverses[-1] * link
            asked = system.asked[frame] + link * (inverses[-1] @ carried[-1])
        inverses.append(np.linalg.inv(block))
        carried.append(asked)
    x = [inverses[-1] @ carried[-1]]
    for frame in range(len(carried) - 2, -1, -1):
        x.append(inverses[frame] @ (carried[frame] + system.links[frame] * x[-1]))
    return np.stack(x[::-1])


def _in_own_axes(matrices: Floats, vectors: Floats, frames: Floats) -> tuple[Floats, Floats]:
    """Normal equations (T, 69, 69), (T, 69) in world axes, turned into the joints' own."""
    turns = np.zeros(matrices.shape)
    turns[:, 3 * N_POSED :, 3 * N_POSED :] = np.eye(3)
    joint = np.arange(N_POSED)
    for a in range(3):
        for b in range(3):
            turns[:, a * N_POSED + joint, b * N_POSED + joint] = frames[:, :, a, b]
    back = np.swapaxes(turns, -1, -2)
    return back @ (matrices @ turns), (back @ vectors[..., None])[..., 0]


def moved(state: State, x: Floats) -> State:
    """The state after a step (T, 69) of `solve_system`."""
    vectors = unflat(x[:, : 3 * N_POSED])
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    vectors = vectors * np.minimum(1.0, _MOST_TURN / np.maximum(length, _MOST_TURN))
    kind = state.root.dtype
    own = state.rotations[:, :N_POSED] @ axis_angle_to_matrix(vectors).astype(kind)
    rotations = np.concatenate((own, state.rotations[:, N_POSED:]), axis=1)
    return State(rotations, state.root + x[:, 3 * N_POSED :].astype(kind))
