# SPDX-License-Identifier: GPL-3.0-or-later
"""The network's features and what its outputs mean, with the frames last: the numbers of `features`
and `apply_outputs`, from the moments that the tree passes on from joint to joint."""

from itertools import pairwise
from typing import Final

import numpy as np

from ...geometry.skeleton import N_JOINTS, N_POSED
from ...runtime.array_types import Floats
from ..refinement.frames_last import (
    applied,
    cross,
    gram_schmidt,
    inverse_symmetric,
    product,
    transposed_applied,
    transposed_product,
)
from ..refinement.posed_tree import (
    POSED_TREE,
    SECOND,
    Seen,
    Tree,
    arms_and_residuals,
    moments,
    on_joints,
    posed,
)

_MAX_TURN = 3.0
"""The turn that a joint asks for is cut there, about each axis."""


DAMPING: Final = 1e-4
"""m²: added to a joint's certainty, so that the turn of an unobserved joint is zero."""


def tree_features(rotations: Floats, root: Floats, seen: Seen) -> Floats:
    """The network's input (426, N) of N frames.

    Args:
        rotations: (3, 3, 24, N) local ones.
        root: (3, N) metres.
        seen: the tracks of the same frames.
    """
    tree = posed(rotations, root, seen.bones)
    arms, residuals = arms_and_residuals(tree, seen)
    frames = root.shape[1]
    result = np.empty((_ENDS[-1], frames), rotations.dtype)
    positions, mean, count, sixd, turn, certainty = (result[a:b] for a, b in pairwise(_ENDS))
    pelvis = tree.turned[:, :, :1]
    _fill(positions, transposed_applied(pelvis, tree.placed - root[:, None]))
    on = on_joints(seen.joints, N_JOINTS, rotations.dtype.char)
    count[:] = on @ seen.weights
    pull = on @ (residuals * seen.weights)
    _fill(mean, transposed_applied(pelvis, pull) * (10.0 / (count + 1e-6)))
    np.minimum(count, 1.0, out=count)
    columns = rotations[:, :2, 1:N_POSED].transpose(2, 1, 0, 3)
    sixd.reshape(columns.shape)[:] = columns
    carried = moments(tree, seen, arms, residuals, seen.weights)
    _pass_on(carried, tree)
    turns, diagonal = _single_joint_turns(carried, tree.turned[:, :, :N_POSED])
    _fill(turn, turns)
    _fill(certainty, 0.25 * np.log(diagonal) + 1.0)
    return result


_SIZES = (3 * N_JOINTS, 3 * N_JOINTS, N_JOINTS, 6 * (N_POSED - 1), 3 * N_POSED, 3 * N_POSED)
_ENDS = (0, *np.cumsum(_SIZES).tolist())


def _fill(rows: Floats, vectors: Floats) -> None:
    """Vectors (3, J, N) into rows (3 J, N), joint by joint."""
    _, joints, frames = vectors.shape
    rows.reshape(joints, 3, frames)[:] = vectors.swapaxes(0, 1)


def _pass_on(carried: Floats, tree: Tree) -> None:
    """Moments (16, 22, N) of each joint's own points to those of all that it carries, in place.

    About a joint that lies e before: m' = m + w e, S' = S + e mᵀ + m eᵀ + w e eᵀ, τ' = τ + e × f.
    """
    for level in reversed(POSED_TREE):
        own = carried[:, level.joints]
        lever = tree.placed[:, level.joints] - tree.placed[:, level.parents]
        moved = own.copy()
        weighted = own[0] * lever
        moved[1:4] += weighted
        for row, (a, b) in enumerate(SECOND):
            moved[4 + row] += lever[a] * moved[1 + b]
            moved[4 + row] += own[1 + a] * lever[b]
        moved[13:] += cross(lever, own[10:13])
        level.add_to_parents(carried, moved)


def _single_joint_turns(carried: Floats, frames: Floats) -> tuple[Floats, Floats]:
    """What each joint alone would do about the residuals (3, 22, N), and its matrix's diagonal."""
    second = np.empty((3, 3, *carried.shape[1:]), carried.dtype)
    for row, (a, b) in enumerate(SECOND):
        second[a, b] = carried[4 + row]
        if a != b:
            second[b, a] = carried[4 + row]
    inertia = -transposed_product(frames, product(second, frames))
    trace = carried[4] + carried[5] + carried[6] + np.asarray(DAMPING, carried.dtype)
    for axis in range(3):
        inertia[axis, axis] += trace
    torque = transposed_applied(frames, carried[13:])
    turn = np.clip(applied(inverse_symmetric(inertia), torque), -_MAX_TURN, _MAX_TURN)
    diagonal = np.stack([inertia[axis, axis] for axis in range(3)])
    return turn, diagonal


def tree_outputs(rotations: Floats, root: Floats, raw: Floats) -> tuple[Floats, Floats, Floats]:
    """What the network's outputs (157, N) mean, as `apply_outputs`.

    Args:
        rotations: (3, 3, 24, N) that the network saw.
        root: (3, N) metres.
        raw: (157, N).

    Returns:
        The next rotations and root, and σ (22, N).
    """
    sixd = raw[: 6 * N_POSED].reshape(N_POSED, 2, 3, -1).transpose(1, 2, 0, 3).copy()
    sixd[0, 0] += 1.0
    sixd[1, 1] += 1.0
    updated = rotations.copy()
    updated[:, :, :N_POSED] = product(rotations[:, :, :N_POSED], gram_schmidt(sixd))
    shift = applied(rotations[:, :, 0], 0.1 * raw[6 * N_POSED : 6 * N_POSED + 3])
    return updated, root + shift, np.exp(np.clip(raw[-N_POSED:], -6.0, 1.0))
