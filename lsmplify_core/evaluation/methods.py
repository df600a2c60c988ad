# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods that can be measured, by name."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..arrays import Floats
from ..errors import InputError
from ..kinematics import attached_points, forward
from ..matching import match_layout
from ..motion import Motion
from ..solver import Settings, solve
from .takes import Take, keypoints

_STEPS: Final = 15
"""Gauss–Newton steps of the method without a network."""


@dataclass(frozen=True)
class Answer:
    """What a method says of a take.

    points: (T, K, 3) metres, the layout's points on its body. seconds: what solving took,
    calibration included.
    """

    motion: Motion
    points: Floats
    seconds: float


Method = Callable[[Take], Answer]


def find_method(name: str) -> Method:
    """A method by name; InputError where it is unknown or needs something that is absent."""
    if name in _NEEDS:
        raise InputError(f"method {name} needs {_NEEDS[name]}")
    if name not in METHODS:
        raise InputError(f"there is no method {name!r}; choose from {', '.join(METHODS)}")
    return METHODS[name]


def _solver(settings: Settings) -> Method:
    """The solver of the add-on, with these settings."""

    def method(take: Take) -> Answer:
        match = match_layout(take.tracks.names, take.layout)
        begin = time.perf_counter()
        solution = solve(
            take.tracks, match=match, body=take.body, init=take.start, settings=settings
        )
        seconds = time.perf_counter() - begin
        motion = solution.motion
        turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
        points = attached_points(turned, placed, solution.joints, solution.offsets)
        return Answer(motion, points, seconds)

    return method


def _copy(take: Take) -> Answer:
    """The start pose unchanged: the start where there is one, else the true previous frame."""
    motion = take.start
    if motion is None:
        before = np.maximum(np.arange(take.truth.frames) - 1, 0)
        truth = take.truth
        motion = replace(truth, rotations=truth.rotations[before], root=truth.root[before])
    return Answer(motion, keypoints(motion, take.layout), 0.0)


METHODS: Final[dict[str, Method]] = {
    "default": _solver(Settings()),
    "learned": _solver(Settings(refine=0)),
    "gauss-newton": _solver(Settings(rounds=0, refine=_STEPS)),
    "copy": _copy,
}

_NEEDS: Final = {
    "paper": "its trained network, which this version does not come with",
    "smplify": "the iterative baseline, which this version does not come with",
}
