# SPDX-License-Identifier: GPL-3.0-or-later
"""Short gaps filled: carried along by the points that move with the track, else by a spline."""

from typing import Final

import numpy as np

from ..ik.root_alignment import kabsch
from ..runtime.array_types import Floats
from .rigid_neighbours import RigidNeighbours, find_rigid_neighbours

_RIGID_TOLERANCE: Final = 0.012
"""Metres: neighbours whose distances vary less than this are on the same bone."""
_SLOPE_SAMPLES: Final = 2
"""Samples beside a gap that say how fast the track moves there."""


def filled(positions: Floats, gaps: list[tuple[int, int, int]]) -> Floats:
    """(T, K, 3) the positions with gaps (track, first, last) filled where something is known.

    A gap at the beginning or end of what is seen of a track stays.
    """
    result = positions.copy()
    neighbours = find_rigid_neighbours(positions)
    for track, first, last in gaps:
        first, last = max(first, 0), min(last, len(positions) - 1)
        low, high = first - 1, last + 1
        if low < 0 or high >= len(positions):
            continue
        if not np.isfinite(positions[[low, high], track]).all():
            continue
        result[first : last + 1, track] = _interpolated(positions, neighbours, track, low, high)
    return result


def _interpolated(
    positions: Floats, neighbours: RigidNeighbours, track: int, low: int, high: int
) -> Floats:
    """(n, 3): the track between two seen samples, in the frame of what moves with it."""
    span = slice(max(low - _SLOPE_SAMPLES, 0), high + 1 + _SLOPE_SAMPLES)
    near, tolerance = neighbours.of[track], neighbours.tolerance[track]
    rigid = near[(tolerance < _RIGID_TOLERANCE)]
    inside = slice(low, high + 1)
    rigid = rigid[np.isfinite(positions[inside][:, rigid]).all(axis=(0, 2))]
    if len(rigid) >= 3:
        return _by_rigid_body(positions, rigid, track, low, high)
    nearly_rigid = near[tolerance < 3.0 * _RIGID_TOLERANCE]
    nearly_rigid = nearly_rigid[np.isfinite(positions[span][:, nearly_rigid]).all(axis=(0, 2))]
    centre = (
        positions[:, nearly_rigid].mean(axis=1)
        if len(nearly_rigid)
        else np.zeros((len(positions), 3))
    )
    return spline(positions[:, track] - centre, low, high) + centre[low + 1 : high]


def _by_rigid_body(positions: Floats, bone: np.ndarray, track: int, low: int, high: int) -> Floats:
    """Carried by the bone from the sample before and from the one after, the two blended."""
    points = positions[low : high + 1][:, bone]
    centre = points.mean(axis=1, keepdims=True)
    relative = points - centre
    estimates: list[Floats] = []
    for end in (0, -1):
        turn = kabsch(np.swapaxes(relative[1:-1], -1, -2) @ relative[end])
        arm = positions[low if end == 0 else high, track] - centre[end, 0]
        estimates.append(centre[1:-1, 0] + (turn @ arm))
    share = np.arange(1, high - low)[:, None] / (high - low)
    return (1.0 - share) * estimates[0] + share * estimates[1]


def spline(path: Floats, low: int, high: int) -> Floats:
    """(n, 3): the cubic Hermite curve of a path (T, 3) between the frames low and high, with the
    slopes of the samples beside them."""
    span = high - low
    start, end = path[low], path[high]
    chord = (end - start) / span
    before, after = (
        path[max(low - _SLOPE_SAMPLES, 0)],
        path[min(high + _SLOPE_SAMPLES, len(path) - 1)],
    )
    leave = (start - before) / max(low - max(low - _SLOPE_SAMPLES, 0), 1)
    arrive = (after - end) / max(min(high + _SLOPE_SAMPLES, len(path) - 1) - high, 1)
    leave = np.where(np.isfinite(leave) & (low > 0), leave, chord)
    arrive = np.where(np.isfinite(arrive) & (high < len(path) - 1), arrive, chord)
    t = (np.arange(1, span) / span)[:, None]
    return (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * span * leave
        + (3 * t**2 - 2 * t**3) * end
        + (t**3 - t**2) * span * arrive
    )
