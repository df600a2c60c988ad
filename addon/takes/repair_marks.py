# SPDX-License-Identifier: GPL-3.0-or-later
"""Repairs as markers on the scene's timeline: `repair: swap LKNE RKNE, 12 frames`.

Where a scene has several bodies, markers end in the armature's name in brackets. Gaps that were
filled are listed and not marked: most takes have too many.
"""

from typing import Final

import bpy

from . import choosing, record
from .reading import shown_action

_BEGIN: Final = "repair: "
_LONGEST: Final = 63
"""Bytes of a marker's name; Blender cuts longer ones off."""


def refresh(scene: bpy.types.Scene, armature: bpy.types.Object) -> int:
    """Mark what was mended in the tracks of the action that an armature shows, in place of earlier
    markers; returns how many. None where the scene wants no markers."""
    clear(scene, armature)
    if not scene.lsmplify.mark_repairs:
        return 0
    owner = record.owner_of(shown_action(armature))
    if owner is None:
        return 0
    several = sum(choosing.is_body(o) for o in scene.objects) > 1
    ending = _ending(armature) if several else ""
    items = [i for i in owner.lsmplify_step.repairs if i.on and i.kind != "gap"]
    for item in items:
        frames = item.end - item.start + 1
        length = f", {frames} frames" if frames > 1 else ""
        most = _LONGEST - len(f"{length}{ending}".encode())
        text = _cut(f"{_BEGIN}{item.name}", most)
        scene.timeline_markers.new(f"{text}{length}{ending}", frame=item.start)
    return len(items)


def clear(scene: bpy.types.Scene, armature: bpy.types.Object) -> int:
    """Take an armature's markers away; returns how many. Those of others stay."""
    found = [m for m in scene.timeline_markers if _is_of(m.name, armature)]
    for marker in found:
        scene.timeline_markers.remove(marker)
    return len(found)


def refresh_all(scene: bpy.types.Scene, _context: object = None) -> None:
    """Mark, or take away, the repairs of every body in the scene."""
    for armature in [o for o in scene.objects if choosing.is_body(o)]:
        refresh(scene, armature)


def _is_of(name: str, armature: bpy.types.Object) -> bool:
    if not name.startswith(_BEGIN):
        return False
    return not name.endswith("]") or name.endswith(_ending(armature))


def _ending(armature: bpy.types.Object) -> str:
    return f" [{_cut(armature.name, 24)}]"


def _cut(text: str, most: int) -> str:
    """The text's beginning, in so many bytes at most."""
    return text.encode()[:most].decode(errors="ignore")
