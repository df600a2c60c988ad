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
from .borne import ConventionTake, borne_by, shown_turns
from .fit import Fit, LegRests, poses_in, stepped, turned, without_rests
from .skin_places import track_distance
from .toes import ToesByRule, UsualToes, toes_as, with_solved_toes

_STEADY: Final = 6e-3
"""Metres of noise from which on the step is eased over longer: frames by themselves would
tremble."""
_EASE: Final = 0.04
_EASE_NOISY: Final = 0.15
"""Seconds, the standard deviation of the filter over that step, and the same where tracks are
noisy."""
_NONE_KNOWN: Final = np.zeros(0, dtype=bool)


@dataclass(frozen=True)
class Borne:
    """How some frames of a take were brought into the convention, for the rest of the take.

    Attributes:
        convention: as much of it as the tracks bear; None where they bear none of it.
        offsets: (K, 3) the points' places that belong to the result.
        toes: how the toes of both feet were extended.
        step_noise: the noise that steps back to the tracks were weighed with.
        step_offsets: (K, 3) the points' places during each of these steps; empty for none.
        rests: the legs' rest offsets that were taken off first; None for none.
    """

    convention: Convention | None
    offsets: Floats
    toes: ToesByRule
    step_noise: float = 0.0
    step_offsets: tuple[Floats, ...] = ()
    rests: LegRests | None = None


def anatomical(
    poses: PoseSequence,
    observed: MarkerObservations,
    expected: Floats,
    noise: float,
    rate: float,
    noisy: bool,
    known: NDArray[np.bool_] | None = None,
    usual: Convention | None = None,
    usual_toes: UsualToes | None = None,
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
        usual: as much of the convention as another take of the person bore, where that is known.
        usual_toes: how toes were extended in another take of the person, where that is known.

    Returns:
        The poses, the points with new places on the joints, and how that was done.
    """
    toes, rule = with_solved_toes(poses, observed, rate, noise, noisy, usual_toes)
    shown = shown_turns(observed)
    held = np.zeros(len(np.asarray(observed.joints)), dtype=bool) if known is None else known
    if not shown.any():
        fit = turned(Fit(toes, observed, held, 0.0), Convention(), rate)
        return fit.poses, fit.observed, Borne(Convention(), np.asarray(fit.observed.offsets), rule)
    before = Fit(toes, observed, held, track_distance(toes, observed))
    whole = ConventionTake(before, expected, rate, max(noise, before.error), _ease(noise, noisy))
    found = borne_by(whole, shown, usual)
    if found is None:
        return toes, observed, Borne(None, np.asarray(observed.offsets), rule)
    convention, fit, steps, rests = found
    borne = Borne(convention, np.asarray(fit.observed.offsets), rule, whole.noise, steps, rests)
    return fit.poses, fit.observed, borne


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

    if borne.rests is not None:
        poses = without_rests(poses, observed, borne.rests)
    poses = poses_in(convention, poses, observed, rate)
    for offsets in borne.step_offsets:
        fit = Fit(poses, replace(observed, offsets=offsets), _NONE_KNOWN, 0.0)
        fit = stepped(fit, convention, expected, borne.step_noise, rate * _ease(noise, noisy))
        poses = poses_in(convention, fit.poses, observed, rate)
    return poses, placed, borne


def _ease(noise: float, noisy: bool) -> float:
    """Seconds over which the step back to the tracks is eased."""
    return _EASE if not noisy and noise < _STEADY else _EASE_NOISY
