# SPDX-License-Identifier: GPL-3.0-or-later
"""The joints of a rig as it stands now: from the bones' matrices, whatever posed them."""

import numpy as np

from ..geometry.rotations import nearest_rotation
from ..geometry.skeleton import N_JOINTS, PARENTS
from ..runtime.array_types import Floats
from .bone_axes import Rig


def posed_joints(matrices: Floats, rig: Rig) -> tuple[Floats, Floats]:
    """SMPL's joints in the world of a rig whose bones have these matrices.

    matrices: (..., 24, 4, 4) of the bones in the rig's own space, as posed. Returns the joints'
    world rotations (..., 24, 3, 3), those of `kinematics.forward`, and positions (..., 24, 3) in
    metres. At rest a bone's axes are B and its joint stands as A, so a bone that now has axes P
    carries its joint to P Bᵀ A. Scaled bones count as turned only.
    """
    own = nearest_rotation(np.asarray(matrices)[..., :3, :3])
    turned: Floats = rig.turn @ own @ np.swapaxes(rig.axes, -1, -2) @ rig.body_axes
    placed = np.asarray(matrices)[..., :3, 3] @ rig.world[:3, :3].T + rig.world[:3, 3]
    return turned, placed


def local_rotations(turned: Floats) -> Floats:
    """World rotations (..., 24, 3, 3) of the joints as each parent sees them, the pelvis's kept."""
    local = turned.copy()
    for joint in range(1, N_JOINTS):
        above = turned[..., PARENTS[joint], :, :]
        local[..., joint, :, :] = np.swapaxes(above, -1, -2) @ turned[..., joint, :, :]
    return local
