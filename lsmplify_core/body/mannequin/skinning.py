# SPDX-License-Identifier: GPL-3.0-or-later
"""Linear blend skinning: the mesh that moves with the joints."""

import numpy as np

from ...geometry.kinematics import forward
from ...geometry.skeleton import N_JOINTS
from ...runtime.array_types import Floats
from ..body import Body
from .mesh import Mannequin


def skin(mesh: Mannequin, body: Body, rotations: Floats, root: Floats) -> Floats:
    """Pose the mesh: (T, V, 3) metres in the world.

    body: the one that the mesh was made for. rotations: (T, 24, 3, 3) in the parents' frames, the
    pelvis's in the world's. root: (T, 3) metres, the pelvis joint in the world.
    Every vertex follows the mean of its joints' motions by weight (Magnenat-Thalmann et al. 1988).
    """
    turned, placed = forward(rotations, body.offsets, root)
    shift = placed - (turned @ body.rest_joints[..., None])[..., 0]
    motions = np.concatenate((np.swapaxes(turned, -1, -2), shift[..., None, :]), axis=-2)
    corners = np.concatenate((mesh.vertices, np.ones((len(mesh.vertices), 1))), axis=1)
    basis = (mesh.weights[:, :, None] * corners[:, None, :]).reshape(len(corners), -1)
    return basis @ motions.reshape(len(rotations), 4 * N_JOINTS, 3)
