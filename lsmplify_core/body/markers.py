# SPDX-License-Identifier: GPL-3.0-or-later
"""Points fixed to a posed body: what the solver compares with the tracks.

Everything works on N frames at once and takes NumPy arrays or torch tensors alike. Shapes: N
frames, K points; a body and its points may differ from frame to frame (training) or not (a take).
"""

from dataclasses import dataclass

from ..geometry.kinematics import attached_points, forward
from ..geometry.rotations import Array
from ..geometry.skeleton import ANCESTORS, N_POSED
from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import on_host


@dataclass(frozen=True)
class MarkerObservations:
    """The tracks of N frames, and the places of their points on the body.

    bones: (24, 3) or (N, 24, 3) metres, each joint from its parent at rest.
    joints: (K,) integers, the joint that each point is fixed to.
    offsets: (K, 3) or (N, K, 3) metres in the joints' frames.
    points: (N, K, 3) metres in the world; what unseen points hold does not matter, if finite.
    weights: (N, K), 0 for unseen points, 1 for fully trusted ones.
    """

    bones: Array
    joints: Array
    offsets: Array
    points: Array
    weights: Array


@dataclass(frozen=True)
class PoseSequence:
    """Poses of the body in N frames.

    rotations: (N, 24, 3, 3) in the parents' frames, the pelvis's in the world's.
    root: (N, 3) metres, the pelvis joint in the world.
    """

    rotations: Array
    root: Array


@dataclass(frozen=True)
class Comparison:
    """Posed body and tracks, frame by frame.

    global_rotations (N, 24, 3, 3), joint_positions (N, 24, 3): the joints in the world. residuals
    (N, K, 3): from the body's points to the tracks, zero where unseen. levers (N, K, 3, 22): from
    each joint that moves a point to that point, zero for other joints and scaled by the root of the
    weight; the axes come before the joints, as in the unknowns of the normal equations.
    """

    global_rotations: Array
    joint_positions: Array
    residuals: Array
    levers: Array


def moving_joints(joints: Array) -> Array:
    """(K, 22) booleans, as NumPy: which joints carry each point."""
    return ANCESTORS[on_host(joints)][:, :N_POSED]


def cross_products(levers: Array, displacements: Array) -> Array:
    """(N, 3, J, S): the sum over the points of lever × displacement, axes first as in the levers.

    levers: (N, K, 3, J), as `Comparison` has them. displacements: (N, K, 3, S).
    """
    xp = array_namespace(displacements)
    n, k, _, joints = levers.shape
    count = displacements.shape[-1]
    by_axis = xp.matrix_transpose(xp.reshape(levers, (n, k, 3 * joints)))
    products = by_axis @ xp.reshape(displacements, (n, k, 3 * count))
    products = xp.reshape(products, (n, 3, joints, 3, count))
    return xp.stack(
        [products[:, b, :, c] - products[:, c, :, b] for b, c in ((1, 2), (2, 0), (0, 1))], axis=1
    )


def residuals_of(poses: PoseSequence, observations: MarkerObservations) -> Array:
    """(N, K, 3) from the body's points to the tracks, zero where unseen: `compare` without what
    only the solver needs."""
    turned, placed = forward(poses.rotations, observations.bones, poses.root)
    points = attached_points(turned, placed, observations.joints, observations.offsets)
    return (observations.points - points) * (observations.weights > 0)[..., None]


def compare(poses: PoseSequence, observations: MarkerObservations) -> Comparison:
    """Pose the body and measure where its points lie beside the tracks.

    Args:
        poses: N frames.
        observations: the same frames, in the same frame of reference and unit.

    Returns:
        Joints in the world, residuals and levers.
    """
    xp = array_namespace(poses.root)
    global_rotations, joint_positions = forward(poses.rotations, observations.bones, poses.root)
    points = attached_points(
        global_rotations, joint_positions, observations.joints, observations.offsets
    )
    residuals = (observations.points - points) * (observations.weights > 0)[..., None]
    carries = xp.asarray(moving_joints(observations.joints), dtype=poses.root.dtype)
    scale = carries * xp.sqrt(observations.weights)[..., None]
    centres = xp.matrix_transpose(joint_positions[:, :N_POSED])
    levers = (points[..., None] - centres[:, None]) * scale[:, :, None]
    return Comparison(global_rotations, joint_positions, residuals, levers)
