# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods that can be measured, by name."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..errors import InputError
from ..matching import match_layout
from ..motion import Motion
from ..solver import Settings, solve
from .takes import Take

Method = Callable[[Take], Motion]


def run_method(name: str, take: Take) -> tuple[Motion, float]:
    """A method's motion for a take, and the seconds it took, calibration included."""
    method = find_method(name)
    begin = time.perf_counter()
    motion = method(take)
    return motion, time.perf_counter() - begin


def find_method(name: str) -> Method:
    """A method by name; InputError where it is unknown or needs something that is absent."""
    if name in _NEEDS:
        raise InputError(f"method {name} needs {_NEEDS[name]}")
    if name not in METHODS:
        raise InputError(f"there is no method {name!r}; choose from {', '.join(METHODS)}")
    return METHODS[name]


def _default(take: Take) -> Motion:
    return _solved(take, Settings())


def _learned(take: Take) -> Motion:
    return _solved(take, Settings(refine=0))


def _solved(take: Take, settings: Settings) -> Motion:
    match = match_layout(take.tracks.names, take.layout)
    return solve(take.tracks, match=match, init=take.start, settings=settings).motion


def _copy(take: Take) -> Motion:
    """The start pose unchanged: the start where there is one, else the true previous frame."""
    if take.start is not None:
        return take.start
    before = np.maximum(np.arange(take.truth.frames) - 1, 0)
    truth = take.truth
    return replace(
        truth, rotations=truth.rotations[before], root=truth.root[before], track_error=None
    )


METHODS: dict[str, Method] = {"default": _default, "learned": _learned, "copy": _copy}

_NEEDS = {
    "paper": "its trained network, which this version does not come with",
    "smplify": "the iterative baseline, which this version does not come with",
}
