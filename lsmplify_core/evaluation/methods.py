# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods that can be measured, by name."""

import time
from dataclasses import replace
from importlib import import_module
from typing import Final

import numpy as np

from ..cleanup.feet.lock import find_and_lock_feet
from ..geometry.kinematics import attached_points, forward
from ..geometry.rotations import transpose
from ..ik.backend import NUMPY
from ..ik.fit_problem import SolveSettings
from ..layouts.matching import match_layout
from ..pipeline import solve
from ..runtime.errors import InputError
from .answers import Answer, Method
from .takes import Take, keypoints

_STEPS: Final = 15
"""Gauss–Newton steps of the method without a network."""


def method_names() -> tuple[str, ...]:
    """All methods, those of the learning part too."""
    return (*METHODS, *LEARNING)


def find_method(name: str, device: str = NUMPY) -> Method:
    """A method by name; InputError where it is unknown or needs something that is absent.

    device: one of `ik.backend.DEVICES`, where the solver computes.
    """
    if name in SOLVERS and device != NUMPY:
        return _solver(replace(SOLVERS[name], device=device))
    if name in METHODS:
        return METHODS[name]
    if name not in LEARNING:
        raise InputError(f"there is no method {name!r}; choose from {', '.join(method_names())}")
    module, function = LEARNING[name]
    try:
        found = import_module(module, __package__)
    except ImportError as error:
        raise InputError(
            f"method {name} needs torch and smplx ({error}); install them with: "
            "pip install -e .[learning]"
        ) from error
    return getattr(found, function)


def with_feet(take: Take, answer: Answer) -> Answer:
    """An answer with contacts and floor found and its feet held; the points move with their
    joints."""
    begin = time.perf_counter()
    motion = find_and_lock_feet(answer.motion)
    seconds = answer.seconds + time.perf_counter() - begin
    joints = take.layout.joints
    turned, placed = forward(answer.motion.rotations, motion.body.offsets, answer.motion.root)
    away = answer.points - placed[:, joints]
    local = (transpose(turned[:, joints]) @ away[..., None])[..., 0]
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    points = attached_points(turned, placed, joints, local)
    return Answer(motion, points, seconds)


def _solver(settings: SolveSettings) -> Method:
    """The solver of the add-on, with these settings. Of what a take tells it needs the body
    only."""

    def method(take: Take) -> Answer:
        match = match_layout(take.tracks.names, take.layout)
        begin = time.perf_counter()
        solution = solve(
            take.tracks,
            match=match,
            body=take.body or take.model,
            init=take.start,
            settings=settings,
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


SOLVERS: Final = {
    "default": SolveSettings(),
    "learned": SolveSettings(refine=0),
    "gauss-newton": SolveSettings(iterations=0, refine=_STEPS),
}
"""Settings of the solver by the name of the method that it is with them."""
METHODS: Final[dict[str, Method]] = {
    **{name: _solver(settings) for name, settings in SOLVERS.items()},
    "copy": _copy,
}

LEARNING: Final = {
    "paper": ("..learning.paper.method", "paper"),
    "smplify": ("..learning.smplify.method", "published"),
    "smplify-skeleton": ("..learning.smplify.method", "skeleton"),
}
"""Methods that need torch: where each is."""
