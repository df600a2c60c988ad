# SPDX-License-Identifier: GPL-3.0-or-later
"""Hip, knee and ankle: the knee is a hinge, and where it is straight the thigh is turned as the foot
points. Neither alone would do: knees are nearly straight most of the time, and feet turn by
themselves."""

import math

import numpy as np
from array_api_compat import array_namespace

from ..runtime.array_types import Array
from .hinges import bend_of, followed_turn, hinge_frame, turned
from .limbs import Limb
from .turns import like, turn_about, twist_angle

_FOOT = 0.1
"""What the foot's direction counts for the thigh's turn, beside a well-bent knee's one."""
_SHARE = 0.25
"""The knee's share of the foot's turn about the shank; the ankle has the rest."""
_MOST = math.radians(8.0)
"""The tibia turns no further than so, 10 to 15 degrees being what a nearly straight knee allows."""


def leg(side: Limb, joints: list[Array], bones: Array, rate: float) -> None:
    """Bring a leg into the convention, in place of its joints' rotations."""
    xp = array_namespace(bones)
    hip, knee, ankle = joints[side.upper], joints[side.middle], joints[side.end]
    bend = bend_of(side.hinge, hip, knee)
    hint, weight = _by_foot(side, bend.reference, hip @ knee @ ankle)
    turn = followed_turn(bend, rate, hint, weight)
    hip, knee = turned(side.hinge, bend, turn, hip, knee)
    frame, _, _ = hinge_frame(side.hinge, knee)
    lower = like(side.hinge.lower, knee)
    foot = twist_angle(xp.matrix_transpose(frame) @ knee @ ankle, lower)
    limit = xp.ones_like(foot) * _MOST
    own = xp.maximum(xp.minimum(_SHARE * foot, limit), -limit)
    new = frame @ turn_about(lower, own)
    joints[side.upper], joints[side.middle] = hip, new
    joints[side.end] = xp.matrix_transpose(new) @ knee @ ankle


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
