# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels that were exchanged between the markers of one prop, put right.

Each frame has a few orders in which its labels may be read: as they are, and those by which badly
fitting frames fit. The orders over the whole take are found together (Viterbi 1967): each must fit
the shape, and the markers must go on from where they were.
"""

from itertools import combinations, permutations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats
from .fit_rigid import fit_rigid, rms, seen_of

_MOST_PERMUTED: Final = 6
"""Markers of which every order is tried (720 of 6); of more, exchanges of two."""
_TRIED_FRAMES: Final = 40
_LEAST_ERROR: Final = 0.008
"""Metres: frames that fit as well as this are read as they are, unless markers jump."""
_FIT_SCALE: Final = 0.005
"""Metres of misfit that cost 1."""
_MOVE_SCALE: Final = 0.03
"""Metres between two frames that cost 1, beside what all markers move by; through a gap so much
more as it is longer."""
_SWITCH: Final = 15.0
"""What another order than the frame before costs: labels are exchanged seldom."""
_NOT_AS_LABELLED: Final = 0.2
"""What each frame costs that is not read as it is labelled, so that shapes which look alike from
several sides are not turned about."""
_MOST: Final = 60.0
"""The most that a misfit or a move may cost."""

Orders = NDArray[np.intp]


def label_orders(shape: Floats, positions: Floats) -> Orders:
    """(T, k) which label of a frame each marker of the shape is under.

    Args:
        shape: (k, 3) metres.
        positions: (T, k, 3) metres, NaN where unseen.
    """
    total, count = positions.shape[:2]
    same = np.arange(count)
    error = rms(fit_rigid(shape, positions).error)
    usual = float(np.nanmedian(error)) if np.isfinite(error).any() else 0.0
    limit = max(_LEAST_ERROR, 4.0 * usual)
    bad = np.flatnonzero(np.nan_to_num(error) > limit)
    jumps = _jumps(shape, positions)
    if not len(bad) and not len(jumps):
        return np.tile(same, (total, 1))
    orders = _candidates(shape, positions, bad, jumps, limit)
    if len(orders) == 1:
        return np.tile(same, (total, 1))
    return orders[_best_path(shape, positions, orders)]


def read_in(positions: Floats, orders: Orders) -> Floats:
    """(T, k, 3) the markers' own positions, of labels in these orders."""
    return np.take_along_axis(positions, orders[..., None], axis=1)


def _jumps(shape: Floats, positions: Floats) -> NDArray[np.intp]:
    """Frames in which a marker comes to where another was: half their distance nearer to it than to
    its own place."""
    a, b = np.triu_indices(len(shape), 1)
    least = float(np.linalg.norm(shape[a] - shape[b], axis=-1).min())
    step = np.linalg.norm(positions[1:, :, None] - positions[:-1, None], axis=-1)
    step = np.where(np.isfinite(step), step, np.inf)
    own = np.diagonal(step, axis1=1, axis2=2)
    other = np.where(np.eye(len(shape), dtype=bool), np.inf, step).min(axis=2)
    with np.errstate(invalid="ignore"):
        found = np.isfinite(own) & (own > 0.5 * least) & (other < 0.5 * own)
    return np.flatnonzero(found.any(axis=1)) + 1


def _candidates(
    shape: Floats, positions: Floats, bad: NDArray[np.intp], jumps: NDArray[np.intp], limit: float
) -> Orders:
    """The orders worth a look: none, those by which bad frames fit, those that leave the shape as
    it is where markers jump."""
    count = len(shape)
    if count <= _MOST_PERMUTED:
        every = np.array(list(permutations(range(count))), dtype=np.intp)
    else:
        every = np.tile(np.arange(count), (count * (count - 1) // 2 + 1, 1))
        for row, (a, b) in enumerate(combinations(range(count), 2), 1):
            every[row, [a, b]] = b, a
    kept = {0}
    tried = bad[np.linspace(0, len(bad) - 1, min(len(bad), _TRIED_FRAMES)).astype(int)]
    for frame in tried.tolist():
        error = rms(fit_rigid(shape, positions[frame][every]).error)
        best = int(np.argmin(np.nan_to_num(error, nan=np.inf)))
        if error[best] < limit:
            kept |= set(np.flatnonzero(error < error[best] + 0.5 * limit).tolist()[:8])
    if len(jumps):
        error = rms(fit_rigid(shape, shape[every]).error)
        kept |= set(np.flatnonzero(error < limit).tolist()[:24])
    return every[sorted(kept)]


def _best_path(shape: Floats, positions: Floats, orders: Orders) -> NDArray[np.intp]:
    """(T,) the order of each frame that costs least over the take."""
    total, states = len(positions), len(orders)
    read = positions[:, orders]  # T, S, k, 3
    fit = np.stack([rms(fit_rigid(shape, read[:, s]).error) for s in range(states)], axis=1)
    cost = np.minimum(np.square(np.nan_to_num(fit) / _FIT_SCALE), _MOST)
    cost += _NOT_AS_LABELLED * (orders != np.arange(len(shape))).any(axis=1)
    switch = _SWITCH * (1.0 - np.eye(states))
    best, back = cost[0], np.zeros((total, states), dtype=np.intp)
    last = read[0].copy()  # S, k, 3: where each marker was last seen, by order
    age = np.ones((states, len(shape)))
    for frame in range(1, total):
        now = read[frame]
        square = _turns(now[None] - last[:, None], age[:, None])
        whole = best[:, None] + square.sum(axis=-1) + switch
        back[frame] = np.argmin(whole, axis=0)
        best = whole[back[frame], np.arange(states)] + cost[frame]
        last, age = last[back[frame]], age[back[frame]] + 1.0
        seen = seen_of(now)
        last[seen], age[seen] = now[seen], 1.0
    path = np.zeros(total, dtype=np.intp)
    path[-1] = int(np.argmin(best))
    for frame in range(total - 1, 0, -1):
        path[frame - 1] = back[frame, path[frame]]
    return path


def _turns(moves: Floats, age: Floats) -> Floats:
    """(S, S, k) what moves (S, S, k, 3) cost, without what all markers have in common: a thrown
    prop flies far between two frames, and turns less far.

    age: (S, 1, k) frames since each was seen last.
    """
    there = seen_of(moves)
    filled = np.where(there[..., None], moves, 0.0)
    common = filled.sum(axis=-2) / np.maximum(there.sum(axis=-1), 1)[..., None]
    own = np.linalg.norm(filled - common[..., None, :], axis=-1) / age
    return np.where(there, np.minimum(np.square(own / _MOVE_SCALE), _MOST), 0.0)
