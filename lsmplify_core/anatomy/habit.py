# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion brought back to the habit of another: the way out of the convention."""

from itertools import pairwise

import numpy as np

from ..geometry.skeleton import JOINT_INDEX, N_JOINTS
from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array
from .convention import DEFAULT, Convention
from .limbs import unit_bones
from .turns import like, turn_about, twist_angle

_SIDES = ("L", "R")


def _chains(convention: Convention) -> list[tuple[str, ...]]:
    """Joints whose turns about the bone to the next one the convention sets."""
    chains: list[tuple[str, ...]] = []
    if convention.spine:
        chains.append(("Spine1", "Spine2", "Spine3"))
    if convention.neck:
        chains.append(("Neck", "Head"))
    for s in _SIDES:
        if convention.collars:
            chains.append((f"{s}_Collar", f"{s}_Shoulder"))
        if convention.arms:
            chains.append((f"{s}_Shoulder", f"{s}_Elbow", f"{s}_Wrist"))
        if convention.legs:
            chains.append((f"{s}_Hip", f"{s}_Knee", f"{s}_Ankle"))
    return chains


def with_twists_of(
    rotations: Array, other: Array, offsets: Array, convention: Convention = DEFAULT
) -> Array:
    """The same motion with every bone turned about itself as near as can be to another's.

    Args:
        rotations: (T, 24, 3, 3) local ones.
        other: (T, 24, 3, 3) of the same frames, whose habit is wanted.
        offsets: (24, 3) metres, each joint from its parent at rest.
        convention: which turns are looked at; the others stay as they are.

    Returns:
        (T, 24, 3, 3); joint places and the last rotation of every limb stay.
    """
    xp = array_namespace(rotations)
    bones = like(np.asarray(unit_bones(offsets)), rotations)
    joints = [rotations[:, j] for j in range(N_JOINTS)]
    for names in _chains(convention):
        chain = [JOINT_INDEX[name] for name in names]
        for joint, below in pairwise(chain):
            apart = xp.matrix_transpose(joints[joint]) @ other[:, joint]
            turn = turn_about(bones[below], twist_angle(apart, bones[below]))
            joints[joint] = joints[joint] @ turn
            joints[below] = xp.matrix_transpose(turn) @ joints[below]
    return xp.stack(joints, axis=1)
