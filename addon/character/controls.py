# SPDX-License-Identifier: GPL-3.0-or-later
"""IK controls of a character's limbs: which bones are target and pole, and what switches to
them."""

from dataclasses import dataclass
from typing import Any

import bpy

from ...lsmplify_core.retarget import RigMap

_LIMBS = {
    "Shoulder": ("Shoulder", "Elbow", "Wrist"),
    "Hip": ("Hip", "Knee", "Ankle"),
}
"""Upper, middle and tip of a limb by roles."""


@dataclass(frozen=True)
class Switch:
    """A number of the rig that chooses between FK and IK.

    path: its data path on the object. fk, ik: its values. always: not a choice between the two, set
    to `ik` wherever IK is baked (stretch off, pole on).
    """

    path: str
    fk: float
    ik: float
    always: bool = False


@dataclass(frozen=True)
class Chain:
    """upper, middle: the bones that the IK constraint moves. angle: its pole angle, radians.
    hinged: whether the middle one turns about its X axis alone."""

    upper: str
    middle: str
    angle: float
    hinged: bool


@dataclass(frozen=True)
class IkLimb:
    """upper, middle, tip: the FK bones. target: the control that the tip goes to; pole: the one
    that the middle joint looks to, or "". toe: (FK toe, IK toe) where the toes have a control of
    their own. shared: whether the constraint moves the FK bones themselves, which then start from
    their own keys."""

    upper: str
    middle: str
    tip: str
    target: str
    pole: str
    switches: tuple[Switch, ...]
    toe: tuple[str, str] | None = None
    chain: Chain | None = None
    shared: bool = False


def ik_limbs(armature: bpy.types.Object, rig_map: RigMap) -> list[IkLimb]:
    """The limbs that have IK controls in this armature: Rigify's by name, others' by constraint."""
    return _rigify(armature, rig_map) or _by_constraints(armature, rig_map)


def follow_switches(armature: bpy.types.Object) -> list[Switch]:
    """Rigify's numbers that let neck and head follow the chest in part: all of it, which is what
    the keys count on."""
    return [
        Switch(f'{bone.path_from_id()}["{key}"]', 1.0, 1.0, True)
        for bone in armature.pose.bones
        for key in ("neck_follow", "head_follow")
        if key in bone
    ]


def _roles(rig_map: RigMap, side: str, first: str) -> tuple[str, str, str] | None:
    names = [rig_map.bones.get(f"{side}_{role}") for role in _LIMBS[first]]
    if not all(names):
        return None
    upper, middle, tip = (n[0] for n in names if n)
    return upper, middle, tip


def _rigify(armature: bpy.types.Object, rig_map: RigMap) -> list[IkLimb]:
    found: list[IkLimb] = []
    bones = armature.pose.bones
    for side in "LR":
        for first, target, pole, holder in (
            ("Shoulder", "hand_ik", "upper_arm_ik_target", "upper_arm_parent"),
            ("Hip", "foot_ik", "thigh_ik_target", "thigh_parent"),
        ):
            names = [f"{n}.{side}" for n in (target, pole, holder)]
            limb = _roles(rig_map, side, first)
            if limb is None or any(n not in bones for n in names) or "IK_FK" not in bones[names[2]]:
                continue
            base = f'pose.bones["{names[2]}"]'
            switches = [Switch(f'{base}["IK_FK"]', 1.0, 0.0)]
            for key, value in (("pole_vector", 1.0), ("IK_Stretch", 0.0)):
                if key in bones[names[2]]:
                    switches.append(Switch(f'{base}["{key}"]', value, value, True))
            toes = rig_map.bones.get(f"{side}_Foot", ())
            toe = f"toe_ik.{side}"
            pair = (toes[0], toe) if first == "Hip" and toes and toe in bones else None
            chain = _chain_with(armature, names[1])
            switches += _stretch_off(armature, chain)
            found.append(IkLimb(*limb, names[0], names[1], tuple(switches), pair, chain))
    return found


def _by_constraints(armature: bpy.types.Object, rig_map: RigMap) -> list[IkLimb]:
    """Limbs with an IK constraint on their middle or upper bone, or on the tip itself."""
    found: list[IkLimb] = []
    for side in "LR":
        for first in _LIMBS:
            limb = _roles(rig_map, side, first)
            if limb is None:
                continue
            for name in (limb[1], limb[2], limb[0]):
                for constraint in armature.pose.bones[name].constraints:
                    made = _of_constraint(armature, limb, name, constraint)
                    if made is not None:
                        found.append(made)
    return found


def _of_constraint(
    armature: bpy.types.Object, limb: tuple[str, str, str], name: str, constraint: Any
) -> IkLimb | None:
    if constraint.type != "IK" or constraint.mute or constraint.target != armature:
        return None
    if not constraint.subtarget or constraint.subtarget not in armature.pose.bones:
        return None
    path = f'{armature.pose.bones[name].path_from_id()}.constraints["{constraint.name}"].influence'
    pole = constraint.pole_subtarget if constraint.pole_target == armature else ""
    chain = _chain(armature.pose.bones[name], constraint) if pole else None
    switches = (Switch(path, 0.0, 1.0), *_stretch_off(armature, chain))
    return IkLimb(*limb, constraint.subtarget, pole, switches, None, chain, shared=True)


def _stretch_off(armature: bpy.types.Object, chain: Chain | None) -> list[Switch]:
    """Bones that may stretch are pressed together before they bend, and the joint stands
    elsewhere."""
    if chain is None:
        return []
    bone = armature.pose.bones[chain.middle]
    base = f"{bone.path_from_id()}.constraints"
    return [
        Switch(f'{base}["{c.name}"].use_stretch', 0.0, 0.0, True)
        for c in bone.constraints
        if c.type == "IK"
    ]


def _chain_with(armature: bpy.types.Object, pole: str) -> Chain | None:
    """What the constraint that looks to a pole moves."""
    for bone in armature.pose.bones:
        for constraint in bone.constraints:
            c: Any = constraint
            if c.type == "IK" and c.pole_target == armature and c.pole_subtarget == pole:
                return _chain(bone, c)
    return None


def _chain(bone: bpy.types.PoseBone, constraint: Any) -> Chain | None:
    upper = bone.parent
    if upper is None:
        return None
    hinged = bool(bone.lock_ik_y and bone.lock_ik_z)
    return Chain(upper.name, bone.name, float(constraint.pole_angle), hinged)
