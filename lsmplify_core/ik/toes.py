# SPDX-License-Identifier: GPL-3.0-or-later
"""Toes that the network leaves straight: bent by rule, or as the one marker on them says."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..anatomy.toes import FEET, FootSteps, foot_steps, rigid_toes, with_toes
from ..anatomy.turns import wrapped
from ..body.markers import MarkerObservations, PoseSequence
from ..geometry.kinematics import forward
from ..runtime.array_types import Floats
from .smoothing import gaussian_filter

_TOES: Final = (np.radians(-30.0), np.radians(65.0))
"""Radians that toes flex and extend at most."""
_TOE_EASE: Final = 0.03
"""Seconds, the standard deviation of the filter over what one marker says of them."""
_STRAIGHT: Final = np.radians(8.0)
"""Toes that turn by no more were not solved for."""


@dataclass(frozen=True)
class ToesByRule:
    """flat: (2,) radians, how the left and the right foot are pitched where they stand flat."""

    flat: Floats


def with_solved_toes(
    poses: PoseSequence,
    observed: MarkerObservations,
    rate: float,
    usual: ToesByRule | None = None,
) -> tuple[PoseSequence, ToesByRule | None]:
    """Toes that the network leaves straight: bent by rule where no point is fixed to them, as the
    point says where there is one.

    Args:
        poses: T frames, fitted.
        observed: the points.
        rate: frames per second.
        usual: the rule of another take of the person; None to find it on this one.

    Returns:
        The poses, and the rule: None where the toes were solved for.
    """
    if not rigid_toes(poses.rotations, _STRAIGHT):
        return poses, None
    steps = foot_steps(poses.rotations, np.asarray(observed.bones), poses.root, rate)
    rule = ToesByRule(steps.flat) if usual is None else usual
    return _bent(steps, rule, poses, observed, rate), rule


def toes_as(
    rule: ToesByRule | None, poses: PoseSequence, observed: MarkerObservations, rate: float
) -> PoseSequence:
    """The same by the rule that was found on other frames of the take."""
    if rule is None:
        return poses
    steps = foot_steps(poses.rotations, np.asarray(observed.bones), poses.root, rate)
    return _bent(steps, rule, poses, observed, rate)


def _bent(
    steps: FootSteps,
    rule: ToesByRule,
    poses: PoseSequence,
    observed: MarkerObservations,
    rate: float,
) -> PoseSequence:
    """Poses with the toes bent."""
    bend = steps.toe_bend(rule.flat, rate)
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
    """(T,) radians by which the toes extend so that their one point is on its track's line from the
    ball; between its neighbours where it is unseen."""
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
