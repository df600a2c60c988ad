# SPDX-License-Identifier: GPL-3.0-or-later
"""IK controls of a character's limbs: which bones are target and pole, and what switches to
them."""

from dataclasses import dataclass
from typing import Any, Final

import bpy

from ....lsmplify_core.retarget import RigMap

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


@dataclass(frozen=True)
class System:
    """How a rigging add-on names its IK controls, without the side.

    arm, leg: target, pole, the bone that holds the numbers, and the toes' control. switch: the
    number between FK and IK, with its values. always: numbers that IK keys count on. capital:
    whether sides are .L and .R.
    """

    arm: tuple[str, str, str, str]
    leg: tuple[str, str, str, str]
    switch: str
    fk: float
    ik: float
    always: tuple[tuple[str, float], ...]
    capital: bool


SYSTEMS: Final = (
    System(
        ("hand_ik", "upper_arm_ik_target", "upper_arm_parent", ""),
        ("foot_ik", "thigh_ik_target", "thigh_parent", "toe_ik"),
        "IK_FK", 1.0, 0.0, (("pole_vector", 1.0), ("IK_Stretch", 0.0)), True,
    ),
    System(
        ("c_hand_ik", "c_arms_pole", "c_hand_ik", ""),
        ("c_foot_ik", "c_leg_pole", "c_foot_ik", "c_toes_ik"),
        "ik_fk_switch", 1.0, 0.0, (("auto_stretch", 0.0),), False,
    ),
)  # fmt: skip
"""Rigify's and Auto-Rig Pro's."""


def ik_limbs(armature: bpy.types.Object, rig_map: RigMap) -> list[IkLimb]:
    """The limbs that have IK controls in this armature: by the names of a known system, else by
    constraints."""
    for system in SYSTEMS:
        found = _named(armature, rig_map, system)
        if found:
            return found
    return _by_constraints(armature, rig_map)


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


def _named(armature: bpy.types.Object, rig_map: RigMap, system: System) -> list[IkLimb]:
    """The limbs whose IK controls bear the names of a system."""
    found: list[IkLimb] = []
    bones = armature.pose.bones
    for side in "LR":
        for first, names in (("Shoulder", system.arm), ("Hip", system.leg)):
            target, pole, holder, ik_toe = (
                f"{n}.{side if system.capital else side.lower()}" for n in names
            )
            limb = _roles(rig_map, side, first)
            if limb is None or any(n not in bones for n in (target, pole, holder)):
                continue
            if system.switch not in bones[holder]:
                continue
            base = f'pose.bones["{holder}"]'
            switches = [Switch(f'{base}["{system.switch}"]', system.fk, system.ik)]
            switches += [
                Switch(f'{base}["{key}"]', value, value, True)
                for key, value in system.always
                if key in bones[holder]
            ]
            toes = rig_map.bones.get(f"{side}_Foot", ())
            pair = (toes[0], ik_toe) if first == "Hip" and toes and ik_toe in bones else None
            chain = _chain_with(armature, pole)
            switches += _stretch_off(armature, chain)
            found.append(IkLimb(*limb, target, pole, tuple(switches), pair, chain))
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
    switch = driven_switch(armature, path) or Switch(path, 0.0, 1.0)
    pole = constraint.pole_subtarget if constraint.pole_target == armature else ""
    chain = _chain(armature.pose.bones[name], constraint) if pole else None
    switches = (switch, *_stretch_off(armature, chain))
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


def driven_switch(armature: bpy.types.Object, path: str) -> Switch | None:
    """The number of the rig that drives a constraint's influence, and its values for FK and IK,
    found by trying 0 and 1; None where no single number does. Afterwards it is as it was."""
    animation = armature.animation_data
    driven = (
        next((d for d in animation.drivers if d.data_path == path), None) if animation else None
    )
    if driven is None or driven.mute or len(driven.driver.variables) != 1:
        return None
    variable = driven.driver.variables[0]
    if variable.type != "SINGLE_PROP" or variable.targets[0].id != armature:
        return None
    number = variable.targets[0].data_path
    try:
        before = armature.path_resolve(number)
    except ValueError:
        return None
    found = {value: _influence_at(armature, path, number, value) for value in (0.0, 1.0)}
    set_number(armature, number, before)
    armature.update_tag()
    bpy.context.view_layer.update()
    off, on = sorted(found, key=lambda value: found[value])
    return Switch(number, off, on) if found[off] < 0.5 < found[on] else None


def _influence_at(armature: bpy.types.Object, path: str, number: str, value: float) -> float:
    set_number(armature, number, value)
    armature.update_tag()
    bpy.context.view_layer.update()
    return float(armature.path_resolve(path))


def set_number(armature: bpy.types.Object, path: str, value: float) -> None:
    """Set a number by its data path, of whatever kind it is."""
    owner, _, name = path.rpartition("[") if path.endswith('"]') else path.rpartition(".")
    holder = armature.path_resolve(owner) if owner else armature
    if path.endswith('"]'):
        key = name.strip('"]')
        holder[key] = type(holder[key])(value)
    else:
        setattr(holder, name, type(getattr(holder, name))(value))
