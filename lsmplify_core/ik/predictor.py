# SPDX-License-Identifier: GPL-3.0-or-later
"""Learned inverse kinematics over a whole take: rounds of network and Gauss–Newton.

Each round the network predicts the residual rotations from the current pose of every frame, seeing
its neighbours before and after, and one Gauss–Newton step brings that pose to the tracks. The
frames of a take run as one batch, so that there is no drift: no frame waits for the one before.
The network looks along time at 15 frames per second; a faster take is dealt out, like cards, into
interleaved sequences of about that rate.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..body.markers import State, Target
from ..runtime.array_types import Floats
from ..runtime.progress import finished, mapped
from ..runtime.threads import side_by_side, workers
from .features import features
from .gauss_newton import gauss_newton
from .network import FRAME_RATE, Network, apply_outputs

R = TypeVar("R")

ROUNDS: Final = 3
CHUNK: Final = 256
_LEAST: Final = 24
_STRETCH: Final = 512
"""Frames worked on at once: few enough for the processor's cache, many enough for NumPy."""


@dataclass(frozen=True)
class Learned:
    """guess: the network's pose. expected: (T, 22) radians, the error it expects of itself.
    fitted: the guess after a step to the tracks."""

    guess: State
    expected: Floats
    fitted: State


def learned_steps(
    network: Network,
    start: State,
    target: Target,
    rate: float,
    rounds: int = ROUNDS,
    stiffness: float = 3e-3,
) -> Generator[float, None, Learned]:
    """Run the rounds from `start` (T frames at `rate` per second); yields the share done.

    stiffness: m² per rad², the pull of the network's pose in the step between rounds; it was
    trained with 5e-4 to 2e-2.
    """
    state = start
    guess, expected = start, np.ones((*start.root.shape[:1], 22), np.float32)
    parts = chunks(len(start.root))

    def look(part: slice) -> Floats:
        return features(state_part(state, part), target_part(target, part))

    def fit(part: slice) -> Learned:
        own = state_part(state, part)
        free, off = apply_outputs(own, raw[part], own.rotations[:, 0])
        pull = np.full(22, stiffness, free.root.dtype)
        return Learned(free, off, gauss_newton(free, target_part(target, part), free, pull))

    for turn in range(rounds):
        looks = yield from _share(side_by_side(look, parts), turn, 0.4, rounds, len(parts))
        raw = _along_time(network, np.concatenate(looks), rate)
        fits = yield from _share(side_by_side(fit, parts), turn + 0.4, 0.6, rounds, len(parts))
        state = joined([found.fitted for found in fits])
        guess = joined([found.guess for found in fits])
        expected = np.concatenate([found.expected for found in fits])
    return Learned(guess, expected, state)


def _share(
    steps: Generator[int, None, list[R]], before: float, share: float, rounds: int, pieces: int
) -> Generator[float, None, list[R]]:
    """Turn pieces done into the share of all rounds done."""
    return (
        yield from mapped(steps, lambda done: (before * pieces + share * done) / (rounds * pieces))
    )


def chunks(frames: int) -> list[slice]:
    """Slices that cover `frames` in pieces of at most CHUNK, enough of them for every worker."""
    size = max(_LEAST, min(CHUNK, -(-frames // workers())))
    return [slice(i, min(i + size, frames)) for i in range(0, frames, size)]


Frames = slice | NDArray[np.bool_] | NDArray[np.intp]
"""Some frames of a take."""


def state_part(state: State, part: Frames) -> State:
    """Some frames of a state."""
    return State(state.rotations[part], state.root[part])


def target_part(target: Target, part: Frames) -> Target:
    """Some frames of a take's target."""
    return Target(
        target.bones, target.joints, target.offsets, target.points[part], target.weights[part]
    )


def joined(parts: list[State]) -> State:
    """Put the pieces of a take together again."""
    return State(
        np.concatenate([p.rotations for p in parts]), np.concatenate([p.root for p in parts])
    )


def _along_time(network: Network, inputs: Floats, rate: float) -> Floats:
    """Deal the frames (T, F) out into sequences of about FRAME_RATE, run, and put back (T, O)."""
    step = max(1, round(rate / FRAME_RATE))
    frames = len(inputs)
    length = -(-frames // step)
    hand = np.minimum(np.arange(length * step), frames - 1)
    dealt = inputs[hand].reshape(length, step, -1).transpose(1, 0, 2)
    raw = _in_stretches(network, np.ascontiguousarray(dealt))
    return raw.transpose(1, 0, 2).reshape(length * step, -1)[:frames]


def _in_stretches(network: Network, dealt: Floats) -> Floats:
    """Run sequences (S, L, F) in overlapping stretches side by side; the overlap is as far as the
    network sees, so that the result is the same as in one go."""
    reach = sum(network.dilations)
    sequences, length = dealt.shape[:2]
    share = -(-sequences * length // workers())
    stretch = min(length, max(_LEAST, min(_STRETCH, share)))
    group = max(1, share // stretch)
    parts = [(s, f) for f in range(0, length, stretch) for s in range(0, sequences, group)]

    def run(part: tuple[int, int]) -> Floats:
        sequence, first = part
        low, high = max(0, first - reach), min(length, first + stretch + reach)
        raw = network(dealt[sequence : sequence + group, low:high])
        return raw[:, first - low : first - low + min(stretch, length - first)]

    results = finished(side_by_side(run, parts))
    groups = -(-sequences // group)
    columns = [results[i : i + groups] for i in range(0, len(results), groups)]
    return np.concatenate([np.concatenate(rows) for rows in columns], axis=1)
