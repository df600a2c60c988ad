# SPDX-License-Identifier: GPL-3.0-or-later
"""Two bones brought to a goal, the plane of their joint kept: all frames at once."""

from typing import Final

import numpy as np

from ..geometry.rotations import cross
from ..runtime.array_types import Floats
from .vectors import about, apply, shortest_turn, unit

_STRAIGHT: Final = 0.05
"""Sine of the bend under which the joint's plane is taken from its hinge, not from the bones."""
_REACH: Final = 0.9995
"""The farthest goal, as a share of both bones' length: a joint is never quite straight."""


def bend_to(
    upper: Floats, lower: Floats, hinge: Floats, goal: Floats
) -> tuple[Floats, Floats, Floats]:
    """World rotations to put before those of the two bones so that their end is at a goal.

    The angle between the bones comes from the law of cosines, |goal|² = a² + b² + 2ab·cos θ; the
    bones then turn together the shortest way, so that the joint keeps its side (the pole is the one
    of the unbent limb).

    Args:
        upper, lower: (T, 3) metres, the bones as they are, from joint to joint.
        hinge: (T, 3) unit, the axis that the lower bone turns about in the joint, for straight limbs.
        goal: (T, 3) metres from the upper bone's joint.

    Returns:
        rotations (T, 3, 3) for the upper and the lower bone, and (T,) metres that the goal is out of
        reach by.
    """
    a, b = np.linalg.norm(upper, axis=-1), np.linalg.norm(lower, axis=-1)
    wanted = np.linalg.norm(goal, axis=-1)
    least, most = np.abs(a - b) + 1e-3 * (a + b), _REACH * (a + b)
    before = _bend(upper, lower)
    most = np.maximum(most, np.linalg.norm(upper + lower, axis=-1))
    distance = np.clip(wanted, least, most)
    cosine = (distance**2 - a**2 - b**2) / (2.0 * a * b)
    after = np.arccos(np.clip(cosine, -1.0, 1.0))
    plane = cross(unit(upper), unit(lower))
    share = np.minimum(np.linalg.norm(plane, axis=-1, keepdims=True) / _STRAIGHT, 1.0)
    axis = unit(share * unit(plane) + (1.0 - share) * hinge)
    axis = unit(axis - np.sum(axis * unit(upper), axis=-1, keepdims=True) * unit(upper))
    turn = about(axis, after - before)
    together = shortest_turn(upper + apply(turn, lower), goal)
    return together, together @ turn, np.maximum(wanted - most, 0.0)


def _bend(upper: Floats, lower: Floats) -> Floats:
    """(T,) radians between two bones, 0 for a straight limb."""
    return np.arctan2(np.linalg.norm(cross(upper, lower), axis=-1), np.sum(upper * lower, axis=-1))
