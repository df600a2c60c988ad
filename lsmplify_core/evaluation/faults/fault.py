# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault is, and what all of them are made with."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...layouts.layout import Layout
from ...runtime.array_types import Floats
from ...tracks.tracks import Tracks

Fault = Callable[[Tracks, Layout, Tracks, np.random.Generator], Tracks]
"""Clean tracks, their layout, tracks of another take of the same layout, random numbers."""


def with_positions(tracks: Tracks, positions: Floats) -> Tracks:
    """The tracks at other places, (T, K, 3) metres."""
    return replace(tracks, positions=positions)


def span_of(frames: int, least: float, most: float, random: np.random.Generator) -> slice:
    """A span that takes a share of the frames between `least` and `most`."""
    length = max(2, round(frames * random.uniform(least, most)))
    first = int(random.integers(0, max(frames - length, 0) + 1))
    return slice(first, first + length)
