# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that are no places."""

import numpy as np

from ...layouts.layout import Layout
from ...tracks.tracks import Tracks
from .fault import with_positions


def velocities(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Speeds stand where places should be."""
    return with_positions(tracks, np.gradient(tracks.positions, axis=0) * tracks.rate)


def angles(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Angles in degrees stand where places should be, some of them wrapped."""
    middle = np.nanmean(tracks.positions, axis=1, keepdims=True)
    away = tracks.positions - middle
    flat = np.degrees(np.arctan2(away[..., 1], away[..., 0]))
    lift = np.degrees(np.arctan2(away[..., 2], np.linalg.norm(away[..., :2], axis=-1)))
    return with_positions(tracks, np.stack((flat, lift, np.degrees(np.sin(flat / 57.3))), -1))


def some_not_places(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """A third of the tracks are speeds of their points."""
    positions = tracks.positions.copy()
    speed = np.gradient(tracks.positions, axis=0) * tracks.rate
    chosen = random.choice(positions.shape[1], positions.shape[1] // 3, replace=False)
    positions[:, chosen] = speed[:, chosen]
    return with_positions(tracks, positions)


def random_points(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Numbers without any meaning: fresh ones, or each track on a walk of its own."""
    steps = random.standard_normal(tracks.positions.shape)
    if random.random() < 0.5:
        return with_positions(tracks, 0.5 * steps)
    return with_positions(tracks, 0.5 * steps[:1] + np.cumsum(0.02 * steps, axis=0))
