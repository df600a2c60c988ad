# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward kinematics of the 24-joint tree, for NumPy arrays and torch tensors alike."""

from array_api_compat import array_namespace

from .rotations import Array
from .skeleton import N_JOINTS, PARENTS


def bone_offsets(rest_joints: Array) -> Array:
    """Each rest joint seen from its parent: (..., 24, 3) -> (..., 24, 3), zero at the pelvis."""
    xp = array_namespace(rest_joints)
    parents = xp.asarray([0, *PARENTS[1:]])
    return rest_joints - xp.take(rest_joints, parents, axis=-2)


def forward(rotations: Array, offsets: Array, root: Array) -> tuple[Array, Array]:
    """Pose the skeleton.

    rotations: (..., 24, 3, 3), each in its parent's frame, the pelvis's in the world's.
    offsets: (..., 24, 3) metres, `bone_offsets` of the body.
    root: (..., 3) metres, the pelvis joint in the world.
    Returns the joints' world rotations (..., 24, 3, 3) and positions (..., 24, 3).
    """
    xp = array_namespace(rotations, root)
    turned = [rotations[..., 0, :, :]]
    placed = [root]
    for joint in range(1, N_JOINTS):
        parent = PARENTS[joint]
        turned.append(turned[parent] @ rotations[..., joint, :, :])
        step = (turned[parent] @ offsets[..., joint, :, None])[..., 0]
        placed.append(placed[parent] + step)
    return xp.stack(turned, axis=-3), xp.stack(placed, axis=-2)


def attached_points(turned: Array, placed: Array, joints: Array, offsets: Array) -> Array:
    """World positions (..., K, 3) of points fixed to joints.

    turned, placed: what `forward` returns. joints: (K,) integers. offsets: (..., K, 3) metres in
    the joints' frames.
    """
    xp = array_namespace(turned, placed)
    frames = xp.take(turned, joints, axis=-3)
    return xp.take(placed, joints, axis=-2) + (frames @ offsets[..., None])[..., 0]
