# SPDX-License-Identifier: GPL-3.0-or-later
"""Which track is which body point, for a solve: as mapped by hand, as mapped before, or by names."""

from collections.abc import Sequence

import bpy

from ...lsmplify_core.errors import InputError
from ...lsmplify_core.layout import load_layout
from ...lsmplify_core.mapping import Mapping, match_of
from ...lsmplify_core.matching import Match, best_match, match_layout
from ...lsmplify_core.names import plain
from . import remember, rows


def match_tracks(
    settings: bpy.types.PropertyGroup, names: Sequence[str], layout: str | None = None
) -> tuple[Match, tuple[str, ...]]:
    """The match to solve with, and sentences about how it came to be.

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
        return best_match(names), ()
    return match_layout(names, load_layout(chosen)), ()


def _by_hand(
    settings: bpy.types.PropertyGroup, names: Sequence[str]
) -> tuple[Match, tuple[str, ...]] | None:
    kept = settings.mapping
    mapping = rows.mapping_in(kept) if kept.edited else None
    if mapping is not None and settings.layout in ("auto", mapping.layout.name):
        if _is_for(mapping, names):
            return match_of(mapping, names), ()
        note = "the mapping list is of other tracks; these were matched by their names"
        return best_match(names), (note,)
    mapping = remember.known(names) if settings.layout == "auto" else None
    if mapping is None:
        return None
    try:
        match = match_of(mapping, names)
    except InputError:
        return None
    return match, ("the tracks were mapped as you mapped them before; Match Tracks shows how",)


def _is_for(mapping: Mapping, names: Sequence[str]) -> bool:
    """Whether most of the mapped tracks are among these."""
    there = {plain(n) for n in names} | set(names)
    found = sum(t in there or plain(t) in there for t in mapping.tracks)
    return 2 * found > len(mapping.tracks)
