# SPDX-License-Identifier: GPL-3.0-or-later
"""The bone map that the settings name for an armature."""

from dataclasses import replace
from typing import Any

import bpy

from ....lsmplify_core.retarget import Rig, RigMap, check_map, find_map
from ....lsmplify_core.runtime.errors import InputError
from . import remember
from . import rows as bone_rows
from .vrm import assigned_map

REMEMBERED = "corrected by hand before, for the same names"


def chosen_map(settings: Any, armature: bpy.types.Object) -> str | RigMap:
    """What was corrected by hand; else what was kept for the same names; else the map's name or
    file. InputError where a file is asked for and none is named."""
    own = bone_rows.own_map(settings, armature)
    if own is not None:
        return own
    if settings.map == "auto":
        before = remember.known(bone_rows.names_of(armature))
        if before is not None:
            return replace(before, evidence=REMEMBERED)
    if settings.map != "file":
        return str(settings.map)
    if not settings.map_file:
        raise InputError("choose the file with the bone map")
    return bpy.path.abspath(settings.map_file)


def map_for(armature: bpy.types.Object, rig: Rig, choice: str | RigMap) -> RigMap:
    """The map of an armature's rig: found where a name or a file is given, by VRM's own assignment
    first where there is one; else checked."""
    if choice == "auto" and (assigned := assigned_map(armature, rig)) is not None:
        return assigned
    if isinstance(choice, str):
        return find_map(rig, choice)
    check_map(choice, rig)
    return choice
