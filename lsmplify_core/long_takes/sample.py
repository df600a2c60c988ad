# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames of a long take that say who is in it and in which world."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..tracks.blocks import TrackBlocks
from ..tracks.tracks import Tracks

_WINDOWS: Final = 16
_WINDOW: Final = 512
"""So many windows of so many frames, spread over the take: calibration, noise and convention need
no more, whatever its length."""
_TRIED: Final = 3
"""Places that are looked at for each window; that which shows most samples is taken."""
_APART: Final = 0.5
"""Seconds without samples from one window to the next: nothing is filled or followed across."""


def sample_of(blocks: TrackBlocks) -> Tracks:
    """Windows of a take, one behind the other; the whole of one that is not longer."""
    if blocks.frames <= _WINDOWS * _WINDOW:
        return blocks.read(0, blocks.frames)
    parts: list[Tracks] = []
    for region in np.array_split(np.arange(blocks.frames), _WINDOWS):
        last = max(int(region[-1]) + 1 - _WINDOW, int(region[0]))
        firsts = np.linspace(int(region[0]), last, _TRIED).astype(int).tolist()
        tried = [blocks.read(f, min(f + _WINDOW, blocks.frames)) for f in firsts]
        parts.append(max(tried, key=lambda tracks: int(tracks.seen.sum())))
    return _behind_each_other(parts, round(_APART * blocks.head.rate) + 1)


def _behind_each_other(parts: list[Tracks], apart: int) -> Tracks:
    """Tracks joined along time, with `apart` frames between that show nothing."""

    def joined(values: list[NDArray[np.float64]], fill: float) -> NDArray[np.float64]:
        pieces = [values[0]]
        for value in values[1:]:
            pieces += [np.full((apart, *value.shape[1:]), fill), value]
        return np.concatenate(pieces)

    sure = [p.confidence for p in parts if p.confidence is not None]
    return replace(
        parts[0], positions=joined([p.positions for p in parts], np.nan),
        confidence=joined(sure, 0.0) if len(sure) == len(parts) else None,
    )  # fmt: skip
