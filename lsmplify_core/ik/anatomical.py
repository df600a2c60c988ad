# SPDX-License-Identifier: GPL-3.0-or-later
"""A solved take brought into the anatomical convention, as far as markers on the skin allow.

Keypoints at joints stay where they are, whatever bones are turned about themselves. Markers on the
skin of a limb turn with its bone: they are calibrated anew for the turned bones, one step brings
the poses to them again, and where they still say otherwise than the convention, they are believed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..anatomy.convention import Convention, to_convention
from ..anatomy.leg import KneeBounds
from ..anatomy.limbs import unit_bones
from ..body.markers import MarkerObservations, PoseSequence, compare
from ..geometry.kinematics import forward
from ..geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ..geometry.skeleton import JOINT_INDEX, N_JOINTS, PARENTS
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from .fitting import downweight_outliers
from .gauss_newton import gauss_newton
from .predictor import concatenate_poses, frame_chunks, select_observations, select_poses
from .smoothing import gaussian_filter
from .toes import ToesByRule, toes_as, with_solved_toes

_SKIN: Final = 0.03
"""Metres from a bone's line beyond which a point turns with the bone."""
_WORSE: Final = (1.05, 1.10)
"""The convention may make the tracks' mean distance so many times as large: with the legs, and
without them, since wrung wrists and elbows that bend sideways are worth more than a thigh marker's
skin."""
_RIGID: Final = (1e-3, 1.02)
"""Metres under which the tracks' mean distance is that of markers fixed to the bones, and how much
worse it may then become: such markers are right."""
_BEFORE_STEP: Final = 1.12
"""The same before the step that brings the poses to the tracks again."""
_SLACK: Final = 4e-6
"""Metres of mean distance that are worth nothing in any case."""
_FEW: Final = 20.0
"""Frames whose word counts half beside the marker's place before."""
_MOVED: Final = 3e-4
"""Metres that a point must move in the mean to be calibrated anew."""
_STEADY: Final = 6e-3
"""Metres of noise from which on the step is eased over longer: frames by themselves would
tremble."""
_EASE: Final = 0.04
_EASE_NOISY: Final = 0.15
"""Seconds, the standard deviation of the filter over that step, and the same where tracks are
noisy."""
_LOOK_RATE: Final = 15.0
"""Frames a second that are enough to see what markers bear."""
_NONE_KNOWN: Final = np.zeros(0, dtype=bool)
_BOUNDS: Final = (None, KneeBounds(), KneeBounds(np.radians(7.0), np.radians(14.0)))


@dataclass(frozen=True)
class Fit:
    """Poses and the points' places that belong to them. known: (K,) places that stay.
    error: metres, the tracks' mean distance."""

    poses: PoseSequence
    observed: MarkerObservations
    known: NDArray[np.bool_]
    error: float


@dataclass(frozen=True)
class Borne:
    """How some frames of a take were brought into the convention, for the rest of the take.

    Attributes:
        convention: as much of it as the tracks bear; None where they bear none of it.
        offsets: (K, 3) the points' places that belong to the result.
        toes: how the toes were bent by rule; None where they were solved for.
        step_noise: the noise that the step back to the tracks was weighed with; None for no step.
        step_offsets: (K, 3) the points' places during that step.
    """

    convention: Convention | None
    offsets: Floats
    toes: ToesByRule | None
    step_noise: float | None = None
    step_offsets: Floats | None = None


def anatomical(
    poses: PoseSequence,
    observed: MarkerObservations,
    expected: Floats,
    noise: float,
    rate: float,
    noisy: bool,
    known: NDArray[np.bool_] | None = None,
) -> tuple[PoseSequence, MarkerObservations, Borne]:
    """Bring poses into the convention.

    Args:
        poses: T frames, fitted; lengths as in `observed`.
        observed: the points, with their calibrated places.
        expected: (T, 22) radians, the error that the network expects of itself.
        noise: the tracks' standard deviation.
        rate: frames per second.
        noisy: whether poses are smoothed over time.
        known: (K,) points whose places are given and stay; None for none.

    Returns:
        The poses, the points with new places on the joints, and how that was done.
    """
    toes, rule = with_solved_toes(poses, observed, rate)
    shown = shown_turns(observed)
    held = np.zeros(len(np.asarray(observed.joints)), dtype=bool) if known is None else known
    if not shown.any():
        chosen = Convention()
        new, places = _in(chosen, toes, observed, held, rate)
        return new, places, Borne(chosen, np.asarray(places.offsets), rule)
    before = Fit(toes, observed, held, track_distance(poses, observed))
    ease = rate * _ease(noise, noisy)
    for convention in _fallbacks(_borne(before, shown, rate)):
        fit = _turned(before, convention, rate)
        borne = Borne(convention, np.asarray(fit.observed.offsets), rule)
        if fit.error > before.error + _SLACK:
            step_noise = max(noise, before.error)
            step = _turned(_stepped(fit, expected, step_noise, ease), convention, rate)
            if step.error < fit.error:
                places = np.asarray(step.observed.offsets)
                borne, fit = Borne(convention, places, rule, step_noise, borne.offsets), step
        if fit.error <= _worst(before.error, convention) + _SLACK:
            return fit.poses, fit.observed, borne
    return toes, observed, Borne(None, np.asarray(observed.offsets), rule)


def anatomical_as(
    borne: Borne,
    poses: PoseSequence,
    observed: MarkerObservations,
    expected: Floats,
    noise: float,
    rate: float,
    noisy: bool,
) -> tuple[PoseSequence, MarkerObservations, Borne]:
    """Bring poses into the convention as other frames of the same take were.

    Args:
        borne: what `anatomical` found on those frames; the same person, points and lengths.
        poses: T frames, fitted; lengths as in `observed`.
        observed: the points, with their calibrated places.
        expected: (T, 22) radians, the error that the network expects of itself.
        noise: the tracks' standard deviation.
        rate: frames per second.
        noisy: whether poses are smoothed over time.

    Returns:
        As `anatomical`.
    """
    poses = toes_as(borne.toes, poses, observed, rate)
    placed = replace(observed, offsets=borne.offsets)
    convention = borne.convention
    if convention is None:
        return poses, placed, borne

    def turned(old: PoseSequence) -> PoseSequence:
        bones = np.asarray(observed.bones)
        return PoseSequence(to_convention(old.rotations, bones, rate, convention), old.root)

    poses = turned(poses)
    if borne.step_noise is not None:
        fit = Fit(poses, replace(observed, offsets=borne.step_offsets), _NONE_KNOWN, 0.0)
        poses = turned(_stepped(fit, expected, borne.step_noise, rate * _ease(noise, noisy)).poses)
    return poses, placed, borne


def _ease(noise: float, noisy: bool) -> float:
    """Seconds over which the step back to the tracks is eased."""
    return _EASE if not noisy and noise < _STEADY else _EASE_NOISY


def _worst(before: float, convention: Convention) -> float:
    """Metres of mean distance that a convention may lead to."""
    close, rigid = _RIGID
    return before * (rigid if before < close else _WORSE[0 if convention.legs else 1])


def _borne(before: Fit, shown: NDArray[np.bool_], rate: float) -> Convention:
    """As much of the convention as a few frames a second of a take bear: so that their tracks' mean
    distance is at most `_BEFORE_STEP` times as large."""

    def any_of(*names: str) -> bool:
        return any(shown[JOINT_INDEX[name]] for name in names)

    legs = any_of("L_Hip", "R_Hip", "L_Knee", "R_Knee")
    arms = any_of("L_Shoulder", "R_Shoulder", "L_Elbow", "R_Elbow")
    chosen = Convention(
        spine=not any_of("Spine1", "Spine2"),
        neck=not any_of("Neck"),
        collars=not any_of("L_Collar", "R_Collar"),
        legs=not legs,
    )
    if not (legs or arms):
        return chosen
    step = max(1, round(rate / _LOOK_RATE))
    some = slice(None, None, step)
    few = Fit(
        select_poses(before.poses, some), select_observations(before.observed, some),
        before.known, 0.0,
    )  # fmt: skip
    limit = _BEFORE_STEP * track_distance(few.poses, few.observed) + _SLACK

    def bears(convention: Convention) -> bool:
        return _turned(few, convention, rate / step).error <= limit

    if arms and not bears(chosen):
        chosen = replace(chosen, arms=False)
    whole = (replace(chosen, legs=True, knees=knees) for knees in _BOUNDS)
    return next((c for c in whole if bears(c)), chosen) if legs else chosen


def _fallbacks(convention: Convention) -> Iterator[Convention]:
    """A convention, and less and less of it."""
    yield convention
    if convention.legs and convention.knees != _BOUNDS[-1]:
        yield replace(convention, knees=_BOUNDS[-1])
    if convention.legs:
        yield replace(convention, legs=False)
    if convention.arms:
        yield replace(convention, arms=False, legs=False)


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
    away = np.concatenate(run_steps(parts))
    seen = observed.weights > 0
    return float(away[seen].mean()) if seen.any() else 0.0


def _turned(fit: Fit, convention: Convention, rate: float) -> Fit:
    """The poses in a convention, the points calibrated for them, and how far they are off."""
    poses, observed = _in(convention, fit.poses, fit.observed, fit.known, rate)
    return Fit(poses, observed, fit.known, track_distance(poses, observed))


def _in(
    convention: Convention,
    old: PoseSequence,
    observed: MarkerObservations,
    known: NDArray[np.bool_],
    rate: float,
) -> tuple[PoseSequence, MarkerObservations]:
    turned = to_convention(old.rotations, np.asarray(observed.bones), rate, convention)
    poses = PoseSequence(turned, old.root)
    return poses, replace(observed, offsets=_places(old, poses, observed, known))


def _places(
    old: PoseSequence, new: PoseSequence, observed: MarkerObservations, known: NDArray[np.bool_]
) -> Floats:
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
    for k in np.flatnonzero(~known):
        moved = np.linalg.norm(carried[:, k] - offsets[k], axis=-1).mean()
        if moved > _MOVED and seen[:, k].any():
            mean = carried[seen[:, k], k].mean(axis=0)
            share = seen[:, k].sum() / (seen[:, k].sum() + _FEW)
            places[k] = mean + share * (np.median(tracks[seen[:, k], k], axis=0) - mean)
    return places


def _stepped(fit: Fit, expected: Floats, noise: float, ease: float) -> Fit:
    """One step to the tracks, near the poses that they have; eased over time, so that the step adds
    no trembling of its own."""
    stiffness = np.square(noise / expected).astype(fit.poses.root.dtype)

    def step(part: slice) -> PoseSequence:
        own = select_poses(fit.poses, part)
        seen = downweight_outliers(own, select_observations(fit.observed, part))
        return gauss_newton(own, seen, own, stiffness[part])

    parts = parallel_map(step, frame_chunks(len(fit.poses.root)))
    return replace(fit, poses=_eased(fit.poses, concatenate_poses(run_steps(parts)), ease))


def _eased(before: PoseSequence, after: PoseSequence, width: float) -> PoseSequence:
    """The change from one state to the other, filtered over `width` frames."""
    frames = len(before.root)
    if frames < 3:
        return after
    turn = matrix_to_axis_angle(np.swapaxes(before.rotations, -1, -2) @ after.rotations)
    turn = gaussian_filter(turn.reshape(frames, -1), width).reshape(turn.shape)
    root = before.root + gaussian_filter(after.root - before.root, width)
    return PoseSequence(before.rotations @ axis_angle_to_matrix(turn), root)
