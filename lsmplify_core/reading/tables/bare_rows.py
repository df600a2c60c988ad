# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of bare numbers: points of three or four, after columns of frames, times and people."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError
from ...tracks.point_order import known_counts, ranked_orders
from ...tracks.tracks import Tracks
from ..checked_input import make_tracks, matrix, zeros_missing
from ..clock import in_seconds
from ..nameless import names_by_order
from ..regular import frames_of
from .people import pivoted

Floats = NDArray[np.float64]

_MOST_LEADING: Final = 4


@dataclass(frozen=True)
class _Cut:
    """lead: columns before the points. each: numbers of a point. misfit: of the best body."""

    lead: int
    each: int
    misfit: float


def read_rows(rows: list[list[str]], fps: float | None, path: Path) -> Tracks:
    """Tracks of a table without a header, a frame (or a person in a frame) a row.

    How many columns stand before the points, and whether a point has a confidence, is found by
    which of the ways to cut a row gives a body. Raises InputError.
    """
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    data = matrix(rows, width, path)
    cut = _best_cut(data)
    if cut is None:
        counts = ", ".join(str(n) for n in known_counts())
        raise InputError(
            f"{path}: rows of {width} numbers are not points of x, y, z (or x, y, z, confidence); "
            f"known without names are {counts} points, after frame, time and person"
        )
    lead, points = data[:, : cut.lead], data[:, cut.lead :].reshape(len(data), -1, cut.each)
    sure = points[..., 3].clip(0.0, 1.0) if cut.each == 4 else None
    places = points[..., :3].copy()
    if sure is not None:
        places[~(points[..., 3] > 0)] = np.nan
    places = zeros_missing(places, always=False)
    numbers, times, who = _leading(lead)
    keys = lead[:, numbers] if numbers is not None else None
    if who is not None and keys is not None:
        people = [f"{v:g}" for v in lead[:, who]]
        names = [str(i) for i in range(places.shape[1])]
        places, titles, keys, sure = pivoted(people, keys, places, names, sure, path)
        size = len(names)
        own, notes = names_by_order(places[:, :size])
        several = len(titles) > size
        titles = [
            f"{t.rpartition(':')[0]}:{n}" if several else n
            for t, n in zip(titles, own * (len(titles) // size), strict=True)
        ]
        frames = frames_of(len(places), str(path), keys)
    else:
        titles, notes = names_by_order(places)
        clock = None if times is None else in_seconds(lead[:, times])
        frames = frames_of(len(places), str(path), keys, clock)
    return make_tracks(
        places,
        titles,
        None,
        fps,
        path,
        confidence=sure,
        frames=frames,
        warnings=notes,
        nameless=True,
    )


def _best_cut(data: Floats) -> _Cut | None:
    """The way to cut rows that gives the best body; plain x, y, z where none gives any."""
    width = data.shape[1]
    cuts: list[_Cut] = []
    for lead in range(_MOST_LEADING + 1):
        if lead and not all(_leads(data[:, c]) for c in range(lead)):
            break
        for each in (3, 4):
            count, rest = divmod(width - lead, each)
            if rest or count not in known_counts():
                continue
            points = data[:, lead:].reshape(len(data), -1, each)
            if each == 4 and not _are_scores(points[..., 3]):
                continue
            ranked = ranked_orders(zeros_missing(points[..., :3].copy(), always=False))
            cuts.append(_Cut(lead, each, ranked[0].misfit if ranked else 9.0))
    if cuts:
        return min(cuts, key=lambda c: c.misfit)
    return _Cut(0, 3, 9.0) if width % 3 == 0 else None


def _leads(column: Floats) -> bool:
    """Whether a column may be of frames, times or people: it rises, or holds a few whole
    numbers."""
    known = column[np.isfinite(column)]
    if len(known) < 0.9 * len(column) or not len(known):
        return False
    steps = np.diff(known)
    whole = bool((known == np.rint(known)).all())
    rises = bool((steps >= 0).all()) and known[-1] > known[0]
    return rises or (whole and len(np.unique(known)) <= 50) or len(known) == 1


def _are_scores(values: Floats) -> bool:
    """Whether the fourth numbers of points are confidences: between 0 and 1 (or 100)."""
    known = values[np.isfinite(values)]
    return len(known) > 0 and float(known.min()) >= 0 and float(known.max()) <= 100.0


def _leading(lead: Floats) -> tuple[int | None, int | None, int | None]:
    """Which of the leading columns number frames, hold times, and tell people apart."""
    numbers = times = who = None
    for column in range(lead.shape[1]):
        values = lead[:, column]
        whole = bool((values == np.rint(values)).all())
        steps = np.diff(values)
        rises = len(steps) > 0 and bool((steps >= 0).all()) and values[-1] > values[0]
        if rises and whole and numbers is None and float(np.median(steps[steps > 0])) <= 4:
            numbers = column
        elif rises and times is None:
            times = column
        elif whole and not rises and len(np.unique(values)) > 1:
            who = column
    return numbers, times, who
