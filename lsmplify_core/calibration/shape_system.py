# SPDX-License-Identifier: GPL-3.0-or-later
"""Normal equations of the body's shape and the points' offsets, with the poses eliminated.

Every frame has a pose x_t of its own and all share shape and offsets s. With the blocks of a frame

    [ A_t   B_t ] [x_t]   [a_t]
    [ B_tᵀ  C_t ] [ s ] = [c_t]

the Schur complement leaves

    sum_t (C_t - B_tᵀ A_t⁻¹ B_t) s = sum_t (c_t - B_tᵀ A_t⁻¹ a_t),   x_t = A_t⁻¹ (a_t - B_t s)

(as in bundle adjustment: Triggs et al. 2000, section 6). Frames don't need each other for that, so
chunks of the take are worked on in parallel, in single precision; the sums are in double.

A point moves with the joints above it alone, so that of A_t nothing links one arm or leg to
another: each is eliminated by itself, with the columns of the shape and of its own points, and the
trunk with what is left of all columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.markers import Comparison, MarkerObservations, cross_products
from ..geometry.skeleton import ANCESTORS, JOINT_INDEX, N_POSED
from ..ik.refinement.gauss_newton import flat, normal_equations
from ..runtime.array_types import Floats

_TURNS = 3 * N_POSED
_DAMPING = 1e-6
"""m² per rad²: keeps a pose finite where nothing is seen."""
_LIMBS: Final = tuple(
    [JOINT_INDEX[f"{side}_{part}"] for part in parts]
    for side in "LR"
    for parts in (("Hip", "Knee", "Ankle", "Foot"), ("Collar", "Shoulder", "Elbow", "Wrist"))
)
_TRUNK: Final = [j for j in range(N_POSED) if not any(j in limb for limb in _LIMBS)]


@dataclass(frozen=True)
class _Eliminated:
    """The part of the equations that some of a pose's unknowns were eliminated from.

    unknowns: (U,) their numbers. columns: (C,) those of shape and places that they are linked to.
    alone: (N, U) their step. per_trunk: (N, U, 21) and per_change: (N, U, C) by how much less of it
    for a step of the trunk's and for each of the columns.
    """

    unknowns: NDArray[np.intp]
    columns: NDArray[np.intp]
    alone: Floats
    per_trunk: Floats
    per_change: Floats

    def steps(self, change: Floats, trunk: Floats) -> Floats:
        """(N, U) the steps that go with a change (S + 3 K,) and with the trunk's steps (N, 21)."""
        step = self.alone - self.per_change @ change[self.columns]
        return step - (self.per_trunk @ trunk[..., None])[..., 0]


@dataclass(frozen=True)
class ShapeEquations:
    """Of N frames and K points, with S numbers of shape, followed by 3 K of the points' places.

    matrix (S + 3 K, S + 3 K) and rhs (S + 3 K,): their normal equations, poses eliminated.
    limbs, trunk: what the poses' steps are found from again. A pose is world turns of 22 joints,
    all x, all y, all z, and the root's shift.
    """

    matrix: Floats
    rhs: Floats
    limbs: tuple[_Eliminated, ...]
    trunk: _Eliminated

    def steps(self, change: Floats) -> Floats:
        """(N, 69) the poses' steps that go with a change (S + 3 K,)."""
        trunk = self.trunk
        change = change.astype(trunk.alone.dtype)
        result = np.empty((len(trunk.alone), _TURNS + 3), trunk.alone.dtype)
        own = trunk.alone - trunk.per_change @ change[trunk.columns]
        result[:, trunk.unknowns] = own
        for limb in self.limbs:
            result[:, limb.unknowns] = limb.steps(change, own)
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
    joints = np.asarray(observations.joints)
    point_axes = comparison.global_rotations[:, joints] * scale
    residuals = comparison.residuals * scale[..., 0]
    shared_matrix, shared_rhs = _fixed_pose_equations(
        shape_jacobian, point_axes, residuals, observations.weights
    )
    top = np.concatenate((_unknowns(_TRUNK), every[_TURNS:]))
    above = matrix[:, top[:, None], top]
    asked = np.concatenate(
        (rhs[:, top, None], _coupling(comparison, shape_jacobian, point_axes, scale)), axis=-1
    )
    count, trunk = shape_jacobian.shape[-1], len(top)
    limbs: list[_Eliminated] = []
    for limb in _LIMBS:
        own, on = _unknowns(limb), np.flatnonzero(ANCESTORS[joints][:, limb].any(axis=1))
        places = (count + 3 * on[:, None] + np.arange(3)).reshape(-1)
        columns = np.concatenate((np.arange(count), places))
        linked = np.concatenate(
            (
                matrix[:, own[:, None], top], rhs[:, own, None],
                _turned(comparison.levers[:, on][..., limb], shape_jacobian[:, on],
                        point_axes[:, on]),
            ), axis=-1,
        )  # fmt: skip
        solved = np.linalg.inv(matrix[:, own[:, None], own]) @ linked
        limbs.append(_eliminated(own, columns, solved, trunk))
        _take_off(shared_matrix, shared_rhs, linked[..., trunk:], solved[..., trunk:], columns)
        down = np.swapaxes(linked[..., :trunk], -1, -2) @ solved
        above -= down[..., :trunk]
        asked[..., 0] -= down[..., trunk]
        asked[..., 1 + columns] -= down[..., trunk + 1 :]
    solved = np.linalg.inv(above) @ asked
    columns = np.arange(asked.shape[-1] - 1)
    _take_off(shared_matrix, shared_rhs, asked, solved, columns)
    return ShapeEquations(
        shared_matrix, shared_rhs, tuple(limbs), _eliminated(top, columns, solved, 0)
    )


def _unknowns(joints: list[int]) -> NDArray[np.intp]:
    """The numbers of some joints' turns among a pose's unknowns: all x, all y, all z."""
    return (N_POSED * np.arange(3)[:, None] + np.asarray(joints)).reshape(-1)


def _eliminated(
    unknowns: NDArray[np.intp], columns: NDArray[np.intp], solved: Floats, trunk: int
) -> _Eliminated:
    """solved: (N, U, trunk + 1 + C), the columns of the trunk's unknowns, of the right-hand side
    and of shape and places."""
    return _Eliminated(
        unknowns, columns, solved[..., trunk], solved[..., :trunk], solved[..., trunk + 1 :]
    )


def _take_off(
    matrix: Floats, rhs: Floats, linked: Floats, solved: Floats, columns: NDArray[np.intp]
) -> None:
    """Take the sum of Bᵀ A⁻¹ [a, B] over the frames off the shared equations, in place."""
    back = np.ascontiguousarray(linked.reshape(-1, linked.shape[-1])[:, 1:].T)
    total = back @ np.ascontiguousarray(solved.reshape(-1, solved.shape[-1]))
    matrix[np.ix_(columns, columns)] -= total[:, 1:]
    rhs[columns] -= total[:, 0]


def sum_equations(parts: list[ShapeEquations]) -> ShapeEquations:
    """The sum of the equations of a take's chunks."""
    return ShapeEquations(
        np.sum([p.matrix for p in parts], axis=0),
        np.sum([p.rhs for p in parts], axis=0),
        tuple(_joined(limb) for limb in zip(*(p.limbs for p in parts), strict=True)),
        _joined([p.trunk for p in parts]),
    )


def _joined(parts: Sequence[_Eliminated]) -> _Eliminated:
    """The frames of some chunks, one after the other."""
    alone, per_trunk, per_change = (
        np.concatenate([getattr(p, name) for p in parts])
        for name in ("alone", "per_trunk", "per_change")
    )
    return _Eliminated(parts[0].unknowns, parts[0].columns, alone, per_trunk, per_change)


def _coupling(
    comparison: Comparison, shape_jacobian: Floats, point_axes: Floats, scale: Floats
) -> Floats:
    """(N, 21, S + 3 K): what the trunk's turns and the root's shift have in common with shape and
    places."""
    n, k = point_axes.shape[:2]
    turns = _turned(comparison.levers[..., _TRUNK], shape_jacobian, point_axes)
    moved_by_shape = (shape_jacobian * scale).sum(axis=1)
    moved_by_places = (point_axes * scale).transpose(0, 2, 1, 3).reshape(n, 3, 3 * k)
    shift = np.concatenate((moved_by_shape, moved_by_places), axis=-1)
    return np.concatenate((turns, shift), axis=1)


def _turned(levers: Floats, shape_jacobian: Floats, point_axes: Floats) -> Floats:
    """(N, 3 J, S + 3 K): turning joint j by ω moves point k by ω × d, so that with a number that
    moves it by m the product of both is d × m. A place moves its own point alone, along the axes of
    its joint.

    levers: (N, K, 3, J).
    """
    n, k, _, count = levers.shape
    shape = shape_jacobian.shape[-1]
    result = np.empty((n, 3, count, shape + 3 * k), point_axes.dtype)
    result[..., :shape] = cross_products(levers, shape_jacobian)
    places = result[..., shape:].reshape(n, 3, count, k, 3)
    arms = np.ascontiguousarray(levers.transpose(2, 0, 3, 1))[..., None]
    axes = np.ascontiguousarray(point_axes.transpose(2, 0, 1, 3))[:, :, None]
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        places[:, a] = arms[b] * axes[c] - arms[c] * axes[b]
    result[..., shape:] = places.reshape(n, 3, count, 3 * k)
    return result.reshape(n, 3 * count, -1)


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
