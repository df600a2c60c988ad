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
from ..ik.learned.predictor import select_observations, select_poses
from ..ik.refinement.gauss_newton import unflat
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from .shape_system import ShapeEquations, shape_equations, sum_equations

_SKIN_SIGMA: Final = 0.015
_JOINT_SIGMA: Final = 0.006
"""Metres: how far a skin marker, and a keypoint at a joint, may be from the layout's place, with
long tails (Cauchy):
most lie where the layout has them, but tools differ, and MidHip is SMPL's pelvis for some and
nine centimetres lower, between the hips, for others."""
_CORRELATED_FRAMES: Final = 4.0
CORRELATED_FRAMES_AT_JOINTS: Final = (8.0, 0.7)
"""Frames of a take repeat each other's errors, so that so many of them count as one against the
priors. Points at joints are free in the first pass, so that those which a tool puts elsewhere can
leave, and held in the last, so that the others return to where they belong."""
_ROTATION_SIGMAS: Final = (0.25, 0.4)
"""Radians: how far the network's rotations may be from the true ones, with markers on the skin and
with keypoints at joints. Wide, since what draws them draws the body too; less so for skin markers,
which sit elsewhere than layouts say and move with the skin."""
_MIN_KEYPOINTS: Final = 8
"""So many points at joints make a set of keypoints."""
_FIXED_WEIGHT: Final = 1e6
"""Weight of the prior of fixed offsets: so large that they stay."""
_OUTLIER_SCALE: Final = 0.03
"""Metres, s of the robust weight: a residual as large counts half. Larger values trust outliers."""
_MAX_TURN: Final = 0.5
"""Radians about an axis that a step may turn a joint by."""
_LEAST_CHUNK: Final = 24
"""Frames of each of two units of parallel work at the least; fewer are worked on in one go."""


@dataclass(frozen=True)
class OffsetPrior:
    """What the points' offsets are near: prior (K, 3) metres on the mean body, with scale times the
    usual sigma; fixed (K,) those that stay."""

    prior: Floats
    scale: float
    fixed: NDArray[np.bool_]

    @property
    def at_joint(self) -> NDArray[np.bool_]:
        """(K,) which points lie at their joints."""
        return np.linalg.norm(self.prior, axis=1) < 0.01

    @property
    def keypoints(self) -> bool:
        """Whether they are keypoints at joints, and not markers on the skin."""
        return int(self.at_joint.sum()) >= _MIN_KEYPOINTS

    @property
    def rotation_sigma(self) -> float:
        """Radians, of `_ROTATION_SIGMAS`."""
        return _ROTATION_SIGMAS[int(self.keypoints)]


def pose_and_shape_step(
    space: ShapeSpace,
    observations: MarkerObservations,
    poses: PoseSequence,
    network_poses: PoseSequence,
    shape: Floats,
    offsets: Floats,
    offset_prior: OffsetPrior,
    fixed: bool,
    repeats: float,
    noise: float,
) -> tuple[PoseSequence, Floats, Floats]:
    """One Gauss–Newton step on all poses, the shape and the points' offsets that they share.

    Args:
        space: how the body may vary.
        observations: N frames, metres.
        poses: N frames to step from.
        network_poses: the prior of the poses.
        shape: (S,) numbers of the shape space.
        offsets: (K, 3) metres in the joints' frames.
        offset_prior: what the offsets are near.
        fixed: whether the shape stays.
        repeats: how many frames count as one against the prior of points at joints.
        noise: metres, standard deviation of the tracks; the larger, the more the priors count.

    Returns:
        Poses, shape and offsets after the step.
    """
    body = replace(observations, bones=space.body(shape).offsets, offsets=offsets)
    prior_weight = (noise / offset_prior.rotation_sigma) ** 2
    frames = len(poses.root)

    def chunk_equations(chunk: slice) -> tuple[ShapeEquations, Floats]:
        current = select_poses(poses, chunk)
        comparison, robust = _robust(current, select_observations(body, chunk))
        own = current.rotations[:, :N_POSED]
        back = np.swapaxes(own, -1, -2) @ network_poses.rotations[chunk, :N_POSED]
        deviation = (
            comparison.global_rotations[:, :N_POSED] @ matrix_to_axis_angle(back)[..., None]
        )[..., 0]
        shape_jacobian = _shape_jacobian(comparison, robust, space, shape).astype(np.float32)
        return shape_equations(
            comparison, robust, shape_jacobian, deviation, prior_weight
        ), comparison.global_rotations[:, :N_POSED]

    size = frames if frames < 2 * _LEAST_CHUNK else -(-frames // 2)
    chunks = [slice(i, min(i + size, frames)) for i in range(0, frames, size)]
    results = run_steps(parallel_map(chunk_equations, chunks))
    equations = sum_equations([found for found, _ in results])
    own = _shape_prior(frames, space, shape, fixed, noise)
    offset_terms = _offset_prior(frames, space.size(shape), offsets, offset_prior, repeats, noise)
    weight, deviation_of_shape = (
        np.concatenate(pair) for pair in zip(own, offset_terms, strict=True)
    )
    change = np.linalg.solve(
        equations.matrix + np.diag(weight), equations.rhs + weight * deviation_of_shape
    )
    global_rotations = np.concatenate([frames for _, frames in results])
    poses = _retract(poses, global_rotations, equations.steps(change))
    offsets = offsets + change[len(shape) :].reshape(-1, 3)
    return poses, space.clamped(shape + change[: len(shape)]), offsets


def _robust(
    poses: PoseSequence, observations: MarkerObservations
) -> tuple[Comparison, MarkerObservations]:
    """Robust weights w / (1 + r² / s²), which are those of Cauchy's loss ρ(r) = s² / 2 · log(1 + r²
    / s²) by iteratively reweighted least squares; in single precision from here."""
    comparison = compare(poses, observations)
    squared = np.square(comparison.residuals).sum(axis=-1)
    weights = (observations.weights / (1.0 + squared / _OUTLIER_SCALE**2)).astype(np.float32)
    share = np.sqrt(weights / np.maximum(observations.weights, 1e-12))
    levers = (comparison.levers * share[..., None, None]).astype(np.float32)
    comparison = Comparison(
        comparison.global_rotations.astype(np.float32),
        comparison.joint_positions,
        comparison.residuals.astype(np.float32),
        levers,
    )
    return comparison, replace(observations, weights=weights)


def _shape_jacobian(
    comparison: Comparison, robust: MarkerObservations, space: ShapeSpace, shape: Floats
) -> Floats:
    """(N, K, 3, S): how the points move with the body's shape."""
    path = ANCESTORS[np.asarray(robust.joints)].astype(float)
    path[:, 0] = 0.0
    return space.jacobian(shape, comparison.global_rotations[:, [0, *PARENTS[1:]]], path)


def _retract(poses: PoseSequence, global_rotations: Floats, step: Floats) -> PoseSequence:
    """The poses after steps (N, 69); global_rotations: (N, 22, 3, 3) their joints in the world."""
    local_turn = unflat(step[:, : 3 * N_POSED])[..., None]
    local = (np.swapaxes(global_rotations, -1, -2) @ local_turn)[..., 0].astype(np.float64)
    rotations = poses.rotations.copy()
    rotations[:, :N_POSED] = rotations[:, :N_POSED] @ axis_angle_to_matrix(
        np.clip(local, -_MAX_TURN, _MAX_TURN)
    )
    return PoseSequence(rotations, poses.root + step[:, 3 * N_POSED :])


def _shape_prior(
    frames: int, space: ShapeSpace, shape: Floats, fixed: bool, noise: float
) -> tuple[Floats, Floats]:
    """Weight (S,) of the shape's prior, and the deviation (S,) of the prior from the shape."""
    if fixed:
        return np.full(len(shape), 1e9), np.zeros(len(shape))
    weight, deviation = space.prior(shape, noise)
    return frames / _CORRELATED_FRAMES * weight, deviation


def _offset_prior(
    frames: int,
    size: float,
    offsets: Floats,
    offset_prior: OffsetPrior,
    repeats: float,
    noise: float,
) -> tuple[Floats, Floats]:
    """Weight (3 K,) of the offsets' prior, the layout's places with Cauchy's long tails, and the
    deviation (3 K,) of the prior from the offsets, metres."""
    deviation = offset_prior.prior * size - offsets
    at_joint = offset_prior.at_joint
    sigma = offset_prior.scale * np.where(at_joint, _JOINT_SIGMA, _SKIN_SIGMA)
    apart = np.linalg.norm(deviation, axis=1) / sigma
    effective_frames = frames / np.where(at_joint, repeats, _CORRELATED_FRAMES)
    weight = effective_frames * (noise / sigma) ** 2 / (1.0 + apart**2)
    weight[offset_prior.fixed] = _FIXED_WEIGHT
    return np.repeat(weight, 3), deviation.reshape(-1)
