# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of all frames together is taken only as far as it does not lead away from the tracks.

Where a limb or a spine is folded, turns of neighbouring joints nearly cancel each other. A linear
step along such a direction can be long, and a long step is not linear.
"""

from typing import Final

import numpy as np

from ..body.markers import State, Target, compare
from ..runtime.array_types import Floats
from ..runtime.progress import finished
from ..runtime.threads import side_by_side
from .predictor import chunks, state_part, target_part
from .smoothing import gaussian, part_way

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
        part = part_way(state_part(before, bad), state_part(after, bad), share[bad])
        worse = _distance(part, target_part(target, bad)) > limit[bad]
        bad[np.flatnonzero(bad)[~worse]] = False
        if not bad.any():
            break
    calm = gaussian(_least_around(share, max(1, round(2 * _EDGE * rate)))[:, None], _EDGE * rate)
    return part_way(before, after, np.clip(calm[:, 0], 0.0, 1.0))


def _distance(state: State, target: Target) -> Floats:
    """(T,) mean squared distance to the tracks, metres squared, by their weights."""

    def mean(part: slice) -> Floats:
        own = target_part(target, part)
        seen = compare(state_part(state, part), own)
        apart = np.square(seen.residuals).sum(axis=-1) * own.weights
        return apart.sum(axis=1) / (own.weights.sum(axis=1) + 1e-6)

    return np.concatenate(finished(side_by_side(mean, chunks(len(state.root)))))


def _least_around(values: Floats, reach: int) -> Floats:
    """The least value within `reach` frames on both sides."""
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
