# SPDX-License-Identifier: GPL-3.0-or-later
"""Goals of IK controls: where targets and poles must be for a limb to stand as its bones do."""

from typing import Final

import numpy as np

from ..runtime.array_types import Floats
from .rig import Rig
from .rig_motion import RigMotion
from .vectors import apply, unit

_POLE: Final = 1.0
"""How far in front of the middle joint a pole is put, in lengths of the limb."""
_STRAIGHT: Final = 0.02
"""Bend, in lengths of the limb, under which the middle joint's own direction no longer counts."""


def goal_with(motion: RigMotion, rig: Rig, bone: int, control: int) -> tuple[Floats, Floats]:
    """Where a control is that stands to a driven bone as at rest.

    Args:
        motion: poses in the world.
        rig: at rest.
        bone: index of the driven bone, hand or foot.
        control: index of the control.

    Returns:
        (T, 3, 3) axes and (T, 3) metres, the head, in the world.
    """
    at = int(np.flatnonzero(motion.bones == bone)[0])
    turn = motion.axes[:, at] @ rig.axes[bone].T
    heads = motion.heads[:, at] + apply(turn, rig.heads[control] - rig.heads[bone])
    return turn @ rig.axes[control], heads


def pole_of(motion: RigMotion, rig: Rig, upper: int, middle: int, tip: int) -> Floats:
    """(T, 3) metres: a place in the limb's plane, in front of its middle joint.

    The middle joint's distance from the line between its neighbours is the direction; where the limb
    is as good as straight, the direction that it has at rest, turned with the upper bone, fades in.
    """
    index = [int(np.flatnonzero(motion.bones == b)[0]) for b in (upper, middle, tip)]
    a, b, c = (motion.heads[:, i] for i in index)
    at_rest = _bend(rig.heads[upper][None], rig.heads[middle][None], rig.heads[tip][None])
    if np.linalg.norm(at_rest) < 1e-6:
        at_rest = rig.axes[upper][:, 2][None]
    turn = motion.axes[:, index[0]] @ rig.axes[upper].T
    usual = apply(turn, np.broadcast_to(unit(at_rest), a.shape))
    length = np.linalg.norm(b - a, axis=-1) + np.linalg.norm(c - b, axis=-1)
    bend = _bend(a, b, c)
    share = np.clip(np.linalg.norm(bend, axis=-1) / (_STRAIGHT * length), 0.0, 1.0)[:, None]
    line = unit(c - a)
    usual = usual - (usual * line).sum(-1, keepdims=True) * line
    direction = unit(share * unit(bend) + (1.0 - share) * unit(usual))
    return b + _POLE * length[:, None] * direction


def _bend(a: Floats, b: Floats, c: Floats) -> Floats:
    """(T, 3) from the line between a and c to b, at right angles to it."""
    line = unit(c - a)
    away = b - a
    return away - (away * line).sum(-1, keepdims=True) * line
