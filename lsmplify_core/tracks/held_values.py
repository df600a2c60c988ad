# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaps that a tool filled with the last value: samples that repeat another one exactly.

A point that moves never measures the same three numbers twice. Where it does, and comes off with a
leap, or measures finely enough that no two samples are alike, the repeats are missing samples. The
sample that is repeated was seen, the last one where a take begins with repeats.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.vectors import all_finite
from .tracks import Tracks

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_LEAST: Final = 2
"""Repeats in a row, at least, to be held ones."""
_FINE: Final = 4.0
"""Steps of the numbers' grain that a point moves from frame to frame, above which two equal samples
are no chance."""
_LEAP: Final = 3.0
"""Times the usual step with which a held point comes off."""
_MOST: Final = 0.95
"""Share of equal neighbours beyond which a track stands still, or is a thing."""
_TOGETHER: Final = 0.8
"""Share of the moving tracks that repeat at once where a whole frame was written twice."""


def without_held(tracks: Tracks) -> Tracks:
    """The tracks with held values missing, and a sentence that says how many there were."""
    held = held_samples(tracks.positions)
    if not held.any():
        return tracks
    positions = tracks.positions.copy()
    positions[held] = np.nan
    if not np.isfinite(positions).any():
        return tracks
    count, names = int(held.sum()), int(held.any(axis=0).sum())
    note = (
        f"{count} samples of {names} tracks only repeat the last value; they were taken as missing"
    )
    return replace(tracks, positions=positions, warnings=(*tracks.warnings, note))


def held_samples(positions: Floats) -> Mask:
    """(T, K) where samples (T, K, 3) repeat others of their track and were not measured."""
    frames, count = positions.shape[:2]
    held = np.zeros((frames, count), dtype=bool)
    if frames < _LEAST + 3:
        return held
    equal = positions[1:] == positions[:-1]
    same = equal[..., 0] & equal[..., 1] & equal[..., 2]
    if not same.any():
        return held
    finite = all_finite(positions)
    seen = finite[1:] & finite[:-1]
    share = same.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    moving = (share < _MOST) & (seen.sum(axis=0) > _LEAST)
    whole = _whole_frames(same, seen, moving)
    for k in np.flatnonzero(moving & same.any(axis=0)):
        _mark(positions[:, k], same[:, k] & ~whole, held[:, k])
    return held


def _whole_frames(same: Mask, seen: Mask, moving: Mask) -> Mask:
    """(T - 1,) where nearly all tracks that move repeat at once: somebody stands quite still, or
    the frame was written twice."""
    known = (seen & moving).sum(axis=1)
    return (same & moving).sum(axis=1) > _TOGETHER * np.maximum(known, 1)


def _mark(points: Floats, same: Mask, held: Mask) -> None:
    """Mark the held samples of one track (T, 3). same: (T - 1,) whether a sample repeats the
    last."""
    size = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    moves = size[np.isfinite(size) & (size > 0)]
    if len(moves) < 3:
        return
    fine = float(np.median(moves)) > _FINE * _grain(points)
    usual = float(np.median(moves))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(int)))
    for start, end in edges.reshape(-1, 2):  # samples start … end are alike
        if end - start < _LEAST:
            continue
        leap = max(_size_at(size, end), _size_at(size, start - 1) if start == 0 else 0.0)
        if not (fine or leap > _LEAP * max(usual, _after(size, end))):
            continue
        if start == 0:  # filled backwards: the last of them was seen
            held[start:end] = True
        else:
            held[start + 1 : end + 1] = True


def _size_at(size: Floats, step: int) -> float:
    return float(size[step]) if 0 <= step < len(size) and np.isfinite(size[step]) else 0.0


def _after(size: Floats, end: int) -> float:
    """The usual step just after a run, beside which its leap is one."""
    later = size[end + 1 : end + 6]
    later = later[np.isfinite(later)]
    return float(np.median(later)) if len(later) else 0.0


def _grain(points: Floats) -> float:
    """The step in which a track's numbers are written."""
    steps = np.abs(np.diff(points, axis=0)).ravel()
    steps = steps[np.isfinite(steps) & (steps > 0)]
    return float(np.percentile(steps, 1)) if len(steps) else 0.0
