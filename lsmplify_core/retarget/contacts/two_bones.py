# SPDX-License-Identifier: GPL-3.0-or-later
"""Two bones brought to a goal, the plane of their joint kept: all frames at once."""

from typing import Final

import numpy as np

from ...geometry.rotations import cross
from ...ik.smoothing import gaussian_filter
from ...runtime.array_types import Floats
from ..vectors import about, apply, shortest_turn, unit

_BENT: Final = (np.sin(np.radians(8.0)), np.sin(np.radians(30.0)))
"""Sines of the bend under which the lower bone turns about its hinge, and over which about the
normal of the plane that both bones lie in: that plane means nothing where a limb is straight."""
_OVER: Final = (np.radians(-10.0), np.radians(-3.0))
"""Bends under which an over-stretched joint stays so, and over which it is bent the usual way."""
_CALM: Final = 0.12
"""Seconds over which what a goal changes of a joint's bend is averaged, where the limb is
straight."""
_STIFF: Final = 0.065
"""σ: change of a limb's length with its joint's bend, in lengths a radian, under which the joint
is calm rather than exact; 0.065 is a bend of 15 degrees. Larger is calmer."""


def bend_to(
    upper: Floats, lower: Floats, hinge: Floats, goal: Floats, rate: float
) -> tuple[Floats, Floats, Floats]:
    """World rotations to put before those of the two bones so that their end is at a goal.

    The lower bone b turns about an axis h until both are as long as the goal is far,
    |a + R(h, φ)·b| = |goal|: with b = b∥ + b⊥ about h that is p·cos φ + q·sin φ = k, where
    p = a·b⊥, q = a·(h × b⊥), and of its two solutions the one that bends is taken (for
    over-stretched joints the other); see `_calm_fold` for joints that are nearly straight. Then
    both turn together the shortest way, so that the joint keeps its side.

    Args:
        upper, lower: (T, 3) metres, the bones as they are, from joint to joint.
        hinge: (T, 3) unit, the axis that the lower bone turns about in the joint, for straight
        limbs. goal: (T, 3) metres from the upper bone's joint. rate: frames per second.

    Returns:
        rotations (T, 3, 3) for the upper and the lower bone, and (T,) metres that the goal is out
        of reach by.
    """
    axis = _axis(upper, lower, hinge)
    along = np.sum(lower * axis, axis=-1)
    across = lower - along[..., None] * axis
    fixed = along * np.sum(upper * axis, axis=-1)
    p = np.sum(upper * across, axis=-1)
    q = np.sum(upper * cross(axis, across), axis=-1)
    squares = np.sum(upper * upper, axis=-1) + np.sum(lower * lower, axis=-1) + 2.0 * fixed
    swing = np.maximum(np.hypot(p, q), 1e-12)
    wanted = np.linalg.norm(goal, axis=-1)
    straight = np.arctan2(q, p)
    fold = _calm_fold(-straight, squares, swing, wanted, rate)
    turn = about(axis, straight + fold)
    together = shortest_turn(upper + apply(turn, lower), goal)
    most = np.sqrt(squares + 2.0 * swing)
    return together, together @ turn, np.maximum(wanted - most, 0.0)


def _calm_fold(own: Floats, squares: Floats, swing: Floats, wanted: Floats, rate: float) -> Floats:
    """(T,) radians that a joint is bent by for its limb to be as long as is wanted.

    A limb of fold f is d = √(s + 2·w·cos f) long, so that near straight, where |dd/df| is small, a
    millimetre of length is many of the joint: there it must not jolt. With f₁ the fold of the
    wanted length, and f₀ one that differs from the joint's own by an average of what f₁ does,
    f = f₀ + λ·(f₁ - f₀), λ = g⁴ / (g⁴ + σ⁴), g = |dd/df| in lengths of the limb.

    Args:
        own: (T,) radians, the fold as it is, less than 0 for over-stretched joints.
        squares, swing: (T,) s and w, square metres. wanted: (T,) metres. rate: frames per second.
    """
    cosine = (wanted**2 - squares) / (2.0 * swing)
    exact = _side(own) * np.arccos(np.clip(cosine, -1.0, 1.0))
    if len(own) < 3:
        return exact
    change = gaussian_filter((exact - own)[:, None], max(_CALM * rate, 1e-3))[:, 0]
    calm = own + change
    sine = np.sin(np.minimum(np.hypot(exact, calm), 0.5 * np.pi))
    gain = (swing * sine / (squares + 2.0 * swing)) ** 4
    return calm + gain / (gain + _STIFF**4) * (exact - calm)


def _side(bend: Floats) -> Floats:
    """1 for joints that are bent (radians), -1 for those bent backwards, and between them, where a
    joint is hardly over-stretched, something in between, so that a knee never snaps through."""
    t = np.clip((bend - _OVER[0]) / (_OVER[1] - _OVER[0]), 0.0, 1.0)
    return 2.0 * t * t * (3.0 - 2.0 * t) - 1.0


def _axis(upper: Floats, lower: Floats, hinge: Floats) -> Floats:
    """(T, 3) unit: what the lower bone turns about."""
    plane = cross(unit(upper), unit(lower))
    sine = np.linalg.norm(plane, axis=-1, keepdims=True)
    t = np.clip((sine - _BENT[0]) / (_BENT[1] - _BENT[0]), 0.0, 1.0)
    share = t * t * (3.0 - 2.0 * t)
    share = np.where(np.sum(upper * lower, axis=-1, keepdims=True) < 0.0, 1.0, share)
    along = unit(upper)
    level = unit(hinge - np.sum(hinge * along, axis=-1, keepdims=True) * along)
    return unit(share * unit(plane) + (1.0 - share) * level)
