# SPDX-License-Identifier: GPL-3.0-or-later
"""Gauss–Newton steps that bring a posed body to its tracks, near a prior pose.

One step minimises, for every frame by itself,

    sum_k w_k |y_k - p_k|² + sum_j prior_j |log(R_j⁻¹ R_prior,j)|² + damping |step|²

over a rotation vector for each of 22 joints and a shift of the root. Turning joint j by the world
vector ω moves point k by ω × d with the lever d = p_k - x_j, so the normal matrix is made of
blocks (d_i·d_j) 1 - d_j d_iᵀ summed over the points: one matrix product of the levers with
themselves, a third of the work of building the Jacobian. A take in NumPy with all joints free goes
along the tree instead (`tree_steps`), which gives the same step.
"""

from dataclasses import replace
from typing import Final

from ...body.markers import Comparison, MarkerObservations, PoseSequence, compare
from ...geometry.rotations import Array, axis_angle_to_matrix, transpose
from ...geometry.skeleton import N_POSED
from ...runtime.array_namespace import array_namespace
from .posed_tree import is_take
from .robust import downweight_outliers
from .tree_steps import tree_steps

STEP_DAMPING: Final = 1e-5
"""m² per rad² on every unknown of a usual step."""


def gauss_newton(
    poses: PoseSequence,
    observations: MarkerObservations,
    prior: PoseSequence,
    prior_weight: Array,
    damping: float = STEP_DAMPING,
    steps: int = 1,
    free_joints: list[int] | None = None,
    outlier_scale: float | None = None,
    axes_weight: Array | None = None,
) -> PoseSequence:
    """Gauss–Newton on every frame by itself.

    Args:
        poses: N frames to step from.
        observations: the tracks of the same frames.
        prior: N frames; undecided rotations stay near them.
        prior_weight: (22,) or (N, 22), m² per rad²: the squared track error that a radian away from
            the prior is worth. Of the free joints alone where `free_joints` is given.
        damping: m² per rad² on every unknown (Levenberg 1944); keeps a step finite where nothing is
            observed.
        steps: how many.
        free_joints: the joints that may turn, in order, all 22 where None; the others stay as they
            are.
        outlier_scale: metres, of the robust weights that the residuals before the first step get
            (`downweight_outliers`); None for the weights as they are.
        axes_weight: (N, 22, 3, 3), m² per rad², symmetric, or of the free joints alone: added to
            `prior_weight` by each joint's own axes, for joints that turn about some axes only.

    Returns:
        The poses after the last step.
    """
    if free_joints is None and is_take(poses, observations):
        return tree_steps(
            poses, observations, prior, prior_weight, damping, steps, outlier_scale, axes_weight
        )
    if outlier_scale is not None:
        observations = downweight_outliers(poses, observations, outlier_scale)
    joints = slice(0, N_POSED) if free_joints is None else free_joints
    for _ in range(steps):
        poses = _step(poses, observations, prior, prior_weight, damping, joints, axes_weight)
    return poses


def _step(
    poses: PoseSequence,
    observations: MarkerObservations,
    prior: PoseSequence,
    prior_weight: Array,
    damping: float,
    free_joints: slice | list[int],
    axes_weight: Array | None,
) -> PoseSequence:
    xp = array_namespace(poses.root)
    comparison = compare(poses, observations)
    if isinstance(free_joints, list):
        comparison = replace(comparison, levers=comparison.levers[..., free_joints])
    global_rotations = comparison.global_rotations[:, free_joints]
    count = global_rotations.shape[1]
    turns = 3 * count
    matrix, rhs = normal_equations(comparison, observations)
    local_rotations = poses.rotations[:, free_joints]
    deviation = (
        global_rotations
        @ _rotation_vector(transpose(local_rotations) @ prior.rotations[:, free_joints])[..., None]
    )[..., 0]
    weight = xp.zeros_like(deviation[..., 0]) + prior_weight
    rhs[:, :turns] += flat(weight[..., None] * deviation)
    index = xp.arange(turns + 3)
    matrix[:, index, index] += damping
    for axis in range(3):
        index = xp.arange(axis * count, (axis + 1) * count)
        matrix[:, index, index] += weight
    if axes_weight is not None:
        _weigh_axes(matrix, rhs, global_rotations @ axes_weight @ transpose(global_rotations),
                    deviation)  # fmt: skip
    step = xp.linalg.solve(matrix, rhs[..., None])[..., 0]
    local_step = (transpose(global_rotations) @ unflat(step[:, :turns])[..., None])[..., 0]
    updated = local_rotations @ axis_angle_to_matrix(_clipped_length(local_step))
    if isinstance(free_joints, list):
        rotations = xp.asarray(poses.rotations, copy=True)
        rotations[:, free_joints] = updated
    else:
        rotations = xp.concat((updated, poses.rotations[:, N_POSED:]), axis=1)
    return PoseSequence(rotations, poses.root + step[:, turns:])


def _weigh_axes(matrix: Array, rhs: Array, weight: Array, deviation: Array) -> None:
    """Add weights (N, J, 3, 3) in world axes of deviations (N, J, 3) to the equations, in place."""
    xp = array_namespace(matrix)
    count = weight.shape[1]
    joint = xp.arange(count)
    rhs[:, : 3 * count] += flat((weight @ deviation[..., None])[..., 0])
    for a in range(3):
        for b in range(3):
            matrix[:, a * count + joint, b * count + joint] += weight[..., a, b]


def normal_equations(
    comparison: Comparison, observations: MarkerObservations
) -> tuple[Array, Array]:
    """The normal matrix (N, 69, 69) and right-hand side (N, 69), in world axes.

    Unknowns: the x parts of 22 world rotation vectors (or of as many joints as there are levers),
    their y parts, their z parts, then the root's shift. With the axes outside, every block of the
    matrix is a block of the levers' product with themselves, or a sum of two.
    """
    xp = array_namespace(comparison.joint_positions)
    n, k, _, joints = comparison.levers.shape
    turns = 3 * joints
    root_weight = xp.sqrt(observations.weights)[..., None]
    levers = xp.reshape(comparison.levers, (n, k, turns))
    products = xp.matrix_transpose(levers) @ levers
    matrix = xp.zeros((n, turns + 3, turns + 3), dtype=levers.dtype)
    axis_block = [slice(axis * joints, (axis + 1) * joints) for axis in range(3)]
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        matrix[:, axis_block[a], axis_block[a]] = (
            products[:, axis_block[b], axis_block[b]] + products[:, axis_block[c], axis_block[c]]
        )
        matrix[:, axis_block[a], axis_block[b]] = -products[:, axis_block[b], axis_block[a]]
        matrix[:, axis_block[b], axis_block[a]] = -products[:, axis_block[a], axis_block[b]]
    weighted_residuals = xp.concat((comparison.residuals * root_weight, root_weight), axis=-1)
    sums = xp.matrix_transpose(levers) @ weighted_residuals
    rhs = xp.zeros((n, turns + 3), dtype=levers.dtype)
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        rhs[:, axis_block[a]] = sums[:, axis_block[b], c] - sums[:, axis_block[c], b]
        matrix[:, axis_block[b], turns + c] = matrix[:, turns + c, axis_block[b]] = -sums[
            :, axis_block[a], 3
        ]
        matrix[:, axis_block[c], turns + b] = matrix[:, turns + b, axis_block[c]] = sums[
            :, axis_block[a], 3
        ]
        matrix[:, turns + a, turns + a] = xp.sum(observations.weights, axis=1)
    rhs[:, turns:] = xp.sum(comparison.residuals * root_weight * root_weight, axis=1)
    return matrix, rhs


def flat(per_joint: Array) -> Array:
    """(N, J, 3) -> (N, 3 J), the axes outside, as `normal_equations` has its unknowns."""
    xp = array_namespace(per_joint)
    return xp.reshape(xp.matrix_transpose(per_joint), (per_joint.shape[0], 3 * per_joint.shape[1]))


def unflat(numbers: Array) -> Array:
    """(N, 3 J) -> (N, J, 3), back from there."""
    xp = array_namespace(numbers)
    return xp.matrix_transpose(xp.reshape(numbers, (numbers.shape[0], 3, -1)))


def _rotation_vector(m: Array) -> Array:
    """A rotation vector (..., 3) along the rotation's own, exact to third order: half the
    antisymmetric part lengthened by what the trace says of the angle."""
    xp = array_namespace(m)
    s = 0.5 * xp.stack(
        (m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]),
        axis=-1,
    )
    cosine = 0.5 * (m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2] - 1.0)
    return s * (4.0 / (3.0 + cosine))[..., None]


def _clipped_length(vectors: Array, most: float = 1.0) -> Array:
    """Shorten rotation vectors to `most` radians: a linearised step means nothing beyond."""
    xp = array_namespace(vectors)
    length = xp.sqrt(xp.sum(vectors * vectors, axis=-1) + 1e-12)
    scale = xp.where(length > most, most / length, xp.ones_like(length))
    return vectors * scale[..., None]
