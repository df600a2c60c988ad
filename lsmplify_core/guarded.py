# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of all frames together is taken only as far as it does not lead away from the tracks.

Where a limb or a spine is folded, turns of neighbouring joints nearly cancel each other. A linear
step along such a direction can be long, and a long step is not linear.
"""

from typing import Final

import numpy as np

from .arrays import Floats
from .attachments import State, Target, compare
from .clean import gaussian
from .learned import chunks, state_part, target_part
from .rotations import axis_angle_to_matrix, matrix_to_axis_angle

_SHARES: Final = (0.5, 0.25, 0.1, 0.0)
_WORSE: Final = 2.0
"""Times the mean squared distance to the tracks may grow, and what it may always be: steps that
smooth noise away grow it too."""
_FREE: Final = 0.012**2
_EDGE: Final = 0.06
"""Seconds over which the share of a step that is taken changes."""


def guarded(before: State, after: State, target: Target, rate: float) -> State:
    """`after`, or less of the way there in frames that would end up further from the tracks.

    target: with the weights that the step was made with. Costs two comparisons where nothing is
    wrong.
    """
    base = _distance(before, target)
    limit = np.maximum(_WORSE * base, _FREE)
    bad = _distance(after, target) > limit
    if not bad.any():
        return after
    share = np.ones(len(bad))
    for value in _SHARES:
        share[bad] = value
        part = _some(before, after, bad, share)
        worse = _distance(part, Target(
            target.bones, target.joints, target.offsets, target.points[bad], target.weights[bad]
        )) > limit[bad]  # fmt: skip
        bad[np.flatnonzero(bad)[~worse]] = False
        if not bad.any():
            break
    calm = gaussian(_least_around(share, max(1, round(2 * _EDGE * rate)))[:, None], _EDGE * rate)
    every = np.ones(len(share), dtype=bool)
    return _some(before, after, every, np.clip(calm[:, 0], 0.0, 1.0))


def _some(before: State, after: State, frames: Floats, share: Floats) -> State:
    """So much of the way from one state to the other, in some frames (T,) booleans."""
    start, end = before.rotations[frames], after.rotations[frames]
    way = matrix_to_axis_angle(np.swapaxes(start, -1, -2) @ end)
    part = share[frames, None, None].astype(way.dtype)
    turned = start @ axis_angle_to_matrix(part * way)
    moved = before.root[frames] + part[:, 0] * (after.root[frames] - before.root[frames])
    return State(turned.astype(start.dtype), moved.astype(before.root.dtype))


def _distance(state: State, target: Target) -> Floats:
    """(T,) mean squared distance to the tracks, metres squared, by their weights."""
    means = []
    for part in chunks(len(state.root)):
        own = target_part(target, part)
        seen = compare(state_part(state, part), own)
        apart = np.square(seen.residuals).sum(axis=-1) * own.weights
        means.append(apart.sum(axis=1) / (own.weights.sum(axis=1) + 1e-6))
    return np.concatenate(means)


def _least_around(values: Floats, reach: int) -> Floats:
    """The least value within `reach` frames on both sides."""
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
