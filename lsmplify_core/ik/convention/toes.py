# SPDX-License-Identifier: GPL-3.0-or-later
"""Toes at the end of a solve: extended as points beyond the ball show, else by rule.

The network leaves toes nearly straight. Where the heel rises and the ball stays, toes extend by
rule; how far a person's toes follow the rule is learned from the points of the take, and where
points say more, frame by frame, each counts by its certainty:

    θ = α rule + K (θ_shown - α rule),   K = σ_d² / (σ_d² + σ_shown²)

with the share α from all frames, and σ_d what the toes deviate from it by (an empirical Bayes
estimate: Efron and Morris, J. Am. Stat. Assoc. 68, 1973). Noisy points of straight toes leave them
straight.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...anatomy.toes import FEET, FOLLOWS, foot_steps, rigid_toes
from ...anatomy.turns import turn_about
from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.kinematics import forward
from ...geometry.rotations import axis_angle_to_matrix
from ...runtime.array_types import Floats
from ..smoothing import gaussian_filter
from .shown_toes import EXTENDS, FootPoints, foot_points, in_foot_frame, recalibrated, shown_bend

_TOES: Final = (np.radians(-30.0), np.radians(65.0))
"""Radians that toes flex and extend at most."""
_EASE: Final = 0.03
"""Seconds, the standard deviation of the filter over what uncertain points say of them."""
_STRAIGHT: Final = np.radians(8.0)
"""Toes that no point shows and that turn by no more were not solved for."""
_LOOK_RATE: Final = 30.0
"""Frames a second on which points are asked; the filter leaves nothing faster than that."""
_LEARNED_FROM: Final = 300
"""Frames from which a foot's places and shares are learned, at the most."""
_ALIKE: Final = 0.5
"""What of a foot's residual is uncertainty of its toes; the rest is how its markers were put on,
alike in all frames. Noise differs from frame to frame."""
_SHARE_SIGMA: Final = 0.5
"""How uncertain the usual share is; smaller values believe the rule more."""
_USUAL_IN_NOISE: Final = 0.2
"""The usual share where noisy points were seen: rigs whose toes are straight are common, and noise
hides that they are."""
_INDEPENDENT: Final = 0.15
"""Seconds after which frames say something new."""
_MOST_DEVIATION: Final = np.radians(15.0)
"""Radians, σ_d at the most."""
_LEARNING_SIGMA: Final = np.radians(10.0)
"""Radians, σ_d while α is learned."""


@dataclass(frozen=True)
class FootRule:
    """How one foot's toes are extended in a take.

    Attributes:
        flat: radians, how the foot is pitched where it stands flat.
        share: α, how far the toes follow the rule.
        deviation: radians, σ_d.
        points: those that show the toes; None where none does.
        noise: metres, of the tracks.
        sigma_scale: what of these points' residual is uncertainty of the toes; a factor on σ.
        keep: whether the toes stay as they are: the solve found them, and no point shows them.
        turn_foot: whether the foot is turned about its ankle as its points say for these toes.
    """

    flat: float
    share: float = FOLLOWS
    deviation: float = 0.0
    points: FootPoints | None = None
    noise: float = 0.0
    sigma_scale: float = _ALIKE
    keep: bool = False
    turn_foot: bool = False


FootRules = tuple[FootRule, FootRule]
"""Of the left and the right foot."""


Share = tuple[float, float]
"""α, and σ_d in radians."""


@dataclass(frozen=True)
class ToePrior:
    """What one take of a person says of the toes in another; of the left and the right foot.

    Attributes:
        flat: radians, how the feet are pitched where they stand flat.
        shares: how far the toes follow the rule and what they deviate from it by; None where no
            point showed it.
    """

    flat: tuple[float, float]
    shares: tuple[Share, Share] | None = None


def toe_prior(rules: FootRules) -> ToePrior:
    """What the rules that were found in a take say for others of the person."""
    left, right = rules
    if left.points is None and right.points is None:
        return ToePrior((left.flat, right.flat))
    return ToePrior(
        (left.flat, right.flat), ((left.share, left.deviation), (right.share, right.deviation))
    )


def extend_toes(
    poses: PoseSequence,
    observed: MarkerObservations,
    rate: float,
    noise: float,
    noisy: bool = False,
    prior: ToePrior | None = None,
) -> tuple[PoseSequence, FootRules]:
    """Extend the toes as points show, else by rule.

    Toes that no point shows and that are bent already were solved for, and stay.

    Args:
        poses: T frames, fitted; the world Z up, metres.
        observed: the points, with their calibrated places.
        rate: frames per second.
        noise: metres along an axis, of the tracks.
        noisy: whether poses are smoothed over time.
        prior: what another take of the person says of them; None to find it on this one.

    Returns:
        The poses, and the rules of the left and the right foot, for other frames of the take.
    """
    posed = forward(poses.rotations, observed.bones, poses.root)
    steps = foot_steps(*posed, rate)
    flat = steps.flat if prior is None else np.array(prior.flat)
    shares = None if prior is None else prior.shares
    whole = steps.toe_bend(flat, rate)
    step = max(round(rate / _LOOK_RATE), -(-len(poses.root) // _LEARNED_FROM))
    left, right = (
        _learned(
            _Foot(side, poses, posed, observed, rate), float(flat[side]), whole[:, side],
            noise, noisy, slice(None, None, step), None if shares is None else shares[side],
        )
        for side in range(len(FEET))
    )  # fmt: skip
    return _extended((left, right), poses, posed, observed, whole, rate), (left, right)


def extend_toes_as(
    rules: FootRules, poses: PoseSequence, observed: MarkerObservations, rate: float
) -> PoseSequence:
    """Extend the toes by rules that were found on other frames of the take.

    Args:
        rules: what `extend_toes` found there.
        poses: T frames, fitted; the world Z up, metres.
        observed: the points, with the places that they had there.
        rate: frames per second.

    Returns:
        The poses.
    """
    posed = forward(poses.rotations, observed.bones, poses.root)
    flat = np.array([rule.flat for rule in rules])
    whole = foot_steps(*posed, rate).toe_bend(flat, rate)
    return _extended(rules, poses, posed, observed, whole, rate)


@dataclass(frozen=True)
class _Foot:
    """One foot of a take: which, the poses, the joints in the world, the tracks, their rate."""

    side: int
    poses: PoseSequence
    posed: tuple[Floats, Floats]
    observed: MarkerObservations
    rate: float


def _extended(
    rules: FootRules,
    poses: PoseSequence,
    posed: tuple[Floats, Floats],
    observed: MarkerObservations,
    whole: Floats,
    rate: float,
) -> PoseSequence:
    """Poses with toes extended; whole: (T, 2) radians of toes that follow the rule all the way."""
    rotations = poses.rotations.copy()
    for side, (rule, (ankle, ball)) in enumerate(zip(rules, FEET, strict=True)):
        if rule.keep:
            continue
        bend = rule.share * whole[:, side]
        if rule.points is None:
            rotations[:, ball] = rotations[:, ball] @ turn_about(EXTENDS, bend)
            continue
        foot = _Foot(side, poses, posed, observed, rate)
        bend, turn = _shown(rule, rule.points, foot, bend)
        rotations[:, ball] = turn_about(EXTENDS, bend)
        if turn is not None:
            rotations[:, ankle] = rotations[:, ankle] @ axis_angle_to_matrix(turn)
    return PoseSequence(rotations, poses.root)


def _learned(
    foot: _Foot,
    flat: float,
    rule: Floats,
    noise: float,
    noisy: bool,
    some: slice,
    prior: Share | None,
) -> FootRule:
    """How a foot's toes are extended, from some frames. rule: (T,) radians."""
    points = foot_points(foot.observed, foot.side)
    if points is None:
        return FootRule(flat, keep=not rigid_toes(foot.poses.rotations, _STRAIGHT, foot.side))
    turn_foot, sigma_scale = points.own and not noisy, 1.0 if noisy else _ALIKE
    if prior is not None:
        share, deviation = prior
        return FootRule(flat, share, deviation, points, noise, sigma_scale, False, turn_foot)
    tracks, sqrt_weights = in_foot_frame(points, foot.side, foot.posed, foot.observed, some)
    first = shown_bend(points, tracks, sqrt_weights, noise)
    points = recalibrated(points, tracks, sqrt_weights, first)
    shown = shown_bend(points, tracks, sqrt_weights, noise, first)
    sees = np.isfinite(shown.sigma)
    bend, sigma, rule = shown.bend[sees], sigma_scale * shown.sigma[sees], rule[some][sees]

    rate = foot.rate / some.step
    counts = min(1.0, 1.0 / (_INDEPENDENT * rate)) / (sigma**2 + _LEARNING_SIGMA**2)
    known = 1.0 / _SHARE_SIGMA**2
    before = _USUAL_IN_NOISE if noisy else FOLLOWS
    share = (before * known + (counts * rule * bend).sum()) / (known + (counts * rule**2).sum())
    share = float(np.clip(share, 0.0, 1.0))
    spread = np.square(bend - share * rule).mean() - np.square(sigma).mean() if len(bend) else 0.0
    deviation = float(np.sqrt(np.clip(spread, 0.0, _MOST_DEVIATION**2)))
    return FootRule(flat, share, deviation, points, noise, sigma_scale, False, turn_foot)


def _shown(
    rule: FootRule, points: FootPoints, foot: _Foot, bend: Floats
) -> tuple[Floats, Floats | None]:
    """The extension (T,) by the points from the rule's `bend` on, and the foot's turn (T, 3) where
    it is to be turned."""
    frames = len(bend)
    step = max(round(foot.rate / _LOOK_RATE), 1)
    at = np.unique(np.append(np.arange(0, frames, step), frames - 1))
    tracks, sqrt_weights = in_foot_frame(points, foot.side, foot.posed, foot.observed, at)
    shown = shown_bend(points, tracks, sqrt_weights, rule.noise)
    gain = rule.deviation**2 / (rule.deviation**2 + (rule.sigma_scale * shown.sigma) ** 2 + 1e-12)
    beyond = gain * (shown.bend - bend[at])
    width = _EASE * foot.rate / step
    eased = gaussian_filter(beyond[:, None], width)[:, 0]
    bent = np.clip(bend[at] + eased + gain * (beyond - eased), *_TOES)
    every = np.arange(frames)
    kind = foot.poses.rotations.dtype
    change = np.interp(every, at, bent - bend[at]).astype(kind)
    whole = np.clip(bend + change, *_TOES).astype(kind)
    if not rule.turn_foot:
        return whole, None
    start = replace(shown, bend=bent)
    turn = shown_bend(points, tracks, sqrt_weights, rule.noise, start, hold=True).turn
    turn = gaussian_filter(turn, width)
    turns = np.stack([np.interp(every, at, turn[:, axis]) for axis in range(3)], axis=1)
    return whole, turns.astype(kind)
