# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of roles and bones: filled from a map, read as one, kept for the same names.

Chains have more rows than bones, for rows must not come and go while somebody edits one; the empty
ones behind the first are hidden by the list.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import bpy

from ....lsmplify_core.files.json_files import parse_json
from ....lsmplify_core.layouts.mapping import signature
from ....lsmplify_core.retarget import ROLES, TWIST_ROLES, RigMap, map_from_json, map_to_json
from ...common.own_changes import OwnChanges
from .. import changes
from . import remember

_ROWS: Final = {"Spine": 6, "Neck": 3}
"""Rows of the chains that differ most from rig to rig; other roles have one more than bones where
they may be chains of twist bones, else one."""
BY_HAND: Final = "corrected by hand"

_own = OwnChanges()


def fill(settings: Any, rig_map: RigMap) -> None:
    """Show a map in the list."""
    with _own.made():
        settings.rows.clear()
        for role in ROLES:
            chain = rig_map.bones.get(role, ())
            count = max(len(chain), _ROWS.get(role, int(role not in TWIST_ROLES)))
            for i in range(count):
                row = settings.rows.add()
                row.name, row.bone = role, chain[i] if i < len(chain) else ""
                row.guessed = role in rig_map.guessed
        settings.active = min(max(settings.active, 0), max(len(settings.rows) - 1, 0))


def clear(settings: Any) -> None:
    """Empty the list."""
    with _own.made():
        settings.rows.clear()


def map_in(settings: Any, armature: bpy.types.Object) -> RigMap:
    """What the list says; bones of a chain in the order of the rig."""
    bones: dict[str, list[str]] = {}
    for row in settings.rows:
        if row.bone:
            bones.setdefault(row.name, []).append(row.bone)
    order = {bone.name: _depth(bone) for bone in armature.data.bones}
    for chain in bones.values():
        chain.sort(key=lambda name: order.get(name, 0))
    kept = {role: tuple(bones[role]) for role in ROLES if role in bones}
    before = own_map(settings, armature)
    made = RigMap(settings.map_name or "By hand", kept, BY_HAND)
    return made if before is None else replace(before, bones=kept)


def changed(_row: Any, context: bpy.types.Context) -> None:
    """Somebody chose another bone for a role: it has that role alone, and the map is kept."""
    if _own:
        return
    settings = context.scene.lsmplify.character
    armature = settings.target or context.view_layer.objects.active
    if armature is None or armature.type != "ARMATURE":
        return
    with _own.made():
        if _row.bone:
            for other in settings.rows:
                if other != _row and other.bone == _row.bone:
                    other.bone = ""
        _row.guessed = False
    keep(settings, armature, map_in(settings, armature))


def keep(settings: Any, armature: bpy.types.Object, rig_map: RigMap) -> None:
    """Keep a corrected map with the scene, and for all armatures with the same names."""
    settings.own_map = json.dumps(map_to_json(rig_map), ensure_ascii=False)
    settings.own_bones = bones_of(armature)
    settings.mapped = len(rig_map.mapped)
    remember.keep(rig_map, names_of(armature))
    changes.note_change()


def own_map(settings: Any, armature: bpy.types.Object) -> RigMap | None:
    """The map that was corrected by hand for an armature with these bones, if there is one."""
    if not settings.own_map or settings.own_bones != bones_of(armature):
        return None
    kept = parse_json(settings.own_map, "the list of bones", "a map")
    return replace(map_from_json(kept, "the list"), evidence=BY_HAND)


def bones_of(armature: bpy.types.Object) -> str:
    """A short word for the names of an armature's bones."""
    return signature(names_of(armature))


def names_of(armature: bpy.types.Object) -> Sequence[str]:
    """All bones' names."""
    return [bone.name for bone in armature.data.bones]


def _depth(bone: bpy.types.Bone) -> int:
    return len(bone.parent_recursive)
