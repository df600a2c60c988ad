# SPDX-License-Identifier: GPL-3.0-or-later
"""Points fixed to a posed body: what the solver compares with the tracks.

Everything works on N frames at once and takes NumPy arrays or torch tensors alike. Shapes: N frames,
K points; a body and its points may differ from frame to frame (training) or not (a take).
"""

from dataclasses import dataclass

from array_api_compat import array_namespace

from ..geometry.kinematics import attached_points, forward
from ..geometry.rotations import Array
from ..geometry.skeleton import ANCESTORS, N_POSED
from ..runtime.array_types import on_host


@dataclass(frozen=True)
class MarkerObservations:
    """What is known of N frames.

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
    """A body posed in N frames.

    rotations: (N, 24, 3, 3) in the parents' frames, the pelvis's in the world's.
    root: (N, 3) metres, the pelvis joint in the world.
    """

    rotations: Array
    root: Array


@dataclass(frozen=True)
class Comparison:
    """A state held against its target.

    turned (N, 24, 3, 3), placed (N, 24, 3): the joints in the world. residuals (N, K, 3): from the
    body's points to the tracks, zero where unseen. levers (N, K, 3, 22): from each joint that
    moves a point to that point, zero for other joints and scaled by the root of the weight; the
    axes come before the joints, as in the unknowns of the normal equations.
    """

    global_rotations: Array
    joint_positions: Array
    residuals: Array
    levers: Array


def moving_joints(joints: Array) -> Array:
    """(K, 22) booleans, as NumPy: which joints carry each point."""
    return ANCESTORS[on_host(joints)][:, :N_POSED]


def cross_products(levers: Array, displacements: Array) -> Array:
    """(N, 3, J, S): the sum over the points of lever × move, axes first as in the levers.

    levers: (N, K, 3, J), as `Comparison` has them. moves: (N, K, 3, S).
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


def compare(state: PoseSequence, target: MarkerObservations) -> Comparison:
    """Pose the body and measure where its points lie beside the tracks."""
    xp = array_namespace(state.root)
    turned, placed = forward(state.rotations, target.bones, state.root)
    points = attached_points(turned, placed, target.joints, target.offsets)
    residuals = (target.points - points) * (target.weights > 0)[..., None]
    carries = xp.asarray(moving_joints(target.joints), dtype=state.root.dtype)
    scale = carries * xp.sqrt(target.weights)[..., None]
    centres = xp.matrix_transpose(placed[:, :N_POSED])
    levers = (points[..., None] - centres[:, None]) * scale[:, :, None]
    return Comparison(turned, placed, residuals, levers)
