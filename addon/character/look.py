# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel says of an armature at every redraw: found once, and again when it has changed."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import bpy

from ...lsmplify_core.runtime.errors import InputError
from . import changes
from .bone_map.choice import chosen_map, map_for
from .rig.armature import check_character, rig_from
from .rig.smpl_names import is_character

_MOST = 16


@dataclass(frozen=True)
class Seen:
    """trouble: why nothing can be baked on it, one line; else empty. name: of its map; mapped:
    bones that have a role; bones: all."""

    trouble: str
    name: str = ""
    mapped: int = 0
    bones: int = 0


_seen: "OrderedDict[tuple[Any, ...], Seen]" = OrderedDict()


def seen(settings: Any, armature: bpy.types.Object) -> Seen:
    """What is found in an armature with the chosen map. settings: `scene.lsmplify.character`."""
    key = _key(settings, armature)
    if key not in _seen:
        _seen[key] = _found(settings, armature)
        while len(_seen) > _MOST:
            _seen.popitem(last=False)
    return _seen[key]


def trouble(settings: Any) -> str:
    """Why tracks can't be baked on the chosen armature, in one line; nothing where they can, or
    where it is an SMPL body. settings: `scene.lsmplify`."""
    armature = settings.armature
    return seen(settings.character, armature).trouble if is_character(armature) else ""


def _key(settings: Any, armature: bpy.types.Object) -> tuple[Any, ...]:
    # Scale alone: a character that is itself moved is not looked at anew at every frame.
    world = (*(round(v, 4) for v in armature.matrix_world.to_scale()),
             armature.matrix_world.is_negative)  # fmt: skip
    names = hash(tuple(b.name for b in armature.data.bones))
    library = bool(armature.library) and not armature.override_library
    return (
        armature.name, names, world, settings.map, settings.map_file, settings.own_map,
        changes.number(), library,
    )  # fmt: skip


def _found(settings: Any, armature: bpy.types.Object) -> Seen:
    try:
        rig = rig_from(check_character(armature))
        rig_map = map_for(armature, rig, chosen_map(settings, armature))
    except InputError as error:
        return Seen(str(error))
    return Seen("", rig_map.name, len(rig_map.mapped), rig.count)
