# SPDX-License-Identifier: GPL-3.0-or-later
"""Gauss–Newton steps that bring a posed body to its tracks, near a prior pose.

One step minimises, for every frame by itself,

    sum_k w_k |y_k - p_k|² + sum_j prior_j |log(R_j⁻¹ R_prior,j)|² + damping |step|²

over a rotation vector for each of 22 joints and a shift of the root. Turning joint j by the world
vector ω moves point k by ω × d with the lever d = p_k - x_j, so the normal matrix is made of
blocks (d_i·d_j) 1 - d_j d_iᵀ summed over the points: one matrix product of the levers with
themselves, a third of the work of building the Jacobian.
"""

from array_api_compat import array_namespace

from .attachments import Comparison, State, Target, compare
from .joints import N_POSED
from .rotations import Array, axis_angle_to_matrix, cross, matrix_to_axis_angle, skew, transpose

_UNKNOWNS = 3 * N_POSED + 3


def gauss_newton(
    state: State,
    target: Target,
    prior: State,
    stiffness: Array,
    damping: float = 1e-5,
    steps: int = 1,
) -> State:
    """Take `steps` steps from `state`.

    prior: the pose that undecided rotations stay near. stiffness: (22,) or (N, 22), m² per rad²:
    the squared track error (m) that a radian away from the prior is worth.
    damping: m² per rad², added to every unknown; keeps a step finite where nothing is observed.
    """
    for _ in range(steps):
        state = _step(state, target, prior, stiffness, damping)
    return state


def _step(state: State, target: Target, prior: State, stiffness: Array, damping: float) -> State:
    xp = array_namespace(state.root)
    seen = compare(state, target)
    frames = seen.turned[:, :N_POSED]
    matrix, vector = normal_equations(seen, target)
    away = matrix_to_axis_angle(
        transpose(state.rotations[:, :N_POSED]) @ prior.rotations[:, :N_POSED]
    )
    pull = xp.zeros_like(away[..., 0]) + stiffness
    world_away = (frames @ away[..., None])[..., 0]
    vector = vector + _with_root(pull[..., None] * world_away)
    diagonal = _with_root(xp.zeros_like(away) + pull[..., None]) + damping
    index = xp.arange(_UNKNOWNS)
    matrix[:, index, index] += diagonal
    step = xp.linalg.solve(matrix, vector[..., None])[..., 0]
    turn = xp.reshape(step[:, : 3 * N_POSED], (-1, N_POSED, 3))
    local = (transpose(frames) @ turn[..., None])[..., 0]
    moved = state.rotations[:, :N_POSED] @ axis_angle_to_matrix(_limited(local))
    rotations = xp.concat((moved, state.rotations[:, N_POSED:]), axis=1)
    return State(rotations, state.root + step[:, 3 * N_POSED :])


def normal_equations(seen: Comparison, target: Target) -> tuple[Array, Array]:
    """The normal matrix (N, 69, 69) and right-hand side (N, 69), in world axes.

    Unknowns: 22 world rotation vectors, then the root's shift.
    """
    xp = array_namespace(seen.placed)
    n, k = seen.residuals.shape[:2]
    flat = xp.reshape(seen.levers, (n, k, 3 * N_POSED))
    moments = xp.reshape(xp.matrix_transpose(flat) @ flat, (n, N_POSED, 3, N_POSED, 3))
    traces = moments[:, :, 0, :, 0] + moments[:, :, 1, :, 1] + moments[:, :, 2, :, 2]
    blocks = -xp.permute_dims(moments, (0, 1, 4, 3, 2))
    for axis in range(3):
        blocks[:, :, axis, :, axis] += traces
    root = xp.sqrt(target.weights)
    weighted = seen.residuals * root[..., None]
    lever_sum = xp.sum(seen.levers * root[:, :, None, None], axis=1)
    matrix = xp.zeros((n, _UNKNOWNS, _UNKNOWNS), dtype=flat.dtype)
    matrix[:, : 3 * N_POSED, : 3 * N_POSED] = xp.reshape(blocks, (n, 3 * N_POSED, 3 * N_POSED))
    coupling = xp.reshape(skew(lever_sum), (n, 3 * N_POSED, 3))
    matrix[:, : 3 * N_POSED, 3 * N_POSED :] = coupling
    matrix[:, 3 * N_POSED :, : 3 * N_POSED] = xp.matrix_transpose(coupling)
    total = xp.sum(target.weights, axis=1)
    for axis in range(3):
        matrix[:, 3 * N_POSED + axis, 3 * N_POSED + axis] = total
    torque = xp.sum(cross(seen.levers, weighted[:, :, None, :] + 0.0 * seen.levers), axis=1)
    force = xp.sum(weighted * root[..., None], axis=1)
    return matrix, xp.concat((xp.reshape(torque, (n, 3 * N_POSED)), force), axis=1)


def _with_root(per_joint: Array) -> Array:
    """(N, 22, 3) -> (N, 69), with zeros for the root's shift."""
    xp = array_namespace(per_joint)
    n = per_joint.shape[0]
    flat = xp.reshape(per_joint, (n, 3 * N_POSED))
    return xp.concat((flat, flat[:, :3] * 0.0), axis=1)


def _limited(vectors: Array, most: float = 1.0) -> Array:
    """Shorten rotation vectors to `most` radians: a linearised step means nothing beyond."""
    xp = array_namespace(vectors)
    length = xp.sqrt(xp.sum(vectors * vectors, axis=-1) + 1e-12)
    scale = xp.where(length > most, most / length, xp.ones_like(length))
    return vectors * scale[..., None]
