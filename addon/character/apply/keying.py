# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses of a character to keys of its bones, FK controls, IK targets and poles, and switches."""

from dataclasses import replace

import bpy
import numpy as np
from numpy.typing import NDArray

from ....lsmplify_core.retarget import RigMotion
from ....lsmplify_core.retarget.controls.carriers import channels_for
from ....lsmplify_core.retarget.controls.ik_controls import (
    PoleChain,
    goal_with,
    hinged_middle,
    pole_of,
)
from ...bake import actions
from ..rig.character import Character, controls_of
from ..rig.controls import IkLimb, follow_switches, set_number
from . import writing


def write_keys(
    armature: bpy.types.Object,
    character: Character,
    motion: RigMotion,
    frames: NDArray[np.float64],
    name: str,
    into: bpy.types.Action | None = None,
    anew: bool = False,
) -> tuple[bpy.types.Action, list[str]]:
    """Key a character.

    Args:
        armature: the character's.
        character: as read from it.
        motion: its poses with the channels of its carriers, a frame each of `frames`.
        frames: (T,) scene frames.
        name: of the new action.
        into: the action that gets the keys, in a slot of the armature's own; only these frames
            of it are replaced. None for a new one; the one before is kept.
        anew: all that `into` holds of the keyed bones goes, other frames too.

    Returns:
        The action, and sentences for the report.
    """
    limbs = character.keyed_limbs
    replaced = replaced_bones(character)
    keyed = {motion.rig.names[b] for b in motion.bones}
    controls = {n for limb in limbs for n in controls_of(limb)}
    moving = {motion.rig.names[b] for b in motion.bones[motion.moving]} | controls
    keyed |= controls
    if into is None:
        action = actions.new_action(armature, name)
    else:
        action = into
        _assign(armature, action)
        if anew:
            writing.clear_curves(armature, keyed)
    notes: list[str] = []
    cleared = writing.clear_pose(armature, keyed, moving)
    if cleared and into is None:
        notes.append(f"posed, shifted or scaled bones that were brought to rest: {cleared}")
    with actions.locked_noted() as locked:
        _write_bones(armature, motion, frames, replaced, into is not None and not anew)
        for limb in limbs:
            _write_limb(armature, character, motion, frames, limb)
        _write_switches(armature, character, float(frames[0]))
    if locked:
        notes.append(actions.locked_note(locked, action))
    return action, notes


def _assign(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let the armature use the action in the slot that it has there, or in one of its own."""
    animation = armature.animation_data
    if animation is not None and animation.action == action:
        actions.assign(armature, action)
    else:
        actions.assign_own_slot(armature, action)


def replaced_bones(character: Character) -> set[str]:
    """FK bones that get no keys, since IK alone is keyed."""
    if character.controls != "ik":
        return set()
    apart = [limb for limb in character.limbs if not limb.shared]
    found = {n for limb in apart for n in (limb.upper, limb.middle, limb.tip)}
    return found | {limb.toe[0] for limb in apart if limb.toe}


def _write_bones(
    armature: bpy.types.Object, motion: RigMotion, frames: NDArray[np.float64],
    replaced: set[str], beside: bool,
) -> None:  # fmt: skip
    for i, bone in enumerate(motion.bones):
        label = motion.rig.names[bone]
        if label in replaced:
            continue
        if motion.turning[i]:
            writing.write_rotation(armature, label, frames, motion.turns[:, i], beside)
        if motion.moving[i]:
            writing.write_location(armature, label, frames, motion.shifts[:, i])


def _write_limb(
    armature: bpy.types.Object, character: Character, motion: RigMotion,
    frames: NDArray[np.float64], limb: IkLimb,
) -> None:  # fmt: skip
    """Target, pole and toe of a limb, such that IK poses it as FK does."""
    rig = motion.rig
    upper, middle, tip, target = (
        rig.index(n) for n in (limb.upper, limb.middle, limb.tip, limb.target)
    )
    goals = {limb.target: goal_with(motion, rig, tip, target)}
    chain = None
    if limb.pole:
        chain = limb.chain and PoleChain(
            rig.index(limb.chain.upper), rig.index(limb.chain.middle), limb.chain.angle,
            limb.chain.hinged, limb.shared,
        )  # fmt: skip
        place = pole_of(motion, rig, (upper, middle, tip), chain)
        goals[limb.pole] = (
            np.broadcast_to(rig.axes[rig.index(limb.pole)], (len(place), 3, 3)),
            place,
        )
    for name, (axes, heads) in goals.items():
        turns, shifts = channels_for(motion, character.carriers, rig.index(name), axes, heads)
        writing.write_rotation(armature, name, frames, turns)
        writing.write_location(armature, name, frames, shifts)
    if chain is not None and chain.posed and chain.hinged and not _follows(armature, limb):
        _write_tip(armature, character, motion, frames, (upper, middle, tip), chain)
    if limb.toe is not None:
        # The IK toe turns with the foot's control: its own rotation is the FK toe's against the
        # foot.
        toe = rig.index(limb.toe[0])
        at = int(np.flatnonzero(motion.bones == toe)[0])
        writing.write_rotation(armature, limb.toe[1], frames, motion.turns[:, at])


def _follows(armature: bpy.types.Object, limb: IkLimb) -> bool:
    """Whether the hand or foot takes its rotation from the control by itself."""
    return any(
        not c.mute and c.influence and getattr(c, "subtarget", "") == limb.target
        and c.type in ("COPY_ROTATION", "COPY_TRANSFORMS", "CHILD_OF", "ARMATURE")
        for c in armature.pose.bones[limb.tip].constraints
    )  # fmt: skip


def _write_tip(
    armature: bpy.types.Object, character: Character, motion: RigMotion,
    frames: NDArray[np.float64], limb: tuple[int, int, int], chain: PoleChain,
) -> None:  # fmt: skip
    """A hand or foot that hangs on a hinged bone, whose roll under IK isn't that of its FK keys."""
    axes = motion.axes.copy()
    middle, tip = (int(np.flatnonzero(motion.bones == b)[0]) for b in limb[1:])
    axes[:, middle] = hinged_middle(motion, motion.rig, limb, chain)
    posed = replace(motion, axes=axes)
    turns, _ = channels_for(posed, character.carriers, limb[2], axes[:, tip], motion.heads[:, tip])
    writing.write_rotation(armature, motion.rig.names[limb[2]], frames, turns)


def _write_switches(armature: bpy.types.Object, character: Character, frame: float) -> None:
    """FK where FK bones are keyed, so that what is seen first is exact; IK where only IK is."""
    switches = [s for limb in character.limbs for s in limb.switches]
    switches = [s for s in switches if not (s.always and character.controls == "fk")]
    for switch in [*switches, *follow_switches(armature)]:
        value = switch.ik if switch.always or character.controls == "ik" else switch.fk
        set_number(armature, switch.path, value)
        writing.write_number(armature, switch.path, frame, value)
    armature.update_tag()
