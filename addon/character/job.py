# SPDX-License-Identifier: GPL-3.0-or-later
"""One retarget from settings to keys: read at the start, computed without the scene, written at the
end."""

from collections.abc import Generator
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ...lsmplify_core.retarget import (
    Retargeted,
    RetargetOptions,
    Rig,
    RigMap,
    RigMotion,
    find_map,
    retarget_steps,
)
from ...lsmplify_core.retarget.carriers import (
    Carriers,
    carried_channels,
    carried_rig,
    channels_for,
)
from ...lsmplify_core.retarget.ik_controls import PoleChain, goal_with, hinged_middle, pole_of
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.runtime.stages import Progress
from ..bake import actions
from . import writing
from .controls import IkLimb, follow_switches, ik_limbs
from .probing import find_carriers, is_plain, plain_carriers
from .rig import check_character, rig_from
from .source import Source

CONTROLS = ("fk", "ik", "both")


@dataclass(frozen=True)
class CharacterJob:
    """All that a retarget needs, read when it begins.

    rig: the character, with the bones that carry each bone as parents. carriers: what each follows.
    limbs: those with IK controls. controls: which get keys, "fk", "ik" or "both".
    """

    source: Source
    armature: bpy.types.Object
    rig: Rig
    rig_map: RigMap
    carriers: Carriers
    limbs: tuple[IkLimb, ...]
    options: RetargetOptions
    controls: str
    notes: tuple[str, ...]


def prepare(
    context: bpy.types.Context,
    source: Source,
    armature: bpy.types.Object,
    choice: str,
    options: RetargetOptions,
    controls: str,
) -> CharacterJob:
    """Read the character and find out which bone is what.

    Args:
        context: whose view layer is updated while controls are tried out; nothing else changes.
        source: what is brought to it.
        armature: the character's.
        choice: "auto", a shipped map's name, "structure", or a JSON file.
        options: contacts, root, fingers.
        controls: which controls get keys; see `CONTROLS`.

    Raises:
        InputError: says what is wrong with the armature or the map.
    """
    check_character(armature)
    rig = rig_from(armature)
    rig_map = find_map(rig, choice)
    if controls not in CONTROLS:
        raise InputError(f"controls {controls!r} is not one of {', '.join(CONTROLS)}")
    limbs = tuple(ik_limbs(armature, rig_map))
    notes: list[str] = []
    if controls != "fk" and not limbs:
        notes.append("the character has no IK controls that are known; FK bones are keyed instead")
        controls = "fk"
    names = [n for role in rig_map.bones.values() for n in role]
    extra = [] if controls == "fk" else [n for limb in limbs for n in _controls(limb)]
    names = list(dict.fromkeys([*names, *extra]))
    carriers = plain_carriers(rig)
    if not is_plain(armature, names):
        with _switched(context, armature, limbs):
            carriers, stuck = find_carriers(context, armature, rig, names)
        stuck = [n for n in stuck if n not in extra]
        if stuck:
            notes.append(
                f"bones {', '.join(stuck[:6])}{', …' if len(stuck) > 6 else ''} are held by "
                "constraints or drivers and don't go where their keys say"
            )
    return CharacterJob(
        source, armature, carried_rig(rig, carriers), rig_map, carriers,
        limbs, options, controls, tuple(notes),
    )  # fmt: skip


def _controls(limb: IkLimb) -> list[str]:
    return [n for n in (limb.target, limb.pole, limb.toe[1] if limb.toe else "") if n]


class _switched:
    """Within it every limb follows its FK bones, which is how FK controls are tried out."""

    def __init__(
        self, context: bpy.types.Context, armature: bpy.types.Object, limbs: tuple[IkLimb, ...]
    ) -> None:
        self.context, self.armature = context, armature
        self.switches = [s for limb in limbs for s in limb.switches if not s.always]
        self.switches += follow_switches(armature)

    def __enter__(self) -> None:
        self.before = [self.armature.path_resolve(s.path) for s in self.switches]
        self._set([s.fk for s in self.switches])

    def __exit__(self, *_: object) -> None:
        self._set(self.before)

    def _set(self, values: list[float]) -> None:
        for switch, value in zip(self.switches, values, strict=True):
            set_number(self.armature, switch.path, value)
        self.armature.update_tag()
        self.context.view_layer.update()


def set_number(armature: bpy.types.Object, path: str, value: float) -> None:
    """Set a number by its data path, of whatever kind it is."""
    owner, _, name = path.rpartition("[") if path.endswith('"]') else path.rpartition(".")
    holder = armature.path_resolve(owner)
    if path.endswith('"]'):
        key = name.strip('"]')
        holder[key] = type(holder[key])(value)
    else:
        setattr(holder, name, type(getattr(holder, name))(value))


def steps(job: CharacterJob) -> Generator[Progress, None, Retargeted]:
    """The retarget; touches no scene."""
    work = retarget_steps(job.source.performance, job.rig, job.rig_map, job.options)
    while True:
        try:
            now = next(work)
        except StopIteration as end:
            result = end.value
            break
        yield Progress("retarget", now.share)
    report = replace(result.report, warnings=[*result.report.warnings, *job.notes])
    return Retargeted(carried_channels(result.motion, job.carriers), report)


def write(job: CharacterJob, result: Retargeted, name: str) -> bpy.types.Action:
    """Key the character in a new action, and return it."""
    armature, motion, frames = job.armature, result.motion, job.source.frames
    replaced: set[str] = set()
    if job.controls == "ik":
        apart = [limb for limb in job.limbs if not limb.shared]
        replaced = {n for limb in apart for n in (limb.upper, limb.middle, limb.tip)}
        replaced |= {limb.toe[0] for limb in apart if limb.toe}
    limbs = () if job.controls == "fk" else job.limbs
    keyed = {motion.rig.names[b] for b in motion.bones} | {
        n for limb in limbs for n in _controls(limb)
    }
    action = actions.new_action(armature, name)
    cleared = writing.clear_pose(armature, keyed)
    if cleared:
        result.report.warnings.append(f"{cleared} posed bones without a role were brought to rest")
    for i, bone in enumerate(motion.bones):
        label = motion.rig.names[bone]
        if label in replaced:
            continue
        if motion.turning[i]:
            writing.write_rotation(armature, label, frames, motion.turns[:, i])
        if motion.moving[i]:
            writing.write_location(armature, label, frames, motion.shifts[:, i])
    for limb in limbs:
        _write_limb(job, motion, limb)
    _write_switches(job)
    return action


def _write_limb(job: CharacterJob, motion: RigMotion, limb: IkLimb) -> None:
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
        turns, shifts = channels_for(motion, job.carriers, rig.index(name), axes, heads)
        writing.write_rotation(job.armature, name, job.source.frames, turns)
        writing.write_location(job.armature, name, job.source.frames, shifts)
    if chain is not None and chain.posed and chain.hinged and not _follows(job, limb):
        _write_tip(job, motion, (upper, middle, tip), chain)
    if limb.toe is not None:
        # The IK toe turns with the foot's control: its own rotation is the FK toe's against the
        # foot.
        toe = rig.index(limb.toe[0])
        at = int(np.flatnonzero(motion.bones == toe)[0])
        writing.write_rotation(job.armature, limb.toe[1], job.source.frames, motion.turns[:, at])


def _follows(job: CharacterJob, limb: IkLimb) -> bool:
    """Whether the hand or foot takes its rotation from the control by itself."""
    return any(
        not c.mute and c.influence and getattr(c, "subtarget", "") == limb.target
        and c.type in ("COPY_ROTATION", "COPY_TRANSFORMS", "CHILD_OF", "ARMATURE")
        for c in job.armature.pose.bones[limb.tip].constraints
    )  # fmt: skip


def _write_tip(
    job: CharacterJob, motion: RigMotion, limb: tuple[int, int, int], chain: PoleChain
) -> None:
    """A hand or foot that hangs on a hinged bone, whose roll under IK isn't that of its FK keys."""
    axes = motion.axes.copy()
    middle, tip = (int(np.flatnonzero(motion.bones == b)[0]) for b in limb[1:])
    axes[:, middle] = hinged_middle(motion, motion.rig, limb, chain)
    posed = replace(motion, axes=axes)
    turns, _ = channels_for(posed, job.carriers, limb[2], axes[:, tip], motion.heads[:, tip])
    writing.write_rotation(job.armature, motion.rig.names[limb[2]], job.source.frames, turns)


def _write_switches(job: CharacterJob) -> None:
    """FK where FK bones are keyed, so that what is seen first is exact; IK where only IK is."""
    armature = job.armature
    frame = float(job.source.frames[0])
    switches = [s for limb in job.limbs for s in limb.switches]
    switches = [s for s in switches if not (s.always and job.controls == "fk")]
    for switch in [*switches, *follow_switches(armature)]:
        value = switch.ik if switch.always or job.controls == "ik" else switch.fk
        set_number(armature, switch.path, value)
        writing.write_number(armature, switch.path, frame, value)
    armature.update_tag()
