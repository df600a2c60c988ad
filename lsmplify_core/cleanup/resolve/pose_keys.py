# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses set by hand and what they do to a motion: corrections spread between them, and a solved
span set in so that it has them exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...geometry.rotations import axis_angle_to_matrix, turn_between
from ...geometry.skeleton import N_JOINTS
from ...motion.motion import Motion
from ...runtime.array_types import Floats


@dataclass(frozen=True)
class PoseKey:
    """A pose set by hand: rotations (24, 3, 3) in the parents' frames, root (3,) metres, world."""

    rotations: Floats
    root: Floats


def pose_key(motion: Motion, frame: int) -> PoseKey:
    """The pose of a motion's frame."""
    return PoseKey(motion.rotations[frame], motion.root[frame])


def anchors_of(
    motion: Motion, span: tuple[int, int], keys: Mapping[int, PoseKey], chosen: list[int]
) -> dict[int, PoseKey]:
    """Known poses by frame: the span's neighbours, where there are any, and the keys; joints that
    are not to change have the motion's pose everywhere."""
    found: dict[int, PoseKey] = {}
    for frame in (span[0] - 1, span[1] + 1):
        if 0 <= frame < motion.frames:
            found[frame] = pose_key(motion, frame)
    for frame, key in keys.items():
        rotations = motion.rotations[frame].copy()
        rotations[chosen] = key.rotations[chosen]
        found[frame] = PoseKey(rotations, key.root if 0 in chosen else motion.root[frame])
    return dict(sorted(found.items()))


def spread_corrections(
    motion: Motion, anchors: dict[int, PoseKey], span: tuple[int, int]
) -> Motion:
    """The motion with the anchors' corrections spread between them, eased."""
    at = np.array(list(anchors), dtype=np.float64)
    if not len(at):
        return motion
    turns = np.stack([turn_between(motion.rotations[f], k.rotations) for f, k in anchors.items()])
    moves = np.stack([k.root - motion.root[f] for f, k in anchors.items()])
    frames = np.arange(span[0], span[1] + 1)
    after = np.searchsorted(at, frames)
    low, high = np.maximum(after - 1, 0), np.minimum(after, len(at) - 1)
    gap = np.maximum(at[high] - at[low], 1.0)
    t = np.where(high > low, 0.5 - 0.5 * np.cos(np.pi * (frames - at[low]) / gap), 0.0)
    rotations, root = motion.rotations.copy(), motion.root.copy()
    turn = turns[low] + t[:, None, None] * (turns[high] - turns[low])
    rotations[frames] = rotations[frames] @ axis_angle_to_matrix(turn)
    root[frames] += moves[low] + t[:, None] * (moves[high] - moves[low])
    return replace(motion, rotations=rotations, root=root)


def insert_solved(
    motion: Motion, solved: Motion, span: tuple[int, int], anchors: dict[int, PoseKey],
    chosen: list[int], ease: float,
) -> Motion:  # fmt: skip
    """The span of `solved` set into the motion: what is left at the anchors is spread over their
    neighbourhood (`ease`, seconds), and nothing outside the span or the chosen joints is
    touched."""
    frames = np.arange(span[0], span[1] + 1)
    turn = np.zeros((len(frames), N_JOINTS, 3))
    move = np.zeros((len(frames), 3))
    places = np.array(list(anchors))
    for frame, key in anchors.items():
        others = np.abs(places[places != frame] - frame)
        reach = min(ease * motion.rate, float(others.min()) if len(others) else np.inf)
        near = np.clip(np.abs(frames - frame) / max(reach, 1.0), 0.0, 1.0)
        share = 0.5 + 0.5 * np.cos(np.pi * near)
        turn += share[:, None, None] * turn_between(solved.rotations[frame], key.rotations)
        move += share[:, None] * (key.root - solved.root[frame])
    rotations, root = motion.rotations.copy(), motion.root.copy()
    moved = solved.rotations[frames] @ axis_angle_to_matrix(turn)
    rotations[frames[:, None], chosen] = moved[:, chosen]
    if 0 in chosen:
        root[frames] = solved.root[frames] + move
    for frame, key in anchors.items():
        if span[0] <= frame <= span[1]:
            rotations[frame][chosen] = key.rotations[chosen]
            if 0 in chosen:
                root[frame] = key.root
    return replace(motion, rotations=rotations, root=root, track_error=None)
