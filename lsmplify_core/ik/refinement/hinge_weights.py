# SPDX-License-Identifier: GPL-3.0-or-later
"""How firmly a step to the tracks holds elbows and knees to their hinges.

A hinge bends about one axis. Across it and about the lower bone it is held where a convention has
brought it to its bound; inside the bounds the tracks decide.
"""

from typing import Final

import numpy as np

from ...anatomy.convention import Convention
from ...anatomy.hinges import hinge_frame
from ...anatomy.limbs import Limb, arms, legs, unit_bones
from ...anatomy.turns import twist_angle
from ...geometry.skeleton import N_POSED
from ...runtime.array_types import Floats

_HELD: Final = 0.3
"""m² per rad²: a radian across a hinge is worth as much as tracks that are half a metre off, so
that a step gives none of it."""
_AT_BOUND: Final = 0.9
"""Share of a bound from which on a hinge is held there."""


def hinge_weights(rotations: Floats, offsets: Floats, convention: Convention) -> Floats:
    """(T, 22, 3, 3) m² per rad² in the joints' own axes, for `gauss_newton`.

    Args:
        rotations: (T, 24, 3, 3) local ones, in the convention.
        offsets: (24, 3) each joint from its parent at rest.
        convention: what of it the rotations are in; the rest is not held.
    """
    weights = np.zeros((len(rotations), N_POSED, 3, 3))
    bones = unit_bones(offsets)
    if convention.arms:
        for limb in arms(bones):
            free = _flexion_axis(limb, rotations)
            weights[:, limb.middle] = _HELD * _sideways(limb, rotations, free)
    if convention.legs:
        bounds = convention.knees
        for limb in legs(bones):
            middle = rotations[:, limb.middle]
            frame, _, sideways = hinge_frame(limb.hinge, middle)
            turn = twist_angle(np.swapaxes(frame, -1, -2) @ middle, limb.hinge.lower)
            most = (0.0, 0.0) if bounds is None else (bounds.sideways, bounds.turn)
            across = _sideways(limb, rotations, _flexion_axis(limb, rotations))
            about = np.outer(limb.hinge.lower, limb.hinge.lower)
            across = across * _held(sideways, most[0])[:, None, None]
            weights[:, limb.middle] = _HELD * (across + _held(turn, most[1])[:, None, None] * about)
    return weights


def _held(angle: Floats, bound: float) -> Floats:
    """(T,) 1 where an angle is at its bound, else 0."""
    return (np.abs(angle) >= _AT_BOUND * bound).astype(float)


def _flexion_axis(limb: Limb, rotations: Floats) -> Floats:
    """(T, 3) the hinge's axis in the lower bone's frame."""
    return np.swapaxes(rotations[:, limb.middle], -1, -2) @ limb.hinge.axis


def _sideways(limb: Limb, rotations: Floats, axis: Floats) -> Floats:
    """(T, 3, 3) the projection on the axis across which the lower bone would leave the hinge's
    plane: perpendicular to the bone and to the hinge's axis."""
    across = np.cross(limb.hinge.lower, axis)
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    return across[:, :, None] * across[:, None, :]
