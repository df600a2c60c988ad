# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations as a body has them: one convention for what joint places leave open.

A joint can be turned about the bone that leads on from it, and the next joint back: every joint of
the body stays where it is, and so no keypoint at a joint says how such turns are shared. Each rig and
each data set has a habit of its own. `to_convention` replaces the habit by what a body does: elbows
and knees bend about a hinge, forearms turn evenly from elbow to wrist, collars do not turn about
themselves, the spine turns in equal shares. What it makes of a clip depends on the joints' places and
on the last rotation of each chain alone, so that making it twice changes nothing.
"""

from dataclasses import dataclass
from typing import Final

from array_api_compat import array_namespace

from ..geometry.skeleton import N_JOINTS
from ..runtime.array_types import Array
from . import trunk
from .forearm import forearm
from .hinges import bend_of, followed_turn, turned
from .leg import leg
from .limbs import arms, legs, unit_bones
from .turns import like


@dataclass(frozen=True)
class Convention:
    """What may be chosen.

    forearm: the elbow's share of the forearm's turn, 0 to 1; 0 for rigs with twist bones of their own
    that read the wrist, 1 for those that read the elbow. legs: whether the legs are brought into it.
    """

    forearm: float = 0.5
    legs: bool = True


DEFAULT: Final = Convention()


def to_convention(
    rotations: Array, offsets: Array, rate: float = 30.0, convention: Convention = DEFAULT
) -> Array:
    """A motion's rotations in the anatomical convention; joint places stay.

    Args:
        rotations: (T, 24, 3, 3), each in its parent's frame, NumPy array or torch tensor.
        offsets: (24, 3) metres, each joint from its parent at rest (`kinematics.bone_offsets`).
        rate: frames per second; turns of straight limbs are followed through time.
        convention: what may be chosen.

    Returns:
        (T, 24, 3, 3) of the same kind and precision.
    """
    xp = array_namespace(rotations)
    bones = unit_bones(offsets)
    exact = xp.astype(rotations, xp.float64)  # straight limbs leave little to tell a turn by
    joints: list[Array] = [exact[:, j] for j in range(N_JOINTS)]
    plain = like(bones, exact)
    trunk.trunk(joints, plain)
    for arm in arms(bones):
        trunk.collar(joints, arm.root, arm.upper, plain)
        bend = bend_of(arm.hinge, joints[arm.upper], joints[arm.middle])
        turn = followed_turn(bend, rate)
        joints[arm.upper], joints[arm.middle] = turned(
            arm.hinge, bend, turn, joints[arm.upper], joints[arm.middle]
        )
        joints[arm.middle], joints[arm.end] = forearm(
            arm.hinge, joints[arm.middle], joints[arm.end], convention.forearm
        )
    if convention.legs:
        for side in legs(bones):
            leg(side, joints, plain, rate)
    return xp.astype(xp.stack(joints, axis=1), rotations.dtype)
