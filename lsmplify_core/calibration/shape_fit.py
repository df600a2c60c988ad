# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses, shape and point offsets in one least-squares problem: a Gauss–Newton step and its priors,
as MoSh (Loper et al. 2014) and momentum take it."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.markers import Comparison, MarkerObservations, PoseSequence, compare
from ..body.shape_space import ShapeSpace
from ..geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ..geometry.skeleton import ANCESTORS, N_POSED, PARENTS
from ..ik.gauss_newton import unflat
from ..ik.predictor import select_observations, select_poses
from ..runtime.array_types import Floats
from ..runtime.progress import finished
from ..runtime.threads import parallel_map
from .shape_system import Asked, asked, summed

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
_MOST_TURN: Final = 0.5
"""Radians about an axis that a step may turn a joint by."""
_PIECE: Final = 25
"""Frames worked on at once."""


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
    def keypoints(self) -> bool:
        """Whether they are keypoints at joints, and not markers on the skin."""
        return int(self.at_joint.sum()) >= _KEYPOINTS

    @property
    def angle_spread(self) -> float:
        """Radians, as `_ANGLE_SPREADS`."""
        return _ANGLE_SPREADS[int(self.keypoints)]


def joint_step(
    space: ShapeSpace, take: MarkerObservations, poses: PoseSequence, guess: PoseSequence, shape: Floats, offsets: Floats,
    pull: OffsetPull, fixed: bool, repeats: float, noise: float,
) -> tuple[PoseSequence, Floats, Floats]:  # fmt: skip
    """One Gauss–Newton step on all poses and the shape they share. noise: metres, what the tracks
    tremble by; the more, the firmer all that is known beforehand."""
    body = replace(take, bones=space.body(shape).offsets, offsets=offsets)
    stiffness = (noise / pull.angle_spread) ** 2
    frames = len(poses.root)

    def ask(part: slice) -> tuple[Asked, Floats]:
        state = select_poses(poses, part)
        seen, target = _weighed(state, select_observations(body, part))
        own = state.rotations[:, :N_POSED]
        back = np.swapaxes(own, -1, -2) @ guess.rotations[part, :N_POSED]
        away = (seen.global_rotations[:, :N_POSED] @ matrix_to_axis_angle(back)[..., None])[..., 0]
        moves = _moves(seen, target, space, shape).astype(np.float32)
        return asked(seen, target, moves, away, stiffness), seen.global_rotations[:, :N_POSED]

    parts = [slice(i, min(i + _PIECE, frames)) for i in range(0, frames, _PIECE)]
    results = finished(parallel_map(ask, parts))
    whole = summed([found for found, _ in results])
    own = _shape_pull(frames, space, shape, fixed, noise)
    placed = _offset_pull(frames, space.size(shape), offsets, pull, repeats, noise)
    strength, towards = (np.concatenate(pair) for pair in zip(own, placed, strict=True))
    change = np.linalg.solve(whole.matrix + np.diag(strength), whole.vector + strength * towards)
    turned = np.concatenate([frames for _, frames in results])
    poses = _stepped(poses, turned, whole.steps(change))
    offsets = offsets + change[len(shape) :].reshape(-1, 3)
    return poses, space.clamped(shape + change[: len(shape)]), offsets


def _weighed(
    state: PoseSequence, target: MarkerObservations
) -> tuple[Comparison, MarkerObservations]:
    """Points far from the body count less; in single precision from here."""
    seen = compare(state, target)
    apart = np.square(seen.residuals).sum(axis=-1)
    weights = (target.weights / (1.0 + apart / _OUTLIER**2)).astype(np.float32)
    share = np.sqrt(weights / np.maximum(target.weights, 1e-12))
    levers = (seen.levers * share[..., None, None]).astype(np.float32)
    seen = Comparison(
        seen.global_rotations.astype(np.float32),
        seen.joint_positions,
        seen.residuals.astype(np.float32),
        levers,
    )
    return seen, replace(target, weights=weights)


def _moves(
    seen: Comparison, target: MarkerObservations, space: ShapeSpace, shape: Floats
) -> Floats:
    """(N, K, 3, S): how the points move with the body's shape."""
    path = ANCESTORS[np.asarray(target.joints)].astype(float)
    path[:, 0] = 0.0
    return space.jacobian(shape, seen.global_rotations[:, [0, *PARENTS[1:]]], path)


def _stepped(poses: PoseSequence, turned: Floats, step: Floats) -> PoseSequence:
    """The poses after steps (N, 69); turned: (N, 22, 3, 3) their joints in the world."""
    turn = unflat(step[:, : 3 * N_POSED])[..., None]
    local = (np.swapaxes(turned, -1, -2) @ turn)[..., 0].astype(np.float64)
    rotations = poses.rotations.copy()
    rotations[:, :N_POSED] = rotations[:, :N_POSED] @ axis_angle_to_matrix(
        np.clip(local, -_MOST_TURN, _MOST_TURN)
    )
    return PoseSequence(rotations, poses.root + step[:, 3 * N_POSED :])


def _shape_pull(
    frames: int, space: ShapeSpace, shape: Floats, fixed: bool, noise: float
) -> tuple[Floats, Floats]:
    """How strongly (S,) the shape is pulled, and how far (S,) it is from where it is pulled to."""
    if fixed:
        return np.full(len(shape), 1e9), np.zeros(len(shape))
    strength, away = space.prior(shape, noise)
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
