# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations as a body has them: one convention for what joint places leave open.

A joint can be turned about the bone that leads on from it, and the next joint back: every joint of
the body stays where it is, and so no keypoint at a joint says how such turns are shared. Each rig
and each data set has a habit of its own. `to_convention` replaces the habit by what a body does:
elbows and knees bend about a hinge, forearms turn evenly from elbow to wrist, collars do not turn
about themselves, the spine turns in equal shares. What it makes of a clip depends on the joints'
places and on the last rotation of each chain alone, so that making it twice changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ..geometry.skeleton import N_JOINTS
from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array, Floats
from . import trunk
from .arm import arm
from .leg import KneeBounds, leg
from .limbs import Limb, arms, legs, unit_bones
from .turns import like


@dataclass(frozen=True)
class Convention:
    """What may be chosen.

    forearm: the elbow's share of the forearm's turn, 0 to 1; 0 for rigs with twist bones of their
    own that read the wrist, 1 for those that read the elbow. spine, neck, collars, arms, legs:
    whether these are brought into it; those that are not stay as they are. knees: bring legs no
    further into it than to these bounds.
    """

    forearm: float = 0.5
    spine: bool = True
    neck: bool = True
    collars: bool = True
    arms: bool = True
    legs: bool = True
    knees: KneeBounds | None = None


DEFAULT: Final = Convention()


Work = Callable[[], None]


def in_turn(works: Sequence[Work]) -> None:
    """Call one after the other."""
    for work in works:
        work()


def to_convention(
    rotations: Array,
    offsets: Array,
    rate: float = 30.0,
    convention: Convention = DEFAULT,
    run: Callable[[Sequence[Work]], None] = in_turn,
) -> Array:
    """A motion's rotations in the anatomical convention; joint places stay.

    Args:
        rotations: (T, 24, 3, 3), each in its parent's frame, NumPy array or torch tensor.
        offsets: (24, 3) metres, each joint from its parent at rest (`kinematics.bone_offsets`).
        rate: frames per second; turns of straight limbs are followed through time.
        convention: what may be chosen.
        run: how trunk, arms and legs are worked on, which don't need one another; in threads, say.

    Returns:
        (T, 24, 3, 3) of the same kind and precision.
    """
    xp = array_namespace(rotations)
    bones = unit_bones(offsets)
    # in double precision: straight limbs leave little to tell a turn by
    joints: list[Array] = [xp.astype(rotations[:, j], xp.float64) for j in range(N_JOINTS)]
    run(_works(joints, bones, rate, convention))
    return xp.stack([xp.astype(joint, rotations.dtype) for joint in joints], axis=1)


def _works(
    joints: list[Array], bones: Floats, rate: float, convention: Convention
) -> Sequence[Work]:
    """What is to be done in place of the joints' rotations; no two of them share a joint."""
    plain = like(bones, joints[0])

    def the_trunk() -> None:
        if convention.spine:
            trunk.share(joints, trunk.SPINE, plain)
        if convention.neck:
            trunk.share(joints, trunk.NECK, plain)

    def the_arm(side: Limb) -> None:
        if convention.collars:
            trunk.collar(joints, side.root, side.upper, plain)
        if convention.arms:
            arm(side, joints, rate, convention.forearm)

    works: list[Work] = [partial(the_arm, side) for side in arms(bones)]
    if convention.legs:
        works += [partial(leg, side, joints, rate, convention.knees) for side in legs(bones)]
    return [*works, the_trunk]
