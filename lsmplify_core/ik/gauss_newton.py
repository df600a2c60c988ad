# SPDX-License-Identifier: GPL-3.0-or-later
"""Gauss–Newton steps that bring a posed body to its tracks, near a prior pose.

One step minimises, for every frame by itself,

    sum_k w_k |y_k - p_k|² + sum_j prior_j |log(R_j⁻¹ R_prior,j)|² + damping |step|²

over a rotation vector for each of 22 joints and a shift of the root. Turning joint j by the world
vector ω moves point k by ω × d with the lever d = p_k - x_j, so the normal matrix is made of
blocks (d_i·d_j) 1 - d_j d_iᵀ summed over the points: one matrix product of the levers with
themselves, a third of the work of building the Jacobian.
"""

from dataclasses import replace

from array_api_compat import array_namespace

from ..body.markers import Comparison, State, Target, compare
from ..geometry.rotations import Array, axis_angle_to_matrix, transpose
from ..geometry.skeleton import N_POSED


def gauss_newton(
    state: State,
    target: Target,
    prior: State,
    stiffness: Array,
    damping: float = 1e-5,
    steps: int = 1,
    free: list[int] | None = None,
) -> State:
    """Take `steps` steps from `state`.

    prior: the pose that undecided rotations stay near. stiffness: (22,) or (N, 22), m² per rad²:
    the squared track error (m) that a radian away from the prior is worth.
    damping: m² per rad², added to every unknown; keeps a step finite where nothing is observed.
    free: the joints that may turn, in order, all 22 where None; the others stay as they are, and
    `stiffness` is of the free ones alone.
    """
    chosen = slice(0, N_POSED) if free is None else free
    for _ in range(steps):
        state = _step(state, target, prior, stiffness, damping, chosen)
    return state


def _step(
    state: State, target: Target, prior: State, stiffness: Array, damping: float,
    chosen: slice | list[int],
) -> State:  # fmt: skip
    xp = array_namespace(state.root)
    seen = compare(state, target)
    if isinstance(chosen, list):
        seen = replace(seen, levers=seen.levers[..., chosen])
    frames = seen.turned[:, chosen]
    joints = frames.shape[1]
    turns = 3 * joints
    matrix, vector = normal_equations(seen, target)
    own = state.rotations[:, chosen]
    away = (frames @ _small_turn(transpose(own) @ prior.rotations[:, chosen])[..., None])[..., 0]
    pull = xp.zeros_like(away[..., 0]) + stiffness
    vector[:, :turns] += flat(pull[..., None] * away)
    index = xp.arange(turns + 3)
    matrix[:, index, index] += damping
    for axis in range(3):
        index = xp.arange(axis * joints, (axis + 1) * joints)
        matrix[:, index, index] += pull
    step = xp.linalg.solve(matrix, vector[..., None])[..., 0]
    local = (transpose(frames) @ unflat(step[:, :turns])[..., None])[..., 0]
    moved = own @ axis_angle_to_matrix(_limited(local))
    if isinstance(chosen, list):
        rotations = xp.asarray(state.rotations, copy=True)
        rotations[:, chosen] = moved
    else:
        rotations = xp.concat((moved, state.rotations[:, N_POSED:]), axis=1)
    return State(rotations, state.root + step[:, turns:])


def normal_equations(seen: Comparison, target: Target) -> tuple[Array, Array]:
    """The normal matrix (N, 69, 69) and right-hand side (N, 69), in world axes.

    Unknowns: the x parts of 22 world rotation vectors (or of as many joints as there are levers),
    their y parts, their z parts, then the root's shift. With the axes outside, every block of the matrix is a block of the levers' product
    with themselves, or a sum of two.
    """
    xp = array_namespace(seen.placed)
    n, k, _, joints = seen.levers.shape
    turns = 3 * joints
    root = xp.sqrt(target.weights)[..., None]
    levers = xp.reshape(seen.levers, (n, k, turns))
    products = xp.matrix_transpose(levers) @ levers
    matrix = xp.zeros((n, turns + 3, turns + 3), dtype=levers.dtype)
    part = [slice(axis * joints, (axis + 1) * joints) for axis in range(3)]
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        matrix[:, part[a], part[a]] = products[:, part[b], part[b]] + products[:, part[c], part[c]]
        matrix[:, part[a], part[b]] = -products[:, part[b], part[a]]
        matrix[:, part[b], part[a]] = -products[:, part[a], part[b]]
    pushes = xp.concat((seen.residuals * root, root), axis=-1)
    sums = xp.matrix_transpose(levers) @ pushes
    vector = xp.zeros((n, turns + 3), dtype=levers.dtype)
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        vector[:, part[a]] = sums[:, part[b], c] - sums[:, part[c], b]
        matrix[:, part[b], turns + c] = matrix[:, turns + c, part[b]] = -sums[:, part[a], 3]
        matrix[:, part[c], turns + b] = matrix[:, turns + b, part[c]] = sums[:, part[a], 3]
        matrix[:, turns + a, turns + a] = xp.sum(target.weights, axis=1)
    vector[:, turns:] = xp.sum(seen.residuals * root * root, axis=1)
    return matrix, vector


def flat(per_joint: Array) -> Array:
    """(N, J, 3) -> (N, 3 J), the axes outside, as `normal_equations` has its unknowns."""
    xp = array_namespace(per_joint)
    return xp.reshape(xp.matrix_transpose(per_joint), (per_joint.shape[0], 3 * per_joint.shape[1]))


def unflat(numbers: Array) -> Array:
    """(N, 3 J) -> (N, J, 3), back from there."""
    xp = array_namespace(numbers)
    return xp.matrix_transpose(xp.reshape(numbers, (numbers.shape[0], 3, -1)))


def _small_turn(m: Array) -> Array:
    """A rotation vector (..., 3) along the rotation's own, exact to third order: half the
    antisymmetric part lengthened by what the trace says of the angle."""
    xp = array_namespace(m)
    s = 0.5 * xp.stack(
        (m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]),
        axis=-1,
    )
    cosine = 0.5 * (m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2] - 1.0)
    return s * (4.0 / (3.0 + cosine))[..., None]


def _limited(vectors: Array, most: float = 1.0) -> Array:
    """Shorten rotation vectors to `most` radians: a linearised step means nothing beyond."""
    xp = array_namespace(vectors)
    length = xp.sqrt(xp.sum(vectors * vectors, axis=-1) + 1e-12)
    scale = xp.where(length > most, most / length, xp.ones_like(length))
    return vectors * scale[..., None]
