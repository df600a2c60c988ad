# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames that a body is calibrated on: short windows, spread over the take.

A window's frames lie one step of the network's clock apart, so that the network sees motion; of
every window the first pass looks at every other frame only, and those between begin between them.
A short take is one window.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.markers import MarkerObservations, PoseSequence
from ..ik.learned.network import FRAME_RATE
from ..ik.smoothing import fill_frames

_MAX_WINDOWS: Final = 16
_WINDOW_FRAMES: Final = 5
_SECONDS_PER_WINDOW: Final = 1.0
"""So many windows of so many frames, and fewer windows in takes that are shorter than so many
seconds for each."""
_SHORT: Final = 1.0
"""Seconds. A take that is no longer, and shows about as much from first to last, is one window:
windows that overlap would show the same frames again."""
_AS_MUCH: Final = 0.7
"""Of what the best frame, or window, shows: others that show less are not calibrated on."""


@dataclass(frozen=True)
class Windows:
    """frames: (L, R) of R windows of L frames each; a row is a moment of all windows. whole:
    whether the take is so short that it is the one window."""

    frames: NDArray[np.intp]
    whole: bool = False

    @property
    def every_other(self) -> NDArray[np.intp]:
        """Every other row, and the last."""
        length = len(self.frames)
        return np.unique(np.append(np.arange(0, length, 2), length - 1))

    def rows_of(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where some rows lie in all of them, one row behind the other."""
        count = self.frames.shape[1]
        return (rows[:, None] * count + np.arange(count)).reshape(-1)

    def frame_rate(self, rows: NDArray[np.intp]) -> float:
        """The rate at which some rows, one behind the other, are dealt out window by window
        again."""
        step = 2 if 1 < len(rows) < len(self.frames) else 1
        return FRAME_RATE / step * self.frames.shape[1]

    def between(self, poses: PoseSequence, rows: NDArray[np.intp]) -> PoseSequence:
        """Poses of all frames from those of some rows, which hold the ends of every window."""
        length, count = self.frames.shape
        rotations = np.zeros((count, length, *poses.rotations.shape[1:]), poses.rotations.dtype)
        root = np.zeros((count, length, 3), poses.root.dtype)
        solved = np.zeros((count, length), dtype=bool)
        by_row = (len(rows), count)
        rotations[:, rows] = poses.rotations.reshape(*by_row, *rotations.shape[2:]).swapaxes(0, 1)
        root[:, rows] = poses.root.reshape(*by_row, 3).swapaxes(0, 1)
        solved[:, rows] = True
        # window behind window, so that what lies between is of one window
        flat = PoseSequence(rotations.reshape(-1, *rotations.shape[2:]), root.reshape(-1, 3))
        filled = fill_frames(flat, solved.reshape(-1))
        return PoseSequence(
            filled.rotations.reshape(rotations.shape).swapaxes(0, 1).reshape(flat.rotations.shape),
            filled.root.reshape(root.shape).swapaxes(0, 1).reshape(flat.root.shape),
        )


def best_windows(target: MarkerObservations, rate: float) -> Windows:
    """Runs where most is seen of a take at `rate` frames per second."""
    step = max(1, round(rate / FRAME_RATE))
    total = len(target.points)
    visible = target.weights.sum(axis=1)
    if total <= _SHORT * rate and visible.min() >= _AS_MUCH * visible.max():
        return Windows(np.arange(0, total, step)[:, None], whole=True)
    length = min(_WINDOW_FRAMES, -(-total // step))
    last = max(total - step * (length - 1), 1)
    visible_sum = np.convolve(visible, np.ones(step * (length - 1) + 1), "valid")
    firsts: list[int] = []
    count = int(np.clip(np.ceil(total / rate / _SECONDS_PER_WINDOW), 4, _MAX_WINDOWS))
    for segment in np.array_split(np.arange(last), min(count, last)):
        firsts.append(int(segment[np.argmax(visible_sum[segment])]))
    best = max(visible_sum[f] for f in firsts)
    chosen = np.array([f for f in firsts if visible_sum[f] >= _AS_MUCH * best])
    return Windows(np.minimum(chosen + step * np.arange(length)[:, None], total - 1))


def with_neighbours(lost: NDArray[np.bool_], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(L, R): what is said of some rows of it, said of those between them too where either of their
    neighbours has it."""
    spread = lost.copy()
    for low, high in pairwise(rows.tolist()):
        spread[low + 1 : high] = lost[low] | lost[high]
    return spread
