# SPDX-License-Identifier: GPL-3.0-or-later
"""The source of a retarget: somebody moving, whatever skeleton it was read from.

Every source becomes rotations of SMPL's 24 joints in the world and, where it has them, of 30 finger
joints, such that a limb of SMPL's T-pose, turned by them, points where the source's limb points.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...geometry.kinematics import forward
from ...geometry.skeleton import JOINT_INDEX, JOINT_NAMES, N_JOINTS, PARENTS
from ...motion.fingers import fingers_at
from ...motion.motion import Motion
from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from ..rest.frames import canonical
from ..rig.roles import FINGER_ROLES, SIDES
from ..vectors import shortest_turn, unit

LIMBS: Final = tuple(f"{s}_{n}" for s in SIDES for n in ("Shoulder", "Elbow", "Hip", "Knee"))
"""The eight limb bones whose directions are held."""


@dataclass(frozen=True)
class Performance:
    """Somebody moving, T frames, world Z up, metres.

    motion: the 24 joints. fingers: (T, 30, 3, 3) local rotations of `FINGER_ROLES` with a flat hand
    at rest, or None.
    """

    motion: Motion
    fingers: Floats | None = None

    def between(self, start: int, stop: int) -> "Performance":
        """Frames `start` to `stop`, the latter not included."""
        fingers = None if self.fingers is None else self.fingers[start:stop]
        return Performance(self.motion.between(start, stop), fingers)

    def at(self, frames: Floats) -> "Performance":
        """The performance at fractional frames (N,), held at both ends."""
        fingers = None if self.fingers is None else fingers_at(self.fingers, frames)
        return Performance(self.motion.at(frames), fingers)


def performance_of(motion: Motion, fingers: Floats | None = None) -> Performance:
    """A solved or loaded motion as a source.

    Args:
        motion: of SMPL's 24 joints.
        fingers: (T, 30, 3, 3) local rotations in the order of `FINGER_ROLES`, flat hand at rest.

    Raises:
        InputError: no frames, values that are not numbers, fingers of another number of frames.
    """
    if not motion.frames:
        raise InputError("the source motion has no frames")
    if not (np.isfinite(motion.rotations).all() and np.isfinite(motion.root).all()):
        good = np.isfinite(motion.rotations).all(axis=(1, 2, 3)) & np.isfinite(motion.root).all(1)
        raise InputError(f"source frame {int(np.argmin(good))} holds values that are not numbers")
    if fingers is not None and fingers.shape != (motion.frames, len(FINGER_ROLES), 3, 3):
        raise InputError(
            f"fingers of shape {fingers.shape} don't belong to a motion of {motion.frames} frames"
        )
    return Performance(motion, fingers)


@dataclass(frozen=True)
class World:
    """A performance in the world: turns (T, 24, 3, 3), places (T, 24, 3), and finger turns
    (T, 30, 3, 3) or None."""

    turns: Floats
    places: Floats
    fingers: Floats | None

    def turn(self, role: str) -> Floats:
        """(T, 3, 3) of an SMPL joint."""
        return self.turns[:, JOINT_INDEX[role]]

    def place(self, role: str) -> Floats:
        """(T, 3) of an SMPL joint."""
        return self.places[:, JOINT_INDEX[role]]


def in_world(source: Performance) -> World:
    """World rotations that carry SMPL's T-pose onto the source, and the joints' places.

    A body's own limbs may lie a little off SMPL's default directions at rest (a file's shape, a
    calibration); the smallest turn between the two is taken into the rotation, so that limbs
    point exactly where the source's do.
    """
    motion = source.motion
    turns, places = forward(
        motion.rotations.astype(np.float64), motion.body.offsets, motion.root.astype(np.float64)
    )
    fingers = _finger_turns(turns, source.fingers)
    turns = turns.copy()
    for role in LIMBS:
        joint = JOINT_INDEX[role]
        child = next(c for c in range(N_JOINTS) if PARENTS[c] == joint)
        own = unit(motion.body.offsets[child].astype(np.float64))
        turns[:, joint] = turns[:, joint] @ shortest_turn(canonical(role), own)
    return World(turns, places, fingers)


def _finger_turns(turns: Floats, local: Floats | None) -> Floats | None:
    if local is None:
        return None
    result = np.empty(local.shape)
    for i, role in enumerate(FINGER_ROLES):
        first = role.endswith("1")
        above = turns[:, JOINT_INDEX[f"{role[0]}_Wrist"]] if first else result[:, i - 1]
        result[:, i] = above @ local[:, i]
    return result


assert all(role in JOINT_NAMES for role in LIMBS)
