# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments at which a track jumps: away from the points that it moves with, or through space."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from .paths import groups, lower_median, paths_of
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
    paths = paths_of(positions)
    certain, possible = (np.zeros(positions.shape[:2], dtype=bool) for _ in range(2))

    def look(tracks: slice) -> list[int]:
        """The tracks that may jump beside one of their first two neighbours."""
        steps = _steps(paths[tracks])
        possible[:, tracks] = _peaks(
            _length(_unlike_neighbours(steps)), _MIN_JUMP_ALONE, _USUAL_FACTOR
        ).T
        return _candidates(paths, steps, tracks, neighbours)

    def beside_neighbours(track: int) -> None:
        own, near = paths[track], paths[neighbours.of[track]]
        size = _length(_unlike_neighbours(_steps(own) - _steps(near)))
        size = lower_median(size)[None]
        certain[:, track] = _peaks(size, _MIN_JUMP, _USUAL_FACTOR)[0]
        possible[:, track] |= _peaks(size, 0.7 * _MIN_JUMP, 0.6 * _USUAL_FACTOR)[0]

    found = run_steps(parallel_map(look, groups(len(paths), len(positions))))
    run_steps(parallel_map(beside_neighbours, [track for some in found for track in some]))
    return certain, possible


def _candidates(
    paths: Floats, steps: Floats, tracks: slice, neighbours: RigidNeighbours
) -> list[int]:
    """Of some tracks those that may jump beside one of their first two neighbours; a quick look
    that spares the long one.

    paths: (K, 3, T) of all tracks. steps: (N, 3, T) of those that are looked at.
    """
    found = np.zeros(len(steps), dtype=bool)
    for place in (0, 1):
        own, near = neighbours.nth(place)[:2]
        here = (own >= tracks.start) & (own < tracks.stop)
        own, near = own[here] - tracks.start, near[here]
        if len(own):
            size = _length(_unlike_neighbours(steps[own] - _steps(paths[near])))
            found[own] |= _peaks(size, 0.7 * _MIN_JUMP, 0.6 * _USUAL_FACTOR).any(axis=1)
    return (tracks.start + np.flatnonzero(found)).tolist()


def _steps(paths: Floats) -> Floats:
    """(..., T) of paths: what leads to each sample from the one before, NaN at the first."""
    steps = np.empty_like(paths)
    steps[..., 0] = np.nan
    np.subtract(paths[..., 1:], paths[..., :-1], out=steps[..., 1:])
    return steps


def _unlike_neighbours(steps: Floats) -> Floats:
    """What a step (N, 3, T) differs from the mean of the two beside it by; a missing one is
    excluded."""
    unlike = np.full_like(steps, np.nan)
    inner = unlike[..., 1:-1]
    np.add(steps[..., :-2], steps[..., 2:], out=inner)
    inner *= 0.5
    np.subtract(steps[..., 1:-1], inner, out=inner)
    # beside a gap and at the ends one of the two is enough
    track, axis, frame = np.nonzero(np.isnan(unlike) & np.isfinite(steps))
    before = steps[track, axis, np.maximum(frame - 1, 0)]
    before[frame == 0] = np.nan
    last = steps.shape[-1] - 1
    after = steps[track, axis, np.minimum(frame + 1, last)]
    after[frame == last] = np.nan
    own = steps[track, axis, frame]
    unlike[track, axis, frame] = own - np.where(np.isnan(before), after, before)
    return unlike


def _length(vectors: Floats) -> Floats:
    """(N, 3, T) -> (N, T)."""
    squares = np.square(vectors[:, 0])
    squares += np.square(vectors[:, 1])
    squares += np.square(vectors[:, 2])
    return np.sqrt(squares, out=squares)


def _peaks(size: Floats, least: float, usual_times: float) -> NDArray[np.bool_]:
    """Where (N, T) sizes stand out of their track's own, and are no smaller than those beside."""
    if not (size > least).any():
        return np.zeros(size.shape, dtype=bool)
    there = np.isfinite(size)
    size = np.where(there, size, 0.0)
    part = np.s_[:, :: 1 + size.shape[1] // _SAMPLES]
    usual = masked_quantile(size[part].T, there[part].T, 0.75)
    out = size > np.maximum(least, usual_times * np.nan_to_num(usual))[:, None]
    if not out.any():
        return out
    beside = np.zeros_like(size)
    beside[:, 1:] = size[:, :-1]
    beside[:, :-1] = np.maximum(beside[:, :-1], size[:, 1:])
    return out & (size > 0.67 * beside)
