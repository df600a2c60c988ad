# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts as markers on the scene's timeline: `L foot down`, `R heel up`, to be moved, added,
removed.

Where a scene has several bodies, markers end in the armature's name in brackets.
"""

import bpy

from ...lsmplify_core.cleanup.feet.contact_markers import Mark, contacts_of, mark_of, marks_of
from ...lsmplify_core.cleanup.feet.contacts import Contact
from ..takes import choosing
from ..takes.reading import Take


def show(scene: bpy.types.Scene, take: Take, contacts: list[Contact], by_part: bool) -> int:
    """Put markers for contacts in place of those that are there; returns how many."""
    clear(scene, take.armature)
    ending = _ending(scene, take.armature)
    marks = marks_of(contacts, by_part)
    last = take.grid.count
    shown = [m for m in marks if m.down or m.frame < last]
    for mark in shown:
        frame = round(take.grid.first + take.grid.step * mark.frame)
        scene.timeline_markers.new(mark.name + ending, frame=frame)
    return len(shown)


def add(scene: bpy.types.Scene, armature: bpy.types.Object, name: str) -> None:
    """A marker at the current frame."""
    scene.timeline_markers.new(name + _ending(scene, armature), frame=scene.frame_current)


def clear(scene: bpy.types.Scene, armature: bpy.types.Object) -> int:
    """Take the armature's markers away; returns how many. Those of others stay."""
    found = [m for m in scene.timeline_markers if _mark(scene, armature, m) is not None]
    for marker in found:
        scene.timeline_markers.remove(marker)
    return len(found)


def marks_in(scene: bpy.types.Scene, take: Take) -> list[Mark]:
    """The markers as marks on the take's frames."""
    found: list[Mark] = []
    for marker in scene.timeline_markers:
        mark = _mark(scene, take.armature, marker)
        if mark is not None:
            at = round((marker.frame - take.grid.first) / take.grid.step)
            found.append(Mark(mark.side, mark.what, mark.down, at))
    return found


def read(scene: bpy.types.Scene, take: Take, found: list[Contact]) -> list[Contact]:
    """The contacts that the markers mean; found: what the motion shows, for heel and toe."""
    return contacts_of(marks_in(scene, take), take.motion.frames, found)


def _mark(
    scene: bpy.types.Scene, armature: bpy.types.Object, marker: bpy.types.TimelineMarker
) -> Mark | None:
    """What a marker means for this armature, None if nothing."""
    mark = mark_of(marker.name, marker.frame)
    ending = _ending(scene, armature)
    if mark is None or ("[" in marker.name and not marker.name.endswith(f"[{armature.name}]")):
        return None
    return mark if not ending or marker.name.endswith(ending) else None


def _ending(scene: bpy.types.Scene, armature: bpy.types.Object) -> str:
    bodies = [o for o in scene.objects if choosing.is_body(o)]
    return f" [{armature.name}]" if len(bodies) > 1 else ""
