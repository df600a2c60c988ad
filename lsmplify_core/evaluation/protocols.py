# SPDX-License-Identifier: GPL-3.0-or-later
"""The three protocols: what a method is given of a clip, and what it is held against."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ..layouts.layout import Layout
from .alignment import set_on
from .clips import Clip
from .takes import Take, between, cut, disturbed, make_take

PROTOCOLS: Final = ("pairs", "sequential", "plugin")
STRIDES: Final = (1, 3, 5, 7, 9)


@dataclass(frozen=True)
class Conditions:
    """What the tracks are like. noise_mm: along each axis. dropout: share of samples missing.
    contacts: "auto" holds the feet of what a method finds, "off" leaves them."""

    layout: Layout
    noise_mm: float = 0.0
    dropout: float = 0.0
    contacts: str = "off"


def takes(clip: Clip, protocol: str, conditions: Conditions) -> Iterator[tuple[int | None, Take]]:
    """The takes that a protocol makes of a clip, each with its stride.

    sequential: the points and nothing else. plugin: the clip's start, an estimator's poses, or
    where it has none a disturbed motion. pairs: frame t's true pose to start from and the points of
    frame t + stride, for every t at once; clips that are too short for a stride give no take.
    """
    take = make_take(clip, conditions.layout, conditions.noise_mm, conditions.dropout)
    if protocol == "sequential":
        yield None, take
    elif protocol == "plugin":
        start = clip.start and set_on(clip.start, take)
        yield None, replace(take, start=start or disturbed(clip.motion, clip.seed))
    else:
        frames = clip.motion.frames
        for stride in STRIDES:
            if frames > stride:
                start = cut(clip.motion, 0, frames - stride)
                yield stride, replace(between(take, stride, frames), start=start)
