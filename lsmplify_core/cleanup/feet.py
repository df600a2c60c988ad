# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet that stand where they stand: legs bent so that heels and toes in contact don't slide.

Each contact holds its point where the motion has it on average; into and out of a contact the
correction is eased. The legs follow by damped least squares, with the pelvis free to give way a
little where a leg is too short, so that knees don't snap straight.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Floats
from ..attachments import State, Target
from ..joints import JOINT_INDEX, N_POSED
from ..learned import chunks, joined, state_part, target_part
from ..motion import Motion
from ..refine import gauss_newton
from ..threads import side_by_side
from ..timing import finished
from .contacts import SOLE_JOINTS, Contact, Floor, contact_table, sole_offsets, sole_points

_LEGS = [JOINT_INDEX[f"{s}_{n}"] for s in "LR" for n in ("Hip", "Knee", "Ankle", "Foot")]
_HOLD = 1.0
"""How much each of the pelvis's three held points weighs against one sole point."""
_LEVERS = 0.2 * np.eye(3)
"""Metres: where the held points lie about the pelvis."""
_STIFF = 1e3
"""m² per rad²: joints that are not the legs' stay."""


@dataclass(frozen=True)
class FeetSettings:
    """ease: seconds over which a correction comes and goes. stiffness: m² per rad², how firmly the
    legs keep their pose. steps: of damped least squares. above: whether soles under the floor are
    brought up to it."""

    ease: float = 0.12
    stiffness: float = 1e-4
    steps: int = 4
    above: bool = True


def lock_feet(
    motion: Motion,
    contacts: Sequence[Contact],
    floor: Floor | None,
    settings: FeetSettings | None = None,
) -> Motion:
    """The motion with its feet held through the contacts; frames far from any contact, and
    everything but legs and root, are as they were.

    floor: soles are brought up to it where they are under it; None leaves heights alone.
    """
    settings = settings or FeetSettings()
    points = sole_points(motion)
    wanted = points + eased(_corrections(points, contacts, floor, settings), motion, settings)
    if np.array_equal(wanted, points):
        return motion
    changed = np.abs(wanted - points).max(axis=(1, 2)) > 1e-9
    state = State(motion.rotations, motion.root)
    target = _target(motion, wanted)
    stiffness = np.full(N_POSED, _STIFF)
    stiffness[_LEGS] = settings.stiffness

    def bend(part: slice) -> State:
        own = state_part(state, part)
        return gauss_newton(own, target_part(target, part), own, stiffness, steps=settings.steps)

    posed = joined(finished(side_by_side(bend, chunks(motion.frames))))
    rotations, root = motion.rotations.copy(), motion.root.copy()
    rotations[np.ix_(changed, _LEGS)] = posed.rotations[np.ix_(changed, _LEGS)]
    root[changed] = posed.root[changed]
    return replace(motion, rotations=rotations, root=root, track_error=None)


def _target(motion: Motion, wanted: Floats) -> Target:
    """The soles where they should be, and the pelvis where it is."""
    joints = np.concatenate((SOLE_JOINTS, np.zeros(3, np.intp)))
    offsets = np.concatenate((sole_offsets(motion), _LEVERS))
    held = motion.root[:, None] + np.swapaxes(motion.rotations[:, 0] @ _LEVERS.T, 1, 2)
    weights = np.concatenate((np.ones(4), np.full(3, _HOLD)))
    return Target(
        motion.body.offsets, joints, offsets, np.concatenate((wanted, held), axis=1),
        np.broadcast_to(weights, (motion.frames, 7)),
    )  # fmt: skip


def _corrections(
    points: Floats, contacts: Sequence[Contact], floor: Floor | None, settings: FeetSettings
) -> Floats:
    """(T, 4, 3) metres from where the soles are to where contacts and floor want them."""
    away = np.zeros_like(points)
    table = contact_table(contacts, len(points))
    for part in range(4):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], table[:, part].astype(int), [0]))))
        for first, stop in edges.reshape(-1, 2):
            inside = points[first:stop, part]
            place = np.median(inside, axis=0)
            if floor is not None:
                place[2] += max(0.0, -float(floor.above(place)))
            away[first:stop, part] = place - inside
    if floor is not None and settings.above:
        under = np.maximum(-floor.above(points + away), 0.0)
        away[..., 2] += under
    return away


def eased(away: Floats, motion: Motion, settings: FeetSettings) -> Floats:
    """(T, 4, 3) corrections that fade out beside the frames that have them, without a jump."""
    reach = round(settings.ease * motion.rate)
    has = np.abs(away).max(axis=2) > 0
    result = away.copy()
    for part in range(away.shape[1]):
        known = np.flatnonzero(has[:, part])
        if not len(known) or not reach:
            continue
        free = np.flatnonzero(~has[:, part])
        after = np.searchsorted(known, free)
        low, high = known[np.maximum(after - 1, 0)], known[np.minimum(after, len(known) - 1)]
        for near in (low, high):
            apart = np.abs(free - near)
            share = np.where(apart <= reach, 0.5 + 0.5 * np.cos(np.pi * apart / (reach + 1)), 0.0)
            result[free, part] += share[:, None] * away[near, part]
        both = low == high
        result[free[both], part] *= 0.5
    return result
