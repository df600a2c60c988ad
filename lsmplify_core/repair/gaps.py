# SPDX-License-Identifier: GPL-3.0-or-later
"""Short gaps filled: carried along by the points that move with the track, else by a spline."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..ik.root_alignment import kabsch
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from .rigid_neighbours import find_rigid_neighbours

_RIGID_TOLERANCE: Final = 0.012
"""Metres: neighbours whose distances vary less than this are on the same bone."""
_LEAST_ON_BONE: Final = 3
"""Tracks that tell how a bone is turned."""
_PIECE: Final = 4096
"""Samples that are filled in one go."""
_SLOPE_SAMPLES: Final = 2
"""Samples beside a gap that say how fast the track moves there."""


def filled(positions: Floats, gaps: list[tuple[int, int, int]]) -> Floats:
    """(T, K, 3) the positions with gaps (track, first, last) filled where something is known.

    A gap at the beginning or end of what is seen of a track stays.
    """
    result = positions.copy()
    neighbours = find_rigid_neighbours(positions)
    seen: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(positions), axis=2)
    carried: dict[int, list[_OnBone]] = {}
    for track, first, last in gaps:
        low, high = max(first, 0) - 1, min(last, len(positions) - 1) + 1
        if low < 0 or high >= len(positions) or not (seen[low, track] and seen[high, track]):
            continue
        near, tolerance = neighbours.of[track], neighbours.tolerance[track]
        bone = _seen_throughout(near[tolerance < _RIGID_TOLERANCE], seen[low : high + 1])
        if len(bone) >= _LEAST_ON_BONE:
            carried.setdefault(len(bone), []).append((track, low, high, bone))
            continue
        span = slice(max(low - _SLOPE_SAMPLES, 0), high + 1 + _SLOPE_SAMPLES)
        nearly_rigid = _seen_throughout(near[tolerance < 3.0 * _RIGID_TOLERANCE], seen[span])
        path = positions[span, track]
        centre = np.zeros_like(path)
        if len(nearly_rigid):
            centre = positions[span][:, nearly_rigid].mean(axis=1)
        inside = slice(low - span.start + 1, high - span.start)
        result[low + 1 : high, track] = (
            spline(path - centre, inside.start - 1, inside.stop) + centre[inside]
        )
    pieces = [piece for same in carried.values() for piece in _pieces(same)]
    ways = run_steps(parallel_map(lambda piece: _by_rigid_bodies(positions, piece), pieces))
    for frames, tracks, way in ways:
        result[frames, tracks] = way
    return result


_OnBone = tuple[int, int, int, NDArray[np.intp]]
"""A track, the samples before and after its gap, and the tracks that are on its bone."""


def _seen_throughout(tracks: NDArray[np.intp], seen: NDArray[np.bool_]) -> NDArray[np.intp]:
    return tracks[seen[:, tracks].all(axis=0)]


def _pieces(gaps: list[_OnBone]) -> list[list[_OnBone]]:
    """Gaps that are filled in one go: some thousand samples, or one long gap."""
    pieces: list[list[_OnBone]] = []
    samples = _PIECE
    for gap in gaps:
        if samples >= _PIECE:
            pieces.append([])
            samples = 0
        pieces[-1].append(gap)
        samples += gap[2] - gap[1] - 1
    return pieces


def _by_rigid_bodies(
    positions: Floats, gaps: list[_OnBone]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Frames, tracks and places (N, 3) of all samples in some gaps, whose bones have equally many
    tracks: carried by the bone from the sample before and from the one after, the two blended."""
    counts = [high - low - 1 for _, low, high, _ in gaps]
    tracks = np.repeat([gap[0] for gap in gaps], counts)
    lows = np.repeat([gap[1] for gap in gaps], counts)
    highs = np.repeat([gap[2] for gap in gaps], counts)
    bones = np.repeat([gap[3] for gap in gaps], counts, axis=0)
    frames = np.concatenate([np.arange(low + 1, high) for _, low, high, _ in gaps])
    centre, turned = _bone_at(positions, frames, bones)
    estimates: list[Floats] = []
    for end in (lows, highs):
        its_centre, its_points = _bone_at(positions, end, bones)
        turn = kabsch(np.swapaxes(turned, -1, -2) @ its_points)
        arm = positions[end, tracks] - its_centre
        estimates.append(centre + (turn @ arm[..., None])[..., 0])
    share = ((frames - lows) / (highs - lows))[:, None]
    return frames, tracks, (1.0 - share) * estimates[0] + share * estimates[1]


def _bone_at(
    positions: Floats, frames: NDArray[np.intp], bones: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """The middle (N, 3) of tracks (N, n) in N frames, and the tracks about it (N, n, 3)."""
    points = positions[frames[:, None], bones]
    centre = points.mean(axis=1)
    return centre, points - centre[:, None]


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
