# SPDX-License-Identifier: GPL-3.0-or-later
"""Which track is which body point, for a solve: as mapped by hand, as mapped before, or by
names."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import bpy

from ...lsmplify_core.calibration.calibration_file import SavedCalibration
from ...lsmplify_core.layouts.layout import Layout, load_layout
from ...lsmplify_core.layouts.mapping import Mapping, match_of
from ...lsmplify_core.layouts.matching import Match, best_match, match_layout, rank_layouts
from ...lsmplify_core.layouts.names import plain
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.tracks.tracks import Tracks
from ...lsmplify_core.unnamed.assigning import attached, matched
from . import remember, rows


class Found(NamedTuple):
    """match: to solve with. notes: sentences about how it came to be. by_hand: whether somebody
    mapped the tracks, now or before."""

    match: Match
    notes: tuple[str, ...] = ()
    by_hand: bool = False


def match_tracks(
    settings: bpy.types.PropertyGroup, names: Sequence[str], layout: str | None = None
) -> Found:
    """Match tracks with body points.

    layout: "auto", a name or a JSON file, which then alone decides; None takes the scene's mapping
    list where somebody edited it, else what was mapped by hand before for the same names, else the
    scene's layout. InputError where nothing shows a body.
    """
    if layout is None:
        found = _by_hand(settings, names)
        if found is not None:
            return found
    chosen = layout or settings.layout
    if chosen == "auto":
        return Found(best_match(names))
    if chosen == "none":
        raise InputError("tracks without names have no body points to list; choose a layout")
    return Found(match_layout(names, load_layout(chosen)))


def placed(
    settings: bpy.types.PropertyGroup, tracks: Tracks, layout: str | None = None,
    saved: SavedCalibration | None = None,
) -> tuple[Tracks, Found]:  # fmt: skip
    """The same for a solve, which may also do without names: the tracks as the match has them.

    Where the layout is "none", and where names say nothing, tracks go to the parts of the body that
    they move with; what was mapped by hand of them is believed. saved: the person, whose markers
    are known by name.
    """
    chosen = layout or settings.layout
    if layout is None and chosen == "none" and saved is None:
        found, match = attached(tracks, _said(settings))
        return found, Found(match)
    by_hand = _by_hand(settings, tracks.names) if layout is None else None
    if by_hand is not None:
        return tracks, by_hand
    found, match = matched(tracks, chosen, saved)
    return found, Found(match)


def _said(settings: bpy.types.PropertyGroup) -> Layout | None:
    """What the mapping list says of tracks by hand, as a layout of their names."""
    mapping = rows.mapping_in(settings.mapping) if settings.mapping.edited else None
    if mapping is None:
        return None
    pairs = zip(mapping.layout.keypoints, mapping.track_of, strict=True)
    named = tuple(replace(k, name=t, aliases=()) for k, t in pairs if t is not None)
    return Layout(mapping.layout.name, named) if named else None


def nearest(settings: bpy.types.PropertyGroup, names: Sequence[str]) -> Match:
    """The chosen layout, or the one that comes nearest, with what little is found of it: a list to
    begin with where the names say too little for a solve."""
    if settings.layout not in ("auto", "none"):
        return match_layout(names, load_layout(settings.layout), strict=False)
    return rank_layouts(names)[0]


def _by_hand(settings: bpy.types.PropertyGroup, names: Sequence[str]) -> Found | None:
    kept = settings.mapping
    mapping = rows.mapping_in(kept) if kept.edited else None
    if mapping is not None and settings.layout in ("auto", mapping.layout.name):
        if _is_for(mapping, names):
            return Found(match_of(mapping, names), by_hand=True)
        note = "the mapping list is of other tracks; these were matched by their names"
        return Found(best_match(names), (note,))
    mapping = remember.known(names) if settings.layout == "auto" else None
    if mapping is None:
        return None
    try:
        match = match_of(mapping, names)
    except InputError:
        return None
    return Found(match, ("the tracks were mapped as you mapped them before (see Mapping)",), True)


def _is_for(mapping: Mapping, names: Sequence[str]) -> bool:
    """Whether most of the mapped tracks are among these."""
    there = {plain(n) for n in names} | set(names)
    found = sum(t in there or plain(t) in there for t in mapping.tracks)
    return 2 * found > len(mapping.tracks)
