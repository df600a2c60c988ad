# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tracks move together: for each track those whose distance to it hardly changes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.vectors import lengths
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from .paths import groups, lower_median, paths_of

MAX_NEIGHBOURS: Final = 5
_SAMPLES: Final = 90
"""Frames, spread over the take, that distances are measured on."""
_NEAREST: Final = 0.02
_FURTHEST: Final = 0.75
_LOOSEST: Final = 0.06
"""Metres: what changes its distance more is no neighbour."""
_ABSOLUTE_SLACK: Final = 0.012
_RELATIVE_SLACK: Final = 4.0
"""A distance is off where it differs from the usual by 12 mm and 4 times as much as three
fifths of the samples do."""


@dataclass(frozen=True)
class RigidNeighbours:
    """of: K arrays of tracks, the steadiest first. usual: K arrays of metres, the median distances.
    tolerance: K arrays of metres, what three fifths of the samples differ from these by."""

    of: tuple[NDArray[np.intp], ...]
    usual: tuple[Floats, ...]
    tolerance: tuple[Floats, ...]

    def deviation(self, positions: Floats, track: int, frames: slice) -> Floats:
        """(n,): how far the track is from where its neighbours are used to have it; 1 is the most
        that is normal. NaN where it or all neighbours are unseen."""
        near = self.of[track]
        if not len(near):
            return np.full(len(positions[frames]), np.nan)
        paths = paths_of(positions[frames, [track, *near]])
        distance = lengths((paths[0] - paths[1:]).transpose(0, 2, 1))
        limit = _ABSOLUTE_SLACK + _RELATIVE_SLACK * self.tolerance[track]
        off = np.abs(distance - self.usual[track][:, None]) / limit[:, None]
        return lower_median(off)

    def nth(self, place: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats, Floats]:
        """Tracks that have so many neighbours, that neighbour of each, usual distance and limit."""
        tracks = np.array([k for k, n in enumerate(self.of) if len(n) > place], dtype=np.intp)
        near = np.array([self.of[k][place] for k in tracks], dtype=np.intp)
        usual = np.array([self.usual[k][place] for k in tracks])
        tolerance = np.array([self.tolerance[k][place] for k in tracks])
        return tracks, near, usual, _ABSOLUTE_SLACK + _RELATIVE_SLACK * tolerance

    def suspects(self, positions: Floats) -> NDArray[np.bool_]:
        """(K,): tracks that are ever off by the word of one of their first two neighbours; a quick
        look that spares the long one."""
        paths = paths_of(positions)
        places = [self.nth(place) for place in (0, 1)]

        def look(group: slice) -> NDArray[np.bool_]:
            found = np.zeros(group.stop - group.start, dtype=bool)
            for tracks, near, usual, limit in places:
                here = (tracks >= group.start) & (tracks < group.stop)
                own = tracks[here]
                distance = lengths((paths[own] - paths[near[here]]).transpose(0, 2, 1))
                off = np.abs(distance - usual[here][:, None]) > limit[here][:, None]
                found[own - group.start] |= off.any(axis=1)
            return found

        of_groups = run_steps(parallel_map(look, groups(len(paths), len(positions))))
        return np.concatenate(of_groups)


def find_rigid_neighbours(positions: Floats) -> RigidNeighbours:
    """Neighbours of each of the K tracks of positions (T, K, 3) in metres."""
    sample = positions[np.unique(np.linspace(0, len(positions) - 1, _SAMPLES).round().astype(int))]
    count = positions.shape[1]
    a, b = np.triu_indices(count, 1)
    difference = _distances(sample, a, b)
    there = np.isfinite(difference)
    middle = masked_quantile(difference, there, 0.5)
    tolerance = masked_quantile(np.abs(difference - middle), there, 0.6)
    good = there.sum(axis=0) >= min(8, len(sample))
    good &= (middle > _NEAREST) & (middle < _FURTHEST) & (tolerance < _LOOSEST)
    usual, tolerances, rank = (np.full((count, count), np.inf) for _ in range(3))
    usual[a, b] = usual[b, a] = middle
    tolerances[a, b] = tolerances[b, a] = tolerance
    rank[a, b] = rank[b, a] = np.where(good, tolerance + 0.01 * middle, np.inf)
    order = np.argsort(rank, axis=1)[:, :MAX_NEIGHBOURS]
    of = tuple(row[np.isfinite(rank[k, row])] for k, row in enumerate(order))
    return RigidNeighbours(
        of,
        tuple(usual[k, near] for k, near in enumerate(of)),
        tuple(tolerances[k, near] for k, near in enumerate(of)),
    )


def _distances(sample: Floats, a: NDArray[np.intp], b: NDArray[np.intp]) -> Floats:
    """(T, P) metres between pairs of tracks; axis by axis, which adds three arrays in place of an
    axis of three, five times as fast."""
    squares = np.zeros((len(sample), len(a)))
    for axis in np.ascontiguousarray(sample.transpose(2, 0, 1)):
        apart = axis[:, a]
        apart -= axis[:, b]
        squares += np.square(apart, out=apart)
    return np.sqrt(squares, out=squares)


def masked_quantile(values: Floats, there: NDArray[np.bool_], share: float) -> Floats:
    """The quantile over the first axis of the values that are there; NaN where none is. Far faster
    than NumPy's own for NaN."""
    ordered = np.sort(np.where(there, values, np.inf), axis=0)
    count = there.sum(axis=0)
    at = np.clip(np.ceil(share * count) - 1, 0, None).astype(np.intp)
    found = np.take_along_axis(ordered, at[None], axis=0)[0]
    return np.where(count > 0, found, np.nan)
