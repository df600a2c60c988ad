# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's own bones and controls for a region of the body."""

from collections.abc import Sequence
from typing import Any

import bpy

from ....lsmplify_core.retarget import RigMap
from ...bake import actions
from ..bone_map.choice import chosen_map, map_for
from .armature import rig_from
from .character import controls_of
from .controls import ik_limbs


def keyed_bones(
    context: bpy.types.Context, armature: bpy.types.Object, joints: Sequence[str]
) -> list[str]:
    """The bones and IK controls that play some of SMPL's joints and have keys; without any keyed
    one those that play them.

    Raises:
        InputError: the rig is not known any more.
    """
    settings: Any = context.scene.lsmplify.character
    rig_map = map_for(armature, rig_from(armature), chosen_map(settings, armature))
    names = [b for j in joints for b in rig_map.bones.get(_role(j), ())]
    names += [
        control
        for limb in ik_limbs(armature, rig_map)
        if limb.tip in names
        for control in controls_of(limb)
    ]
    names = list(dict.fromkeys([*names, *_carried(rig_map, joints)]))
    keyed = {actions.bone_of(c.data_path) for c in actions.curves_of(armature)}
    return [n for n in names if n in keyed] or names


def _role(joint: str) -> str:
    """The role of a joint: one for all of a spine."""
    return "Spine" if joint.startswith("Spine") else joint


def _carried(rig_map: RigMap, joints: Sequence[str]) -> tuple[str, ...]:
    """What carries the hips, where they are asked for."""
    return rig_map.bones.get("Torso", ()) if "Pelvis" in joints else ()
