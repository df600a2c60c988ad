# SPDX-License-Identifier: GPL-3.0-or-later
"""Normal equations of the body's shape and the points' offsets, with the poses eliminated.

Every frame has a pose x_t of its own and all share shape and offsets s. With the blocks of a frame

    [ A_t   B_t ] [x_t]   [a_t]
    [ B_tᵀ  C_t ] [ s ] = [c_t]

the Schur complement leaves

    sum_t (C_t - B_tᵀ A_t⁻¹ B_t) s = sum_t (c_t - B_tᵀ A_t⁻¹ a_t),   x_t = A_t⁻¹ (a_t - B_t s)

(as in bundle adjustment: Triggs et al. 2000, section 6). Frames don't
need each other for that, so chunks of the take are worked on in parallel, in single precision; the
sums are in double.
"""

from dataclasses import dataclass

import numpy as np

from ..body.markers import Comparison, MarkerObservations, cross_products
from ..geometry.skeleton import N_POSED
from ..ik.gauss_newton import flat, normal_equations
from ..runtime.array_types import Floats

_TURNS = 3 * N_POSED
_DAMPING = 1e-6
"""m² per rad²: keeps a pose finite where nothing is seen."""


@dataclass(frozen=True)
class ShapeEquations:
    """Of N frames and K points, with S numbers of shape, followed by 3 K of the points' places.

    matrix (S + 3 K, S + 3 K) and rhs (S + 3 K,): their normal equations, poses eliminated.
    pose_step: (N, 69) the poses' steps if they stay as they are. pose_step_per_change: (N, 69, S +
    3 K) by how much less for each of them. A pose is world turns of 22 joints, all x, all y, all z,
    and the root's shift.
    """

    matrix: Floats
    rhs: Floats
    pose_step: Floats
    pose_step_per_change: Floats

    def steps(self, change: Floats) -> Floats:
        """(N, 69) the poses' steps that go with a change (S + 3 K,)."""
        result: Floats = self.pose_step - self.pose_step_per_change @ change.astype(
            self.pose_step.dtype
        )
        return result


def shape_equations(
    comparison: Comparison,
    observations: MarkerObservations,
    shape_jacobian: Floats,
    deviation: Floats,
    prior_weight: float,
) -> ShapeEquations:
    """The equations of N frames.

    Args:
        comparison: posed bodies and tracks.
        observations: their weights count.
        shape_jacobian: (N, K, 3, S) metres, how points move with each number of the shape.
        deviation: (N, 22, 3) rotation vectors in the world from the poses to their prior.
        prior_weight: m² per rad², of that prior.

    Returns:
        Equations of shape and offsets, and the poses' steps that go with them.
    """
    matrix, rhs = normal_equations(comparison, observations)
    rhs[:, :_TURNS] += prior_weight * flat(deviation)
    every = np.arange(_TURNS + 3)
    matrix[:, every, every] += _DAMPING
    matrix[:, every[:_TURNS], every[:_TURNS]] += prior_weight
    scale = np.sqrt(observations.weights)[..., None, None]
    shape_jacobian = shape_jacobian * scale
    point_axes = comparison.global_rotations[:, np.asarray(observations.joints)] * scale
    residuals = comparison.residuals * scale[..., 0]
    coupling = np.concatenate(
        (
            _with_shape(comparison, shape_jacobian, scale),
            _with_places(comparison, point_axes, scale),
        ),
        axis=-1,
    )
    solved = np.linalg.solve(matrix, np.concatenate((rhs[..., None], coupling), axis=-1))
    back = np.ascontiguousarray(coupling.reshape(-1, coupling.shape[-1]).T)
    eliminated = (back @ solved.reshape(-1, solved.shape[-1])).astype(np.float64)
    places_matrix, places_rhs = _fixed_pose_equations(
        shape_jacobian, point_axes, residuals, observations.weights
    )
    return ShapeEquations(
        places_matrix - eliminated[:, 1:],
        places_rhs - eliminated[:, 0],
        solved[..., 0],
        solved[..., 1:],
    )


def sum_equations(parts: list[ShapeEquations]) -> ShapeEquations:
    """The sum of the equations of a take's chunks."""
    return ShapeEquations(
        np.sum([p.matrix for p in parts], axis=0),
        np.sum([p.rhs for p in parts], axis=0),
        np.concatenate([p.pose_step for p in parts]),
        np.concatenate([p.pose_step_per_change for p in parts]),
    )


def _with_shape(comparison: Comparison, shape_jacobian: Floats, scale: Floats) -> Floats:
    """(N, 69, S): turning joint j by ω moves point k by ω × d, so that with a number that moves it
    by m the product of both is d × m."""
    turns = cross_products(comparison.levers, shape_jacobian).reshape(
        len(shape_jacobian), _TURNS, -1
    )
    return np.concatenate((turns, (shape_jacobian * scale).sum(axis=1)), axis=1)


def _with_places(comparison: Comparison, point_axes: Floats, scale: Floats) -> Floats:
    """(N, 69, 3 K): the same for the points' places, each of which moves its own point alone, along
    the axes of its joint."""
    n, k = point_axes.shape[:2]
    result = np.empty((n, _TURNS + 3, k, 3), point_axes.dtype)
    levers = np.ascontiguousarray(comparison.levers.transpose(2, 0, 3, 1))[..., None]
    axes = np.ascontiguousarray(point_axes.transpose(2, 0, 1, 3))[:, :, None]
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        part = slice(a * N_POSED, (a + 1) * N_POSED)
        result[:, part] = levers[b] * axes[c] - levers[c] * axes[b]
        result[:, _TURNS + a] = point_axes[:, :, a] * scale[..., 0]
    return result.reshape(n, _TURNS + 3, 3 * k)


def _fixed_pose_equations(
    shape_jacobian: Floats, point_axes: Floats, residuals: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """Matrix and vector of shape and places as if the poses stood still."""
    n, k, _, count = shape_jacobian.shape
    by_point = np.ascontiguousarray(shape_jacobian.transpose(1, 3, 0, 2)).reshape(k, count, 3 * n)
    own_point = np.ascontiguousarray(point_axes.transpose(1, 0, 2, 3)).reshape(k, 3 * n, 3)
    point_residuals = np.ascontiguousarray(residuals.transpose(1, 0, 2)).reshape(k, 3 * n, 1)
    matrix = np.zeros((count + 3 * k, count + 3 * k))
    matrix[:count, :count] = (by_point @ by_point.transpose(0, 2, 1)).sum(axis=0)
    mixed = (by_point @ own_point).transpose(1, 0, 2).reshape(count, 3 * k)
    matrix[:count, count:] = mixed
    matrix[count:, :count] = mixed.T
    places = np.arange(count, count + 3 * k)
    matrix[places, places] = np.repeat(weights.sum(axis=0, dtype=np.float64), 3)
    shape = (by_point @ point_residuals)[..., 0].sum(axis=0)
    placed = (own_point.transpose(0, 2, 1) @ point_residuals).reshape(3 * k)
    return matrix, np.concatenate((shape, placed)).astype(np.float64)
