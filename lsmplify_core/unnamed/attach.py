# SPDX-License-Identifier: GPL-3.0-or-later
"""From nameless tracks to a layout of their own: the network's word, then what the solved body says.

The network for nameless points gives each track a joint and a place on it. A calibration with loose
offsets poses a body under them; a track then goes to the joint in whose frame it moves least, and
its place there is measured.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..attachments import State, Target
from ..body import default_body
from ..calibrate import Calibration, calibrate_steps
from ..errors import InputError
from ..joints import MIRROR, N_POSED, PARENTS
from ..kinematics import forward
from ..layout import Keypoint, Layout
from ..matching import Match, match_layout
from ..network import load_network
from ..shapes import RegionSpace
from ..timing import finished
from ..tracks import Tracks
from ..world import converted, find_world
from .guess import Guess, guess_points, guess_world

LEAST_TRACKS: Final = 20
"""Fewer nameless points do not tell a body's parts apart."""
_SEEN: Final = 0.15
"""Share of the frames that a track is seen in at least."""
_LOOSE: Final = (3.0, 2.0)
"""Times the usual spread of offsets, pass by pass."""
_CLEARLY: Final = 0.75
"""A track changes joints where it moves so much less on the other."""


@dataclass(frozen=True)
class Attached:
    """match: a layout made for these tracks, named "unnamed". tracks: with unit and up axis found.
    certainty: 0 to 1, the network's mean. warnings: sentences."""

    match: Match
    tracks: Tracks
    certainty: float
    warnings: tuple[str, ...]


def attach(tracks: Tracks, known: Layout | None = None) -> Attached:
    """Find the joint that carries each track, and where on it.

    known: keypoints of some of the tracks, which are believed. Raises InputError where there are
    too few tracks.
    """
    share = tracks.seen.mean(axis=0)
    used = np.flatnonzero(share >= _SEEN * max(float(share.max()), 1e-6))
    given = {} if known is None else _given(tracks, known)
    if len(used) < LEAST_TRACKS:
        raise InputError(
            f"{tracks.source}: {len(used)} tracks without names are too few to tell which part of "
            f"the body each is on (it takes {LEAST_TRACKS}); rename them or give a layout file"
        )
    world = guess_world(tracks.select(used))
    placed = converted(tracks.select(used), world)
    own = {int(np.flatnonzero(used == t)[0]): k for t, k in given.items() if t in used}
    guess = guess_points(placed)
    guess = _with_given(guess, own)
    names = tuple(tracks.names[int(t)] for t in used)
    layout = _layout(names, guess)
    for loose in _LOOSE:
        layout = _corrected(placed, layout, own, loose)
    told = replace(tracks, unit=tracks.unit if tracks.unit_given else world.unit, up=world.up)
    match = match_layout(told.names, layout)
    certainty = float(guess.certainty.mean())
    left = len(tracks.names) - len(used)
    warnings = (
        f"the tracks' names match no layout; {len(used)} tracks were given to joints by how they "
        f"move (certainty {certainty:.0%}): check the result, above all left and right"
        + (f"; {left} that are hardly ever seen were left out" if left else ""),
    )
    evidence = f"{len(used)} tracks given to joints by how they move, certainty {certainty:.0%}"
    return Attached(replace(match, evidence=evidence), told, certainty, warnings)


def _given(tracks: Tracks, known: Layout) -> dict[int, Keypoint]:
    """Track → keypoint of a layout that names some of the tracks."""
    match = match_layout(tracks.names, known, strict=False)
    return {t: known.keypoints[k] for k, t in match.matched}


def _with_given(guess: Guess, given: dict[int, Keypoint]) -> Guess:
    """Believe the tracks that are known; where these lie on the other side, all change sides."""
    if not given:
        return guess
    joints, offsets, certainty = guess.joints.copy(), guess.offsets.copy(), guess.certainty.copy()
    sided = [(t, k.joint) for t, k in given.items() if MIRROR[k.joint] != k.joint]
    same = sum(joints[t] == j for t, j in sided)
    other = sum(MIRROR[joints[t]] == j for t, j in sided)
    if other > same:
        joints = np.array(MIRROR)[joints]
        offsets = offsets * [-1.0, 1.0, 1.0]
    for track, keypoint in given.items():
        joints[track], offsets[track], certainty[track] = keypoint.joint, keypoint.offset, 1.0
    return Guess(joints, offsets, certainty)


def _layout(names: tuple[str, ...], guess: Guess) -> Layout:
    return Layout(
        "unnamed",
        tuple(
            Keypoint(name, int(joint), (float(x), float(y), float(z)))
            for name, joint, (x, y, z) in zip(names, guess.joints, guess.offsets, strict=True)
        ),
    )


def _corrected(placed: Tracks, layout: Layout, given: dict[int, Keypoint], loose: float) -> Layout:
    """The layout after a look at the body that it poses."""
    match = match_layout(placed.names, layout)
    placed = converted(placed, find_world(placed, match))
    origin = np.nanmedian(placed.positions.reshape(-1, 3), axis=0)
    target = Target(
        default_body().offsets, layout.joints, layout.offsets,
        np.nan_to_num(placed.positions - origin), placed.seen.astype(np.float64),
    )  # fmt: skip
    space = RegionSpace(default_body())
    found = finished(calibrate_steps(load_network(), space, target, placed.rate, loose=loose))
    return _moved(layout, target, found, given)


def _moved(
    layout: Layout, target: Target, found: Calibration, given: dict[int, Keypoint]
) -> Layout:
    """Each point on the joint in whose frame it moves least, of its own and those beside it."""
    size = found.body.height / default_body().height
    points, seen = target.points[found.frames], target.weights[found.frames] > 0
    middle, spread = _in_frames(found.poses, found.body.offsets, points, seen)
    keypoints: list[Keypoint] = []
    for k, keypoint in enumerate(layout.keypoints):
        joint = keypoint.joint
        if k not in given:
            near = _beside(joint)
            best = near[int(np.argmin(spread[k, near]))]
            if spread[k, best] < _CLEARLY * spread[k, joint]:
                joint = best
        offset = found.offsets[k] if joint == keypoint.joint else middle[k, joint]
        x, y, z = (offset / size).tolist()
        keypoints.append(replace(keypoint, joint=joint, offset=(x, y, z)))
    return replace(layout, keypoints=tuple(keypoints))


def _in_frames(
    poses: State, bones: Floats, points: Floats, seen: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Each point's middle place (K, 22, 3) in the frame of each joint, and how far it is from there
    (K, 22), in metres: the root of the mean square of the nearer four fifths."""
    turned, at = forward(poses.rotations, bones, poses.root)
    away = points[:, :, None] - at[:, None, :N_POSED]
    local = np.einsum("njab,nkja->nkjb", turned[:, :N_POSED], away)
    local[~seen] = np.nan
    middle = np.nan_to_num(np.nanmedian(local, axis=0))
    far = np.sqrt(np.square(local - middle).sum(axis=-1))
    return middle, np.nan_to_num(np.nanquantile(far, 0.8, axis=0), nan=np.inf)


def _beside(joint: int) -> list[int]:
    """A joint, its parent and its children; the spine and the collars as one."""
    near = {joint, max(PARENTS[joint], 0)}
    near |= {j for j in range(N_POSED) if PARENTS[j] == joint}
    return sorted(near)
