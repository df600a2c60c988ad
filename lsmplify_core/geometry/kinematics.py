# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward kinematics of the 24-joint tree, for NumPy arrays and torch tensors alike."""

from ..runtime.array_namespace import array_namespace
from .rotations import Array
from .skeleton import N_JOINTS, PARENTS


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
    global_rotations = [rotations[..., 0, :, :]]
    joint_positions = [root]
    for joint in range(1, N_JOINTS):
        parent = PARENTS[joint]
        global_rotations.append(global_rotations[parent] @ rotations[..., joint, :, :])
        step = (global_rotations[parent] @ offsets[..., joint, :, None])[..., 0]
        joint_positions.append(joint_positions[parent] + step)
    return xp.stack(global_rotations, axis=-3), xp.stack(joint_positions, axis=-2)


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
