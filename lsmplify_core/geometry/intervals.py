# SPDX-License-Identifier: GPL-3.0-or-later
"""Intervals of a take: frames, one after the other, of which something is true."""

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats


def intervals_of(values: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, end) of every interval of true values (T,), `end` being the frame after its last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], values.astype(int), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def intervals_around(values: NDArray[np.bool_], margin: int) -> list[slice]:
    """Slices that cover all true values (T,) and `margin` frames on both sides; those that touch
    are one."""
    intervals: list[slice] = []
    for first, end in intervals_of(values):
        low, high = max(first - margin, 0), min(end + margin, len(values))
        if intervals and low <= intervals[-1].stop:
            intervals[-1] = slice(intervals[-1].start, high)
        else:
            intervals.append(slice(low, high))
    return intervals


def ramps(interval: slice, total: int, width: int) -> Floats:
    """(frames of `interval`,) from near 0 to 1 over `width` frames at both of its ends, 1 between
    them and at an end that is the take's (of `total` frames) own."""
    frame = np.arange(interval.start, interval.stop)
    left = (frame - interval.start + 1) / (width + 1) if interval.start > 0 else np.ones(len(frame))
    right = (interval.stop - frame) / (width + 1) if interval.stop < total else np.ones(len(frame))
    return np.minimum(1.0, np.minimum(left, right))
