# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions in the anatomical convention."""

from dataclasses import replace

from ..anatomy.convention import DEFAULT, Convention, to_convention
from ..anatomy.palms import palm_rest, without_palm_rest
from ..anatomy.toes import rigid_toes, usual_toe_bend, with_toes, without_rest
from .motion import Motion


def in_convention(motion: Motion, convention: Convention = DEFAULT) -> Motion:
    """The same motion with its rotations in the anatomical convention; its joints stay where they
    are.

    Points on the skin of limbs may move with the bones that are turned, so that it has no track
    errors any more.
    """
    turned = to_convention(motion.rotations, motion.body.offsets, motion.rate, convention)
    return replace(motion, rotations=turned, track_error=None)


def with_toes_by_rule(motion: Motion) -> Motion:
    """A motion of a rig without toes with them bent where the heel rises and the ball stays; others
    as they are."""
    if not rigid_toes(motion.rotations):
        return motion
    bend = usual_toe_bend(motion.rotations, motion.body.offsets, motion.root, motion.rate)
    return replace(motion, rotations=with_toes(motion.rotations, bend))


def with_toes_at_rest(motion: Motion) -> Motion:
    """A motion with what its rig's toes are bent by at rest taken off."""
    return replace(motion, rotations=without_rest(motion.rotations, motion.rate))


def palms_at_rest(motion: Motion) -> float:
    """Radians that a motion's rig turns its palms by at rest (`anatomy.palms.palm_rest`)."""
    return palm_rest(motion.rotations, motion.body.offsets, motion.rate)


def with_palms_turned_back(motion: Motion, rest: float) -> Motion:
    """A motion with both hands turned back by what its rig's palms are turned by at rest, radians;
    to be brought into the convention after that."""
    turned = without_palm_rest(motion.rotations, motion.body.offsets, rest)
    return replace(motion, rotations=turned)
