# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks with their frames last, so that a track over time is one row of memory."""

from typing import Final

import numpy as np

from ..runtime.array_types import Floats

_GROUP: Final = 1 << 15
"""Samples that are looked at together: few enough for a processor's cache, so many that a call's
own time does not count."""


def paths_of(positions: Floats) -> Floats:
    """(T, K, 3) -> (K, 3, T)."""
    return np.ascontiguousarray(positions.transpose(1, 2, 0))


def groups(tracks: int, frames: int) -> list[slice]:
    """The tracks of a take, some at a time."""
    size = max(1, _GROUP // max(frames, 1))
    return [slice(first, min(first + size, tracks)) for first in range(0, tracks, size)]


def lower_median(values: Floats) -> Floats:
    """(P, T) -> (T,): the lower median of what is there, NaN where nothing is.

    By a sorting network of neighbours (odd-even transposition; Knuth 5.3.4), since P is small: a
    few calls for all frames in the place of a sort for each.
    """
    there = np.isfinite(values)
    rows = [np.where(own, row, np.inf) for own, row in zip(there, values, strict=True)]
    for turn in range(len(rows)):
        for i in range(turn % 2, len(rows) - 1, 2):
            rows[i], rows[i + 1] = np.minimum(rows[i], rows[i + 1]), np.maximum(*rows[i : i + 2])
    count = there.sum(axis=0)
    if (count == len(rows)).all():
        return rows[(len(rows) + 1) // 2 - 1]
    middle = np.choose(np.maximum((count + 1) // 2 - 1, 0), rows)
    return np.where(count > 0, middle, np.nan)
