# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes with the faults of real files put in on purpose, to measure whether a verdict notices.

Each fault takes the clean tracks of a take (metres, Z up) and gives what a reader would hand on had
the file been wrong in that way.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from ..geometry.skeleton import MIRROR
from ..layouts.layout import Layout
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks

Fault = Callable[[Tracks, Layout, Tracks, np.random.Generator], Tracks]
"""Clean tracks, their layout, tracks of another take of the same layout, random numbers."""


def _with(tracks: Tracks, positions: Floats) -> Tracks:
    return replace(tracks, positions=positions)


def _other(layout: Layout) -> list[int]:
    """(K,) the keypoint on the other side, itself where there is none."""
    found = list(range(len(layout.keypoints)))
    for k, point in enumerate(layout.keypoints):
        if MIRROR[point.joint] == point.joint and abs(point.offset[0]) < 0.01:
            continue
        mirrored = np.array(point.offset) * [-1.0, 1.0, 1.0]
        others = [
            (float(np.linalg.norm(mirrored - other.offset)), i)
            for i, other in enumerate(layout.keypoints)
            if other.joint == MIRROR[point.joint] and i != k
        ]
        if others and min(others)[0] < 0.06:
            found[k] = min(others)[1]
    return found


def _turned(tracks: Tracks, rotation: Floats) -> Tracks:
    middle = np.nanmean(tracks.positions, axis=(0, 1))
    return _with(tracks, (tracks.positions - middle) @ rotation.T + middle)


def _about(axis: Floats, degrees: float) -> Floats:
    """Rotation matrix (3, 3), Rodrigues' formula."""
    x, y, z = axis / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)


def _span(frames: int, least: float, most: float, random: np.random.Generator) -> slice:
    """A span that takes a share of the frames between `least` and `most`."""
    length = max(2, round(frames * random.uniform(least, most)))
    first = int(random.integers(0, max(frames - length, 0) + 1))
    return slice(first, first + length)


def other_order(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """The points stand in another order than their names: limb by limb instead of side by side."""
    order = sorted(range(len(layout.keypoints)), key=lambda k: (layout.keypoints[k].joint % 3, k))
    if random.random() < 0.5:
        order = order[len(order) // 3 :] + order[: len(order) // 3]
    return _with(tracks, tracks.positions[:, order])


def neighbours_order(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Two to six names sit on others' points through the whole take."""
    count = int(random.integers(2, 7))
    chosen = random.choice(tracks.positions.shape[1], count, replace=False)
    positions = tracks.positions.copy()
    positions[:, chosen] = positions[:, np.roll(chosen, 1)]
    return _with(tracks, positions)


def two_people(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Some names belong to somebody else who stands 0.6 to 2 m away."""
    frames = min(tracks.frames, other.frames)
    positions = tracks.positions[:frames].copy()
    theirs = other.positions[:frames]
    shift = np.nanmean(positions[0], axis=0) - np.nanmean(theirs[0], axis=0)
    way = random.uniform(-1, 1, 2)
    shift[:2] += random.uniform(0.6, 2.0) * way / np.linalg.norm(way)
    shift[2] = 0.0
    taken = random.random(positions.shape[1]) < random.uniform(0.2, 0.5)
    positions[:, taken] = (theirs + shift)[:, taken]
    return _with(tracks, positions)


def people_in_turn(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """The names jump to somebody else for spans of the take."""
    frames = min(tracks.frames, other.frames)
    positions = tracks.positions[:frames].copy()
    theirs = other.positions[:frames]
    apart = np.nanmean(positions, axis=(0, 1)) - np.nanmean(theirs, axis=(0, 1))
    way = random.uniform(-1, 1, 2)
    apart[:2] += random.uniform(0.8, 2.0) * way / np.linalg.norm(way)
    theirs = theirs + apart * [1.0, 1.0, 0.0]
    period = int(random.integers(8, 60))
    turn = (np.arange(frames) // period) % 2 == 1
    positions[turn] = theirs[turn]
    return _with(tracks, positions)


def mirrored(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """A left-handed export: one horizontal axis runs the other way."""
    return _with(tracks, tracks.positions * [-1.0, 1.0, 1.0])


def exchanged_sides(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Left and right names are exchanged through the whole take."""
    return _with(tracks, tracks.positions[:, _other(layout)])


def exchanged_span(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Left and right names of the whole body are exchanged for a fifth to a half of the take."""
    positions, part = tracks.positions.copy(), _span(tracks.frames, 0.2, 0.5, random)
    positions[part] = positions[part][:, _other(layout)]
    return _with(tracks, positions)


def exchanged_legs(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Left and right names of knees, ankles and feet are exchanged for most of the take."""
    positions, part = tracks.positions.copy(), _span(tracks.frames, 0.4, 1.0, random)
    order = _other(layout)
    low = [k for k, p in enumerate(layout.keypoints) if p.joint in (4, 5, 7, 8, 10, 11)]
    positions[part, low] = tracks.positions[part][:, [order[k] for k in low]]
    return _with(tracks, positions)


def wrong_up(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Another axis is up than the user says."""
    up = ("+x", "-x", "+y", "-y", "-z")[int(random.integers(5))]
    return replace(tracks, up=up, up_given=True)


def tilted(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """The world leans with a camera by 12 to 40 degrees."""
    way = random.uniform(0, 2 * np.pi)
    axis = np.array([np.cos(way), np.sin(way), 0.0])
    return replace(_turned(tracks, _about(axis, random.uniform(12, 40))), up="+z", up_given=True)


def held(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Gaps of a third to nine tenths of the take are filled with the last value, in 2 to 6
    tracks."""
    positions = tracks.positions.copy()
    for k in random.choice(positions.shape[1], int(random.integers(2, 7)), replace=False):
        part = _span(tracks.frames, 0.3, 0.9, random)
        positions[part, k] = positions[part.start, k]
    return _with(tracks, positions)


def held_all(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Every track is held for a third to two thirds of the take."""
    positions, part = tracks.positions.copy(), _span(tracks.frames, 0.3, 0.65, random)
    positions[part] = positions[part.start]
    return _with(tracks, positions)


def missing_rows(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """A fifth to a half of the rows is absent, and those after it come right on; rows at both ends
    are there."""
    rows = round(tracks.frames * random.uniform(0.2, 0.5))
    first = round((tracks.frames - rows) * random.uniform(0.2, 0.8))
    keep = np.ones(tracks.frames, dtype=bool)
    keep[first : first + rows] = False
    return _with(tracks, tracks.positions[keep])


def shuffled_rows(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Files of frames in the order of their names: 1, 10, 100, 11, …"""
    order = sorted(range(tracks.frames), key=str)
    return _with(tracks, tracks.positions[order])


def late_tracks(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """A third of the tracks starts later than the file says."""
    positions = tracks.positions.copy()
    late = min(max(int(random.integers(20, 90)), 1), tracks.frames - 1)
    for k in random.choice(positions.shape[1], positions.shape[1] // 3, replace=False):
        positions[:, k] = np.roll(positions[:, k], late, axis=0)
        positions[:late, k] = np.nan
    return _with(tracks, positions)


def velocities(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Speeds stand where places should be."""
    return _with(tracks, np.gradient(tracks.positions, axis=0) * tracks.rate)


def angles(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Angles in degrees stand where places should be, some of them wrapped."""
    middle = np.nanmean(tracks.positions, axis=1, keepdims=True)
    away = tracks.positions - middle
    flat = np.degrees(np.arctan2(away[..., 1], away[..., 0]))
    lift = np.degrees(np.arctan2(away[..., 2], np.linalg.norm(away[..., :2], axis=-1)))
    return _with(tracks, np.stack((flat, lift, np.degrees(np.sin(flat / 57.3))), -1))


def some_not_places(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """A third of the tracks are speeds of their points."""
    positions = tracks.positions.copy()
    speed = np.gradient(tracks.positions, axis=0) * tracks.rate
    chosen = random.choice(positions.shape[1], positions.shape[1] // 3, replace=False)
    positions[:, chosen] = speed[:, chosen]
    return _with(tracks, positions)


def random_points(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Numbers without any meaning: fresh ones, or each track on a walk of its own."""
    steps = random.standard_normal(tracks.positions.shape)
    if random.random() < 0.5:
        return _with(tracks, 0.5 * steps)
    return _with(tracks, 0.5 * steps[:1] + np.cumsum(0.02 * steps, axis=0))


def mixed_names(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """All names are on other points."""
    return _with(tracks, tracks.positions[:, random.permutation(tracks.positions.shape[1])])


def names_by_frame(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Names are dealt anew in every few frames."""
    positions, at = tracks.positions.copy(), 0
    while at < tracks.frames:
        step = int(random.integers(1, 30))
        order = random.permutation(positions.shape[1])
        positions[at : at + step] = positions[at : at + step][:, order]
        at += step
    return _with(tracks, positions)


def flat(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Points of a picture: depth is the same everywhere."""
    way = random.uniform(0, np.pi)
    turned = _turned(tracks, _about(np.array([0.0, 0.0, 1.0]), np.degrees(way))).positions.copy()
    turned[..., 1] = 0.0
    return _with(tracks, turned)


def wrong_aspect(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Image landmarks: x by the picture's width and y by its height; depth by the width."""
    return _with(tracks, tracks.positions * [1.0, 1.0, float(random.choice([0.5625, 1.7778]))])


def wrong_unit(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """The user says a unit that it is not."""
    return replace(tracks, unit=float(random.choice([0.1, 0.3048, 2.0, 3.28])), unit_given=True)


def one_coordinate(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Columns are one off: a track's x is the z of the track before."""
    flat = tracks.positions.reshape(tracks.frames, -1)
    return _with(tracks, np.roll(flat, 1, axis=1).reshape(tracks.positions.shape))


def lost_leg(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Both legs leave the volume for most of the take."""
    positions, part = tracks.positions.copy(), _span(tracks.frames, 0.6, 0.9, random)
    low = [k for k, p in enumerate(layout.keypoints) if p.joint in (1, 2, 4, 5, 7, 8, 10, 11)]
    positions[part, low] = np.nan
    return _with(tracks, positions)


def lost_all(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """Nothing is seen for a third to two thirds of the take."""
    positions, part = tracks.positions.copy(), _span(tracks.frames, 0.3, 0.65, random)
    positions[part] = np.nan
    return _with(tracks, positions)


def wandering(tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator) -> Tracks:
    """A marker after the other falls off and lies on the floor, or hangs on something else."""
    positions = tracks.positions.copy()
    for k in random.choice(positions.shape[1], positions.shape[1] // 3, replace=False):
        first = int(random.integers(0, tracks.frames // 2 + 1))
        path = positions[first, k] + random.uniform(-1, 1, 3)
        positions[first:, k] = path + 0.05 * random.standard_normal((tracks.frames - first, 3))
    return _with(tracks, positions)


FAULTS: Final[dict[str, Fault]] = {
    f.__name__.replace("_", " "): f
    for f in (
        other_order, neighbours_order, two_people, people_in_turn, mirrored, exchanged_sides,
        exchanged_span, exchanged_legs, wrong_up, tilted, held, held_all, missing_rows,
        shuffled_rows, late_tracks, velocities, angles, some_not_places, random_points, mixed_names,
        names_by_frame, flat, wrong_aspect, wrong_unit, one_coordinate, lost_leg, lost_all,
        wandering,
    )
}  # fmt: skip
"""Faults by name."""
