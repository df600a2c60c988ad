# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character remembers of how it was moved: `armature.lsmplify_applied`."""

import inspect
import json
from typing import Any

import bpy

from ....lsmplify_core.retarget import RigMap, map_to_json
from ..bone_map.choice import chosen_map
from ..bone_map.rows import bones_of
from ..properties import CharacterFields

FIELDS = tuple(n for n in inspect.get_annotations(CharacterFields) if not n.startswith("own_"))
"""The options that are copied as they are."""


def keep(
    armature: bpy.types.Object, settings: Any, source: bpy.types.Object, action: bpy.types.Action
) -> None:
    """Note source, action and options on a character.

    settings: a group with `CharacterFields`, the panel's or the character's own.
    """
    kept: Any = armature.lsmplify_applied
    kept.source, kept.action = source, action
    if settings == kept:
        return
    for name in FIELDS:  # a new map forgets the corrected one, which is set after it
        setattr(kept, name, getattr(settings, name))
    own = chosen_map(settings, armature)
    if not isinstance(own, str):
        keep_map(kept, own, armature)


def keep_map(kept: Any, rig_map: RigMap, armature: bpy.types.Object) -> None:
    """Note a corrected map with the options."""
    kept.own_map = json.dumps(map_to_json(rig_map), ensure_ascii=False)
    kept.own_bones = bones_of(armature)


def keep_action(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Note which action the character shows of several that it got."""
    armature.lsmplify_applied.action = action
