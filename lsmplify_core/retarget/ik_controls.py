# SPDX-License-Identifier: GPL-3.0-or-later
"""Goals of IK controls: where targets and poles must be for a limb to stand as its bones do."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..geometry.rotations import axis_angle_to_matrix
from ..runtime.array_types import Floats
from .rig import Rig
from .rig_motion import RigMotion
from .vectors import about, apply, signed_angle, unit

_POLE: Final = 1.0
"""How far in front of the middle joint a pole is put, in lengths of the limb."""
_STRAIGHT: Final = 0.02
"""Bend, in lengths of the limb, under which the middle joint's own direction no longer counts."""


@dataclass(frozen=True)
class PoleChain:
    """The two bones that an IK constraint with a pole moves.

    upper, middle: their indices in the rig. angle: the constraint's pole angle, radians. hinged:
    whether the middle one turns about its X axis alone.
    """

    upper: int
    middle: int
    angle: float
    hinged: bool


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


def pole_of(
    motion: RigMotion, rig: Rig, limb: tuple[int, int, int], chain: PoleChain | None
) -> Floats:
    """(T, 3) metres: where a pole is to be for the limb to bend as its FK bones do.

    The middle joint's distance from the line between its neighbours is the direction; where the
    limb is as good as straight, the direction that it has at rest, turned with the upper bone,
    fades in. Blender does not turn that distance to the pole but the axis X cos a + Z sin a of the
    chain's first bone, a the pole angle; the angle between the two depends on how far the limb is
    bent.

    Args:
        motion: poses in the world.
        rig: at rest.
        limb: upper, middle and tip: indices of the driven bones.
        chain: what the constraint moves; None where that is not known.
    """
    index = [int(np.flatnonzero(motion.bones == b)[0]) for b in limb]
    a, b, c = (motion.heads[:, i] for i in index)
    at_rest = _bend(*(rig.heads[bone][None] for bone in limb))
    if np.linalg.norm(at_rest) < 1e-6:
        at_rest = rig.axes[limb[0]][:, 2][None]
    turn = motion.axes[:, index[0]] @ rig.axes[limb[0]].T
    usual = apply(turn, np.broadcast_to(unit(at_rest), a.shape))
    length = np.linalg.norm(b - a, axis=-1) + np.linalg.norm(c - b, axis=-1)
    bend = _bend(a, b, c)
    share = np.clip(np.linalg.norm(bend, axis=-1) / (_STRAIGHT * length), 0.0, 1.0)[:, None]
    line = unit(c - a)
    usual = usual - (usual * line).sum(-1, keepdims=True) * line
    direction = unit(share * unit(bend) + (1.0 - share) * unit(usual))
    if chain is not None:
        reach = np.linalg.norm(c - a, axis=-1) / length
        direction = apply(about(line, _pole_offset(rig, limb[2], chain, reach)), direction)
    return b + _POLE * length[:, None] * direction


def _pole_offset(rig: Rig, tip: int, chain: PoleChain, reach: Floats) -> Floats:
    """(T,) radians from the middle joint's direction to the axis that Blender turns to the pole,
    both seen along the line from the chain's root to its tip; reach (T,): that line's share of the
    limb."""
    root, knee, end = rig.heads[chain.upper], rig.heads[chain.middle], rig.heads[tip]
    axes = rig.axes[chain.middle]
    hinge = axes[:, 0]
    if (
        not chain.hinged
    ):  # measured in Blender 4.5: a joint free about all axes faces the pole itself
        return np.zeros(reach.shape)
    turns = np.radians(np.arange(-175.0, 176.0, 1.0))
    ends = knee + apply(axis_angle_to_matrix(hinge * turns[:, None]), end - knee)
    total = np.linalg.norm(knee - root) + np.linalg.norm(end - knee)
    reaches = np.linalg.norm(ends - root, axis=-1) / total
    line = unit(ends - root)
    upper = rig.axes[chain.upper]
    up = np.cos(chain.angle) * upper[:, 0] + np.sin(chain.angle) * upper[:, 2]
    bend = _bend(*np.broadcast_arrays(root, knee, ends))
    straight = int(np.argmax(reaches))
    # From straight on, to the side that the limb is bent to at rest; or the one the pole stands on.
    side = -1 if straight > len(turns) // 2 else 1
    if straight == len(turns) // 2:
        side = 1 if float(bend[-40] @ up) > 0 else -1
    part = slice(straight + side, None, side)
    angles = np.unwrap(signed_angle(bend[part], np.broadcast_to(up, bend[part].shape), line[part]))
    order = np.argsort(reaches[part])
    return np.interp(reach, reaches[part][order], angles[order])


def _bend(a: Floats, b: Floats, c: Floats) -> Floats:
    """(T, 3) from the line between a and c to b, at right angles to it."""
    line = unit(c - a)
    away = b - a
    return away - (away * line).sum(-1, keepdims=True) * line
