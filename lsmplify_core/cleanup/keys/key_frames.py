# SPDX-License-Identifier: GPL-3.0-or-later
"""Which frames an action is read on, and which of them a step has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...motion.motion import Motion
from ...runtime.array_types import Floats
from ...runtime.errors import InputError

_NEAR: Final = 1e-3
"""Frames within which two keys lie on the same one."""


@dataclass(frozen=True)
class Grid:
    """Scene frames first, first + step, …: `count` of them."""

    first: float
    step: float
    count: int

    @property
    def frames(self) -> Floats:
        """(T,) the scene frames."""
        return self.first + self.step * np.arange(self.count)

    def index(self, frame: float) -> int:
        """The sample nearest to a scene frame, within the grid."""
        return int(np.clip(round((frame - self.first) / self.step), 0, self.count - 1))

    def within(self, start: float, end: float) -> tuple[int, int]:
        """First and last sample in the scene frames `start` to `end`. InputError where there are
        none."""
        low = max(int(np.ceil((start - self.first) / self.step - _NEAR)), 0)
        high = min(int(np.floor((end - self.first) / self.step + _NEAR)), self.count - 1)
        if high < low:
            last = self.first + self.step * (self.count - 1)
            raise InputError(
                f"frames {start:g} to {end:g} hold none of the action, "
                f"which has frames {self.first:g} to {last:g}"
            )
        return low, high


def key_grid(times: Sequence[Floats]) -> Grid:
    """The grid of an action's keys; times: (N,) rising, of each curve. At least one key is needed.

    Whole frames from the first key to the last, unless all keys lie at even distances that are not
    whole: then the keys' own clock (a take at 100 Hz in a scene of 24).
    """
    every = np.unique(np.round(np.concatenate(times) / _NEAR)) * _NEAR
    first, last = float(every[0]), float(every[-1])
    whole = np.abs(every - np.rint(every)).max() <= 2 * _NEAR
    if not whole and len(every) > 2:
        step = float(np.median(np.diff(every)))
        count = round((last - first) / step) + 1
        step = (last - first) / (count - 1)
        at = (every - first) / step
        if np.abs(at - np.rint(at)).max() < 0.05:
            return Grid(first, step, count)
    start, end = float(np.ceil(first - _NEAR)), float(np.floor(last + _NEAR))
    if end < start:
        start = end = float(np.rint(first))
    return Grid(start, 1.0, int(end - start) + 1)


def changed_frames(before: Motion, after: Motion) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(T, 24) rotations and (T,) places of the root that differ by a single bit."""
    turned: NDArray[np.bool_] = (before.rotations != after.rotations).any(axis=(2, 3))
    moved: NDArray[np.bool_] = (before.root != after.root).any(axis=1)
    return turned, moved


def span_of(changed: NDArray[np.bool_]) -> tuple[int, int] | None:
    """First and last frame that changed (T,), None where none did."""
    at = np.flatnonzero(changed)
    return (int(at[0]), int(at[-1])) if len(at) else None


def signed_like(quaternions: Floats, old: Floats, first: int) -> Floats:
    """(N, 4) with signs that go on from the curve (T, 4) that they are set into at frame
    `first`."""
    frame = first - 1 if first > 0 else min(first + len(quaternions), len(old) - 1)
    beside = quaternions[0] if first > 0 else quaternions[-1]
    return quaternions * (-1.0 if float(old[frame] @ beside) < 0 else 1.0)
