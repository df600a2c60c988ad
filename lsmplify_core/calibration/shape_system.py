# SPDX-License-Identifier: GPL-3.0-or-later
"""What the frames of a take together ask of the body and of the points' places on it.

Every frame has a pose of its own and all share the shape: its normal equations are made frame by
frame, the pose is eliminated (Schur complement), and what is left is summed up. Frames don't need each
other for that, so pieces of the take are worked on side by side, in single precision; the sums are
in double.
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
class Asked:
    """Of N frames and K points, with S numbers of shape, followed by 3 K of the points' places.

    matrix: (S + 3 K, S + 3 K) and vector: (S + 3 K,) what is asked of them, poses eliminated. free:
    (N, 69) the poses' steps if they stay as they are. per_change: (N, 69, S + 3 K) by how much less
    for each of them. A pose is world turns of 22 joints, all x, all y, all z, and the root's shift.
    """

    matrix: Floats
    vector: Floats
    free: Floats
    per_change: Floats

    def steps(self, change: Floats) -> Floats:
        """(N, 69) the poses' steps that go with a change (S + 3 K,)."""
        result: Floats = self.free - self.per_change @ change.astype(self.free.dtype)
        return result


def asked(
    seen: Comparison, target: MarkerObservations, moves: Floats, away: Floats, stiffness: float
) -> Asked:
    """What N frames ask.

    target: its weights count. moves: (N, K, 3, S) metres, how points move with each number of shape.
    away: (N, 22, 3) rotation vectors in the world from the pose to where it is pulled to, with
    `stiffness`, m² per rad².
    """
    matrix, vector = normal_equations(seen, target)
    vector[:, :_TURNS] += stiffness * flat(away)
    every = np.arange(_TURNS + 3)
    matrix[:, every, every] += _DAMPING
    matrix[:, every[:_TURNS], every[:_TURNS]] += stiffness
    scale = np.sqrt(target.weights)[..., None, None]
    moves = moves * scale
    own = seen.global_rotations[:, np.asarray(target.joints)] * scale
    residuals = seen.residuals * scale[..., 0]
    coupling = np.concatenate(
        (_with_shape(seen, moves, scale), _with_places(seen, own, scale)), axis=-1
    )
    solved = np.linalg.solve(matrix, np.concatenate((vector[..., None], coupling), axis=-1))
    back = np.ascontiguousarray(coupling.reshape(-1, coupling.shape[-1]).T)
    eliminated = (back @ solved.reshape(-1, solved.shape[-1])).astype(np.float64)
    alone, towards = _alone(moves, own, residuals, target.weights)
    return Asked(
        alone - eliminated[:, 1:], towards - eliminated[:, 0], solved[..., 0], solved[..., 1:]
    )


def summed(parts: list[Asked]) -> Asked:
    """The pieces of a take put together."""
    return Asked(
        np.sum([p.matrix for p in parts], axis=0),
        np.sum([p.vector for p in parts], axis=0),
        np.concatenate([p.free for p in parts]),
        np.concatenate([p.per_change for p in parts]),
    )


def _with_shape(seen: Comparison, moves: Floats, scale: Floats) -> Floats:
    """(N, 69, S): turning joint j by ω moves point k by ω × d, so that with a number that moves it by
    m the product of both is d × m."""
    turns = cross_products(seen.levers, moves).reshape(len(moves), _TURNS, -1)
    return np.concatenate((turns, (moves * scale).sum(axis=1)), axis=1)


def _with_places(seen: Comparison, own: Floats, scale: Floats) -> Floats:
    """(N, 69, 3 K): the same for the points' places, each of which moves its own point alone, along
    the axes of its joint."""
    n, k = own.shape[:2]
    result = np.empty((n, _TURNS + 3, k, 3), own.dtype)
    levers = np.ascontiguousarray(seen.levers.transpose(2, 0, 3, 1))[..., None]
    axes = np.ascontiguousarray(own.transpose(2, 0, 1, 3))[:, :, None]
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        part = slice(a * N_POSED, (a + 1) * N_POSED)
        result[:, part] = levers[b] * axes[c] - levers[c] * axes[b]
        result[:, _TURNS + a] = own[:, :, a] * scale[..., 0]
    return result.reshape(n, _TURNS + 3, 3 * k)


def _alone(moves: Floats, own: Floats, residuals: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Matrix and vector of shape and places as if the poses stood still."""
    n, k, _, count = moves.shape
    by_point = np.ascontiguousarray(moves.transpose(1, 3, 0, 2)).reshape(k, count, 3 * n)
    own_point = np.ascontiguousarray(own.transpose(1, 0, 2, 3)).reshape(k, 3 * n, 3)
    asked_of = np.ascontiguousarray(residuals.transpose(1, 0, 2)).reshape(k, 3 * n, 1)
    matrix = np.zeros((count + 3 * k, count + 3 * k))
    matrix[:count, :count] = (by_point @ by_point.transpose(0, 2, 1)).sum(axis=0)
    mixed = (by_point @ own_point).transpose(1, 0, 2).reshape(count, 3 * k)
    matrix[:count, count:] = mixed
    matrix[count:, :count] = mixed.T
    places = np.arange(count, count + 3 * k)
    matrix[places, places] = np.repeat(weights.sum(axis=0, dtype=np.float64), 3)
    shape = (by_point @ asked_of)[..., 0].sum(axis=0)
    placed = (own_point.transpose(0, 2, 1) @ asked_of).reshape(3 * k)
    return matrix, np.concatenate((shape, placed)).astype(np.float64)
