# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses, shape and point offsets in one least-squares problem: a Gauss–Newton step and its priors.

Every frame has a pose of its own and all share one shape, so the poses are eliminated by the Schur
complement (Loper et al., MoSh, 2014, and momentum do alike).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .attachments import Comparison, State, Target, compare
from .joints import ANCESTORS, N_POSED, PARENTS
from .rotations import axis_angle_to_matrix, matrix_to_axis_angle, skew
from .shapes import ShapeSpace

_SKIN_SPREAD: Final = 0.015
_JOINT_SPREAD: Final = 0.006
"""Metres: how far a skin marker, and a keypoint at a joint, may be from the layout's place, with
long tails (Cauchy):
most lie where the layout has them, but tools differ, and MidHip is SMPL's pelvis for some and
nine centimetres lower, between the hips, for others."""
_REPEATS: Final = 4.0
REPEATS_AT_JOINTS: Final = (8.0, 0.7)
"""Frames of a take repeat each other's errors, so that so many of them count as one against the
priors. Points at joints are free in the first pass, so that those which a tool puts elsewhere can
leave, and held in the last, so that the others return to where they belong."""
_ANGLE_SPREADS: Final = (0.25, 0.4)
"""Radians: how far the network's rotations may be from the true ones, with markers on the skin and
with keypoints at joints. Wide, since what draws them draws the body too; less so for skin markers,
which sit elsewhere than layouts say and move with the skin."""
_KEYPOINTS: Final = 8
"""So many points at joints make a set of keypoints."""
_HELD: Final = 1e6
"""How strongly known offsets stay."""
_OUTLIER: Final = 0.03
"""Metres: residuals beyond this count less and less."""


@dataclass(frozen=True)
class OffsetPull:
    """What offsets are pulled to: prior (K, 3) on the mean body, loose times the usual spread, and
    held (K,) those that stay."""

    prior: Floats
    loose: float
    held: NDArray[np.bool_]

    @property
    def at_joint(self) -> NDArray[np.bool_]:
        """(K,) which points lie at their joints."""
        return np.linalg.norm(self.prior, axis=1) < 0.01

    @property
    def angle_spread(self) -> float:
        """Radians, as `_ANGLE_SPREADS`."""
        return _ANGLE_SPREADS[int(self.at_joint.sum() >= _KEYPOINTS)]


def joint_step(
    space: ShapeSpace, take: Target, poses: State, guess: State, shape: Floats, offsets: Floats,
    pull: OffsetPull, fixed: bool, repeats: float, noise: float,
) -> tuple[State, Floats, Floats]:  # fmt: skip
    """One Gauss–Newton step on all poses and the shape they share. noise: metres, what the tracks
    tremble by; the more, the firmer all that is known beforehand."""
    target = replace(take, bones=space.body(shape).offsets, offsets=offsets)
    seen = compare(poses, target)
    apart = np.square(seen.residuals).sum(axis=-1)
    target = replace(target, weights=take.weights / (1.0 + apart / _OUTLIER**2))
    jacobian = np.concatenate(
        (_pose_jacobian(seen, target), _shape_jacobian(seen, target, space, shape)), axis=-1
    )
    root_weight = np.sqrt(target.weights)[..., None]
    n = len(jacobian)
    jacobian = (jacobian * root_weight[..., None]).reshape(n, -1, jacobian.shape[-1])
    residual = (seen.residuals * root_weight).reshape(n, -1, 1)
    matrix = jacobian.transpose(0, 2, 1) @ jacobian
    vector = (jacobian.transpose(0, 2, 1) @ residual)[..., 0]
    _pull_poses(matrix, vector, poses, guess, seen, (noise / pull.angle_spread) ** 2)
    own = _shape_pull(n, space, shape, fixed, noise)
    placed = _offset_pull(n, space.size(shape), offsets, pull, repeats, noise)
    strength, towards = (np.concatenate(pair) for pair in zip(own, placed, strict=True))
    step, change = _solved_together(matrix, vector, strength, towards)
    turn = step[:, : 3 * N_POSED].reshape(-1, N_POSED, 3, 1)
    local = (np.swapaxes(seen.turned[:, :N_POSED], -1, -2) @ turn)[..., 0]
    rotations = poses.rotations.copy()
    rotations[:, :N_POSED] = rotations[:, :N_POSED] @ axis_angle_to_matrix(
        np.clip(local, -0.5, 0.5)
    )
    offsets = offsets + change[len(shape) :].reshape(-1, 3)
    shape = space.limited(shape + change[: len(shape)])
    return State(rotations, poses.root + step[:, 3 * N_POSED :]), shape, offsets


def _solved_together(
    matrix: Floats, vector: Floats, pull: Floats, towards: Floats
) -> tuple[Floats, Floats]:
    """Steps of the poses (N, 69) and of the shape (S,): the poses eliminated from the sum over the
    frames (Schur complement)."""
    poses = 3 * N_POSED + 3
    coupling = matrix[:, :poses, poses:]
    right = np.concatenate((coupling, vector[:, :poses, None]), axis=-1)
    solved = np.linalg.solve(matrix[:, :poses, :poses], right)
    back = coupling.transpose(0, 2, 1) @ solved
    shape_matrix = (matrix[:, poses:, poses:] - back[..., :-1]).sum(axis=0) + np.diag(pull)
    shape_vector = (vector[:, poses:] - back[..., -1]).sum(axis=0) + pull * towards
    shape: Floats = np.linalg.solve(shape_matrix, shape_vector)
    step: Floats = solved[..., -1] - solved[..., :-1] @ shape
    return step, shape


def _pose_jacobian(seen: Comparison, target: Target) -> Floats:
    """(N, K, 3, 69): how the points move with world turns of the joints and the root's shift."""
    carries = ANCESTORS[np.asarray(target.joints)][:, :N_POSED]
    points = target.points - seen.residuals
    levers = (points[:, :, None] - seen.placed[:, None, :N_POSED]) * carries[..., None]
    turns = -skew(levers).transpose(0, 1, 3, 2, 4).reshape(*levers.shape[:2], 3, 3 * N_POSED)
    shifts = np.broadcast_to(np.eye(3), (*levers.shape[:2], 3, 3))
    return np.concatenate((turns, shifts), axis=-1)


def _shape_jacobian(seen: Comparison, target: Target, space: ShapeSpace, shape: Floats) -> Floats:
    """(N, K, 3, S + 3 K): how the points move with the body's shape and with their own offsets."""
    path = ANCESTORS[np.asarray(target.joints)].astype(float)
    path[:, 0] = 0.0
    moves = space.jacobian(shape, seen.turned[:, [0, *PARENTS[1:]]], path)
    n, k = seen.residuals.shape[:2]
    own = np.zeros((n, k, 3, k, 3))
    frames = seen.turned[:, np.asarray(target.joints)]
    index = np.arange(k)
    own[:, index, :, index] = frames.transpose(1, 0, 2, 3)
    return np.concatenate((moves, own.reshape(n, k, 3, 3 * k)), axis=-1)


def _pull_poses(
    matrix: Floats, vector: Floats, poses: State, guess: State, seen: Comparison,
    stiffness: float,
) -> None:  # fmt: skip
    """Add the pull towards the network's rotations, and a little damping, in place."""
    own = poses.rotations[:, :N_POSED]
    away = matrix_to_axis_angle(np.swapaxes(own, -1, -2) @ guess.rotations[:, :N_POSED])
    world = (seen.turned[:, :N_POSED] @ away[..., None])[..., 0]
    turns = 3 * N_POSED
    index = np.arange(turns)
    matrix[:, index, index] += stiffness
    vector[:, :turns] += stiffness * world.reshape(len(world), turns)
    index = np.arange(turns + 3)
    matrix[:, index, index] += 1e-7


def _shape_pull(
    frames: int, space: ShapeSpace, shape: Floats, fixed: bool, noise: float
) -> tuple[Floats, Floats]:
    """How strongly (S,) the shape is pulled, and how far (S,) it is from where it is pulled to."""
    if fixed:
        return np.full(len(shape), 1e9), np.zeros(len(shape))
    strength, away = space.pull(shape, noise)
    return frames / _REPEATS * strength, away


def _offset_pull(
    frames: int, size: float, offsets: Floats, pull: OffsetPull, repeats: float, noise: float
) -> tuple[Floats, Floats]:
    """The same (3 K,) for the points' offsets, which are pulled to the layout's."""
    away = pull.prior * size - offsets
    at_joint = pull.at_joint
    spread = pull.loose * np.where(at_joint, _JOINT_SPREAD, _SKIN_SPREAD)
    apart = np.linalg.norm(away, axis=1) / spread
    trust = frames / np.where(at_joint, repeats, _REPEATS)
    hold = trust * (noise / spread) ** 2 / (1.0 + apart**2)
    hold[pull.held] = _HELD
    return np.repeat(hold, 3), away.reshape(-1)
