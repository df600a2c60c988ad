# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of the anatomical convention the markers of a take support: it is brought into as much
of it as leaves the markers near their tracks.

Decided on a few frames a second; the whole take is then brought into that much of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...anatomy.convention import Convention
from ...anatomy.hinges import hinge_frame
from ...anatomy.leg import KneeBounds
from ...anatomy.limbs import legs, unit_bones
from ...body.markers import MarkerObservations
from ...geometry.skeleton import JOINT_INDEX, N_JOINTS, PARENTS
from ...runtime.array_types import Floats
from .coarse_steps import step_interval, with_change
from .convention_take import ConventionTake
from .fit import Fit, LegRests, placed, poses_in, rests_of

_SKIN: Final = 0.03
"""Metres from a bone's line beyond which a point turns with the bone."""
_WORSE: Final = (1.05, 1.10)
"""The convention may make the tracks' mean distance so many times as large: with the legs, and
without them, since wrung wrists and elbows that bend sideways are worth more than a thigh marker's
skin. That of a few frames is larger than the take's."""
_SIDEWAYS: Final = np.radians(5.0)
"""Knees that bend sideways by more (95th percentile) in the whole convention need bounds: joint
places, which it keeps, lie so where legs are straight."""
_RIGID: Final = (1e-3, 1.02)
"""Metres under which the tracks' mean distance is that of markers fixed to the bones, and how much
worse it may then become: such markers are right."""
_PRIOR_WORSE: Final = 1.25
"""How many times further the convention of another take of the person may lead than one that is
chosen anew: with a smaller number, parts of a take are turned in ways of their own."""
_BEFORE_STEPS: Final = 1.5
"""How many times further it may lead before the steps that bring the poses to the tracks again."""
_STEPS: Final = 6
"""Steps to the tracks at the most, each followed by places calibrated anew."""
_STEPS_OF_ALL: Final = 3
"""On all of a take, of which some frames were looked at already."""
_GAIN: Final = 0.998
"""A step that makes the distance no smaller than so many times is the last."""
_LATER: Final = (1.5, 4.0)
"""All later steps together gain no more than so many times what the first one did, and after that
so many times what the last one did: the first does most of it, those after it shrink slowly."""
_SLACK: Final = 4e-6
"""Metres of mean distance that are worth nothing in any case."""
_UNTURNED: Final = [
    JOINT_INDEX[name]
    for name in (
        "Pelvis", "Spine3", "Head", "L_Wrist", "R_Wrist", "L_Hand", "R_Hand",
        "L_Ankle", "R_Ankle", "L_Foot", "R_Foot",
    )
]  # fmt: skip
"""Joints whose rotation in the world no convention changes."""
_BOUNDS: Final = (
    None,
    *(
        KneeBounds(np.radians(side), np.radians(turn), rest)
        for side, turn in ((4.9, 9.8), (7.0, 14.0))
        for rest in (True, False)
    ),
)
"""How far knees may go sideways and turn, from nothing beyond the hinge to much; of each with rest
offsets taken off first."""


@dataclass(frozen=True)
class SupportedFit:
    """Frames in a convention that their tracks support.

    convention: as much of it. fit: the frames in it. step_offsets: the points' places (K, 3) during
    each step to the tracks. rests: rest offsets of the legs that were taken off first.
    """

    convention: Convention
    fit: Fit
    step_offsets: tuple[Floats, ...] = ()
    rests: LegRests | None = None


def supported_convention(
    take: ConventionTake, shown: NDArray[np.bool_], prior: Convention | None = None
) -> SupportedFit | None:
    """Find as much of the convention as the tracks of a take support, and bring it into that.

    Args:
        take: as it was fitted.
        shown: (24,) joints whose turn about their bone the points show, at least one.
        prior: what another take of the same person supported; it is used unless this one clearly
            doesn't support it, so that a part of a take is turned as the whole is.

    Returns:
        The convention and the take in it; None where the tracks support no convention.
    """
    few = take.few()
    part = few.stand_for > take.stand_for
    found = None
    if prior is not None:
        found = _first_supported(few, iter((prior,)), _PRIOR_WORSE, part)
    if found is None:
        if not take.fit.known.any():
            # places that are given say how the markers were put on
            rests = rests_of(few.fit.poses, few.fit.observed, few.rate)
            few = replace(few, rests=rests, tried={})
        conventions = _fallbacks(_most(few, shown), _bounds(few))
        found = _first_supported(few, conventions, enough=part)
    return _whole(take, found) if part and found is not None else found


def _whole(take: ConventionTake, found: SupportedFit) -> SupportedFit:
    """A take brought into the convention that some of its frames support.

    It is not tried again whether all frames support it: where some do by a hair and all don't, the
    next bound would change knees by degrees for hundredths of a millimetre.
    """
    convention = found.convention
    rested = replace(take, rests=found.rests)
    poses, coarse = rested.without_rests(), rested.coarse()
    steps: tuple[Floats, ...] = ()
    if found.step_offsets:
        near = _brought(coarse, convention, _STEPS_OF_ALL)
        steps = near.step_offsets
        own = coarse.without_rests()
        bones, every = np.asarray(take.fit.observed.bones), step_interval(take.rate)
        poses = with_change(poses, own, near.fit.poses, bones, convention, every)
    poses = poses_in(convention, poses, take.fit.observed, take.rate)
    return SupportedFit(convention, placed(take.fit, poses), steps, found.rests)


def _first_supported(
    take: ConventionTake,
    conventions: Iterator[Convention],
    worse: float = 1.0,
    enough: bool = False,
) -> SupportedFit | None:
    """The first of the conventions that the tracks of a take support (`SupportedFit`).

    worse: how many times as large as otherwise the mean distance may become. enough: whether steps
    end as soon as they have led there."""
    for convention in conventions:
        limit = worse * _worst(take.fit.error, convention) + _SLACK
        found = _brought(take, convention, _STEPS, limit, enough)
        if found.fit.error <= limit and _hinged(found.fit, convention):
            return found
    return None


def _brought(
    take: ConventionTake,
    convention: Convention,
    most: int,
    limit: float = np.inf,
    enough: bool = False,
) -> SupportedFit:
    """A take in a convention, after as many steps to the tracks as gain something.

    most: steps at the most. limit: metres of mean distance, beyond which the result is of no use:
    steps end as soon as they can't lead there. enough: whether they end when they have led there.
    """
    fit = take.turned(convention)
    steps: list[Floats] = []
    hinged = _hinged(fit, convention)
    while hinged and fit.error > take.fit.error + _SLACK and len(steps) < most:
        again = take.turned(convention, take.stepped(fit, convention))
        gain = fit.error - again.error
        if gain <= 0.0:
            break
        later = _LATER[1 if steps else 0]
        steps.append(np.asarray(fit.observed.offsets))
        fit = again
        if gain < (1.0 - _GAIN) * (fit.error + gain) or fit.error - later * gain > limit:
            break
        if enough and fit.error <= limit:
            break
    with_rests = convention.legs and convention.knees is not None and convention.knees.rest
    return SupportedFit(convention, fit, tuple(steps), take.rests if with_rests else None)


def _hinged(fit: Fit, convention: Convention) -> bool:
    """Whether knees in the whole convention bend sideways by no more than knees do."""
    if not convention.legs or convention.knees is not None:
        return True
    rotations, bones = fit.poses.rotations, unit_bones(fit.observed.bones)
    sideways = [hinge_frame(side.hinge, rotations[:, side.middle])[2] for side in legs(bones)]
    return bool(np.percentile(np.abs(sideways), 95) <= _SIDEWAYS)


def _worst(before: float, convention: Convention) -> float:
    """Metres of mean distance that a convention may lead to."""
    close, rigid = _RIGID
    return before * (rigid if before < close else _WORSE[0 if convention.legs else 1])


def _most(take: ConventionTake, shown: NDArray[np.bool_]) -> Convention:
    """As much of the convention as a take supports: so that its tracks' mean distance is at most
    `_BEFORE_STEPS` times as large, before steps bring the poses to them."""

    def any_of(*names: str) -> bool:
        return any(shown[JOINT_INDEX[name]] for name in names)

    legged = any_of("L_Hip", "R_Hip", "L_Knee", "R_Knee")
    arms = any_of("L_Shoulder", "R_Shoulder", "L_Elbow", "R_Elbow")
    chosen = Convention(
        spine=not any_of("Spine1", "Spine2"),
        neck=not any_of("Neck"),
        collars=not any_of("L_Collar", "R_Collar"),
        legs=not legged,
    )
    if not (legged or arms):
        return chosen
    limit = _BEFORE_STEPS * take.fit.error + _SLACK

    def supports(convention: Convention) -> bool:
        return take.turned(convention).error <= limit

    if arms and not supports(chosen):
        chosen = replace(chosen, arms=False)
    whole = (replace(chosen, legs=True, knees=knees) for knees in _bounds(take))
    return next((c for c in whole if supports(c)), chosen) if legged else chosen


def _bounds(take: ConventionTake) -> list[KneeBounds | None]:
    """Those that differ for a take: where no rest offsets are taken off, half are the others."""
    return [b for b in _BOUNDS if b is None or take.rests is not None or not b.rest]


def _fallbacks(
    convention: Convention, bounds: Sequence[KneeBounds | None] = _BOUNDS
) -> Iterator[Convention]:
    """A convention, and less and less of it, `bounds` of knees one after the other."""
    yield convention
    if convention.legs:
        for knees in bounds[bounds.index(convention.knees) + 1 :]:
            yield replace(convention, knees=knees)
        yield replace(convention, legs=False)
    if convention.arms:
        yield replace(convention, arms=False, legs=False)


def shown_turns(observed: MarkerObservations) -> NDArray[np.bool_]:
    """(24,) joints whose turn about their bone a convention may change, and points on the skin
    show."""
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
    shown[_UNTURNED] = False
    return shown
