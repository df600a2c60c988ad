# SPDX-License-Identifier: GPL-3.0-or-later
"""The posed body as the verdict looks at it, frames last: every number a row over the take."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..geometry.skeleton import JOINT_INDEX, N_JOINTS
from ..ik.refinement.frames_last import frames_last
from ..ik.refinement.posed_tree import posed
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map

CHUNK: Final = 1024
"""Frames that are looked at together, few enough for a processor's cache."""
_LOOKED_AT: Final = tuple(JOINT_INDEX[n] for n in ("Pelvis", "Spine3", "Head"))
"""Joints whose rotations in the world say where the body faces."""


@dataclass(frozen=True)
class PosedBody:
    """A motion's joints in the world.

    Attributes:
        placed: (3, 24, T) metres.
        pelvis, chest, head: (3, 3, T) world rotations; the axes of a joint's frame are the columns.
    """

    placed: Floats
    pelvis: Floats
    chest: Floats
    head: Floats

    @property
    def ahead(self) -> Floats:
        """(3, T): where the pelvis faces; its frame at rest has +Z ahead, +Y up and +X left."""
        return self.pelvis[:, 2]


def pose_body(motion: Motion) -> PosedBody:
    """Forward kinematics of a motion, its chunks side by side."""
    frames = motion.frames
    placed = np.empty((3, N_JOINTS, frames))
    turned = np.empty((3, 3, len(_LOOKED_AT), frames))

    def pose(chunk: slice) -> None:
        rotations = np.asarray(motion.rotations[chunk], dtype=np.float64)
        tree = posed(frames_last(rotations), motion.root[chunk].T, motion.body.offsets)
        placed[:, :, chunk] = tree.placed
        turned[..., chunk] = tree.turned[:, :, _LOOKED_AT]

    run_steps(parallel_map(pose, list(chunks(frames))))
    pelvis, chest, head = (turned[:, :, i] for i in range(len(_LOOKED_AT)))
    return PosedBody(placed, pelvis, chest, head)


def chunks(frames: int) -> Iterator[slice]:
    """The frames of a take, some at a time."""
    for first in range(0, frames, CHUNK):
        yield slice(first, min(first + CHUNK, frames))


def dot(a: Floats, b: Floats) -> Floats:
    """(3, ...) twice -> (...): inner products."""
    total = a[0] * b[0]
    total += a[1] * b[1]
    total += a[2] * b[2]
    return total


def length(vectors: Floats) -> Floats:
    """(3, ...) -> (...): Euclidean lengths."""
    total = dot(vectors, vectors)
    return np.sqrt(total, out=total)


def directions(vectors: Floats, least: float = 1e-9) -> Floats:
    """(3, ...): vectors of length one; those that are shorter than `least` stay shorter."""
    return vectors / np.maximum(length(vectors), least)
