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
"""

from dataclasses import dataclass

import numpy as np

from ..body.markers import MarkerObservations, PoseSequence
from ..geometry.skeleton import N_POSED
from ..runtime.array_types import Floats
from .frames_last import (
    applied,
    clipped_length,
    cross,
    frames_first,
    frames_last,
    inverse_root,
    inverse_symmetric,
    product,
    product_transposed,
    rotation_of,
    rotation_vector,
    skew,
    transposed_applied,
    transposed_product,
)
from .posed_tree import (
    POSED_TREE,
    SECOND,
    Level,
    Tree,
    arms_and_residuals,
    moments,
    posed,
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
    rotations, root = frames_last(poses.rotations), np.ascontiguousarray(poses.root.T)
    seen = seen_of(observations)
    near = None if prior is poses else frames_last(prior.rotations[:, :N_POSED])
    weight = np.atleast_2d(prior_weight).T.astype(rotations.dtype)
    axes = None
    if axes_weight is not None:
        axes = frames_last(np.asarray(axes_weight, rotations.dtype))
    weights = None
    for number in range(steps):
        if number == 1 and near is None:
            near = frames_last(prior.rotations[:, :N_POSED])
        tree = posed(rotations, root, seen.bones)
        arms, residuals = arms_and_residuals(tree, seen)
        if weights is None:
            weights = robust(seen.weights, residuals, outlier_scale)
        pulled = moments(tree, seen, arms, residuals, weights)
        away = None if near is None else _deviation(tree, rotations, near)
        firm = weight if axes is None else _firm(weight, axes, tree)
        turns, shift = _solved(_Quadratics.of(pulled, tree), firm, away, damping)
        local = transposed_applied(tree.turned[:, :, :N_POSED], turns)
        own = rotations[:, :, :N_POSED]
        rotations = np.concatenate(
            (
                product(own, rotation_of(clipped_length(local, _MAX_TURN))),
                rotations[:, :, N_POSED:],
            ),
            axis=2,
        )
        root = root + shift
    return PoseSequence(frames_first(rotations), np.ascontiguousarray(root.T))


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


@dataclass(frozen=True)
class _Quadratics:
    """The cost of each joint's move and turn: values (33, 22, N) hold T, C, I, f and τ. levers: (3,
    22, N) metres from the joint above."""

    values: Floats
    levers: Floats

    @classmethod
    def of(cls, pulled: Floats, tree: Tree) -> "_Quadratics":
        values = np.zeros((33, *pulled.shape[1:]), pulled.dtype)
        values[[0, 4, 8]] = pulled[0]
        for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):  # C = -skew(first moment)
            values[9 + 3 * j + k] = pulled[1 + i]
            np.negative(pulled[1 + i], out=values[9 + 3 * k + j])
        trace = pulled[4] + pulled[5] + pulled[6]
        for row, (a, b) in enumerate(SECOND):  # I = trace - second moment
            np.negative(pulled[4 + row], out=values[18 + 3 * a + b])
            if a == b:
                values[18 + 3 * a + b] += trace
            else:
                values[18 + 3 * b + a] = values[18 + 3 * a + b]
        values[27:] = pulled[10:]
        placed = tree.placed
        levers = np.empty((3, *pulled.shape[1:]), pulled.dtype)
        for level in POSED_TREE:
            levers[:, level.joints] = placed[:, level.joints] - placed[:, level.parents]
        return cls(values, levers)

    def at(self, joints: slice) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """T, C, I (3, 3, J, N), f and τ (3, J, N) of some joints."""
        part = self.values[:, joints]
        square = (3, 3, *part.shape[1:])
        return (
            part[:9].reshape(square), part[9:18].reshape(square), part[18:27].reshape(square),
            part[27:30], part[30:],
        )  # fmt: skip


def _solved(
    cost: _Quadratics, weight: Floats, away: Floats | None, damping: float
) -> tuple[Floats, Floats]:
    """The joints' own turns in the world (3, 22, N) and the root's shift (3, N)."""
    shape = cost.levers.shape
    # the prior and the damping, one about δ and one about zero, are one prior about less than δ
    asked = None if away is None else _weighed(weight, away)
    if weight.ndim == 2:
        firm = np.broadcast_to(weight + np.asarray(damping, weight.dtype), shape[1:])
        near = None if asked is None else asked / firm
    else:
        firm = _with_diagonal(weight.copy(), damping)
        near = None if asked is None else applied(inverse_symmetric(firm), asked)
    inverses = np.empty((3, 3, *shape[1:]), cost.values.dtype)
    for level in reversed(POSED_TREE):
        joints = level.joints
        inverses[:, :, joints], passed = _eliminated(
            cost, joints, firm[..., joints, :], None if near is None else near[:, joints]
        )
        level.add_to_parents(cost.values, _at_parent(cost.levers[:, joints], *passed))
    top = slice(0, 1)
    inverses[:, :, top], (move, _, _, pull, _) = _eliminated(
        cost, top, firm[..., top, :], None if near is None else near[:, top]
    )
    shift = applied(inverse_symmetric(_with_diagonal(move, damping)), pull)
    return _turns(cost, inverses, asked, shift), shift[:, 0]


def _weighed(weight: Floats, vectors: Floats) -> Floats:
    """Vectors (3, J, N) times weights (J, N), or (3, 3, J, N)."""
    return weight * vectors if weight.ndim == 2 else applied(weight, vectors)


def _eliminated(
    cost: _Quadratics, joints: slice, firm: Floats, near: Floats | None
) -> tuple[Floats, tuple[Floats, Floats, Floats, Floats, Floats]]:
    """K of some joints, and what is left once they turn as is best: the quadratic of their move and
    of the turn of the joint above (T, C, I, f, τ)."""
    move, mixed, inertia, pull, torque = cost.at(joints)
    stiff = _with_diagonal(inertia.copy(), firm) if firm.ndim == 2 else inertia + firm
    root = inverse_root(stiff)
    half = product_transposed(root, mixed)
    left = move - transposed_product(half, half)
    coupled = transposed_product(half, root)
    coupled = firm * coupled if firm.ndim == 2 else product(coupled, firm)
    held = transposed_product(root, product(root, inertia))
    held = firm * held if firm.ndim == 2 else product(firm, held)
    turn = applied(root, torque)
    pulled = pull - transposed_applied(half, turn)
    turned = _weighed(firm, transposed_applied(root, turn))
    inverse = transposed_product(root, root)
    if near is not None:
        pulled -= applied(coupled, near)
        turned -= applied(held, near)
    return inverse, (left, coupled, held, pulled, turned)


def _at_parent(
    lever: Floats, left: Floats, coupled: Floats, held: Floats, pulled: Floats, turned: Floats
) -> Floats:
    """The same (33, J, N) as a quadratic of the move and turn of the joint above."""
    back = skew(lever)  # a turn ω of the joint above moves this joint by -skew(lever) ω
    mixed = coupled - product(left, back)
    inertia = held + product(back, mixed)
    inertia -= transposed_product(coupled, back)
    flat = (9, *lever.shape[1:])
    torque = turned + cross(lever, pulled)
    return np.concatenate(
        (left.reshape(flat), mixed.reshape(flat), inertia.reshape(flat), pulled, torque)
    )


def _turns(cost: _Quadratics, inverses: Floats, asked: Floats | None, shift: Floats) -> Floats:
    """From the pelvis outwards: how each joint turns beyond the one above it."""
    shape = cost.levers.shape
    turns, whole, moves = (np.empty(shape, cost.values.dtype) for _ in range(3))
    top = Level(slice(0, 1), slice(0, 1), ())
    moves[:, :1] = shift
    for level in (top, *POSED_TREE):
        joints = level.joints
        _, mixed, inertia, _, torque = cost.at(joints)
        above = None
        if level is not top:
            above = whole[:, level.parents]
            moves[:, joints] = moves[:, level.parents] + cross(above, cost.levers[:, joints])
        wanted = torque - transposed_applied(mixed, moves[:, joints])
        if above is not None:
            wanted -= applied(inertia, above)
        if asked is not None:
            wanted += asked[:, joints]
        turns[:, joints] = applied(inverses[:, :, joints], wanted)
        whole[:, joints] = turns[:, joints] if above is None else above + turns[:, joints]
    return turns
