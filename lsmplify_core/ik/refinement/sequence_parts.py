# SPDX-License-Identifier: GPL-3.0-or-later
"""The step of the sequence solver in parts: the trunk first, then arms and legs on it.

`sequence` says what a step minimises. All frames of all 69 unknowns together take an inverse of
69 × 69 for every frame. Given the trunk, an arm or a leg says nothing of another one, so that each
is a chain of its own, of 9 or 12 unknowns. The trunk's chain has 27, and what the limbs say of it
is found frame by frame: a limb's deviation from the network is taken as one that no other frame
tells of, and is eliminated along the tree as `tree_steps` does. That is the one thing in which the
step differs from that of `sequence_equations`; the limbs' own steps are exact. It is little where
tracks are clean, and not where they are noisy: there a limb is known by its neighbours in time.

Unknowns are turns u about the joints' own axes in units in which neighbouring frames' prior is
-u_t u_(t+1): x = s u, s = σ / (noise · √(φ / (1 - φ²))). How a turn of joint i turns what hangs on
joint j is found from the moments that j carries about itself, as in the composite-rigid-body
algorithm (Featherstone, "Rigid Body Dynamics Algorithms", 2008, chapter 6).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.rotations import turn_between
from ...geometry.skeleton import N_POSED, PARENTS
from ...runtime.array_types import Floats
from .frames_last import applied, cross, frames_last, product, transposed_product
from .markov_chain import solve_chains
from .posed_tree import (
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
from .sequence_equations import DAMPING, ROOT_SIGMA, markov_precision
from .tree_steps import eliminated

_TRUNK: Final[tuple[int, ...]] = (0, 3, 6, 9, 12, 13, 14, 15)
"""Pelvis, spine, neck, collars and head."""
_ROOT: Final = 3 * len(_TRUNK)
"""The first of the trunk's unknowns that shift the root."""


@dataclass(frozen=True)
class _Limbs:
    """Left and right arm, or leg. base: the joints of the trunk that they hang on. levels: their
    joints, left and right, from the trunk outwards."""

    base: slice
    levels: tuple[slice, ...]


_ARMS: Final = _Limbs(slice(13, 15), (slice(16, 18), slice(18, 20), slice(20, 22)))
_LEGS: Final = _Limbs(slice(0, 1), (slice(1, 3), slice(4, 6), slice(7, 9), slice(10, 12)))
_LIMBS: Final = (_ARMS, _LEGS)
_LIMB: Final = 3 * len(_LEGS.levels)
"""Unknowns of a leg; an arm has as many, with idle ones at its end."""
_ALONE: Final = 0.3
"""How firmly a limb keeps to the network in a frame by itself, beside 1 / σ²: between 1, for
deviations that have nothing to do with those of other frames, and (1 - φ) / (1 + φ), what the prior
says of one that stays. Steps with 1 and with 2 are further from the exact ones. Where frames are so
far apart that the second bound is more than this (5 a second and fewer), it is taken."""
_IDLE: Final = 3.0
"""Diagonal of idle unknowns: more than the 2 that their neighbours in time take."""
_TRUNK_STEPS: Final = ((slice(15, 16), 12), (slice(12, 15), 9), (slice(9, 10), 6), (slice(6, 7), 3),
                       (slice(3, 4), 0))  # fmt: skip
"""Joints of the trunk and the one that they hang on, from head and collars to the pelvis."""


@dataclass(frozen=True)
class _Posed:
    """N frames beside their tracks, frames last, double precision.

    tree, levers: joints in the world. cost: (6, 7, 22, N) quadratics of what each joint carries
    itself. weight: (22, N) of the prior in a frame by itself. away: (3, 22, N) radians, the poses'
    deviation from it. unit, root_unit: s of the joints (22, N) and of the root. own: (N,) the
    prior's diagonal in these units. pull, root_pull: (3, 22, N) and (3, N), its right-hand side.
    """

    tree: Tree
    levers: Levers
    cost: Floats
    weight: Floats
    away: Floats
    unit: Floats
    root_unit: float
    own: Floats
    pull: Floats
    root_pull: Floats


def parted_step(
    poses: PoseSequence,
    observations: MarkerObservations,
    prior: PoseSequence,
    sigma: Floats,
    noise: float,
    rate: float,
    correlation_time: float,
) -> Floats:
    """One step for all frames of a take.

    Args:
        poses: T frames to step from.
        observations: the tracks of the same frames.
        prior: the network's poses, T frames.
        sigma: (T, 22) radians, the error that the network expects of itself.
        noise: metres, the standard deviation of the tracks' samples along an axis.
        rate: frames per second.
        correlation_time: seconds over which a deviation falls to 1/e.

    Returns:
        (T, 69) as `retract` takes it: rotation vectors in the joints' own axes (all x, all y,
        all z), then the root's shift in the world.
    """
    kept = float(np.exp(-1.0 / (correlation_time * rate)))
    body = _posed(poses, observations, prior, sigma, noise, kept)
    axes = body.tree.turned[:, :, :N_POSED] * body.unit
    trunk = _trunk_cost(body)
    turns = np.empty((3, N_POSED, len(poses.root)))
    shift = _solve_trunk(body, trunk, axes, turns)
    moves, whole_turns = _trunk_moves(body, axes, turns, shift)
    _solve_limbs(body, axes, moves, whole_turns, turns)
    turns *= body.unit
    step = turns.transpose(2, 0, 1).reshape(len(poses.root), 3 * N_POSED)
    return np.concatenate((step, shift.T), axis=1)


def _posed(
    poses: PoseSequence, observations: MarkerObservations, prior: PoseSequence, sigma: Floats,
    noise: float, kept: float,
) -> _Posed:  # fmt: skip
    rotations = frames_last(poses.rotations.astype(np.float64))
    seen = _double(seen_of(observations))
    tree = posed(rotations, poses.root.T.astype(np.float64), seen.bones)
    cost = quadratics(moments(tree, seen, *arms_and_residuals(tree, seen), seen.weights))
    turned = turn_between(prior.rotations[:, :N_POSED], poses.rotations[:, :N_POSED])
    away = frames_last(turned.astype(np.float64))
    own, beside = markov_precision(len(poses.root), kept)
    firm = (noise / sigma.T).astype(np.float64)
    root_firm = noise / ROOT_SIGMA
    scale = np.sqrt(beside) if beside > 0 else 1.0
    alone = max(_ALONE, (1.0 - kept) / (1.0 + kept)) if beside > 0 else 1.0
    root_away = (poses.root - prior.root).T.astype(np.float64)
    return _Posed(
        tree, Levers.of(tree), cost, alone * np.square(firm), away, 1.0 / (scale * firm),
        1.0 / (scale * root_firm), own / scale**2, firm * _pull(firm * away, own, beside),
        root_firm * _pull(root_firm * root_away, own, beside),
    )  # fmt: skip


def _double(seen: Seen) -> Seen:
    return Seen(seen.joints, *(np.asarray(part, np.float64) for part in (
        seen.offsets, seen.points, seen.weights, seen.bones)))  # fmt: skip


def _pull(away: Floats, own: Floats, beside: float) -> Floats:
    """-P δ for deviations (..., N) in units of their standard deviation."""
    pull = -own * away
    pull[..., 1:] += beside * away[..., :-1]
    pull[..., :-1] += beside * away[..., 1:]
    return pull


def _trunk_cost(body: _Posed) -> Floats:
    """(6, 7, 16, N) quadratics of a move and turn of each of the trunk's joints, with all that it
    carries: trunk beyond it as it stands, and limbs that turn as is best in each frame."""
    firm = body.weight + DAMPING
    near = applied(body.tree.turned[:, :, :N_POSED], -body.away) * (body.weight / firm)
    cost = body.cost[:, :, : _TRUNK[-1] + 1].copy()
    for limbs in _LIMBS:
        beyond: Floats | None = None
        for level in reversed(limbs.levels):
            carried = body.cost[:, :, level]
            carried = carried if beyond is None else carried + beyond
            _, beyond = eliminated(carried, firm[level], near[:, level])
            moved_to_parent(beyond, body.levers, level)
        if beyond is not None:
            _add(cost, limbs.base, beyond)
    for joints, above in _TRUNK_STEPS:
        moved = moved_to_parent(cost[:, :, joints].copy(), body.levers, joints)
        _add(cost, slice(above, above + 1), moved)
    return cost


def _add(cost: Floats, joints: slice, part: Floats) -> None:
    """Add quadratics to those of some joints, all of them where these are one."""
    one = joints.stop - joints.start == 1
    cost[:, :, joints] += part.sum(axis=2, keepdims=True) if one else part


def _solve_trunk(body: _Posed, cost: Floats, axes: Floats, turns: Floats) -> Floats:
    """The trunk's turns, written into `turns`, and the root's shift (3, N), metres."""
    joints: list[int] = list(_TRUNK)
    pressed = transposed_product(axes[:, :, joints], cost[3:, :, joints])
    size, frames = _ROOT + 3, cost.shape[-1]
    matrix, asked = np.zeros((size, size, frames)), np.empty((size, frames))
    root = slice(_ROOT, size)
    for row, joint in enumerate(joints):
        rows, own = slice(3 * row, 3 * row + 3), pressed[:, :, row]
        above = joint
        while above >= 0:
            column = 3 * joints.index(above)
            lever = None
            if above != joint:
                lever = body.tree.placed[:, joint] - body.tree.placed[:, above]
            block = _turned_by(own, lever, axes[:, :, above])
            matrix[rows, column : column + 3] = block
            matrix[column : column + 3, rows] = block.swapaxes(0, 1)
            above = PARENTS[above]
        matrix[rows, root] = body.root_unit * own[:, :3]
        matrix[root, rows] = matrix[rows, root].swapaxes(0, 1)
        asked[rows] = own[:, 6] + (body.unit * body.pull)[:, joint]
    matrix[root, root] = body.root_unit**2 * cost[:3, :3, 0]
    asked[root] = body.root_unit * (cost[:3, 6, 0] + body.root_pull)
    unit = np.empty((size, frames))
    unit[:_ROOT] = np.repeat(body.unit[joints], 3, axis=0)
    unit[root] = body.root_unit
    index = np.arange(size)
    matrix[index, index] += body.own + DAMPING * np.square(unit)
    blocks = np.ascontiguousarray(matrix.transpose(2, 0, 1))[:, None]
    solved = solve_chains(blocks, asked.T[:, None])[:, 0].T
    turns[:, joints] = solved[:_ROOT].reshape(len(joints), 3, frames).swapaxes(0, 1)
    return body.root_unit * solved[root]


def _turned_by(pressed: Floats, lever: Floats | None, axes: Floats) -> Floats:
    """(3, 3, ..., N): the second derivative by the turns of some joints and of those above them.

    pressed: (3, 7, ..., N) force and torque on a joint by its own turns. lever: (3, ..., N) to it
    from the joint above, None for the joint itself. axes: (3, 3, ..., N) of the one above.
    """
    torque = pressed[:, 3:6]
    if lever is not None:
        torque = torque.copy()
        for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            torque[:, c] += lever[a] * pressed[:, b] - lever[b] * pressed[:, a]
    return product(torque, axes)


def _trunk_moves(
    body: _Posed, axes: Floats, turns: Floats, shift: Floats
) -> tuple[Floats, Floats]:  # fmt: skip
    """(3, 16, N) each: how far the trunk's joints move and by how much they turn in the world."""
    moves, whole = (np.zeros((3, _TRUNK[-1] + 1, shift.shape[-1])) for _ in range(2))
    for joint in _TRUNK:
        above = PARENTS[joint]
        whole[:, joint] = applied(axes[:, :, joint], turns[:, joint])
        if above < 0:
            moves[:, joint] = shift
            continue
        lever = body.tree.placed[:, joint] - body.tree.placed[:, above]
        moves[:, joint] = moves[:, above] + cross(whole[:, above], lever)
        whole[:, joint] += whole[:, above]
    return moves, whole


def _solve_limbs(
    body: _Posed, axes: Floats, moves: Floats, whole_turns: Floats, turns: Floats
) -> None:
    """The limbs' turns on a trunk that moves and turns so, written into `turns`."""
    frames = axes.shape[-1]
    matrix, asked = np.zeros((_LIMB, _LIMB, 4, frames)), np.zeros((_LIMB, 4, frames))
    idle = np.arange(3 * len(_ARMS.levels), _LIMB)
    matrix[idle, idle, :2] = _IDLE
    for number, limbs in enumerate(_LIMBS):
        sides = slice(2 * number, 2 * number + 2)
        _limb_equations(body, axes, limbs, moves, whole_turns, matrix[:, :, sides], asked[:, sides])
    blocks = np.ascontiguousarray(matrix.transpose(3, 2, 0, 1))
    solved = solve_chains(blocks, np.ascontiguousarray(asked.transpose(2, 1, 0)))
    for number, limbs in enumerate(_LIMBS):
        for row, level in enumerate(limbs.levels):
            own = solved[:, 2 * number : 2 * number + 2, 3 * row : 3 * row + 3]
            turns[:, level] = own.transpose(2, 1, 0)


def _limb_equations(
    body: _Posed, axes: Floats, limbs: _Limbs, moves: Floats, whole_turns: Floats,
    matrix: Floats, asked: Floats,
) -> None:  # fmt: skip
    """Those of left and right arm or leg, written into matrix (12, 12, 2, N), asked (12, 2, N)."""
    placed, beyond = body.tree.placed, None
    for row in range(len(limbs.levels) - 1, -1, -1):
        level, rows = limbs.levels[row], slice(3 * row, 3 * row + 3)
        carried = body.cost[:, :, level]
        carried = carried if beyond is None else carried + beyond
        pressed = transposed_product(axes[:, :, level], carried[3:])
        for above, upper in enumerate(limbs.levels[: row + 1]):
            columns = slice(3 * above, 3 * above + 3)
            lever = None if above == row else placed[:, level] - placed[:, upper]
            block = _turned_by(pressed, lever, axes[:, :, upper])
            matrix[rows, columns], matrix[columns, rows] = block, block.swapaxes(0, 1)
        diagonal = matrix[range(rows.start, rows.stop), range(rows.start, rows.stop)]
        diagonal += body.own + DAMPING * np.square(body.unit[level])
        matrix[range(rows.start, rows.stop), range(rows.start, rows.stop)] = diagonal
        turn = whole_turns[:, limbs.base]
        lever = placed[:, level] - placed[:, limbs.base]
        move = moves[:, limbs.base] + cross(np.broadcast_to(turn, lever.shape), lever)
        asked[rows] = pressed[:, 6] + body.unit[level] * body.pull[:, level]
        asked[rows] -= applied(pressed[:, :3], move) + applied(pressed[:, 3:6], turn)
        if row:
            beyond = moved_to_parent(carried.copy(), body.levers, level)
