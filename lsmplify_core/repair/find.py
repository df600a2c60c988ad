# SPDX-License-Identifier: GPL-3.0-or-later
"""All repairs that a take's tracks call for: swaps, then strays, then gaps."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ..geometry.intervals import intervals_of
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks
from .jumps import find_leaps
from .outliers import find_strays
from .records import Repair, apply, summary
from .rigid_neighbours import find_partners
from .swaps import find_swaps

_SHORT: Final = 0.2
"""Seconds: gaps up to this are filled; what happens in longer ones is the solver's to say."""
_LEAST_SEEN: Final = 4
_LEAST_FRAMES: Final = 8


def mended(
    tracks: Tracks, repairs: Sequence[Repair] | None
) -> tuple[Tracks, Tracks, tuple[Repair, ...]]:
    """The tracks (metres) with labels right and mistakes left out, the same with gaps filled, and
    what was done.

    repairs: what to do; None for all that is found.
    """
    done = find_repairs(tracks) if repairs is None else tuple(repairs)
    if not done:
        return tracks, tracks, done
    told = replace(tracks, warnings=(*tracks.warnings, *summary(done)))
    measured = apply(told, [r for r in done if r.kind != "gap"])
    return measured, apply(measured, [r for r in done if r.kind == "gap"]), done


def find_repairs(tracks: Tracks) -> tuple[Repair, ...]:
    """Mistakes in tracks (metres) of one body, in the order of their frames.

    Whatever is found is sure enough to be mended without asking; `apply` takes any of them back.
    """
    if tracks.frames < _LEAST_FRAMES:
        return ()
    partners = find_partners(tracks.positions)
    sure, maybe = find_leaps(tracks.positions, partners)
    swaps = find_swaps(tracks.positions, partners, maybe, tracks.rate, tracks.names)
    mended = tracks
    if swaps:
        mended = apply(tracks, swaps)
        partners = find_partners(mended.positions)
        sure, _ = find_leaps(mended.positions, partners)
    strays = find_strays(mended.positions, partners, sure, tracks.rate, tracks.names)
    gaps = _gaps(apply(mended, strays))
    return tuple(sorted((*swaps, *strays, *gaps), key=lambda r: (r.first, r.tracks)))


def _gaps(tracks: Tracks) -> list[Repair]:
    """Gaps that are short and have samples on both sides."""
    found: list[Repair] = []
    most = round(_SHORT * tracks.rate)
    shown = tracks.seen.sum(axis=1)
    for name, first, last in runs_missing(tracks.positions, tracks.names):
        if shown[first : last + 1].min() < _LEAST_SEEN:
            continue  # there is nothing to go by: the pose is interpolated, not the tracks
        if first > 0 and last < tracks.frames - 1 and last - first < most:
            found.append(
                Repair(
                    "gap", (name,), first, last, "filled", f"{last - first + 1} samples are missing"
                )
            )
    return found


def runs_missing(positions: Floats, names: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """(name, first, last) of every run of missing samples of tracks that are seen at all."""
    found: list[tuple[str, int, int]] = []
    missing = ~np.isfinite(positions[..., 0])
    for k in np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0)).tolist():
        found += [(names[k], first, end - 1) for first, end in intervals_of(missing[:, k])]
    return found
