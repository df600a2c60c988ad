# SPDX-License-Identifier: GPL-3.0-or-later
"""Spine, neck and collars: turns about bones shared in a fixed way, joint places unchanged.

A bend of the spine shows where its joints lie; how much each of them is turned about its bone shows
nowhere. Of all shares that leave the joints where they are, the one is taken that is nearest to
equal thirds (spine) and halves (neck and head); collars are not turned about themselves at all.
"""

from itertools import pairwise

from ..geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ..geometry.skeleton import JOINT_INDEX
from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array
from .turns import like, turn_about, twist_angle

SPINE = tuple(JOINT_INDEX[f"Spine{i}"] for i in (1, 2, 3))
NECK = (JOINT_INDEX["Neck"], JOINT_INDEX["Head"])


def shared(chain: list[Array], bones: list[Array]) -> list[Array]:
    """Local rotations of a chain of joints, each turned about its bone so that the chain's
    rotations so far are as near as they can be to equal shares of the whole.

    chain: n arrays (T, 3, 3). bones: n - 1 unit vectors (3,), from each joint to the next. The
    places of the joints and the last one's rotation stay.
    """
    xp = array_namespace(chain[0])
    so_far = [chain[0]]
    for rotation in chain[1:]:
        so_far.append(so_far[-1] @ rotation)
    whole = matrix_to_axis_angle(so_far[-1])
    new: list[Array] = []
    for i, bone in enumerate(bones):
        wanted = axis_angle_to_matrix((i + 1) / len(chain) * whole)
        turn = twist_angle(xp.matrix_transpose(so_far[i]) @ wanted, bone)
        new.append(so_far[i] @ turn_about(bone, turn))
    new.append(so_far[-1])
    return [new[0], *(xp.matrix_transpose(a) @ b for a, b in pairwise(new))]


def share(rotations: list[Array], chain: tuple[int, ...], bones: Array) -> None:
    """Share the turns of a chain of joints, in place of the joints' rotations (24 arrays (T, 3,
    3)).

    bones: (24, 3) unit vectors, each joint from its parent at rest.
    """
    new = shared([rotations[j] for j in chain], [bones[j] for j in chain[1:]])
    for joint, rotation in zip(chain, new, strict=True):
        rotations[joint] = rotation


def collar(rotations: list[Array], collar_joint: int, shoulder: int, bones: Array) -> None:
    """Take a collar's turn about itself into the shoulder, in place."""
    xp = array_namespace(bones)
    own = rotations[collar_joint]
    bone = like(bones[shoulder], own)
    back = turn_about(bone, -twist_angle(own, bone))
    rotations[collar_joint] = own @ back
    rotations[shoulder] = xp.matrix_transpose(back) @ rotations[shoulder]
