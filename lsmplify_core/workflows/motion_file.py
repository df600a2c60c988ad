# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions from elsewhere, looked at before they are believed: BVH of any rest pose.

A BVH's angles mean nothing without its rest pose, which may be a T-pose, an A-pose, or bones in a
row. Its joints' places are never in doubt. So a way to read the angles is taken only where the body
that it makes points where the joints lie; else its joints are solved as tracks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ..files.regular import check_regular, reading
from ..geometry.skeleton import JOINT_INDEX
from ..layouts.layout import Keypoint, Layout
from ..layouts.matching import Match, best_match, match_as_named
from ..motion.motion import Motion
from ..pipeline import solve
from ..reading.bvh import BvhMotion, load_bvh, read_bvh
from ..reading.motions import read_motions
from ..reading.start import bvh_motion
from ..retarget import Performance, RigPoses, checked_rig, find_map, performance_of_rig
from ..retarget.rig.rig import Rig
from ..retarget.vectors import shortest_turn, unit
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import World, converted, find_world

_MOST_DEGREES: Final = 20.0
"""How far a limb, the hips, the shoulders or the trunk may point from the file's joints on average;
skeletons that are built otherwise come to 12, a wrong rest pose to 40 and more."""
_MOST_FRAMES: Final = 60
_NEAR: Final = 0.06
"""Metres from a joint within which a layout's point says where the joint lies."""
_SHORTEST: Final = 1e-6
_LINES: Final = (
    ("L_Hip", "R_Hip"), ("L_Shoulder", "R_Shoulder"), ("Pelvis", "Neck"),
    *((f"{s}_{a}", f"{s}_{b}") for s in "LR" for a, b in (
        ("Hip", "Knee"), ("Knee", "Ankle"), ("Shoulder", "Elbow"), ("Elbow", "Wrist"))),
)  # fmt: skip
"""Pairs of joints whose direction is held against the file's."""
_LEAST_LINES: Final = 8
"""Lines that must be known before a motion is believed, of 11."""


@dataclass(frozen=True)
class MotionFile:
    """people: everyone in the file. notes: sentences about how it was read."""

    people: list[Motion]
    notes: tuple[str, ...] = ()


def read_motion_file(path: Path) -> MotionFile:
    """Everyone in a file of motion: metres, Z up.

    Args:
        path: an AMASS npz, an estimator's npz or pkl, or a BVH of any human skeleton.

    Raises:
        InputError: it holds no motion, or a BVH's joints are no body.
    """
    if path.suffix.lower() != ".bvh":
        return MotionFile(read_motions(path))
    check_regular(path, "a motion")
    with reading(path, "a motion"):
        bvh, tracks = load_bvh(path), read_bvh(path)
    return _bvh_file(bvh, tracks, path)


def one_of(path: Path, person: int | None = None) -> tuple[Motion, tuple[str, ...]]:
    """The motion of a file and sentences about it.

    Args:
        path: as for `read_motion_file`.
        person: which of several people, from 1; None where there is one.

    Raises:
        InputError: that is not said, or there is none of that number.
    """
    found = read_motion_file(path)
    people = found.people
    if person is None and len(people) > 1:
        raise InputError(f"{path}: holds {len(people)} people; choose with --person 1, 2, …")
    number = 1 if person is None else person
    if not 1 <= number <= len(people):
        raise InputError(f"{path}: holds {len(people)} people, so there is no person {number}")
    return people[number - 1], found.notes


def _bvh_file(bvh: BvhMotion, tracks: Tracks, path: Path) -> MotionFile:
    """The first way of reading the angles that agrees with the joints' places."""
    match = _matched(bvh, tracks, path)
    world = find_world(tracks, match)
    points = converted(tracks, world).positions
    for way, note in _ways(bvh, tracks, match, world, path):
        try:
            motion = way()
        except InputError:
            continue
        if limb_misfit(motion, points, match) <= _MOST_DEGREES:
            return MotionFile([motion], (note,) if note else ())
    solution = solve(tracks, match=match)
    if solution.verdict is not None and solution.verdict.grade == "do not use":
        raise InputError(
            f"{path}: its rest pose is unknown, and a body does not fit its joints "
            f"({solution.verdict.warnings()[0]}); import it as tracks to see them"
        )
    return MotionFile([solution.motion], (
        "the file's rest pose is none that is known: its joints were solved as tracks",
    ))  # fmt: skip


def _ways(
    bvh: BvhMotion, tracks: Tracks, match: Match, world: World, path: Path
) -> Iterator[tuple[Callable[[], Motion], str]]:
    yield lambda: bvh_motion(bvh, tracks, path, match), ""
    yield (
        lambda: _of_character(bvh, tracks, world, path).motion,
        ("the file's rest pose is not SMPL's: the motion was taken over as from a character"),
    )


def bvh_fingers(path: Path) -> Floats | None:
    """(T, 30, 3, 3) local rotations of the fingers that a BVH has, by its joints' names or its
    structure, relative to its rest pose's flat hand; None where it has none that are known."""
    with reading(path, "a motion"):
        bvh, tracks = load_bvh(path), read_bvh(path)
    try:
        world = find_world(tracks, _matched(bvh, tracks, path))
        return _of_character(bvh, tracks, world, path).fingers
    except InputError:
        return None


def _of_character(bvh: BvhMotion, tracks: Tracks, world: World, path: Path) -> Performance:
    """The skeleton as a rig whose bones are known by name or structure."""
    rig, axes = _rig(bvh, world.turn, world.unit, path.stem)
    turned, placed = bvh.world()
    rotations = world.turn @ turned @ world.turn.T @ axes
    poses = RigPoses(rig, rotations, world.unit * placed @ world.turn.T, tracks.rate)
    return performance_of_rig(poses, find_map(rig))


def _rig(bvh: BvhMotion, turn: Floats, length: float, title: str) -> tuple[Rig, Floats]:
    """The skeleton at rest, Z up, and its bones' axes (J, 3, 3): Y along the bone."""
    rest = np.zeros_like(bvh.offsets)
    for j, parent in enumerate(bvh.parents):
        if parent >= 0:
            rest[j] = rest[parent] + bvh.offsets[j]
    rest = length * rest @ turn.T
    count = len(rest)
    matrices = np.broadcast_to(np.eye(4), (count, 4, 4)).copy()
    lengths = np.full(count, 0.01)
    matrices[:, :3, 3] = rest
    for j, parent in reversed(list(enumerate(bvh.parents))):  # the first child has the last word
        away = rest[j] - rest[parent]
        size = float(np.linalg.norm(away))
        if parent >= 0 and size > _SHORTEST:
            matrices[parent, :3, :3] = shortest_turn(np.array([0.0, 1.0, 0.0]), unit(away))
            lengths[parent] = size
    rig = checked_rig(bvh.names, bvh.parents, matrices, lengths, title=title)
    return rig, matrices[:, :3, :3]


def _matched(bvh: BvhMotion, tracks: Tracks, path: Path) -> Match:
    """Which joint is which: by a layout's names or as a character's bones, whichever knows more of
    the joints that a body is known by."""
    try:
        named, why = best_match(tracks.names), ""
    except InputError as error:
        named, why = None, str(error)
    if named is not None and _lines_known(named) == len(_LINES):
        return named
    try:
        bones = _as_character(bvh, tracks, path)
    except InputError:
        bones = None
    found = [m for m in (named, bones) if m is not None]
    if not found:
        raise InputError(f"{path}: its joints are no skeleton that is known: {why}")
    best = max(found, key=_lines_known)
    if _lines_known(best) < _LEAST_LINES:
        raise InputError(
            f"{path}: too few of its joints are known to tell how the body moves; rename them, or "
            "import it as tracks"
        )
    return best


def _as_character(bvh: BvhMotion, tracks: Tracks, path: Path) -> Match:
    """The joints that are a character's bones by name or structure."""
    turn = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])  # Y up, as BVH mostly is
    extent = float(np.ptp(bvh.world()[1][0], axis=0).max())
    rig, _ = _rig(bvh, turn, 1.7 / max(extent, _SHORTEST), path.stem)
    points = [
        Keypoint(names[0], JOINT_INDEX[role], (0.0, 0.0, 0.0))
        for role, names in find_map(rig).bones.items()
        if role in JOINT_INDEX and names
    ]
    return match_as_named(tracks.names, Layout("character", tuple(points)), "named as bones")


def _lines_known(match: Match) -> int:
    """How many of `_LINES` have both ends among the points of a match."""
    there = _nearest(match)
    return sum(JOINT_INDEX[a] in there and JOINT_INDEX[b] in there for a, b in _LINES)


def _nearest(match: Match) -> dict[int, int]:
    """For each joint the track that lies in it, or next to it."""
    nearest: dict[int, tuple[float, int]] = {}
    for k, track in match.matched:
        point = match.layout.keypoints[k]
        away = float(np.linalg.norm(point.offset))
        if away < min(_NEAR, nearest.get(point.joint, (np.inf, 0))[0]):
            nearest[point.joint] = away, track
    return {joint: track for joint, (_, track) in nearest.items()}


def limb_misfit(motion: Motion, points: Floats, match: Match) -> float:
    """How far a motion's body points from the joints that it was read from.

    Args:
        motion: metres, Z up.
        points: (T, K, 3) metres, Z up, the tracks of the match.
        match: which of them lie in joints.

    Returns:
        Degrees, the mean over the frames of the line (limb, hips, shoulders, trunk) that is worst.
    """
    nearest = _nearest(match)
    step = max(1, motion.frames // _MOST_FRAMES)
    joints, seen = motion.joints()[::step], points[::step]
    worst = 0.0
    for a, b in ((JOINT_INDEX[a], JOINT_INDEX[b]) for a, b in _LINES):
        if a in nearest and b in nearest:
            ours = joints[:, b] - joints[:, a]
            theirs = seen[:, nearest[b]] - seen[:, nearest[a]]
            lengths = np.linalg.norm(ours, axis=-1) * np.linalg.norm(theirs, axis=-1)
            cosine = (ours * theirs).sum(-1) / np.maximum(lengths, 1e-12)
            worst = max(worst, float(np.degrees(np.arccos(cosine.clip(-1, 1))).mean()))
    return worst
