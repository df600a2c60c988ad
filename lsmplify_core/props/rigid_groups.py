# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tracks move as one rigid body: all distances between them stay what they are.

Every pair of tracks has a usual distance and a slack, what four fifths of the samples differ from
it by, so that gaps and a while of exchanged labels do no harm. A group grows from its tightest pair
as long as each new track is about as tight to all that are in it (complete linkage).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..repair.rigid_neighbours import masked_quantile
from ..runtime.array_types import Floats

LEAST_TRACKS: Final = 3
"""Fewer points have no rotation."""
_SAMPLES: Final = 240
"""Frames, spread over the take, that distances are measured on."""
_COMMON: Final = 8
"""Samples in which two tracks must be seen together at least; of a short take half of them."""
_SHARE: Final = 0.8
"""Share of the samples whose deviation counts: the others may be exchanged labels."""
_TIGHTEST: Final = 0.003
"""Metres: distances as steady as this are rigid whatever the tightest pair is."""
_LOOSEST: Final = 0.009
"""Metres: a pair with more slack is not rigid. Optical markers on a prop come to 1–3 mm, skin on
a thigh to 10–20 mm."""
_RATIO: Final = 2.5
"""A track joins a group while its slack is less than this many times that of the tightest pair."""
_NEAREST: Final = 0.004
"""Metres: points nearer to each other are one point twice."""
_FURTHEST: Final = 4.0
"""Metres: the largest prop; what is further apart stands still together."""


@dataclass(frozen=True)
class Distances:
    """usual: (K, K) metres, the median distance of two tracks, NaN where they are never seen
    together. slack: (K, K) metres, what four fifths of the samples differ from it by, infinite
    where too few are there."""

    usual: Floats
    slack: Floats


def distances(positions: Floats) -> Distances:
    """Usual distances and slacks of all pairs of tracks (T, K, 3), in metres."""
    rows = np.linspace(0, len(positions) - 1, min(_SAMPLES, len(positions))).round().astype(int)
    sample, count = positions[rows], positions.shape[1]
    a, b = np.triu_indices(count, 1)
    squared = np.zeros((len(sample), len(a)))
    for axis in range(3):  # axis by axis: tables of vectors for all pairs leave the cache
        along = np.ascontiguousarray(sample[..., axis])
        squared += np.square(along[:, a] - along[:, b])
    apart = np.sqrt(squared)
    there = np.isfinite(apart)
    middle = masked_quantile(apart, there, 0.5)
    spread = masked_quantile(np.abs(apart - middle), there, _SHARE)
    enough = there.sum(axis=0) >= min(_COMMON, max(len(sample) // 2, 1))
    usual, slack = np.full((count, count), np.nan), np.full((count, count), np.inf)
    usual[a, b] = usual[b, a] = middle
    slack[a, b] = slack[b, a] = np.where(enough, spread, np.inf)
    return Distances(usual, slack)


def rigid_groups(between: Distances) -> list[NDArray[np.intp]]:
    """Groups of three tracks and more that move as one rigid body, the tightest first; no track is
    in two."""
    slack = between.slack.copy()
    slack[~((between.usual > _NEAREST) & (between.usual < _FURTHEST))] = np.inf
    free = np.ones(len(slack), dtype=bool)
    groups: list[NDArray[np.intp]] = []
    while True:
        open_pairs = np.where(free[:, None] & free[None], slack, np.inf)
        if not open_pairs.size or open_pairs.min() > _LOOSEST:
            return groups
        first = np.unravel_index(int(np.argmin(open_pairs)), slack.shape)
        group = _grown([int(first[0]), int(first[1])], slack, free)
        free[group] = False
        if len(group) >= LEAST_TRACKS:
            groups.append(np.array(sorted(group), dtype=np.intp))


def _grown(group: list[int], slack: Floats, free: NDArray[np.bool_]) -> list[int]:
    limit = min(max(_RATIO * slack[group[0], group[1]], _TIGHTEST), _LOOSEST)
    while True:
        worst = slack[group].max(axis=0)
        worst[group] = np.inf
        worst[~free] = np.inf
        track = int(np.argmin(worst))
        if worst[track] > limit:
            return group
        group = [*group, track]
