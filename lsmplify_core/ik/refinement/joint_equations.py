# SPDX-License-Identifier: GPL-3.0-or-later
"""Normal equations of a pose whose unknowns are turns about the joints' own axes.

A turn of joint j about its own axis a, whose direction in the world is the column R_a of its
rotation, moves point k by R_a × d with the lever d. Those moves are the Jacobian J, and JᵀJ is one
product for each frame: less than turning equations in world axes, which takes two.
"""

from typing import Final

import numpy as np

from ...body.markers import Comparison, MarkerObservations
from ...geometry.skeleton import N_POSED
from ...runtime.array_types import Floats

_TURNS: Final = 3 * N_POSED
_BLOCK: Final = 16
"""Frames whose Jacobians are in memory at once, few enough for the processor's cache."""


def joint_equations(
    comparison: Comparison, observations: MarkerObservations
) -> tuple[Floats, Floats]:
    """Normal equations of turns about the joints' own axes and the root's shift.

    Unknowns: a rotation vector for each of 22 joints in the joint's own axes (all x, all y, all z),
    then the root's shift in the world.

    Args:
        comparison: N posed bodies beside their tracks, metres in the world; its levers are
            multiplied by the roots of the weights already, its residuals are not.
        observations: their weights, which are the squares of those roots.

    Returns:
        The normal matrix (N, 69, 69), m² per rad² for turns, and the right-hand side (N, 69), m²
        per rad, both in double precision.
    """
    frames = len(comparison.residuals)
    matrix = np.empty((frames, _TURNS + 3, _TURNS + 3))
    rhs = np.empty((frames, _TURNS + 3))
    root_weight = np.sqrt(observations.weights)[..., None]
    residuals = comparison.residuals * root_weight
    for first in range(0, frames, _BLOCK):
        block = slice(first, first + _BLOCK)
        jacobian = _jacobian(
            comparison.global_rotations[block, :N_POSED],
            comparison.levers[block],
            root_weight[block],
        )
        transposed = np.swapaxes(jacobian, -1, -2)
        matrix[block] = transposed @ jacobian
        rhs[block] = (transposed @ residuals[block].reshape(len(jacobian), -1, 1))[..., 0]
    return matrix, rhs


def _jacobian(rotations: Floats, levers: Floats, root_weight: Floats) -> Floats:
    """(N, 3 K, 69). rotations: (N, 22, 3, 3) in the world. levers: (N, K, 3, 22), times the root of
    the points' weights (N, K, 1)."""
    frames, points = levers.shape[:2]
    result = np.empty((frames, points, 3, _TURNS + 3), levers.dtype)
    turns = result[..., :_TURNS].reshape(frames, points, 3, 3, N_POSED)
    axes = np.ascontiguousarray(rotations.transpose(2, 0, 3, 1))[:, :, None]
    for c, b, a in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        turns[:, :, c] = axes[b] * levers[:, :, a, None] - axes[a] * levers[:, :, b, None]
    result[..., _TURNS:] = np.eye(3, dtype=levers.dtype) * root_weight[..., None]
    return result.reshape(frames, 3 * points, _TURNS + 3)
