# SPDX-License-Identifier: GPL-3.0-or-later
"""A world of another hand, up axis, unit or shape than the file says."""

from dataclasses import replace

import numpy as np

from ...layouts.layout import Layout
from ...runtime.array_types import Floats
from ...tracks.tracks import Tracks
from .fault import with_positions


def _turned(tracks: Tracks, rotation: Floats) -> Tracks:
    middle = np.nanmean(tracks.positions, axis=(0, 1))
    return with_positions(tracks, (tracks.positions - middle) @ rotation.T + middle)


def _about(axis: Floats, degrees: float) -> Floats:
    """Rotation matrix (3, 3), Rodrigues' formula."""
    x, y, z = axis / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)


def mirrored(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """A left-handed export: one horizontal axis runs the other way."""
    return with_positions(tracks, tracks.positions * [-1.0, 1.0, 1.0])


def wrong_up(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Another axis is up than the user says."""
    up = ("+x", "-x", "+y", "-y", "-z")[int(random.integers(5))]
    return replace(tracks, up=up, up_given=True)


def tilted(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """The world leans with a camera by 12 to 40 degrees."""
    way = random.uniform(0, 2 * np.pi)
    axis = np.array([np.cos(way), np.sin(way), 0.0])
    return replace(_turned(tracks, _about(axis, random.uniform(12, 40))), up="+z", up_given=True)


def flat(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Points of a picture: depth is the same everywhere."""
    way = random.uniform(0, np.pi)
    turned = _turned(tracks, _about(np.array([0.0, 0.0, 1.0]), np.degrees(way))).positions.copy()
    turned[..., 1] = 0.0
    return with_positions(tracks, turned)


def wrong_aspect(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Image landmarks: x by the picture's width and y by its height; depth by the width."""
    return with_positions(
        tracks, tracks.positions * [1.0, 1.0, float(random.choice([0.5625, 1.7778]))]
    )


def wrong_unit(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """The user says a unit that it is not."""
    return replace(tracks, unit=float(random.choice([0.1, 0.3048, 2.0, 3.28])), unit_given=True)
