# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward kinematics of the 24-joint tree, for NumPy arrays and torch tensors alike."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Floats
from .rotations import Array
from .skeleton import LEVELS, N_JOINTS, PARENTS


def bone_offsets(rest_joints: Array) -> Array:
    """Each rest joint seen from its parent: (..., 24, 3) -> (..., 24, 3), zero at the pelvis."""
    xp = array_namespace(rest_joints)
    parents = xp.asarray([0, *PARENTS[1:]])
    return rest_joints - xp.take(rest_joints, parents, axis=-2)


def forward(rotations: Array, offsets: Array, root: Array) -> tuple[Array, Array]:
    """Forward kinematics: R_j = R_parent(j) r_j,   x_j = x_parent(j) + R_parent(j) o_j.

    Args:
        rotations: (..., 24, 3, 3), each in its parent's frame, the pelvis's in the world's.
        offsets: (..., 24, 3) metres, `bone_offsets` of the body.
        root: (..., 3) metres, the pelvis joint in the world.

    Returns:
        The joints' world rotations (..., 24, 3, 3) and positions (..., 24, 3).
    """
    xp = array_namespace(rotations, root)
    if _is_take(rotations, offsets, root):
        return _forward_take(rotations, offsets, root)
    global_rotations = [rotations[..., 0, :, :]]
    joint_positions = [root]
    for joint in range(1, N_JOINTS):
        parent = PARENTS[joint]
        global_rotations.append(global_rotations[parent] @ rotations[..., joint, :, :])
        step = (global_rotations[parent] @ offsets[..., joint, :, None])[..., 0]
        joint_positions.append(joint_positions[parent] + step)
    return xp.stack(global_rotations, axis=-3), xp.stack(joint_positions, axis=-2)


def _is_take(rotations: Array, offsets: Array, root: Array) -> bool:
    """Whether these are NumPy arrays of one person's frames, all of one kind of number."""
    return (
        isinstance(rotations, np.ndarray)
        and (rotations.ndim, np.ndim(offsets), np.ndim(root)) == (4, 2, 2)
        and rotations.shape[0] == root.shape[0]
        and rotations.dtype == offsets.dtype == root.dtype
    )


def _forward_take(rotations: Floats, offsets: Floats, root: Floats) -> tuple[Floats, Floats]:
    """The same along the tree's levels with the frames last, some of them at a time: a call of
    NumPy for a level instead of three for a joint, and a loop over frames instead of one product
    of two small matrices after the other."""
    turned = np.empty_like(rotations, order="C")
    placed = np.empty((*rotations.shape[:2], 3), rotations.dtype)
    for block, world in _world_blocks(rotations, offsets, root):
        turned[block] = world[:, :3].transpose(3, 2, 0, 1)
        placed[block] = world[:, 3].transpose(2, 1, 0)
    return turned, placed


def _world_blocks(
    rotations: Floats, offsets: Floats, root: Floats
) -> Iterator[tuple[slice, Floats]]:
    """Blocks of a take's frames, and (3, 4, 24, B) the joints' world rotations and positions
    there."""
    for first in range(0, len(root), _BLOCK):
        block = slice(first, first + _BLOCK)
        own = rotations[block].transpose(2, 3, 1, 0)
        local = np.empty((3, 4, *own.shape[2:]), own.dtype)
        local[:, :3] = own
        local[:, 3] = offsets.T[..., None]
        world = np.empty_like(local)
        world[:, :3, 0], world[:, 3, 0] = own[:, :, 0], root[block].T
        for joints, parents in _TREE:
            above = world[:, :, parents]
            part = np.einsum("ab...,bc...->ac...", above[:, :3], local[:, :, joints])
            part[:, 3] += above[:, 3]
            world[:, :, joints] = part
        yield block, world


def posed_points(
    rotations: Floats, body_offsets: Floats, root: Floats, joints: NDArray[np.intp], places: Floats
) -> Floats:
    """World positions of points fixed to the joints of a take: `attached_points` of `forward`, with
    the frames last, for a take of some length several times as fast.

    Args:
        rotations: (T, 24, 3, 3) local ones.
        body_offsets: (24, 3) metres, `bone_offsets` of the body.
        root: (T, 3) metres, the pelvis joint in the world.
        joints: (K,) the joint of each point.
        places: (K, 3) metres in the joints' frames.

    Returns:
        (T, K, 3) metres.
    """
    points = np.empty((len(root), len(joints), 3))
    x, y, z = places.T[..., None]
    for block, world in _world_blocks(rotations, body_offsets, root):
        own = world[:, :, joints]
        posed = own[:, 0] * x + own[:, 1] * y + own[:, 2] * z + own[:, 3]
        points[block] = posed.transpose(2, 1, 0)
    return points


_BLOCK: Final = 128
"""Frames at a time, few enough for the processor's cache."""
_TREE: Final = tuple(
    (slice(joints[0], joints[-1] + 1), [PARENTS[j] for j in joints]) for joints in LEVELS[1:]
)
"""The joints of each level below the pelvis, and those that they hang from."""


def attached_points(
    global_rotations: Array, joint_positions: Array, joints: Array, offsets: Array
) -> Array:
    """World positions of points fixed to joints.

    Args:
        global_rotations: (..., 24, 3, 3) of the joints, as `forward` returns them.
        joint_positions: (..., 24, 3) metres, the same.
        joints: (K,) integers, the joint of each point.
        offsets: (..., K, 3) metres in the joints' frames.

    Returns:
        (..., K, 3) metres.
    """
    xp = array_namespace(global_rotations, joint_positions)
    frames = xp.take(global_rotations, joints, axis=-3)
    return xp.take(joint_positions, joints, axis=-2) + (frames @ offsets[..., None])[..., 0]
