# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are on other points, or on somebody else."""

import numpy as np

from ...geometry.skeleton import MIRROR
from ...layouts.layout import Layout
from ...tracks.tracks import Tracks
from .fault import span_of, with_positions


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


def other_order(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """The points stand in another order than their names: limb by limb instead of side by side."""
    order = sorted(range(len(layout.keypoints)), key=lambda k: (layout.keypoints[k].joint % 3, k))
    if random.random() < 0.5:
        order = order[len(order) // 3 :] + order[: len(order) // 3]
    return with_positions(tracks, tracks.positions[:, order])


def neighbours_order(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Two to six names sit on others' points through the whole take."""
    count = int(random.integers(2, 7))
    chosen = random.choice(tracks.positions.shape[1], count, replace=False)
    positions = tracks.positions.copy()
    positions[:, chosen] = positions[:, np.roll(chosen, 1)]
    return with_positions(tracks, positions)


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
    return with_positions(tracks, positions)


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
    return with_positions(tracks, positions)


def exchanged_sides(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Left and right names are exchanged through the whole take."""
    return with_positions(tracks, tracks.positions[:, _other(layout)])


def exchanged_span(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Left and right names of the whole body are exchanged for a fifth to a half of the take."""
    positions, part = tracks.positions.copy(), span_of(tracks.frames, 0.2, 0.5, random)
    positions[part] = positions[part][:, _other(layout)]
    return with_positions(tracks, positions)


def exchanged_legs(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Left and right names of knees, ankles and feet are exchanged for most of the take."""
    positions, part = tracks.positions.copy(), span_of(tracks.frames, 0.4, 1.0, random)
    order = _other(layout)
    low = [k for k, p in enumerate(layout.keypoints) if p.joint in (4, 5, 7, 8, 10, 11)]
    positions[part, low] = tracks.positions[part][:, [order[k] for k in low]]
    return with_positions(tracks, positions)


def mixed_names(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """All names are on other points."""
    return with_positions(
        tracks, tracks.positions[:, random.permutation(tracks.positions.shape[1])]
    )


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
    return with_positions(tracks, positions)


def one_coordinate(
    tracks: Tracks, layout: Layout, other: Tracks, random: np.random.Generator
) -> Tracks:
    """Columns are one off: a track's x is the z of the track before."""
    flat = tracks.positions.reshape(tracks.frames, -1)
    return with_positions(tracks, np.roll(flat, 1, axis=1).reshape(tracks.positions.shape))
