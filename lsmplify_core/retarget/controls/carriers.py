# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels of controls that follow something else than their parent.

In a rig with constraints a control's rest may be carried by one bone (its place) and turned by
another (its rotation): Rigify's arms hang on the shoulders but may keep the root's rotation. Which
bone that is for each control is found by trying (`addon/character/rig/probing.py`).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...geometry.rotations import transpose
from ...runtime.array_types import Floats
from ..rig.rig import Rig
from ..rig.rig_motion import RigMotion
from ..vectors import apply


@dataclass(frozen=True)
class Carriers:
    """turn: (B,) the bone whose rotation each bone follows, -1 the world. place: (B,) the bone that
    carries its head, -1 the world."""

    turn: NDArray[np.intp]
    place: NDArray[np.intp]


def carried_rig(rig: Rig, carriers: Carriers) -> Rig:
    """The rig with the bones that carry each bone as its parents."""
    return replace(rig, parents=carriers.place, inherits=carriers.turn >= 0)


def carried_channels(motion: RigMotion, carriers: Carriers) -> RigMotion:
    """The same poses in the world, with the channels that bring the controls there.

    Args:
        motion: of a rig made by `carried_rig`; its `axes` and `heads` are what is to be reached.
        carriers: what each bone of the rig follows.
    """
    turns, shifts = np.empty_like(motion.turns), np.empty_like(motion.shifts)
    for i, bone in enumerate(motion.bones):
        turns[:, i], shifts[:, i] = channels_for(
            motion, carriers, int(bone), motion.axes[:, i], motion.heads[:, i]
        )
    shifts[:, ~motion.moving] = 0.0
    return replace(motion, turns=turns, shifts=shifts)


def channels_for(
    motion: RigMotion, carriers: Carriers, bone: int, axes: Floats, heads: Floats
) -> tuple[Floats, Floats]:
    """What a bone's channels must hold to stand where it is to.

    With C the turn of its carrier since rest, A its rest axes and h its rest head as carried:
    own rotation = (C A)ᵀ · axes, location = (C A)ᵀ · (head - h) / scale.

    Args:
        motion: the poses of the driven bones.
        carriers: what each bone of the rig follows.
        bone: index in the rig, driven or not.
        axes: (T, 3, 3) its axes, heads: (T, 3) metres its head, in the world.

    Returns:
        (T, 3, 3) rotation relative to rest and (T, 3) location in the armature's unit.
    """
    rig = motion.rig
    base = _turn(motion, carriers, int(carriers.turn[bone])) @ rig.axes[bone]
    back = transpose(np.broadcast_to(base, axes.shape))
    rest = _resting_head(motion, carriers, bone)
    return back @ axes, apply(back, heads - rest) / rig.scale


def _position(motion: RigMotion, bone: int) -> int | None:
    found = np.flatnonzero(motion.bones == bone)
    return int(found[0]) if bone >= 0 and len(found) else None


def _turn(motion: RigMotion, carriers: Carriers, bone: int) -> Floats:
    """(T or 1, 3, 3) how a bone has turned in the world since rest: of one that isn't driven, as
    what it follows has."""
    if bone < 0:
        return np.eye(3)[None]
    at = _position(motion, bone)
    if at is None:
        return _turn(motion, carriers, int(carriers.turn[bone]))
    return motion.axes[:, at] @ motion.rig.axes[bone].T


def _head(motion: RigMotion, carriers: Carriers, bone: int) -> Floats:
    """(T or 1, 3) metres: where a bone's head is; one that isn't driven is carried."""
    at = _position(motion, bone)
    return _resting_head(motion, carriers, bone) if at is None else motion.heads[:, at]


def _resting_head(motion: RigMotion, carriers: Carriers, bone: int) -> Floats:
    """(T or 1, 3) metres: where what carries a bone brings its head."""
    rig, carrier = motion.rig, int(carriers.place[bone])
    if carrier < 0:
        return rig.heads[bone][None]
    turn = _turn(motion, carriers, carrier)
    return _head(motion, carriers, carrier) + turn @ (rig.heads[bone] - rig.heads[carrier])
