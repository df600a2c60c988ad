# SPDX-License-Identifier: GPL-3.0-or-later
"""From a solved body, or any humanoid armature, to an artist's own character.

A `Rig` (bones at rest) and a `RigMap` (which bone is what) in; poses of the rig out.
"""

from ..runtime.errors import InputError
from .mapping.by_name import shipped_maps
from .mapping.find import find_map, map_from_vrm
from .posing.character_body import body_of, performance_of_rig, pose_character
from .posing.performance import Performance, performance_of
from .rig.rig import Rig, checked_rig
from .rig.rig_map import RigMap, check_map, load_map, map_from_json, map_to_json, save_map
from .rig.rig_motion import (
    Retargeted,
    RetargetOptions,
    RetargetProgress,
    RetargetReport,
    RigMotion,
    RigPoses,
)
from .rig.roles import FINGER_ROLES, ROLES, TWIST_ROLES
from .steps import retarget, retarget_steps

__all__ = [
    "FINGER_ROLES",
    "ROLES",
    "TWIST_ROLES",
    "InputError",
    "Performance",
    "RetargetOptions",
    "RetargetProgress",
    "RetargetReport",
    "Retargeted",
    "Rig",
    "RigMap",
    "RigMotion",
    "RigPoses",
    "body_of",
    "check_map",
    "checked_rig",
    "find_map",
    "load_map",
    "map_from_json",
    "map_from_vrm",
    "map_to_json",
    "performance_of",
    "performance_of_rig",
    "pose_character",
    "retarget",
    "retarget_steps",
    "save_map",
    "shipped_maps",
]  # fmt: skip
