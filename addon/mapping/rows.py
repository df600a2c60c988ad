# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the mapping list, and what follows when one of them is changed.

A row for each body point, behind them one for each track, which is hidden while the track is used:
rows that come and go while somebody edits one would take it away under Blender's hands.
"""

from collections.abc import Sequence
from typing import Any

import bpy

from ...lsmplify_core.layouts.layout import Keypoint, Layout
from ...lsmplify_core.layouts.mapping import Mapping
from ...lsmplify_core.layouts.names import plain
from ..common.own_changes import OwnChanges
from . import remember

MATCHED, GUESSED, MISSING, UNUSED = "MATCHED", "GUESSED", "MISSING", "UNUSED"
HIDDEN = "HIDDEN"

_own = OwnChanges()
"""While the add-on itself fills rows, their updates do nothing."""


def state_of(row: bpy.types.PropertyGroup) -> str:
    """Matched by name or by hand, guessed from something else, missing, or a track that is
    unused."""
    if row.joint < 0:
        return HIDDEN if row.used else UNUSED
    if not row.track:
        return MISSING
    return MATCHED if row.alike or row.by_hand else GUESSED


def fill(
    settings: bpy.types.PropertyGroup, mapping: Mapping, names: Sequence[str], evidence: str,
    edited: bool,
) -> None:  # fmt: skip
    """Show a mapping in the list. names: all tracks there are."""
    kept = settings.mapping
    with _own.made():
        kept.rows.clear()
        name_all(kept.tracks, names)
        name_all(kept.points, mapping.layout.names)
        for keypoint, track in zip(mapping.layout.keypoints, mapping.track_of, strict=True):
            row = kept.rows.add()
            row.name = row.point = keypoint.name
            row.joint, row.offset = keypoint.joint, keypoint.offset
            row.track = track or ""
            row.alike = track is not None and _alike(keypoint, track)
            row.by_hand = edited and track is not None
        kept.layout, kept.evidence, kept.edited, kept.active = (
            mapping.layout.name, evidence, edited, 0,
        )  # fmt: skip
        for track in names:
            row = kept.rows.add()
            row.name = row.track = track
        _tell_unused(kept)


def clear(settings: bpy.types.PropertyGroup) -> None:
    """Empty the list: names decide again."""
    kept = settings.mapping
    with _own.made():
        for names in (kept.rows, kept.tracks, kept.points):
            names.clear()
        kept.layout, kept.evidence, kept.edited, kept.active = "", "", False, 0


def mapping_in(kept: bpy.types.PropertyGroup) -> Mapping | None:
    """What the list says, None where it is empty."""
    points = [r for r in kept.rows if r.joint >= 0]
    if not points:
        return None
    keypoints = tuple(Keypoint(r.name, r.joint, tuple(r.offset)) for r in points)
    return Mapping(Layout(kept.layout, keypoints), tuple(r.track or None for r in points))


def assign(kept: bpy.types.PropertyGroup, point: str, track: str) -> None:
    """Say that a point is shown by a track; an empty track leaves the point without one. KeyError
    names what is not there."""
    row = next((r for r in kept.rows if r.joint >= 0 and r.name == point), None)
    if row is None:
        raise KeyError(point)
    if track and track not in kept.tracks:
        raise KeyError(track)
    row.track = track


def track_changed(kept: bpy.types.PropertyGroup, row: bpy.types.PropertyGroup) -> None:
    """Somebody chose another track for a point."""
    if _own or row.joint < 0:
        return
    with _own.made():
        if row.track and row.track not in kept.tracks:
            row.track = ""
        row.by_hand, row.alike = bool(row.track), False
        for other in kept.rows:
            if other.joint >= 0 and other != row and row.track and other.track == row.track:
                other.track, other.by_hand = "", False
        _tell_unused(kept)
    _edited(kept)


def point_changed(kept: bpy.types.PropertyGroup, row: bpy.types.PropertyGroup) -> None:
    """Somebody chose a point for an unused track."""
    if _own or row.joint >= 0 or row.point not in kept.points:
        return
    track, point = row.track, row.point
    index = kept.points.find(point)
    assign(kept, point, track)
    kept.active = index


def _edited(kept: bpy.types.PropertyGroup) -> None:
    kept.edited = True
    mapping = mapping_in(kept)
    if mapping is not None:
        remember.keep(mapping, [t.name for t in kept.tracks])


def _tell_unused(kept: bpy.types.PropertyGroup) -> None:
    """Note on the tracks' own rows whether a point has them, and leave no choice standing there."""
    used = {r.track for r in kept.rows if r.joint >= 0}
    for row in kept.rows:
        if row.joint < 0:
            row.used, row.point = row.track in used, ""


def name_all(collection: "bpy.types.bpy_prop_collection[Any]", names: Sequence[str]) -> None:
    """Fill a collection of names anew."""
    collection.clear()
    for name in names:
        collection.add().name = name


def _alike(keypoint: Keypoint, track: str) -> bool:
    return plain(track) in {plain(n) for n in (keypoint.name, *keypoint.aliases)}
