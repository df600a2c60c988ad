# SPDX-License-Identifier: GPL-3.0-or-later
"""The humanoid bones that the VRM add-on keeps with an armature: whoever assigned them knew."""

import re
from typing import Any

import bpy

from ....lsmplify_core.retarget import Rig, RigMap, map_from_vrm
from ....lsmplify_core.runtime.errors import InputError


def assigned_map(armature: bpy.types.Object, rig: Rig) -> RigMap | None:
    """The map of an armature's own VRM assignment; None where it has none that is whole."""
    bones = {human: bone for human, bone in assignment(armature).items() if bone in rig.names}
    if not bones:
        return None
    try:
        return map_from_vrm(bones, rig)
    except InputError:
        return None


def assignment(armature: bpy.types.Object) -> dict[str, str]:
    """VRM's human bone, spelled as in the format ("leftUpperArm"), to the bone's name."""
    kept: Any = getattr(armature.data, "vrm_addon_extension", None)
    if kept is None:
        return {}
    if str(getattr(kept, "spec_version", "")).startswith("1"):
        bones = kept.vrm1.humanoid.human_bones
        names = [p.identifier for p in bones.bl_rna.properties if p.type == "POINTER"]
        pairs = [(_camel(n), getattr(bones, n)) for n in names]
    else:
        pairs = [(str(b.bone), b) for b in kept.vrm0.humanoid.human_bones]
    nodes = [(human, getattr(bone, "node", None)) for human, bone in pairs]
    return {h: str(n.bone_name) for h, n in nodes if getattr(n, "bone_name", "")}


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found.group(1).upper(), name)
