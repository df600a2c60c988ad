# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames and samples that are lost, held, late or elsewhere."""

import numpy as np

from ...layouts.layout import Layout
from ...tracks.tracks import Tracks
from .fault import span_of, with_positions


def held(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Gaps of a third to nine tenths of the take are filled with the last value, in 2 to 6
    tracks."""
    positions = tracks.positions.copy()
    for k in random.choice(positions.shape[1], int(random.integers(2, 7)), replace=False):
        part = span_of(tracks.frames, 0.3, 0.9, random)
        positions[part, k] = positions[part.start, k]
    return with_positions(tracks, positions)


def held_all(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Every track is held for a third to two thirds of the take."""
    positions, part = tracks.positions.copy(), span_of(tracks.frames, 0.3, 0.65, random)
    positions[part] = positions[part.start]
    return with_positions(tracks, positions)


def missing_rows(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """A fifth to a half of the rows is absent, and those after it come right on; rows at both ends
    are there."""
    rows = round(tracks.frames * random.uniform(0.2, 0.5))
    first = round((tracks.frames - rows) * random.uniform(0.2, 0.8))
    keep = np.ones(tracks.frames, dtype=bool)
    keep[first : first + rows] = False
    return with_positions(tracks, tracks.positions[keep])


def shuffled_rows(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Files of frames in the order of their names: 1, 10, 100, 11, …"""
    order = sorted(range(tracks.frames), key=str)
    return with_positions(tracks, tracks.positions[order])


def late_tracks(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """A third of the tracks starts later than the file says."""
    positions = tracks.positions.copy()
    late = min(max(int(random.integers(20, 90)), 1), tracks.frames - 1)
    for k in random.choice(positions.shape[1], positions.shape[1] // 3, replace=False):
        positions[:, k] = np.roll(positions[:, k], late, axis=0)
        positions[:late, k] = np.nan
    return with_positions(tracks, positions)


def lost_leg(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Both legs leave the volume for most of the take."""
    positions, part = tracks.positions.copy(), span_of(tracks.frames, 0.6, 0.9, random)
    low = [k for k, p in enumerate(layout.keypoints) if p.joint in (1, 2, 4, 5, 7, 8, 10, 11)]
    positions[part, low] = np.nan
    return with_positions(tracks, positions)


def lost_all(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Nothing is seen for a third to two thirds of the take."""
    positions, part = tracks.positions.copy(), span_of(tracks.frames, 0.3, 0.65, random)
    positions[part] = np.nan
    return with_positions(tracks, positions)


def wandering(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """A marker after the other falls off and lies on the floor, or hangs on something else."""
    positions = tracks.positions.copy()
    for k in random.choice(positions.shape[1], positions.shape[1] // 3, replace=False):
        first = int(random.integers(0, tracks.frames // 2 + 1))
        path = positions[first, k] + random.uniform(-1, 1, 3)
        positions[first:, k] = path + 0.05 * random.standard_normal((tracks.frames - first, 3))
    return with_positions(tracks, positions)
