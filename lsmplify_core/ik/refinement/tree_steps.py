# SPDX-License-Identifier: GPL-3.0-or-later
"""Gauss–Newton steps by elimination along the tree, from hands and feet to the pelvis and back.

The same step as `gauss_newton` makes with matrices of 69 × 69. A joint b moves by t_b and turns by
ω_b in the world, and the points on it by t_b + ω_b × d. Their cost is a quadratic

    ½ tᵀ T t + tᵀ C ω + ½ ωᵀ I ω - fᵀ t - τᵀ ω

of the moments about the joint. With the prior ½ p |ω_b - ω_a - δ|² (p a number or a matrix), a
being the joint above it, ω_b is eliminated:

    K = (I + p)⁻¹,   ω_b = K (τ - Cᵀ t + p (ω_a + δ))

which leaves a quadratic in t_b and ω_a. As t_b = t_a + ω_a × (x_b - x_a), it is added to that of
the joint above. That is the articulated-body algorithm (Featherstone, "Robot Dynamics Algorithms",
1987), a few thousand products for each frame instead of hundreds of thousands.

The quadratics of all joints are one array (6, 7, 22, N), [[T, C, f], [Cᵀ, I, τ]], so that a level
takes a few dozen of NumPy's calls, whose own time is what a short take costs.
"""

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.skeleton import N_POSED
from ...runtime.array_types import Floats
from .frames_last import (
    applied,
    clipped_length,
    frames_first,
    frames_last,
    inverse_root,
    inverse_symmetric,
    product,
    product_transposed,
    rotation_of,
    rotation_vector,
    transposed_applied,
    transposed_product,
)
from .posed_tree import (
    POSED_TREE,
    Levers,
    Seen,
    Tree,
    arms_and_residuals,
    moments,
    moved_to_parent,
    posed,
    quadratics,
    seen_of,
)

_MAX_TURN = 1.0
"""Radians that a step may turn a joint by; the linearisation means nothing beyond."""


def tree_steps(
    poses: PoseSequence,
    observations: MarkerObservations,
    prior: PoseSequence,
    prior_weight: Floats,
    damping: float,
    steps: int,
    outlier_scale: float | None = None,
    axes_weight: Floats | None = None,
) -> PoseSequence:
    """Gauss–Newton on every frame by itself; the arguments are those of `gauss_newton`."""
    near = None if prior is poses else frames_last(prior.rotations[:, :N_POSED])
    axes = None
    if axes_weight is not None:
        axes = frames_last(np.asarray(axes_weight, poses.rotations.dtype))
    rotations, root = stepped(
        frames_last(poses.rotations),
        np.ascontiguousarray(poses.root.T),
        seen_of(observations),
        near,
        np.atleast_2d(prior_weight).T.astype(poses.rotations.dtype),
        damping,
        steps,
        outlier_scale,
        axes,
    )
    return PoseSequence(frames_first(rotations), np.ascontiguousarray(root.T))


def stepped(
    rotations: Floats,
    root: Floats,
    seen: Seen,
    near: Floats | None,
    weight: Floats,
    damping: float,
    steps: int = 1,
    outlier_scale: float | None = None,
    axes: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Gauss–Newton steps on a take, frames last.

    Args:
        rotations: (3, 3, 24, N) to step from.
        root: (3, N) metres.
        seen: the tracks of the same frames.
        near: (3, 3, 22, N) the prior; None for the poses to step from.
        weight: (22, 1) or (22, N), m² per rad².
        damping: as in `gauss_newton`.
        steps: how many.
        outlier_scale: as in `gauss_newton`.
        axes: (3, 3, 22, N) further weights by each joint's own axes.

    Returns:
        Rotations and root after the last step.
    """
    given, weights = rotations, None
    for number in range(steps):
        if number == 1 and near is None:
            near = given[:, :, :N_POSED]
        tree = posed(rotations, root, seen.bones)
        arms, residuals = arms_and_residuals(tree, seen)
        if weights is None:
            weights = robust(seen.weights, residuals, outlier_scale)
        cost = quadratics(moments(tree, seen, arms, residuals, weights))
        away = None if near is None else _deviation(tree, rotations, near)
        firm = weight if axes is None else _firm(weight, axes, tree)
        turns, shift = _solved(cost, Levers.of(tree), firm, away, damping)
        local = transposed_applied(tree.turned[:, :, :N_POSED], turns)
        updated = rotations.copy()
        updated[:, :, :N_POSED] = product(
            rotations[:, :, :N_POSED], rotation_of(clipped_length(local, _MAX_TURN))
        )
        rotations, root = updated, root + shift
    return rotations, root


def robust(weights: Floats, residuals: Floats, scale: float | None) -> Floats:
    """Weights (K, N) of residuals (3, K, N), as `downweight_outliers`."""
    if scale is None:
        return weights
    squared = np.square(residuals).sum(axis=0)
    squared *= 1.0 / scale**2
    squared += 1.0
    return weights / np.square(squared)


def _firm(weight: Floats, axes: Floats, tree: Tree) -> Floats:
    """The prior's weights (3, 3, 22, N) in the world: the same about all axes, and more about some
    of a joint's own."""
    turned = tree.turned[:, :, :N_POSED]
    return _with_diagonal(product_transposed(product(turned, axes), turned), weight)


def _with_diagonal(matrices: Floats, values: Floats | float) -> Floats:
    """Matrices with values added to their diagonals, in place."""
    for axis in range(3):
        matrices[axis, axis] += values
    return matrices


def _deviation(tree: Tree, rotations: Floats, near: Floats) -> Floats:
    """(3, 22, N) rotation vectors in the world from the poses to their prior."""
    relative = transposed_product(rotations[:, :, :N_POSED], near)
    return applied(tree.turned[:, :, :N_POSED], rotation_vector(relative))


def _solved(
    cost: Floats, levers: Levers, weight: Floats, away: Floats | None, damping: float
) -> tuple[Floats, Floats]:
    """The joints' own turns in the world (3, 22, N) and the root's shift (3, N).

    cost: the quadratics, which each joint's are added to those of the joint above in.
    """
    shape = levers.ahead.shape
    # the prior and the damping, one about δ and one about zero, are one prior about less than δ
    asked = None if away is None else _weighed(weight, away)
    if weight.ndim == 2:
        firm = np.broadcast_to(weight + np.asarray(damping, weight.dtype), shape[1:])
        near = None if asked is None else asked / firm
    else:
        firm = _with_diagonal(weight.copy(), damping)
        near = None if asked is None else applied(inverse_symmetric(firm), asked)
    inverses = np.empty((3, 3, *shape[1:]), cost.dtype)
    for level in reversed(POSED_TREE):
        joints = level.joints
        inverses[:, :, joints], passed = eliminated(
            cost[:, :, joints], firm[..., joints, :], None if near is None else near[:, joints]
        )
        level.add_to_parents(cost, moved_to_parent(passed, levers, joints))
    top = slice(0, 1)
    inverses[:, :, top], passed = eliminated(
        cost[:, :, top], firm[..., top, :], None if near is None else near[:, top]
    )
    shift = applied(inverse_symmetric(_with_diagonal(passed[:3, :3], damping)), passed[:3, 6])
    return _turns(cost, levers, inverses, asked, shift), shift[:, 0]


def _weighed(weight: Floats, vectors: Floats) -> Floats:
    """Vectors (3, J, N) times weights (J, N), or (3, 3, J, N)."""
    return weight * vectors if weight.ndim == 2 else applied(weight, vectors)


def eliminated(cost: Floats, firm: Floats, near: Floats | None) -> tuple[Floats, Floats]:
    """K of some joints, and what is left once they turn as is best: the quadratic (6, 7, J, N) of
    their move and of the turn of the joint above.

    With Wᵀ W = K the blocks C K Cᵀ, p K Cᵀ, p K I and those of the right-hand side are one product,
    [W Cᵀ, W p]ᵀ [W Cᵀ, W I, W τ].
    """
    turning = cost[3:]
    stiff = turning[:, 3:6]
    stiff = _with_diagonal(stiff.copy(), firm) if firm.ndim == 2 else stiff + firm
    root = inverse_root(stiff)
    half = product(root, turning)
    pressed = firm * root if firm.ndim == 2 else product(root, firm)
    left = transposed_product(np.concatenate((half[:, :3], pressed), axis=1), half)
    left[:3, 3:6] = left[3:, :3].swapaxes(0, 1)
    np.subtract(cost[:3, :3], left[:3, :3], out=left[:3, :3])
    np.subtract(cost[:3, 6], left[:3, 6], out=left[:3, 6])
    if near is not None:
        left[:, 6] -= applied(left[:, 3:6], near)
    return transposed_product(root, root), left


def _turns(
    cost: Floats, levers: Levers, inverses: Floats, asked: Floats | None, shift: Floats
) -> Floats:
    """From the pelvis outwards: how each joint turns beyond the one above it."""
    shape = levers.ahead.shape
    turns = np.empty(shape, cost.dtype)
    state = np.empty((6, *shape[1:]), cost.dtype)  # each joint's move, and its whole turn
    wanted = cost[3:, 6] if asked is None else cost[3:, 6] + asked
    top = slice(0, 1)
    state[:3, top] = shift
    turns[:, top] = applied(inverses[:, :, top], wanted[:, top] - applied(cost[3:, :3, top], shift))
    state[3:, top] = turns[:, top]
    for level in POSED_TREE:
        joints = level.joints
        above = state[:, level.parents]
        own = state[:, joints]
        own[:3] = above[:3] + levers.turned_about(above[3:], joints)
        own[3:] = above[3:]
        left = wanted[:, joints] - applied(cost[3:, :6, joints], own)
        turns[:, joints] = applied(inverses[:, :, joints], left)
        own[3:] += turns[:, joints]
    return turns
