# SPDX-License-Identifier: GPL-3.0-or-later
"""Hip, knee and ankle: the knee is a hinge, and where it is straight the thigh is turned as the
foot points. Neither alone would do: knees are nearly straight most of the time, and feet turn by
themselves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array, Floats
from .hinges import Bend, bend_of, followed_turn, hinge_frame, turned
from .limbs import Limb
from .turns import like, turn_about, twist_angle, wrapped

_FOOT = 0.1
"""What the foot's direction counts for the thigh's turn, beside a well-bent knee's one."""
_SHARE = 0.25
"""The knee's share of the foot's turn about the shank; the ankle has the rest."""
_MOST = math.radians(8.0)
"""The tibia turns no further than so, 10 to 15 degrees being what a nearly straight knee allows."""
_REST_WEIGHT = math.sin(math.radians(10.0)) ** 2
"""Squared sine of the bend at which a frame counts half for the rest offset of a thigh's turn."""


@dataclass(frozen=True)
class KneeBounds:
    """How far a knee may go beyond its hinge where skin markers show a thigh and a shank whose
    turns are not those of one.

    sideways, turn: radians that it may bend sideways and turn. rest: whether rest offsets of thigh
    and shank were taken off first (`without_rest_turns`).
    """

    sideways: float = math.radians(4.5)
    turn: float = math.radians(9.0)
    rest: bool = False


@dataclass(frozen=True)
class LegRest:
    """Radians that a leg's thigh and shank are turned about themselves by all the time, beside what
    the knee's hinge says: how markers were put on, or a rig's habit."""

    thigh: float
    shank: float


def leg(side: Limb, joints: list[Array], rate: float, bounds: KneeBounds | None = None) -> None:
    """Bring a leg into the convention.

    Args:
        side: the leg.
        joints: local rotations (T, 3, 3) of the 24 joints, each in its parent's frame; hip, knee
            and ankle are replaced.
        rate: frames per second.
        bounds: go no further into it than to these; None for all the way.
    """
    xp = array_namespace(joints[0])
    hip, knee, ankle = joints[side.upper], joints[side.middle], joints[side.end]
    foot = hip @ knee @ ankle
    bend = bend_of(side.hinge, hip, knee)
    turn = followed_turn(bend, rate, *_by_foot(side, bend.reference, foot))
    if bounds is not None:
        turn = _part_way(side, bend, turn, hip, knee, bounds)
    hip, knee = turned(side.hinge, bend, turn, hip, knee)
    frame, _, _ = hinge_frame(side.hinge, knee)
    lower = like(side.hinge.lower, knee)
    if bounds is None:
        of_foot = twist_angle(xp.matrix_transpose(hip @ frame) @ foot, lower)
        own = _clamped(_SHARE * of_foot, _MOST)
    else:
        own = _clamped(twist_angle(xp.matrix_transpose(frame) @ knee, lower), bounds.turn)
    knee = frame @ turn_about(lower, own)
    joints[side.upper], joints[side.middle] = hip, knee
    joints[side.end] = xp.matrix_transpose(hip @ knee) @ foot


def _part_way(
    side: Limb, bend: Bend, turn: Array, hip: Array, knee: Array, bounds: KneeBounds
) -> Array:
    """The thigh's turn (T,) from its own as far towards `turn` as the knee needs to bend sideways
    by no more than the bounds allow."""
    xp = array_namespace(turn)
    own = twist_angle(xp.matrix_transpose(bend.reference) @ hip, like(side.hinge.upper, hip))
    _, before = turned(side.hinge, bend, own, hip, knee)
    _, after = turned(side.hinge, bend, turn, hip, knee)
    off, rest = (xp.abs(hinge_frame(side.hinge, k)[2]) for k in (before, after))
    zero = xp.zeros_like(off)
    gain = xp.maximum(off - rest, zero + 1e-3)
    share = xp.maximum(xp.minimum((off - bounds.sideways) / gain, zero + 1.0), zero)
    return own + share * wrapped(turn - own)


def rest_turns(side: Limb, joints: Sequence[Floats], rate: float) -> LegRest:
    """Measure a leg's rest offsets.

    They are weighted medians over the take: of the turn with which the knee bends about its hinge,
    less the thigh's own, and of the knee's own turn then.

    Args:
        side: the leg.
        joints: local rotations (T, 3, 3) of the 24 joints, each in its parent's frame.
        rate: frames per second.

    Returns:
        The offsets in radians.
    """
    hip, knee = joints[side.upper], joints[side.middle]
    bend = bend_of(side.hinge, hip, knee)
    turn = followed_turn(bend, rate, *_by_foot(side, bend.reference, hip @ knee @ joints[side.end]))
    own = twist_angle(np.swapaxes(bend.reference, -1, -2) @ hip, side.hinge.upper)
    thigh = _middle(turn - own, bend.sine**2 / (bend.sine**2 + _REST_WEIGHT))
    _, knee = turned(side.hinge, bend, own + thigh, hip, knee)
    frame, _, _ = hinge_frame(side.hinge, knee)
    shank = twist_angle(np.swapaxes(frame, -1, -2) @ knee, side.hinge.lower)
    return LegRest(thigh, _middle(shank, np.ones(len(shank))))


def without_rest_turns(side: Limb, joints: list[Array], rest: LegRest) -> None:
    """Take the rest offsets off a thigh and a shank; no joint of the body moves.

    Args:
        side: the leg.
        joints: local rotations (T, 3, 3) of the 24 joints, each in its parent's frame; hip, knee
            and ankle are replaced.
        rest: what `rest_turns` measured.
    """
    xp = array_namespace(joints[0])
    hip, knee, ankle = joints[side.upper], joints[side.middle], joints[side.end]
    thigh = turn_about(like(side.hinge.upper, hip), xp.zeros_like(hip[:1, 0, 0]) + rest.thigh)
    shank = turn_about(like(side.hinge.lower, hip), xp.zeros_like(hip[:1, 0, 0]) - rest.shank)
    joints[side.upper] = hip @ thigh
    joints[side.middle] = xp.matrix_transpose(thigh) @ knee @ shank
    joints[side.end] = xp.matrix_transpose(shank) @ ankle


def _middle(angles: Floats, weights: Floats) -> float:
    """The weighted median of angles (T,), about their mean direction."""
    amid = np.arctan2((weights * np.sin(angles)).sum(), (weights * np.cos(angles)).sum())
    apart = wrapped(angles - amid)
    order = np.argsort(apart)
    so_far = np.cumsum(weights[order])
    return float(amid + apart[order][np.searchsorted(so_far, 0.5 * so_far[-1])])


def _clamped(values: Array, most: float) -> Array:
    xp = array_namespace(values)
    limit = xp.zeros_like(values) + most
    return xp.maximum(xp.minimum(values, limit), -limit)


def _by_foot(side: Limb, reference: Array, foot: Array) -> tuple[Array, Array]:
    """The turn (T, 2) that points the knee where the foot points, and its weight (T,)."""
    xp = array_namespace(foot)
    upper = like(side.hinge.upper, foot)
    axis = like(side.hinge.axis, foot)
    across = axis - (axis @ upper) * upper
    across = across / xp.sqrt(across @ across)
    onward = like(np.cross(side.hinge.upper, np.asarray(across)), foot)
    seen = (xp.matrix_transpose(reference) @ foot @ axis[:, None])[..., 0]
    pair = xp.stack((seen @ across, seen @ onward), axis=-1)
    size = xp.sqrt(xp.sum(pair * pair, axis=-1) + 1e-12)
    return pair / size[:, None], _FOOT * size**2


def knees_within(side: Limb, joints: list[Array], bounds: KneeBounds) -> None:
    """Swing a knee that bends sideways by more than the bounds back to them, in place.

    The thigh swings half as far the other way, so that the ankle hardly moves and the knee does:
    by a centimetre for three degrees. The foot keeps its direction. A leg that is nearly straight
    can be brought to its hinge in no other way.

    Args:
        side: the leg.
        joints: local rotations (T, 3, 3) of the 24 joints, each in its parent's frame; hip, knee
            and ankle are replaced.
        bounds: how far the knee may bend sideways.
    """
    xp = array_namespace(joints[0])
    hip, knee, ankle = joints[side.upper], joints[side.middle], joints[side.end]
    foot = hip @ knee @ ankle
    frame, _, sideways = hinge_frame(side.hinge, knee)
    excess = sideways - _clamped(sideways, bounds.sideways)
    # the axis of the swing in the lower bone's frame: across it and the hinge's axis
    axis = np.cross(side.hinge.axis, side.hinge.lower)
    across = like(axis / np.linalg.norm(axis), knee)
    whole = frame @ turn_about(across, excess) @ xp.matrix_transpose(frame)
    half = frame @ turn_about(across, -0.5 * excess) @ xp.matrix_transpose(frame)
    hip, knee = hip @ half, whole @ knee
    joints[side.upper], joints[side.middle] = hip, knee
    joints[side.end] = xp.matrix_transpose(hip @ knee) @ foot
