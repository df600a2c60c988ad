# SPDX-License-Identifier: GPL-3.0-or-later
"""Two bones brought to a goal, the plane of their joint kept: all frames at once."""

from typing import Final

import numpy as np

from ..geometry.rotations import cross
from ..runtime.array_types import Floats
from .vectors import about, apply, shortest_turn, unit

_BENT: Final = (np.sin(np.radians(8.0)), np.sin(np.radians(30.0)))
"""Sines of the bend under which the lower bone turns about its hinge, and over which about the
normal of the plane that both bones lie in: that plane means nothing where a limb is straight."""
_OVER: Final = (np.radians(-10.0), np.radians(-3.0))
"""Bends under which an over-stretched joint stays so, and over which it is bent the usual way."""
_NEARLY: Final = 1e-3
"""Share of a limb's length that a goal is kept inside of what can be reached."""


def bend_to(
    upper: Floats, lower: Floats, hinge: Floats, goal: Floats
) -> tuple[Floats, Floats, Floats]:
    """World rotations to put before those of the two bones so that their end is at a goal.

    The lower bone b turns about an axis h until both are as long as the goal is far,
    |a + R(h, φ)·b| = |goal|: with b = b∥ + b⊥ about h that is p·cos φ + q·sin φ = k, where
    p = a·b⊥, q = a·(h × b⊥), and of its two solutions the one that bends is taken (for
    over-stretched joints the other). Then both turn
    together the shortest way, so that the joint keeps its side.

    Args:
        upper, lower: (T, 3) metres, the bones as they are, from joint to joint.
        hinge: (T, 3) unit, the axis that the lower bone turns about in the joint, for straight
        limbs. goal: (T, 3) metres from the upper bone's joint.

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
    squares = np.sum(upper * upper, axis=-1) + np.sum(lower * lower, axis=-1)
    swing = np.maximum(np.hypot(p, q), 1e-12)
    wanted = np.linalg.norm(goal, axis=-1)
    least, most = (
        np.sqrt(np.maximum(squares + 2.0 * (fixed + s * swing), 0.0)) for s in (-1.0, 1.0)
    )
    margin = _NEARLY * (least + most)
    distance = np.clip(wanted, least + margin, most - margin)
    cosine = ((distance**2 - squares) / 2.0 - fixed) / swing
    straight = np.arctan2(q, p)
    side = _side(-straight)
    turn = about(axis, straight + side * np.arccos(np.clip(cosine, -1.0, 1.0)))
    together = shortest_turn(upper + apply(turn, lower), goal)
    return together, together @ turn, np.maximum(wanted - most, 0.0)


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
