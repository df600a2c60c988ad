# SPDX-License-Identifier: GPL-3.0-or-later
"""Short gaps filled: carried along by the points that move with the track, else by a spline."""

from typing import Final

import numpy as np

from ..ik.root_alignment import kabsch
from ..runtime.array_types import Floats
from .rigid_neighbours import Partners, find_partners

_RIGID: Final = 0.012
"""Metres: partners whose distances vary less than this are on the same bone."""
_SLOPE: Final = 2
"""Samples beside a gap that say how fast the track moves there."""


def filled(positions: Floats, gaps: list[tuple[int, int, int]]) -> Floats:
    """(T, K, 3) the positions with gaps (track, first, last) filled where something is known.

    A gap at the beginning or end of what is seen of a track stays.
    """
    result = positions.copy()
    partners = find_partners(positions)
    for track, first, last in gaps:
        first, last = max(first, 0), min(last, len(positions) - 1)
        low, high = first - 1, last + 1
        if low < 0 or high >= len(positions):
            continue
        if not np.isfinite(positions[[low, high], track]).all():
            continue
        result[first : last + 1, track] = _carried(positions, partners, track, low, high)
    return result


def _carried(positions: Floats, partners: Partners, track: int, low: int, high: int) -> Floats:
    """(n, 3): the track between two seen samples, in the frame of what moves with it."""
    span = slice(max(low - _SLOPE, 0), high + 1 + _SLOPE)
    near, spread = partners.of[track], partners.spread[track]
    with_it = near[(spread < _RIGID)]
    inside = slice(low, high + 1)
    with_it = with_it[np.isfinite(positions[inside][:, with_it]).all(axis=(0, 2))]
    if len(with_it) >= 3:
        return _by_bone(positions, with_it, track, low, high)
    loose = near[spread < 3.0 * _RIGID]
    loose = loose[np.isfinite(positions[span][:, loose]).all(axis=(0, 2))]
    centre = positions[:, loose].mean(axis=1) if len(loose) else np.zeros((len(positions), 3))
    return spline(positions[:, track] - centre, low, high) + centre[low + 1 : high]


def _by_bone(positions: Floats, bone: np.ndarray, track: int, low: int, high: int) -> Floats:
    """Carried by the bone from the sample before and from the one after, the two blended."""
    points = positions[low : high + 1][:, bone]
    centre = points.mean(axis=1, keepdims=True)
    away = points - centre
    carried: list[Floats] = []
    for end in (0, -1):
        turn = kabsch(np.swapaxes(away[1:-1], -1, -2) @ away[end])
        arm = positions[low if end == 0 else high, track] - centre[end, 0]
        carried.append(centre[1:-1, 0] + (turn @ arm))
    share = np.arange(1, high - low)[:, None] / (high - low)
    return (1.0 - share) * carried[0] + share * carried[1]


def spline(path: Floats, low: int, high: int) -> Floats:
    """(n, 3): the cubic Hermite curve of a path (T, 3) between the frames low and high, with the
    slopes of the samples beside them."""
    span = high - low
    start, end = path[low], path[high]
    chord = (end - start) / span
    before, after = path[max(low - _SLOPE, 0)], path[min(high + _SLOPE, len(path) - 1)]
    leave = (start - before) / max(low - max(low - _SLOPE, 0), 1)
    arrive = (after - end) / max(min(high + _SLOPE, len(path) - 1) - high, 1)
    leave = np.where(np.isfinite(leave) & (low > 0), leave, chord)
    arrive = np.where(np.isfinite(arrive) & (high < len(path) - 1), arrive, chord)
    t = (np.arange(1, span) / span)[:, None]
    return (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * span * leave
        + (3 * t**2 - 2 * t**3) * end
        + (t**3 - t**2) * span * arrive
    )
