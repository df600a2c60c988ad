# SPDX-License-Identifier: GPL-3.0-or-later
"""Limbs with a hinge in the middle: which way the upper bone is turned about itself.

Turning the upper joint about its bone and the middle joint back moves no joint of the body, so
joint places never say how the turn is shared. An elbow and a knee say it: they bend about one axis.
Where the limb is bent, the upper bone is turned such that it bends about the hinge; where it is
straight, the turn goes on from the bent frames before and after.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array, Floats
from .timewise import followed, unit
from .turns import applied, like, swing_to, turn_about, wrapped

_BENT = math.sin(math.radians(30.0))
"""Sine of the bend at which a frame counts half."""
_WELL_BENT = (math.sin(math.radians(20.0)), math.sin(math.radians(45.0)))
"""Sines of the bends between which a limb stops being perhaps hyper-extended."""
_FIRM_BEND = (math.sin(math.radians(20.0)), math.sin(math.radians(40.0)))
_LOOSE = math.radians(12.0)
"""Sines of the bends between which a limb's sideways bend is bounded more and more, and how much
further than the bound the less bent ones may go."""
_CHOICE = 6.0
"""How sharply one of two ways to bend is chosen by its cosine with the turn about that time."""
_FIRM = 0.035
"""Seconds over which the turn of a well-bent limb is smoothed."""
_HABIT = 0.02
"""The weight of the turn that is usual where nothing else is known, beside a bent frame's one."""


@dataclass(frozen=True)
class Hinge:
    """A limb at rest, in SMPL's rest frame; all unit vectors (3,).

    upper, lower: along its two bones. axis: a positive turn about it bends the limb. middle: a
    direction of the upper bone amid all that it can reach; what is measured is singular opposite to
    it.
    """

    upper: Floats
    lower: Floats
    axis: Floats
    middle: Floats

    @cached_property
    def onward(self) -> Floats:
        """(3,) the axis across the upper bone."""
        return np.cross(self.axis, self.upper)

    @cached_property
    def ahead(self) -> Floats:
        """(3,) unit vector: the lower bone's direction at rest in the plane that it bends in."""
        along = self.lower - (self.lower @ self.axis) * self.axis
        return along / np.linalg.norm(along)

    @cached_property
    def bent(self) -> Floats:
        """(3,) unit vector: where `ahead` goes as the limb bends."""
        return np.cross(self.axis, self.ahead)

    @cached_property
    def elevation(self) -> float:
        """Radians: the lower bone's at rest above the plane that it bends in."""
        return float(np.arcsin(np.clip(self.lower @ self.axis, -1, 1)))


@dataclass(frozen=True)
class Bend:
    """What joint places say of a limb in T frames.

    reference: (T, 3, 3) the upper joint's rotation without a turn about its bone of its own.
    turn: (T, 2) cosine and sine of the turn that makes the limb bend about its hinge. back: (T, 2)
    of the one that makes it bend past straight, about the same hinge. sine, cosine: (T,) of the
    angle between the bones. round: (T,) radians, how far round the upper bone the lower one lies,
    counted from the hinge's axis.
    """

    reference: Array
    turn: Array
    back: Array
    sine: Array
    cosine: Array
    round: Array


def bend_of(hinge: Hinge, first: Array, second: Array) -> Bend:
    """Measure a limb.

    first, second: (T, 3, 3) local rotations of its upper and its middle joint. The lower bone lies
    on a cone about the hinge's axis at rest, and so the two bones' angle says how far round the
    upper bone the lower one must lie: cos φ sin β |h'| = f·h - u·h cos β, with the bones u and f at
    rest, the axis h, its part h' across u, and the bend β.
    """
    xp = array_namespace(first)
    u, f, h, m = (like(v, first) for v in (hinge.upper, hinge.lower, hinge.axis, hinge.middle))
    base = swing_to(u, m)
    reference = swing_to(m, applied(first, u)) @ base
    low = applied(xp.matrix_transpose(reference) @ first @ second, f)
    cosine = low @ u
    part = h - (h @ u) * u
    width = xp.sqrt(part @ part)
    across = part / width
    onward = like(hinge.onward, first) / width
    at = xp.stack((low @ across, low @ onward), axis=-1)
    sine = xp.sqrt(xp.sum(at * at, axis=-1) + 1e-12)
    need = (f @ h - (u @ h) * cosine) / (sine * width)
    limit = xp.ones_like(need) * 0.999999
    need = xp.maximum(xp.minimum(need, limit), -limit)
    goal = xp.stack((need, xp.sqrt(1.0 - need * need)), axis=-1)
    turn, back = _between(at, goal), _between(at, goal * like(np.array([1.0, -1.0]), goal))
    round_ = xp.atan2(at[:, 1], at[:, 0])
    return Bend(reference, turn / sine[:, None], back / sine[:, None], sine, cosine, round_)


def _between(start: Array, end: Array) -> Array:
    """Cosine and sine (T, 2), times the vectors' lengths, of the angle from `start` to `end`."""
    xp = array_namespace(start)
    dot = start[:, 0] * end[:, 0] + start[:, 1] * end[:, 1]
    return xp.stack((dot, start[:, 0] * end[:, 1] - start[:, 1] * end[:, 0]), axis=-1)


def followed_turn(
    bend: Bend, rate: float, hint: Array | None = None, hint_weight: Array | None = None
) -> Array:
    """(T,) radians: the turn of the upper bone from bent frames and, between them, from both sides.

    A limb that is nearly straight may be bent either way about its hinge, forward or past straight:
    which of the two is said by the well-bent frames before and after.
    hint: (T, 2) directions that something else says, with weights (T,).
    """
    xp = array_namespace(bend.sine)
    zero = xp.zeros_like(bend.sine)
    bent = xp.where(bend.cosine < 0, xp.ones_like(zero), bend.sine)
    weight = bent**4 / (bent**4 + _BENT**4)
    low, high = _WELL_BENT
    sure = xp.maximum(xp.minimum((bent - low) / (high - low), zero + 1.0), zero)
    sure = sure * sure * (3.0 - 2.0 * sure)
    usual = xp.stack((zero + 1.0, zero), axis=-1)
    extra_weight, extra = zero + _HABIT, _HABIT * usual
    if hint is not None and hint_weight is not None:
        extra_weight = extra_weight + hint_weight
        extra = extra + hint_weight[:, None] * hint
    length = _FIRM * rate
    total = sure * weight + extra_weight
    along = unit(
        followed((sure * weight)[:, None] * bend.turn / total[:, None] + extra / total[:, None],
                 total, length)
    )  # fmt: skip
    odds = _CHOICE * xp.sum(along * (bend.turn - bend.back), axis=-1)
    forward = sure + (1.0 - sure) / (1.0 + xp.exp(-odds))
    chosen = forward[:, None] * bend.turn + (1.0 - forward)[:, None] * bend.back
    total = weight + extra_weight
    asked = weight[:, None] * chosen + extra
    path = followed(asked / total[:, None], total, length)
    return xp.atan2(path[:, 1], path[:, 0])


def held(hinge: Hinge, bend: Bend, turn: Array, most: float) -> Array:
    """The turns (T,) nearest to these with which a bent limb bends sideways by no more than `most`
    radians; a nearly straight one, whose hinge is uncertain, by up to `_LOOSE` more.

    With the lower bone φ round the upper one its elevation e above the hinge's plane is
    sin e = u·h cos β + |h'| sin β cos φ (`bend_of`), so that bounds of e are bounds of φ.
    """
    xp = array_namespace(turn)
    u, h = hinge.upper, hinge.axis
    along = float(u @ h)
    width = float(np.linalg.norm(h - along * u))
    rest = math.asin(max(-1.0, min(1.0, float(hinge.lower @ h))))
    one = xp.ones_like(turn) * 0.999999

    low, high = _FIRM_BEND
    sure = xp.where(bend.cosine < 0, one, (bend.sine - low) / (high - low))
    bound = most + _LOOSE * (1.0 - xp.maximum(xp.minimum(sure, one), 0.0 * one))

    def round_at(elevation: Array) -> Array:
        cosine = (xp.sin(elevation) - along * bend.cosine) / (bend.sine * width)
        return xp.acos(xp.maximum(xp.minimum(cosine, one), -one))

    now = wrapped(bend.round + turn)
    size = xp.abs(now)
    inside = xp.minimum(xp.maximum(size, round_at(rest + bound)), round_at(rest - bound))
    return turn + xp.where(now < 0, size - inside, inside - size)


def turned(
    hinge: Hinge, bend: Bend, turn: Array, first: Array, second: Array
) -> tuple[Array, Array]:
    """Both joints' rotations with the upper bone turned so; no joint moves."""
    xp = array_namespace(first)
    new = bend.reference @ turn_about(like(hinge.upper, first), turn)
    return new, xp.matrix_transpose(new) @ first @ second


def hinge_frame(hinge: Hinge, second: Array) -> tuple[Array, Array, Array]:
    """The middle joint without a turn about the lower bone: (T, 3, 3), and its bend and its
    sideways bend (T,) in radians.

    It bends by its axis h first, then sideways, about h × x with x across: azimuth and elevation of
    the lower bone about the hinge, both counted from rest.
    """
    xp = array_namespace(second)
    f, h = like(hinge.lower, second), like(hinge.axis, second)
    x, y = like(hinge.ahead, second), like(hinge.bent, second)
    low = applied(second, f)
    around = xp.atan2(low @ y, low @ x)
    limit = xp.ones_like(around)
    up = xp.asin(xp.maximum(xp.minimum(low @ h, limit), -limit))
    sideways = up - hinge.elevation
    # x turns towards h by a negative turn about y
    frame = turn_about(h, around) @ turn_about(-y, sideways)
    return frame, around, sideways
