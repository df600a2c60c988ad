# SPDX-License-Identifier: GPL-3.0-or-later
"""A solved take brought into the anatomical convention, as far as markers on the skin allow.

Keypoints at joints stay where they are, whatever bones are turned about themselves. Markers on the
skin of a limb turn with its bone: they are calibrated anew for the turned bones, one step brings the
poses to them again, and where they still say otherwise than the convention, they are believed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..anatomy.convention import Convention, to_convention
from ..anatomy.leg import KneeBounds
from ..anatomy.limbs import unit_bones
from ..anatomy.toes import FEET, rigid_toes, toe_bend, with_toes
from ..anatomy.turns import wrapped
from ..body.markers import MarkerObservations, PoseSequence, compare
from ..geometry.kinematics import forward
from ..geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ..geometry.skeleton import JOINT_INDEX, N_JOINTS, PARENTS
from ..runtime.array_types import Floats
from ..runtime.progress import finished
from ..runtime.threads import parallel_map
from .gauss_newton import gauss_newton
from .predictor import concatenate_poses, frame_chunks, select_observations, select_poses
from .smoothing import gaussian_filter

_SKIN: Final = 0.03
"""Metres from a bone's line beyond which a point turns with the bone."""
_WORSE: Final = 1.05
"""The convention may make the tracks' mean distance so many times as large."""
_BEFORE_STEP: Final = 1.10
"""The same before the step that brings the poses to the tracks again."""
_SLACK: Final = 4e-6
"""Metres of mean distance that are worth nothing in any case."""
_FEW: Final = 20.0
"""Frames whose word counts half beside the marker's place before."""
_MOVED: Final = 3e-4
"""Metres that a point must move in the mean to be calibrated anew."""
_STEADY: Final = 6e-3
"""Noise from which on frames are not fitted one by one any more: they would tremble."""
_EASE: Final = 0.04
"""Seconds, the standard deviation of the filter over that step."""
_LOOK_RATE: Final = 15.0
"""Frames a second that are enough to see what markers bear."""
_TOES: Final = (np.radians(-30.0), np.radians(65.0))
"""Radians that toes flex and extend at most."""
_TOE_EASE: Final = 0.03
"""Seconds, the standard deviation of the filter over what one marker says of them."""
_STRAIGHT: Final = np.radians(8.0)
"""Toes that turn by no more were not solved for."""
_BOUNDS: Final = (None, KneeBounds(), KneeBounds(np.radians(7.0), np.radians(14.0)))


@dataclass(frozen=True)
class Fit:
    """Poses and the points' places that belong to them. error: metres, the tracks' mean distance."""

    poses: PoseSequence
    observed: MarkerObservations
    error: float


def anatomical(
    poses: PoseSequence,
    observed: MarkerObservations,
    expected: Floats,
    noise: float,
    rate: float,
    noisy: bool,
) -> tuple[PoseSequence, MarkerObservations]:
    """Bring poses into the convention.

    Args:
        poses: T frames, fitted; lengths as in `observed`.
        observed: the points, with their calibrated places.
        expected: (T, 22) radians, the error that the network expects of itself.
        noise: the tracks' standard deviation.
        rate: frames per second.
        noisy: whether poses are smoothed over time, so that no frame may be fitted by itself.

    Returns:
        The poses, and the points with new places on the joints.
    """
    toes = _with_toes(poses, observed, rate)
    before = Fit(toes, observed, track_distance(poses, observed))
    may_step = not noisy and noise < _STEADY
    for convention in _fitting(before, _BEFORE_STEP if may_step else _WORSE, rate):
        fit = _turned(before, convention, rate)
        if may_step and fit.error > before.error + _SLACK:
            fit = _turned(_stepped(fit, expected, noise, rate), convention, rate)
        if fit.error <= _WORSE * before.error + _SLACK:
            return fit.poses, fit.observed
    return toes, observed


def _fitting(before: Fit, most: float, rate: float) -> Iterator[Convention]:
    """The conventions, the whole one first, that a few frames a second of a take bear: whose tracks'
    mean distance is at most so many times as large."""
    step = max(1, round(rate / _LOOK_RATE))
    some = slice(None, None, step)
    few = Fit(select_poses(before.poses, some), select_observations(before.observed, some), 0.0)
    most = most * track_distance(few.poses, few.observed) + _SLACK
    for convention in _candidates(shown_turns(before.observed)):
        if _turned(few, convention, rate / step).error <= most:
            yield convention


def shown_turns(observed: MarkerObservations) -> NDArray[np.bool_]:
    """(24,) joints whose turn about their bone points on the skin show."""
    bones = unit_bones(observed.bones)
    offsets, seen = np.asarray(observed.offsets), observed.weights.any(axis=0)
    shown = np.zeros(N_JOINTS, dtype=bool)
    for joint in range(N_JOINTS):
        below = [j for j in range(N_JOINTS) if PARENTS[j] == joint]
        mine = (np.asarray(observed.joints) == joint) & seen
        if below and mine.any():
            bone = bones[below[0]]
            across = offsets[mine] - (offsets[mine] @ bone)[:, None] * bone
            shown[joint] = bool((np.linalg.norm(across, axis=1) > _SKIN).any())
    return shown


def track_distance(poses: PoseSequence, observed: MarkerObservations) -> float:
    """The mean distance of seen points from their tracks."""
    parts = parallel_map(
        lambda p: np.linalg.norm(
            compare(select_poses(poses, p), select_observations(observed, p)).residuals, axis=-1
        ),
        frame_chunks(len(poses.root)),
    )
    away = np.concatenate(finished(parts))
    seen = observed.weights > 0
    return float(away[seen].mean()) if seen.any() else 0.0


def _candidates(shown: NDArray[np.bool_]) -> Iterator[Convention]:
    """From the whole convention to what no marker speaks against."""

    def any_of(*names: str) -> bool:
        return any(shown[JOINT_INDEX[name]] for name in names)

    legs = any_of("L_Hip", "R_Hip", "L_Knee", "R_Knee")
    arms = any_of("L_Shoulder", "R_Shoulder", "L_Elbow", "R_Elbow")
    base = Convention(
        spine=not any_of("Spine1", "Spine2"),
        neck=not any_of("Neck"),
        collars=not any_of("L_Collar", "R_Collar"),
    )
    for knees in _BOUNDS if legs else _BOUNDS[:1]:
        yield replace(base, knees=knees)
    if legs:
        yield replace(base, legs=False)
    if arms:
        for knees in _BOUNDS if legs else _BOUNDS[:1]:
            yield replace(base, arms=False, knees=knees)
    yield replace(base, arms=not arms, legs=not legs)


def _turned(fit: Fit, convention: Convention, rate: float) -> Fit:
    """The poses in a convention, the points calibrated for them."""
    old, observed = fit.poses, fit.observed
    turned = to_convention(old.rotations, np.asarray(observed.bones), rate, convention)
    poses = PoseSequence(turned, old.root)
    observed = replace(observed, offsets=_places(old, poses, observed))
    return Fit(poses, observed, track_distance(poses, observed))


def _places(old: PoseSequence, new: PoseSequence, observed: MarkerObservations) -> Floats:
    """(K, 3) the points' places on the turned joints: where the tracks are in the median; with few
    frames more where the points were before."""
    joints = np.asarray(observed.joints)
    turned, placed = forward(new.rotations, observed.bones, new.root)
    back = np.swapaxes(turned[:, joints], -1, -2)
    before, _ = forward(old.rotations, observed.bones, old.root)
    offsets = np.asarray(observed.offsets)
    carried = (back @ before[:, joints] @ offsets[..., None])[..., 0]
    tracks = (back @ (observed.points - placed[:, joints])[..., None])[..., 0]
    seen = observed.weights > 0
    places = offsets.copy()
    for k in range(len(joints)):
        moved = np.linalg.norm(carried[:, k] - offsets[k], axis=-1).mean()
        if moved > _MOVED and seen[:, k].any():
            mean = carried[seen[:, k], k].mean(axis=0)
            share = seen[:, k].sum() / (seen[:, k].sum() + _FEW)
            places[k] = mean + share * (np.median(tracks[seen[:, k], k], axis=0) - mean)
    return places


def _stepped(fit: Fit, expected: Floats, noise: float, rate: float) -> Fit:
    """One step to the tracks, near the poses that they have; eased over time, so that the step adds no
    trembling of its own."""
    stiffness = np.square(noise / expected).astype(fit.poses.root.dtype)

    def step(part: slice) -> PoseSequence:
        own = select_poses(fit.poses, part)
        return gauss_newton(own, select_observations(fit.observed, part), own, stiffness[part])

    parts = parallel_map(step, frame_chunks(len(fit.poses.root)))
    return replace(fit, poses=_eased(fit.poses, concatenate_poses(finished(parts)), _EASE * rate))


def _eased(before: PoseSequence, after: PoseSequence, width: float) -> PoseSequence:
    """The change from one state to the other, filtered over `width` frames."""
    frames = len(before.root)
    if frames < 3:
        return after
    turn = matrix_to_axis_angle(np.swapaxes(before.rotations, -1, -2) @ after.rotations)
    turn = gaussian_filter(turn.reshape(frames, -1), width).reshape(turn.shape)
    root = before.root + gaussian_filter(after.root - before.root, width)
    return PoseSequence(before.rotations @ axis_angle_to_matrix(turn), root)


def _with_toes(poses: PoseSequence, observed: MarkerObservations, rate: float) -> PoseSequence:
    """Toes that the network leaves straight: bent by rule where no point is fixed to them, as the point
    says where there is one."""
    if not rigid_toes(poses.rotations, _STRAIGHT):
        return poses
    bones = np.asarray(observed.bones)
    bend = toe_bend(poses.rotations, bones, poses.root, rate)
    joints, seen = np.asarray(observed.joints), observed.weights.any(axis=0)
    for side, (_, ball) in enumerate(FEET):
        points = np.flatnonzero((joints == ball) & seen)
        if len(points):
            one = len(points) == 1
            bend[:, side] = _shown_bend(poses, observed, int(points[0]), rate) if one else 0.0
    kind = poses.rotations.dtype
    return PoseSequence(with_toes(poses.rotations, bend.astype(kind)), poses.root)


def _shown_bend(
    poses: PoseSequence, observed: MarkerObservations, point: int, rate: float
) -> Floats:
    """(T,) radians by which the toes extend so that their one point is on its track's line from the ball;
    between its neighbours where it is unseen."""
    ball = int(np.asarray(observed.joints)[point])
    turned, placed = forward(poses.rotations, observed.bones, poses.root)
    away = observed.points[:, point] - placed[:, ball]
    local = (np.swapaxes(turned[:, ball], -1, -2) @ away[..., None])[..., 0]
    rest = np.asarray(observed.offsets)[point]
    bend = np.arctan2(local[:, 1], local[:, 2]) - np.arctan2(rest[1], rest[2])
    seen = np.flatnonzero(observed.weights[:, point] > 0)
    bend = np.interp(np.arange(len(bend)), seen, wrapped(bend)[seen])
    low, high = _TOES
    return gaussian_filter(np.clip(bend, low, high)[:, None], _TOE_EASE * rate)[:, 0]
