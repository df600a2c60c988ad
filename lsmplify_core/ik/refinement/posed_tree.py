# SPDX-License-Identifier: GPL-3.0-or-later
"""A posed body beside its tracks, frames last, and what the tracks weigh on each of its bones.

Everything that a Gauss–Newton step asks of the points is in the moments of the points that a bone
carries: their weight, its first and second moment about the joint, the pull of the residuals and
its torque. They are passed on from joint to joint along the tree.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.skeleton import LEVELS, N_POSED, PARENTS
from ...runtime.array_types import Floats
from .frames_last import applied, cross, frames_last, product

N_MOMENTS: Final = 16
SECOND: Final = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
"""The order of the second moment's six entries."""


@dataclass(frozen=True)
class Level:
    """Joints at one distance from the pelvis. joints: their numbers, one after the other.
    parents: those of the joints they hang from, as an index. onto: for each parent, which of the
    level's joints hang from it."""

    joints: slice
    parents: slice | list[int]
    onto: tuple[tuple[int, slice], ...]

    def add_to_parents(self, whole: Floats, part: Floats) -> None:
        """Add what belongs to these joints (..., level, N) to their parents' in (..., J, N)."""
        if len(self.onto) == part.shape[-2]:
            whole[..., self.parents, :] += part
            return
        for parent, own in self.onto:
            whole[..., parent, :] += part[..., own, :].sum(axis=-2)


def _level(joints: tuple[int, ...]) -> Level:
    parents = [PARENTS[j] for j in joints]
    onto = tuple(
        (p, slice(parents.index(p), len(parents) - parents[::-1].index(p)))
        for p in sorted(set(parents))
    )
    run = list(range(parents[0], parents[0] + len(parents)))
    index: slice | list[int] = parents
    if parents == run or len(set(parents)) == 1:
        index = slice(parents[0], parents[-1] + 1)
    return Level(slice(joints[0], joints[-1] + 1), index, onto)


TREE: Final = tuple(_level(joints) for joints in LEVELS[1:])
"""The levels below the pelvis, the hands' last."""
POSED_TREE: Final = TREE[:-1]


@dataclass(frozen=True)
class Tree:
    """turned: (3, 3, 24, N) the joints' rotations in the world. placed: (3, 24, N) metres, the
    joints."""

    turned: Floats
    placed: Floats


def posed(rotations: Floats, root: Floats, bones: Floats) -> Tree:
    """Forward kinematics. rotations: (3, 3, 24, N) local ones. root: (3, N). bones: (24, 3)."""
    local = np.empty((3, 4, *rotations.shape[2:]), rotations.dtype)
    local[:, :3] = rotations
    local[:, 3] = bones.T[..., None]
    world = np.empty_like(local)
    world[:, :3, 0], world[:, 3, 0] = rotations[:, :, 0], root
    for level in TREE:
        own = product(world[:, :3, level.parents], local[:, :, level.joints])
        own[:, 3] += world[:, 3, level.parents]
        world[:, :, level.joints] = own
    return Tree(world[:, :3], world[:, 3])


@dataclass(frozen=True)
class Seen:
    """The tracks of N frames, frames last.

    joints: (K,) those that carry the points. offsets: (3, K, 1) in their frames. points: (3, K, N).
    weights: (K, N). bones: (24, 3).
    """

    joints: tuple[int, ...]
    offsets: Floats
    points: Floats
    weights: Floats
    bones: Floats


def seen_of(observations: MarkerObservations) -> Seen:
    """A take's observations with the frames last."""
    return Seen(
        tuple(np.asarray(observations.joints).tolist()),
        np.ascontiguousarray(observations.offsets.T)[..., None],
        frames_last(observations.points),
        np.ascontiguousarray(observations.weights.T),
        observations.bones,
    )


def is_take(poses: PoseSequence, observations: MarkerObservations) -> bool:
    """Whether these are NumPy arrays of one person's frames: what this module works on."""
    return isinstance(poses.root, np.ndarray) and observations.bones.ndim == 2


def arms_and_residuals(tree: Tree, seen: Seen) -> tuple[Floats, Floats]:
    """(3, K, N) each: from the joint that carries a point to the point, and from there to its
    track, whatever unseen points hold."""
    joints = list(seen.joints)
    arms = applied(tree.turned[:, :, joints], seen.offsets)
    residuals = seen.points - tree.placed[:, joints]
    residuals -= arms
    return arms, residuals


def squared_residuals(poses: PoseSequence, observations: MarkerObservations) -> Floats:
    """(K, N) metres squared from the body's points to their tracks, of a take (`is_take`), whatever
    unseen points hold."""
    tree = posed(frames_last(poses.rotations), poses.root.T, observations.bones)
    _, residuals = arms_and_residuals(tree, seen_of(observations))
    squares = np.square(residuals[0])
    squares += np.square(residuals[1])
    squares += np.square(residuals[2])
    return squares


def moments(tree: Tree, seen: Seen, arms: Floats, residuals: Floats, weights: Floats) -> Floats:
    """(16, 22, N) of the points on each posed joint and on the hands below it, about the joint.

    In this order: weight; first moment (3); second moment (6, as `SECOND`); pull, the weighted sum
    of the residuals (3); its torque (3).
    """
    values = np.empty((N_MOMENTS, *weights.shape), weights.dtype)
    if any(joint >= N_POSED for joint in seen.joints):
        on_hands = [k for k, joint in enumerate(seen.joints) if joint >= N_POSED]
        hands = [seen.joints[k] for k in on_hands]
        arms = arms.copy()
        arms[:, on_hands] += tree.placed[:, hands] - tree.placed[:, [PARENTS[j] for j in hands]]
    values[0] = weights
    np.multiply(weights, arms, out=values[1:4])
    for row, (a, b) in enumerate(SECOND):
        np.multiply(values[1 + a], arms[b], out=values[4 + row])
    pull = np.multiply(weights, residuals, out=values[10:13])
    values[13:16] = cross(arms, pull)
    return on_joints(seen.joints, N_POSED, weights.dtype.char) @ values


@lru_cache(maxsize=32)
def on_joints(joints: tuple[int, ...], count: int, kind: str) -> Floats:
    """(count, K) ones where a point is on a joint, or on a hand whose wrist is the joint."""
    table = np.zeros((count, len(joints)), kind)
    for k, joint in enumerate(joints):
        table[PARENTS[joint] if joint >= count else joint, k] = 1.0
    return table


@dataclass(frozen=True)
class Levers:
    """From the joint above to each posed joint, metres (3, 22, N), zero at the pelvis, as products
    across need them: y, z, x and z, x, y."""

    ahead: Floats
    behind: Floats

    @classmethod
    def of(cls, tree: Tree) -> "Levers":
        """Those of a posed body."""
        placed = tree.placed[:, :N_POSED]
        levers = placed - placed[:, _ABOVE]
        return cls(levers[_AHEAD], levers[_BEHIND])

    def turned_about(self, turns: Floats, joints: slice) -> Floats:
        """ω × e (3, J, N): how the turns (3, J, N) of the joints above move some joints."""
        return turns[_AHEAD] * self.behind[:, joints] - turns[_BEHIND] * self.ahead[:, joints]


_AHEAD: Final = [1, 2, 0]
_BEHIND: Final = [2, 0, 1]
_ABOVE: Final = [0, *PARENTS[1:N_POSED]]


def quadratics(carried: Floats) -> Floats:
    """The moments (16, J, N) of points as their quadratic (6, 7, J, N) of a move t and a turn ω of
    the joint, [[T, C, f], [Cᵀ, I, τ]]: T = w 1, C = -skew(m), I = trace(S) 1 - S."""
    table = _QUADRATIC.astype(carried.dtype)
    return (table @ carried.reshape(N_MOMENTS, -1)).reshape(6, 7, *carried.shape[1:])


def _quadratic() -> Floats:
    table = np.zeros((6, 7, N_MOMENTS))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        table[i, i, 0] = 1.0
        table[j, 3 + k, 1 + i] = table[3 + k, j, 1 + i] = 1.0
        table[k, 3 + j, 1 + i] = table[3 + j, k, 1 + i] = -1.0
        table[3 + j, 3 + j, 4 + i] = table[3 + k, 3 + k, 4 + i] = 1.0
        table[i, 6, 10 + i] = table[3 + i, 6, 13 + i] = 1.0
    for row, (a, b) in enumerate(SECOND[3:], 7):
        table[3 + a, 3 + b, row] = table[3 + b, 3 + a, row] = -1.0
    return table.reshape(42, N_MOMENTS)


_QUADRATIC: Final = _quadratic()


def moved_to_parent(cost: Floats, levers: Levers, joints: slice) -> Floats:
    """Quadratics (6, 7, J, N) of some joints' moves, and of the turns of those above, as ones of
    the moves and turns of those above, in place: with t = t' + ω × e, e × each row and column."""
    ahead, behind = levers.ahead[:, joints], levers.behind[:, joints]
    cost[:, 3:6] += ahead * cost[:, _BEHIND] - behind * cost[:, _AHEAD]
    cost[3:] += ahead[:, None] * cost[_BEHIND] - behind[:, None] * cost[_AHEAD]
    return cost
