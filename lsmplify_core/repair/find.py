# SPDX-License-Identifier: GPL-3.0-or-later
"""All repairs that a take's tracks call for: swaps, then outliers, then gaps."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ..geometry.intervals import intervals_of
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks
from .jumps import find_jumps
from .outliers import find_outliers
from .records import Repair, apply, summary
from .rigid_neighbours import find_rigid_neighbours
from .swaps import find_swaps

_SHORT_GAP: Final = 0.2
"""Seconds: gaps up to this are filled; what happens in longer ones is the solver's to say."""
_MIN_VISIBLE: Final = 4
_MIN_FRAMES: Final = 8


def repair_tracks(
    tracks: Tracks, repairs: Sequence[Repair] | None
) -> tuple[Tracks, Tracks, tuple[Repair, ...]]:
    """The tracks (metres) with labels right and mistakes excluded, the same with gaps filled, and
    what was done.

    repairs: what to do; None for all that is found.
    """
    done = find_repairs(tracks) if repairs is None else tuple(repairs)
    if not done:
        return tracks, tracks, done
    warned = replace(tracks, warnings=(*tracks.warnings, *summary(done)))
    measured = apply(warned, [r for r in done if r.kind != "gap"])
    return measured, apply(measured, [r for r in done if r.kind == "gap"]), done


def find_repairs(tracks: Tracks) -> tuple[Repair, ...]:
    """Mistakes in tracks (metres) of one body, in the order of their frames.

    Whatever is found is sure enough to be repaired without asking; `apply` takes any of them back.
    """
    if tracks.frames < _MIN_FRAMES:
        return ()
    neighbours = find_rigid_neighbours(tracks.positions)
    certain, possible = find_jumps(tracks.positions, neighbours)
    swaps = find_swaps(tracks.positions, neighbours, possible, tracks.rate, tracks.names)
    repair_tracks = tracks
    if swaps:
        repair_tracks = apply(tracks, swaps)
        neighbours = find_rigid_neighbours(repair_tracks.positions)
        certain, _ = find_jumps(repair_tracks.positions, neighbours)
    outliers = find_outliers(
        repair_tracks.positions, neighbours, certain, tracks.rate, tracks.names
    )
    gaps = _gaps(apply(repair_tracks, outliers))
    return tuple(sorted((*swaps, *outliers, *gaps), key=lambda r: (r.first, r.tracks)))


def _gaps(tracks: Tracks) -> list[Repair]:
    """Gaps that are short and have samples on both sides."""
    found: list[Repair] = []
    most = round(_SHORT_GAP * tracks.rate)
    visible = tracks.seen.sum(axis=1)
    for name, first, last in missing_intervals(tracks.positions, tracks.names):
        if visible[first : last + 1].min() < _MIN_VISIBLE:
            continue  # there is nothing to go by: the pose is interpolated, not the tracks
        if first > 0 and last < tracks.frames - 1 and last - first < most:
            found.append(
                Repair(
                    "gap", (name,), first, last, "filled", f"{last - first + 1} samples are missing"
                )
            )
    return found


def missing_intervals(positions: Floats, names: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """(name, first, last) of every run of missing samples of tracks that are seen at all."""
    found: list[tuple[str, int, int]] = []
    missing = ~np.isfinite(positions[..., 0])
    for k in np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0)).tolist():
        found += [(names[k], first, end - 1) for first, end in intervals_of(missing[:, k])]
    return found
