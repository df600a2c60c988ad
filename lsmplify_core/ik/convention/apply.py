# SPDX-License-Identifier: GPL-3.0-or-later
"""A solved take brought into the anatomical convention, as far as markers on the skin allow.

Keypoints at joints stay where they are, whatever bones are turned about themselves. Markers on the
skin of a limb turn with its bone: they are calibrated anew for the turned bones, one step brings
the poses to them again, and where they still say otherwise than the convention, they are believed.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...anatomy.convention import Convention
from ...body.markers import MarkerObservations, PoseSequence
from ...runtime.array_types import Floats
from ..learned.predictor import select_observations, select_poses
from .coarse_steps import further_ease, step_frames, step_interval, with_change
from .convention_take import ConventionTake
from .fit import Fit, LegRests, poses_in, stepped, turned, without_rests
from .skin_places import track_distance
from .supported import shown_turns, supported_convention
from .toes import FootRules, ToePrior, extend_toes, extend_toes_as

_STEADY: Final = 6e-3
"""Metres of noise from which on the step is eased over longer: frames by themselves would
tremble."""
_EASE: Final = 0.04
_EASE_NOISY: Final = 0.15
"""Seconds, the standard deviation of the filter over that step, and the same where tracks are
noisy."""

_NONE_KNOWN: Final = np.zeros(0, dtype=bool)


@dataclass(frozen=True)
class AppliedConvention:
    """How some frames of a take were brought into the convention, for the rest of the take.

    Attributes:
        convention: as much of it as the tracks support; None where they support none of it.
        offsets: (K, 3) the points' places that belong to the result.
        toes: how the toes of both feet were extended.
        step_noise: metres, the noise that steps back to the tracks were weighed with.
        step_offsets: (K, 3) the points' places during each of these steps; empty for none.
        rests: the legs' rest offsets that were taken off first; None for none.
    """

    convention: Convention | None
    offsets: Floats
    toes: FootRules
    step_noise: float = 0.0
    step_offsets: tuple[Floats, ...] = ()
    rests: LegRests | None = None


def apply_convention(
    poses: PoseSequence,
    observed: MarkerObservations,
    expected: Floats,
    noise: float,
    rate: float,
    noisy: bool,
    known: NDArray[np.bool_] | None = None,
    prior: Convention | None = None,
    toe_prior: ToePrior | None = None,
) -> tuple[PoseSequence, MarkerObservations, AppliedConvention]:
    """Bring poses into the convention.

    Args:
        poses: T frames, fitted; lengths as in `observed`.
        observed: the points, with their calibrated places.
        expected: (T, 22) radians, the error that the network expects of itself.
        noise: the tracks' standard deviation.
        rate: frames per second.
        noisy: whether poses are smoothed over time.
        known: (K,) points whose places are given and stay; None for none.
        prior: as much of the convention as the tracks of another take of the person supported,
            where that is known.
        toe_prior: how toes were extended in another take of the person, where that is known.

    Returns:
        The poses, the points with new places on the joints, and how that was done.
    """
    toes, rules = extend_toes(poses, observed, rate, noise, noisy, toe_prior)
    shown = shown_turns(observed)
    held = np.zeros(len(np.asarray(observed.joints)), dtype=bool) if known is None else known
    if not shown.any():
        fit = turned(Fit(toes, observed, held, 0.0), Convention(), rate)
        places = np.asarray(fit.observed.offsets)
        return fit.poses, fit.observed, AppliedConvention(Convention(), places, rules)
    before = Fit(toes, observed, held, track_distance(toes, observed))
    take = ConventionTake(before, expected, rate, max(noise, before.error), _ease(noise, noisy))
    found = supported_convention(take, shown, prior)
    if found is None:
        return toes, observed, AppliedConvention(None, np.asarray(observed.offsets), rules)
    fit, places = found.fit, np.asarray(found.fit.observed.offsets)
    applied = AppliedConvention(
        found.convention, places, rules, take.noise, found.step_offsets, found.rests
    )
    return fit.poses, fit.observed, applied


def reapply_convention(
    applied: AppliedConvention,
    poses: PoseSequence,
    observed: MarkerObservations,
    expected: Floats,
    noise: float,
    rate: float,
    noisy: bool,
) -> tuple[PoseSequence, MarkerObservations, AppliedConvention]:
    """Bring poses into the convention as other frames of the same take were.

    Args:
        applied: what `apply_convention` found on those frames; the same person, points and lengths.
        poses: T frames, fitted; lengths as in `observed`.
        observed: the points, with their calibrated places.
        expected: (T, 22) radians, the error that the network expects of itself.
        noise: the tracks' standard deviation.
        rate: frames per second.
        noisy: whether poses are smoothed over time.

    Returns:
        As `apply_convention`.
    """
    poses = extend_toes_as(applied.toes, poses, observed, rate)
    seen = replace(observed, offsets=applied.offsets)
    convention = applied.convention
    if convention is None:
        return poses, seen, applied
    if applied.rests is not None:
        poses = without_rests(poses, observed, applied.rests)
    if applied.step_offsets:
        every = step_interval(rate)
        at = step_frames(len(poses.root), every)
        own, points = select_poses(poses, at), select_observations(observed, at)
        width = further_ease(_ease(noise, noisy), rate, every) * rate / every
        after = own
        for offsets in applied.step_offsets:
            after = poses_in(convention, after, points, rate / every)
            fit = Fit(after, replace(points, offsets=offsets), _NONE_KNOWN, 0.0)
            after = stepped(fit, convention, expected[at], applied.step_noise, width).poses
        poses = with_change(poses, own, after, np.asarray(observed.bones), convention, every)
    return poses_in(convention, poses, observed, rate), seen, applied


def _ease(noise: float, noisy: bool) -> float:
    """Seconds over which the step back to the tracks is eased."""
    return _EASE if not noisy and noise < _STEADY else _EASE_NOISY
