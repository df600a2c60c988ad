# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses turned into a convention, and brought to their tracks again by one step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...anatomy.convention import Convention, Work, to_convention
from ...anatomy.leg import LegRest, knees_within, rest_turns, without_rest_turns
from ...anatomy.limbs import legs, unit_bones
from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.skeleton import N_POSED
from ...runtime.array_types import Floats
from ...runtime.progress import run_steps
from ...runtime.threads import parallel_map
from ..learned.predictor import concatenate_poses, frame_chunks, select_observations, select_poses
from ..refinement.frames_last import (
    frames_first,
    frames_last,
    product,
    rotation_of,
    rotation_vector,
    transposed_product,
)
from ..refinement.gauss_newton import gauss_newton
from ..refinement.hinge_weights import hinge_weights
from ..refinement.robust import OUTLIER_SCALE
from ..smoothing import gaussian_filter
from .skin_places import places_on_turned

LegRests = tuple[LegRest, LegRest]
"""Of the left and the right leg."""


_UNFILTERED: Final = 0.1
"""Frames: a filter that is narrower changes nothing."""


@dataclass(frozen=True)
class Fit:
    """Poses and the points' places that belong to them. known: (K,) places that stay.
    error: metres, the tracks' mean distance."""

    poses: PoseSequence
    observed: MarkerObservations
    known: NDArray[np.bool_]
    error: float


def turned(fit: Fit, convention: Convention, rate: float, stand_for: int = 1) -> Fit:
    """The poses in a convention, the points calibrated for them, and how far they are off.

    rate: frames per second. stand_for: how many frames of the take each of these stands for.
    """
    return placed(fit, poses_in(convention, fit.poses, fit.observed, rate), stand_for)


def placed(fit: Fit, poses: PoseSequence, stand_for: int = 1) -> Fit:
    """The points of `fit` calibrated for other poses of its frames, and how far they are off."""
    places, error = places_on_turned(fit.poses, poses, fit.observed, fit.known, stand_for)
    return Fit(poses, replace(fit.observed, offsets=places), fit.known, error)


def poses_in(
    convention: Convention, poses: PoseSequence, observed: MarkerObservations, rate: float
) -> PoseSequence:
    """Poses in a convention; limbs are worked on side by side. Knees with bounds are swung to
    them, which moves them; steps to the tracks follow."""
    bones = np.asarray(observed.bones)
    rotations = to_convention(poses.rotations, bones, rate, convention, _side_by_side)
    if convention.legs and convention.knees is not None:
        joints: list[Floats] = list(np.swapaxes(rotations, 0, 1))
        for side in legs(unit_bones(bones)):
            knees_within(side, joints, convention.knees)
        rotations = np.stack(joints, axis=1)
    return PoseSequence(rotations, poses.root)


def rests_of(poses: PoseSequence, observed: MarkerObservations, rate: float) -> LegRests:
    """The rest offsets of both legs; rate: frames per second."""
    joints = [r.astype(np.float64) for r in np.swapaxes(poses.rotations, 0, 1)]
    left, right = (rest_turns(side, joints, rate) for side in legs(unit_bones(observed.bones)))
    return left, right


def without_rests(
    poses: PoseSequence, observed: MarkerObservations, rests: LegRests
) -> PoseSequence:
    """Poses with the rest offsets of both legs taken off."""
    joints: list[Floats] = list(np.swapaxes(poses.rotations, 0, 1))
    for side, rest in zip(legs(unit_bones(observed.bones)), rests, strict=True):
        without_rest_turns(side, joints, rest)
    return PoseSequence(np.stack(joints, axis=1), poses.root)


def _side_by_side(works: Sequence[Work]) -> None:
    run_steps(parallel_map(lambda work: work(), works))


def stepped(fit: Fit, convention: Convention, expected: Floats, noise: float, ease: float) -> Fit:
    """One step to the tracks, near the poses that they have, with hinges held; eased over time, so
    that the step adds no trembling of its own.

    convention: that the poses are in. expected: (T, 22) radians, the error that the network expects
    of itself. noise: metres. ease: frames, the standard deviation of the filter.
    """
    kind = fit.poses.root.dtype
    stiffness = np.square(noise / expected).astype(kind)
    bones = np.asarray(fit.observed.bones)

    def step(part: slice) -> PoseSequence:
        own, seen = select_poses(fit.poses, part), select_observations(fit.observed, part)
        held = hinge_weights(own.rotations, bones, convention).astype(kind)
        return gauss_newton(
            own, seen, own, stiffness[part], outlier_scale=OUTLIER_SCALE, axes_weight=held
        )

    parts = parallel_map(step, frame_chunks(len(fit.poses.root)))
    return replace(fit, poses=_eased(fit.poses, concatenate_poses(run_steps(parts)), ease))


def _eased(before: PoseSequence, after: PoseSequence, width: float) -> PoseSequence:
    """The change from one state to the other, filtered over `width` frames."""
    frames = len(before.root)
    if frames < 3 or width < _UNFILTERED:
        return after

    def turns(part: slice) -> Floats:
        old, new = (frames_last(p.rotations[part, :N_POSED]) for p in (before, after))
        return frames_first(rotation_vector(transposed_product(old, new)))

    def turned_by(part: slice) -> PoseSequence:
        own = frames_last(before.rotations[part])
        turn = rotation_of(frames_last(turn_of_all[part]))
        own[:, :, :N_POSED] = product(own[:, :, :N_POSED], turn)
        return PoseSequence(frames_first(own), root[part])

    chunks = frame_chunks(frames)
    change = np.concatenate(run_steps(parallel_map(turns, chunks))).reshape(frames, -1)
    turn_of_all = gaussian_filter(change, width).reshape(frames, N_POSED, 3)
    root = before.root + gaussian_filter(after.root - before.root, width)
    return concatenate_poses(run_steps(parallel_map(turned_by, chunks)))
