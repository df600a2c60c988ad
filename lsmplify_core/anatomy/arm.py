# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms: an elbow that is a hinge, the forearm's turn (pronation) shared between elbow and wrist,
and a wrist of two axes."""

import math

from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array
from .hinges import Hinge, bend_of, followed_turn, held, hinge_frame, turned
from .limbs import Limb
from .turns import like, turn_about, twist_angle, wrapped

_TOWARDS_REST = 0.2
"""How much the resting hand counts beside the mean turn of a clip where angles are cut open."""

_SIDEWAYS = math.radians(5.8)
"""An elbow bends sideways by no more; what a straight arm's turn leaves beyond that is its own."""


def pronation(hinge: Hinge, elbow: Array, wrist: Array) -> Array:
    """(T,) radians: the hand's turn about the forearm from the elbow's hinge on, positive about the
    bone from elbow to wrist.

    It is cut open half a turn away from its mean over the clip, so that no frame within that jumps.
    """
    xp = array_namespace(elbow)
    frame, _, _ = hinge_frame(hinge, elbow)
    total = twist_angle(xp.matrix_transpose(frame) @ elbow @ wrist, like(hinge.lower, elbow))
    x, y = xp.mean(xp.cos(total)) + _TOWARDS_REST, xp.mean(xp.sin(total))
    amid = xp.atan2(y, x)
    return amid + wrapped(total - amid)


def forearm(hinge: Hinge, elbow: Array, wrist: Array, share: float) -> tuple[Array, Array]:
    """Elbow and wrist (T, 3, 3) with the forearm's turn shared: the elbow has `share` of it, the
    wrist the rest and two axes across the forearm."""
    xp = array_namespace(elbow)
    frame, _, _ = hinge_frame(hinge, elbow)
    turn = pronation(hinge, elbow, wrist)
    new = frame @ turn_about(like(hinge.lower, elbow), share * turn)
    return new, xp.matrix_transpose(new) @ elbow @ wrist


def arm(side: Limb, joints: list[Array], rate: float, share: float) -> None:
    """Bring shoulder, elbow and wrist into the convention, in place of the joints' rotations.

    rate: frames per second. share: the elbow's of the forearm's turn.
    """
    upper, middle = joints[side.upper], joints[side.middle]
    bend = bend_of(side.hinge, upper, middle)
    turn = held(side.hinge, bend, followed_turn(bend, rate), _SIDEWAYS)
    joints[side.upper], middle = turned(side.hinge, bend, turn, upper, middle)
    joints[side.middle], joints[side.end] = forearm(side.hinge, middle, joints[side.end], share)
