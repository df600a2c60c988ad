# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments at which a track jumps: away from the points that it moves with, or through space."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from .rigid_neighbours import RigidNeighbours, masked_quantile

_MIN_JUMP: Final = 0.03
_MIN_JUMP_ALONE: Final = 0.06
"""Metres that a jump has at least: beside its neighbours, and through space."""
_SAMPLES: Final = 500
"""Frames that tell what is usual."""
_USUAL_FACTOR: Final = 6.0
"""How many times what three quarters of a track's steps differ from their neighbours by."""


def find_jumps(
    positions: Floats, neighbours: RigidNeighbours
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Two tables (T, K): true where a sample is surely a jump from the one before, beside its
    neighbours, and where it may be one, beside them or through space.

    A step is compared with the mean of the steps before and after it, so that speed is no jump.
    The median over the neighbours keeps a neighbour's own jump out.
    """
    steps = np.full_like(positions, np.nan)
    steps[1:] = positions[1:] - positions[:-1]
    possible = _peaks(_length(_unlike_neighbours(steps)), _MIN_JUMP_ALONE, _USUAL_FACTOR)
    certain = np.zeros(possible.shape, dtype=bool)

    def beside_neighbours(track: int) -> None:
        size = _length(_unlike_neighbours(steps[:, track, None] - steps[:, neighbours.of[track]]))
        size = masked_quantile(size.T, np.isfinite(size.T), 0.5)[:, None]
        certain[:, track] = _peaks(size, _MIN_JUMP, _USUAL_FACTOR)[:, 0]
        possible[:, track] |= _peaks(size, 0.7 * _MIN_JUMP, 0.6 * _USUAL_FACTOR)[:, 0]

    run_steps(parallel_map(beside_neighbours, _candidates(steps, neighbours)))
    return certain, possible


def _candidates(steps: Floats, neighbours: RigidNeighbours) -> list[int]:
    """Tracks that may jump beside one of their first two neighbours; a quick look that spares the
    long one."""
    found: set[int] = set()
    for place in (0, 1):
        tracks, near, _, _ = neighbours.nth(place)
        if len(tracks):
            size = _length(_unlike_neighbours(steps[:, tracks] - steps[:, near]))
            found.update(
                tracks[_peaks(size, 0.7 * _MIN_JUMP, 0.6 * _USUAL_FACTOR).any(axis=0)].tolist()
            )
    return sorted(found)


def _unlike_neighbours(steps: Floats) -> Floats:
    """What a step (T, …) differs from the mean of the two beside it by; a missing one is
    excluded."""
    unlike = np.full_like(steps, np.nan)
    if len(steps) > 2:
        unlike[1:-1] = steps[1:-1] - 0.5 * (steps[:-2] + steps[2:])
    # beside a gap and at the ends one of the two is enough
    row, *place = np.nonzero(np.isnan(unlike) & np.isfinite(steps))
    before = steps[np.maximum(row - 1, 0), *place]
    before[row == 0] = np.nan
    after = steps[np.minimum(row + 1, len(steps) - 1), *place]
    after[row == len(steps) - 1] = np.nan
    unlike[row, *place] = steps[row, *place] - np.where(np.isnan(before), after, before)
    return unlike


def _length(vectors: Floats) -> Floats:
    return np.sqrt(np.square(vectors).sum(axis=-1))


def _peaks(size: Floats, least: float, usual_times: float) -> NDArray[np.bool_]:
    """Where (T, K) sizes stand out of their track's own, and are no smaller than those beside."""
    there = np.isfinite(size)
    size = np.where(there, size, 0.0)
    if size.max(initial=0.0) <= least:
        return np.zeros(size.shape, dtype=bool)
    part = slice(None, None, 1 + len(size) // _SAMPLES)
    usual = masked_quantile(size[part], there[part], 0.75)
    out = size > np.maximum(least, usual_times * np.nan_to_num(usual))
    if not out.any():
        return out
    beside = np.zeros_like(size)
    beside[1:] = size[:-1]
    beside[:-1] = np.maximum(beside[:-1], size[1:])
    return out & (size > 0.67 * beside)
