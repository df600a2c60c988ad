# SPDX-License-Identifier: GPL-3.0-or-later
"""From coarse to fine along time: where the network's last round begins.

A few frames a second are solved from the resting pose, which takes the network several rounds. The
frames between them begin between their poses, so near the truth that one round is enough for all.
"""

from collections.abc import Generator
from typing import Final

import numpy as np

from ..body.markers import State, Target
from .network import Network
from .predictor import learned_steps, state_part, target_part
from .problem import LEAST_POINTS
from .smoothing import fill_frames

RATE: Final = 5.0
"""Frames per second that are solved first. The network learned at 10 to 30; at 5 its rounds are a
little worse, which the last one, over all frames, makes good."""
_LEAST_FRAMES: Final = 3
"""A take with fewer such frames is not worth it."""


def step_between(frames: int, rate: float) -> int:
    """Frames of a take from one that is solved first to the next; 1 where all are."""
    step = max(1, round(rate / RATE))
    return step if frames >= _LEAST_FRAMES * step else 1


def coarse_steps(
    network: Network, start: State, target: Target, rate: float, rounds: int, stiffness: float
) -> Generator[float, None, State]:
    """Solve every so many'th frame from `start` and set the others between them; yields the share
    done. The arguments are those of `learned_steps`; returns a state of all frames."""
    total = len(start.root)
    step = step_between(total, rate)
    first = np.unique(np.append(np.arange(0, total, step), total - 1))
    some = target_part(target, first)
    learned = yield from learned_steps(
        network, state_part(start, first), some, rate / step, rounds, stiffness
    )
    rotations, root = start.rotations.copy(), start.root.copy()
    rotations[first], root[first] = learned.fitted.rotations, learned.fitted.root
    good = np.zeros(total, dtype=bool)
    shown = (some.weights > 0).sum(axis=1) >= LEAST_POINTS  # others are no place to begin from
    good[first[shown] if shown.any() else first] = True
    filled = fill_frames(State(rotations, root), good)
    kind = start.root.dtype
    return State(filled.rotations.astype(kind), filled.root.astype(kind))
