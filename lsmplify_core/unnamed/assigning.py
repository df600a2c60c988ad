# SPDX-License-Identifier: GPL-3.0-or-later
"""Which track is which point of the body: by names, by a calibration's names, or by how they
move."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..calibration.calibration_file import SavedCalibration
from ..layouts.layout import Layout, load_layout, shipped_layouts
from ..layouts.matching import LEAST_POINTS, Match, best_match, match_layout
from ..props.take import props_of
from ..runtime.errors import InputError
from ..tracks.point_order import order_named, ranked_orders, unclear
from ..tracks.tracks import Tracks
from .hand_points import with_hands
from .unused import unused_notes

if TYPE_CHECKING:  # tracks with names need none of it
    from .attach import Attached

LEAST_NAMED: Final = 0.6
"""A layout file that names fewer of the tracks says only something of the others."""
LEAST_CERTAIN: Final = 0.8
"""Unasked, tracks are placed by how they move only where the network is surer than this: whole
bodies come to 0.87 and more, a wheelchair with a rider's arms to 0.71."""


def matched(
    tracks: Tracks, layout: str = "auto", saved: SavedCalibration | None = None
) -> tuple[Tracks, Match]:
    """Which track is which point: by names, by a calibration's names, or without any.

    layout: "auto", "none" for tracks whose names mean nothing, a shipped name or a JSON file. A
    file that names only some of at least twenty tracks places the others by how they move. Where
    unit and up axis come out of that, the tracks returned know them. Hands that lie at the wrists
    of a video detector's body are joined to it. What is not used is among the tracks' warnings.
    Raises InputError where nothing says which points they are.
    """
    tracks, match = _body_matched(tracks, layout, saved)
    match, notes = with_hands(tracks, match)
    props = props_of(tracks, match)
    match = replace(match, props=tuple(p.tracks for p in props))
    warnings = (*tracks.warnings, *notes, *unused_notes(tracks, match, props))
    return replace(tracks, warnings=warnings), match


def _body_matched(
    tracks: Tracks, layout: str, saved: SavedCalibration | None
) -> tuple[Tracks, Match]:
    """The match of the body alone."""
    if layout in ("auto", "none") and saved is not None:
        own = saved.match(tracks.names)
        if len(own.matched) >= LEAST_POINTS:
            return tracks, own
    if tracks.nameless and layout != "none":
        return _in_order(tracks, layout)
    if layout == "none":
        return _told(_attached(tracks, None))
    if layout != "auto":
        shown = load_layout(layout)
        part = match_layout(tracks.names, shown, strict=False)
        few = len(part.matched) < LEAST_NAMED * len(tracks.names)
        if few and part.matched and layout not in shipped_layouts() and _many(tracks):
            return _told(_attached(tracks, shown))
        return tracks, match_layout(tracks.names, shown)
    try:
        return tracks, best_match(tracks.names)
    except InputError:
        if not _many(tracks):
            raise
        found = _attached(tracks, None)
        if found.certainty * _share_used(found) < LEAST_CERTAIN:
            raise InputError(
                f"{tracks.source}: the tracks' names match no layout, and they hardly move as the "
                f"parts of one body do (certainty {found.certainty:.0%}); rename them, map them by "
                "hand, or take the layout Without Names (--layout none)"
            ) from None
        return _told(found)


def _share_used(found: "Attached") -> float:
    """Share of the tracks that are the body's, of these and those of props: where half of a take is
    rigid bodies, the rest need not be a person's."""
    used = len(found.match.matched)
    return used / (used + sum(len(group) for group in found.match.props))


def _in_order(tracks: Tracks, layout: str) -> tuple[Tracks, Match]:
    """Points without names: in the order that the user names, else in the one that was clear."""
    count = len(tracks.names)
    if layout == "auto":
        if sum(n.rpartition(":")[2].startswith("point ") for n in tracks.names) == count:
            raise InputError(f"{tracks.source}: {unclear(ranked_orders(tracks.positions), count)}")
        return tracks, best_match(tracks.names)
    order = order_named(layout, count)
    if order is not None:
        shown, names = load_layout(order.layout), order.titles(count)
    else:
        shown = load_layout(layout)
        own = match_layout(tracks.names, shown, strict=False)
        names = [*shown.names, *(f"point {i}" for i in range(len(shown.names), count))][:count]
        if len(shown.names) > count or len(own.matched) >= LEAST_NAMED * count:
            return tracks, match_layout(tracks.names, shown)
    named = replace(tracks, names=tuple(names), warnings=tuple(
        w for w in tracks.warnings if "without names were taken" not in w
    ))  # fmt: skip
    return named, match_layout(named.names, shown)


def _attached(tracks: Tracks, known: Layout | None) -> "Attached":
    from .attach import attach

    return attach(tracks, known)


def _many(tracks: Tracks) -> bool:
    from .attach import LEAST_TRACKS

    return int(tracks.seen.any(axis=0).sum()) >= LEAST_TRACKS


def attached(tracks: Tracks, known: Layout | None) -> tuple[Tracks, Match]:
    """Tracks and their match by how they move; known: points of some of them, by the tracks'
    names."""
    found, match = _told(_attached(tracks, known))
    notes = unused_notes(found, match, props_of(found, match))
    return replace(found, warnings=(*found.warnings, *notes)), match


def _told(found: "Attached") -> tuple[Tracks, Match]:
    warnings = (*found.tracks.warnings, *found.warnings)
    return replace(found.tracks, warnings=warnings), found.match
