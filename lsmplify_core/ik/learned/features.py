# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network sees of a frame: the same 426 numbers whatever the layout.

Tracks enter only through the joints: the mean residual of the points on each joint, and the turn
that the points below a joint ask of it with the certainty of that turn (the diagonal block of the
Gauss–Newton normal matrix). Any set of points on the body, with any gaps, fits the same network.
All vectors are in the pelvis's current frame, so that position and heading in the world don't
matter; lengths are metres on a body of the default size.
"""

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence, compare, cross_products
from ...geometry.rotations import Array, cross, matrix_to_sixd, transpose
from ...geometry.skeleton import N_JOINTS, N_POSED
from ...runtime.array_namespace import array_namespace
from ...runtime.array_types import on_host
from ..refinement.frames_last import frames_last
from ..refinement.posed_tree import is_take, seen_of
from .tree_features import DAMPING, tree_features

N_FEATURES = 3 * N_JOINTS + 4 * N_JOINTS + 6 * (N_POSED - 1) + 6 * N_POSED


def features(poses: PoseSequence, observations: MarkerObservations) -> Array:
    """The network's input (N, 426) for N frames of poses and the observations of the same
    frames. A take in NumPy goes along the tree, to the same numbers."""
    if is_take(poses, observations):
        rotations, root = frames_last(poses.rotations), np.ascontiguousarray(poses.root.T)
        return np.ascontiguousarray(tree_features(rotations, root, seen_of(observations)).T)
    xp = array_namespace(poses.root)
    n = poses.root.shape[0]
    comparison = compare(poses, observations)
    frames = comparison.global_rotations[:, :N_POSED]
    to_pelvis = transpose(comparison.global_rotations[:, 0])
    positions = (comparison.joint_positions - poses.root[:, None]) @ transpose(to_pelvis)
    mean, count = _by_joint(comparison.residuals, observations)
    mean = mean @ transpose(to_pelvis)
    turn, certainty = _single_joint_turns(
        comparison.levers, comparison.residuals, frames, observations.weights
    )
    parts = (
        positions,
        10.0 * mean,
        count,
        matrix_to_sixd(poses.rotations[:, 1:N_POSED]),
        turn,
        certainty,
    )
    return xp.concat(tuple(xp.reshape(p, (n, -1)) for p in parts), axis=1)


def _by_joint(residuals: Array, observations: MarkerObservations) -> tuple[Array, Array]:
    """Mean residual (N, 24, 3) of the points on each joint, and how much of it is seen (N, 24)."""
    xp = array_namespace(residuals)
    on = xp.asarray(np.eye(N_JOINTS)[on_host(observations.joints)], dtype=residuals.dtype)
    count = observations.weights @ on
    total = xp.matrix_transpose(on) @ (residuals * observations.weights[..., None])
    return total / (count + 1e-6)[..., None], xp.minimum(count, xp.ones_like(count))


def _single_joint_turns(
    levers: Array, residuals: Array, frames: Array, weights: Array
) -> tuple[Array, Array]:
    """What each joint alone would do about the residuals: the diagonal blocks of Gauss–Newton.

        M_j = sum_k (|d|² 1 - d dᵀ) + damping · 1,   ω_j = M_j⁻¹ sum_k d × r

    with the levers d from the joint to the points that it moves, times the root of their weights.

    Returns:
        ω_j (N, 22, 3), radians in the joint's own frame, and the logarithm of M_j's diagonal,
        scaled for the network: how certain the turn about each axis is.
    """
    xp = array_namespace(levers)
    weighted = residuals * xp.sqrt(weights)[..., None]
    torque = xp.matrix_transpose(cross_products(levers, weighted[..., None])[..., 0])
    xx, yy, zz, xy, xz, yz = (
        xp.sum(levers[:, :, a] * levers[:, :, b], axis=1)
        for a, b in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    )
    rows = (
        (yy + zz + DAMPING, -xy, -xz),
        (-xy, xx + zz + DAMPING, -yz),
        (-xz, -yz, xx + yy + DAMPING),
    )
    inertia = xp.stack([xp.stack(row, axis=-1) for row in rows], axis=-2)
    back = transpose(frames)
    inertia = back @ inertia @ frames
    torque = (back @ torque[..., None])[..., 0]
    turn = xp.clip(_solve3(inertia, torque), -3.0, 3.0)
    diagonal = xp.stack([inertia[..., i, i] for i in range(3)], axis=-1)
    return turn, 0.25 * xp.log(diagonal) + 1.0


def _solve3(a: Array, b: Array) -> Array:
    """Solve symmetric 3 × 3 systems (..., 3, 3) x = (..., 3) by cross products."""
    xp = array_namespace(a)
    c0, c1, c2 = a[..., :, 0], a[..., :, 1], a[..., :, 2]
    r0, r1, r2 = cross(c1, c2), cross(c2, c0), cross(c0, c1)
    det = xp.sum(c0 * r0, axis=-1)
    x = xp.stack([xp.sum(r * b, axis=-1) for r in (r0, r1, r2)], axis=-1)
    return x / (det + 1e-18)[..., None]
