# SPDX-License-Identifier: GPL-3.0-or-later
"""Goals of IK controls: where targets and poles must be for a limb to stand as its bones do."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...geometry.rotations import axis_angle_to_matrix, transpose
from ...runtime.array_types import Floats
from ..rig.rig import Rig
from ..rig.rig_motion import RigMotion
from ..vectors import about, apply, frame, signed_angle, unit

_POLE: Final = 1.0
"""How far in front of the middle joint a pole is put, in lengths of the limb."""
_STRAIGHT: Final = 0.02
"""Bend at rest, in lengths of the limb, under which a chain counts as straight."""
_FREE: Final = 0.002
"""Way, in lengths of the limb, that the middle joint may be off for the limb's roll: 2 mm of a leg.
Larger keeps the kneecap ahead on straighter legs, and moves the knee."""


@dataclass(frozen=True)
class PoleChain:
    """The two bones that an IK constraint with a pole moves.

    upper, middle: their indices in the rig. angle: the constraint's pole angle, radians. hinged:
    whether the middle one turns about its X axis alone. posed: whether they have the keys of the
    FK bones, so that the solver starts where it is to end.
    """

    upper: int
    middle: int
    angle: float
    hinged: bool
    posed: bool = False


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

    The direction in which the middle joint lies beside the line between its neighbours; where the
    limb is nearly straight as much of that as `_direction` needs. Blender does not turn that
    direction to the pole but the axis X cos a + Z sin a of the chain's first bone, a the pole
    angle; the angle between the two depends on how far the limb is bent.

    Args:
        motion: poses in the world.
        rig: at rest.
        limb: upper, middle and tip: indices of the driven bones.
        chain: what the constraint moves; None where that is not known.
    """
    index = [int(np.flatnonzero(motion.bones == b)[0]) for b in limb]
    a, b, c = (motion.heads[:, i] for i in index)
    length = np.linalg.norm(b - a, axis=-1) + np.linalg.norm(c - b, axis=-1)
    line, bend = unit(c - a), _bend(a, b, c)
    beside = b - bend  # on the line, or the joint's own distance from it would turn the pole
    if chain is not None and chain.posed and not chain.hinged:
        at = int(np.flatnonzero(motion.bones == chain.upper)[0])
        up = motion.axes[:, at] @ np.array([np.cos(chain.angle), 0.0, np.sin(chain.angle)])
        return beside + _POLE * length[:, None] * _across(up, line)
    at_rest = _bend(*(rig.heads[bone][None] for bone in limb))
    if np.linalg.norm(at_rest) < 1e-6:
        at_rest = rig.axes[limb[0]][:, 2][None]
    turn = motion.axes[:, index[0]] @ rig.axes[limb[0]].T
    usual = _across(apply(turn, np.broadcast_to(unit(at_rest), a.shape)), line)
    direction = _direction(bend, usual, line, _FREE * length)
    if chain is not None:
        reach = np.linalg.norm(c - a, axis=-1) / length
        direction = apply(about(line, _pole_offset(rig, limb[2], chain, reach)), direction)
    return beside + _POLE * length[:, None] * direction


def _direction(bend: Floats, usual: Floats, line: Floats, free: Floats) -> Floats:
    """(T, 3) unit, at right angles to the line: the way a limb is to bend.

    IK puts the middle joint into the pole's direction, p = |bend| away from the line, whatever side
    FK has it on: a knee may be bent backwards a little, or sideways, and a chain whose middle bone
    turns about one axis has to roll by the angle φ between the two. A pole that is off by ψ moves
    the joint by the chord 2 p sin(ψ/2). So where that is at most ε for any ψ (2 p ≤ ε) the usual
    direction will do, and the roll of the limb is FK's; from there on the pole goes the part of φ
    that leaves ψ = 2 arcsin(ε / 2 p). From p = 4 ε to p = 8 ε, ε fades out: where the joint is
    clearly bent it stands where FK's does.

    Args:
        bend: (T, 3) metres from the line to the middle joint.
        usual: (T, 3) unit, the direction that the limb's roll belongs to.
        line: (T, 3) unit, from root to tip.
        free: (T,) metres, ε.
    """
    apart = signed_angle(usual, unit(bend), line)
    distance = np.maximum(np.linalg.norm(bend, axis=-1), 1e-12)
    free = free * np.clip(2.0 - 0.25 * distance / free, 0.0, 1.0)
    off = 2.0 * np.arcsin(np.minimum(0.5 * free / distance, 1.0))
    angle = np.sign(apart) * np.maximum(np.abs(apart) - off, 0.0)
    return apply(about(line, angle), usual)


def _across(v: Floats, line: Floats) -> Floats:
    """(T, 3) unit: vectors (T, 3) without what lies along a unit line (T, 3)."""
    return unit(v - (v * line).sum(-1, keepdims=True) * line)


def hinged_middle(
    motion: RigMotion, rig: Rig, limb: tuple[int, int, int], chain: PoleChain
) -> Floats:
    """(T, 3, 3) axes in the world of a middle bone that turns about its X axis alone, as an IK
    constraint poses it: its roll isn't the FK bone's, whose joint may turn about all axes.

    Args:
        motion: poses in the world; rig: at rest.
        limb: upper, middle and tip: indices of the driven bones.
        chain: what the constraint moves.
    """
    a, b, c = (motion.heads[:, int(np.flatnonzero(motion.bones == i)[0])] for i in limb)
    length = np.linalg.norm(b - a, axis=-1) + np.linalg.norm(c - b, axis=-1)
    hinge = _hinge(rig, limb[2], chain)
    turn = np.interp(np.linalg.norm(c - a, axis=-1) / length, hinge.reach, hinge.turn)
    root, knee, end = rig.heads[chain.upper], rig.heads[chain.middle], rig.heads[limb[2]]
    folded = axis_angle_to_matrix(rig.axes[chain.middle][:, 0] * turn[:, None])
    ends = knee + apply(folded, np.broadcast_to(end - knee, a.shape))
    now = frame(c - a, _bend(a, b, c))
    before = frame(ends - root, _bend(*np.broadcast_arrays(root, knee, ends)))
    return now @ transpose(before) @ folded @ rig.axes[chain.middle]


@dataclass(frozen=True)
class _Hinge:
    """A chain folded at its hinge, by growing reach (n,), a share of its length. turn: (n,) radians
    about the hinge since rest. up: (n,) radians from the middle joint's direction to the axis that
    Blender turns to the pole, both seen along the line from root to tip."""

    reach: Floats
    turn: Floats
    up: Floats


def _pole_offset(rig: Rig, tip: int, chain: PoleChain, reach: Floats) -> Floats:
    """(T,) radians from the middle joint's direction to the axis that Blender turns to the pole,
    for chains whose root's line to the tip is reach (T,) of their length."""
    if not chain.hinged:  # measured in Blender 4.5: it bends on in the plane that it rests in
        return np.full(reach.shape, _rest_offset(rig, tip, chain))
    hinge = _hinge(rig, tip, chain)
    return np.interp(reach, hinge.reach, hinge.up)


def _rest_offset(rig: Rig, tip: int, chain: PoleChain) -> float:
    """Radians from the middle joint's direction at rest to the axis that Blender turns to the pole;
    0 for a chain that rests straight, which then bends towards the pole."""
    a, b, c = (rig.heads[i][None] for i in (chain.upper, chain.middle, tip))
    line, bend = unit(c - a), _bend(a, b, c)
    length = np.linalg.norm(b - a) + np.linalg.norm(c - b)
    if np.linalg.norm(bend) < _STRAIGHT * length:
        return 0.0
    axes = rig.axes[chain.upper]
    up = np.cos(chain.angle) * axes[:, 0] + np.sin(chain.angle) * axes[:, 2]
    return float(signed_angle(unit(bend), up[None], line)[0])


def _hinge(rig: Rig, tip: int, chain: PoleChain) -> _Hinge:
    """A chain's folds about the X axis of its middle bone."""
    root, knee, end = rig.heads[chain.upper], rig.heads[chain.middle], rig.heads[tip]
    turns = np.radians(np.arange(-175.0, 176.0, 1.0))
    folded = axis_angle_to_matrix(rig.axes[chain.middle][:, 0] * turns[:, None])
    ends = knee + apply(folded, np.broadcast_to(end - knee, (len(turns), 3)))
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
    return _Hinge(reaches[part][order], turns[part][order], angles[order])


def _bend(a: Floats, b: Floats, c: Floats) -> Floats:
    """(T, 3) from the line between a and c to b, at right angles to it."""
    line = unit(c - a)
    away = b - a
    return away - (away * line).sum(-1, keepdims=True) * line
