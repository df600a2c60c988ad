# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the body is before anything is solved: a rigid fit of the resting torso to each frame.

It makes what follows indifferent to where the person stands and which way up: somersaults and
lying people start as well as standing ones.
"""

import numpy as np

from ..body.markers import MarkerObservations, PoseSequence
from ..geometry.kinematics import attached_points, forward
from ..geometry.rotations import Array, transpose
from ..geometry.skeleton import ANCESTORS, JOINT_INDEX, N_JOINTS
from ..runtime.array_namespace import array_namespace

_TORSO = [JOINT_INDEX[n] for n in ("Pelvis", "Spine1", "Spine2", "Spine3", "L_Collar", "R_Collar")]
_LIMB_WEIGHT = 0.01
"""Points that limbs carry only decide where the torso shows too few."""


def torso_weights(joints: Array, offsets: Array) -> Array:
    """(K,) NumPy: 1 for points that only the torso moves, little for the others.

    A point at a limb's first joint itself (zero offset) is moved by the torso alone.
    """
    joints = np.asarray(joints)
    offsets = np.asarray(offsets, dtype=np.float64)
    offsets = offsets.reshape(-1, *offsets.shape[-2:])[0]
    carries = ANCESTORS[joints].copy()
    at_joint = np.linalg.norm(offsets, axis=-1) < 0.02
    carries[at_joint, joints[at_joint]] = False
    limb = np.ones(N_JOINTS, dtype=bool)
    limb[_TORSO] = False
    return np.where(carries[:, limb].any(axis=1), _LIMB_WEIGHT, 1.0)


def align_root(rest: Array, observations: MarkerObservations) -> PoseSequence:
    """Set the body, posed as `rest` (N or 1, 24, 3, 3), on each frame by Kabsch's rigid fit.

    The pelvis of `rest` only says from which way the fit starts; it is turned with the rest.
    Frames with fewer than three points seen come out somewhere finite and are the caller's to mend.
    """
    xp = array_namespace(observations.points)
    n = observations.points.shape[0]
    rotations = xp.zeros((n, N_JOINTS, 3, 3), dtype=observations.points.dtype) + rest
    # one resting pose is posed once, whatever the number of frames
    alike = 1 if rest.shape[0] == 1 and observations.bones.ndim == 2 else n
    origin = xp.zeros((alike, 3), dtype=observations.points.dtype)
    global_rotations, joint_positions = forward(rotations[:alike], observations.bones, origin)
    model = attached_points(
        global_rotations, joint_positions, observations.joints, observations.offsets
    )
    torso = xp.asarray(
        torso_weights(observations.joints, observations.offsets), dtype=observations.points.dtype
    )
    w = (observations.weights * torso)[..., None]
    total = xp.sum(w, axis=1) + 1e-9
    from_centre = xp.sum(w * model, axis=1) / total
    to_centre = xp.sum(w * observations.points, axis=1) / total
    a = model - from_centre[:, None]
    b = (observations.points - to_centre[:, None]) * w
    rotation = kabsch(xp.matrix_transpose(b) @ a)
    root = to_centre - (rotation @ from_centre[..., None])[..., 0]
    pelvis = (rotation @ rotations[:, 0])[:, None]
    return PoseSequence(xp.concat((pelvis, rotations[:, 1:]), axis=1), root)


def kabsch(covariance: Array) -> Array:
    """The rotation (N, 3, 3) that best maps a on b, from sum b aᵀ (Kabsch 1976)."""
    xp = array_namespace(covariance)
    u, _, vt = xp.linalg.svd(covariance)
    v = transpose(vt)
    sign = xp.linalg.det(u @ vt)
    one = xp.ones_like(sign)  # bare numbers would make the whole take double precision
    last = v[..., 2] * xp.where(sign < 0, -one, one)[..., None]
    v = xp.stack((v[..., 0], v[..., 1], last), axis=-1)
    return u @ transpose(v)
