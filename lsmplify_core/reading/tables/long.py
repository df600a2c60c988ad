# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables with a sample a row: frame, keypoint, x, y, z, and perhaps time, person, confidence."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError
from ...tracks.tracks import Tracks
from ..checked_input import make_tracks
from ..clock import is_frame_title, is_time_title, seconds
from ..dialect import number
from ..nameless import names_by_order
from ..regular import frames_of
from .people import is_person_title

Floats = NDArray[np.float64]

_POINTS: Final = frozenset(
    [
        "keypoint",
        "marker",
        "name",
        "joint",
        "landmark",
        "bodypart",
        "part",
        "point",
        "label",
        "bone",
        "jointname",
        "jointtype",
        "markername",
        "keypointname",
        "landmarkname",
        "pointname",
        "jointid",
        "landmarkid",
        "keypointid",
        "landmarkindex",
        "jointindex",
        "keypointindex",
        "trajectory",
        "segment",
    ]
)
_WEAK: Final = ("trajectory", "segment")
"""Titles that name the point only where no other title does."""
_KINDS: Final = ("model", "trajectory")
"""FreeMoCap's columns that say what kind of point a row is of."""
_PLACE: Final = re.compile(
    r"(pos|position|p|t|world|global|coord)?([xyz])(m|mm|cm|world|3d)?", re.I
)


def is_long(header: Sequence[str]) -> bool:
    """Whether a header has one column each for the point and its three axes."""
    plain = [_plain(t) for t in header]
    axes = {m[2].lower() for t in plain if (m := _PLACE.fullmatch(t))}
    return axes == {"x", "y", "z"} and any(t in _POINTS for t in plain)


def read_long(
    header: Sequence[str], rows: list[list[str]], fps: float | None, path: Path
) -> Tracks:
    """Tracks of a table with a sample a row. Raises InputError."""
    plain = [_plain(t) for t in header]
    who = min((i for i, t in enumerate(plain) if t in _POINTS), key=lambda i: plain[i] in _WEAK)
    places = [next(i for i, t in enumerate(plain) if _is_axis(t, a)) for a in "xyz"]
    when = next((i for i, t in enumerate(header) if is_frame_title(t)), None)
    clock = next((i for i, t in enumerate(header) if is_time_title(t)), None)
    if when is None and clock is None:
        raise InputError(f"{path}: no column named frame says which frame a row is of")
    kinds = [i for i, t in enumerate(plain) if t in _KINDS]
    width = max(who, *places, *kinds, when or 0, clock or 0)
    rows = _of_body_and_hands([r for r in rows if len(r) > width], plain, who)
    people = next((i for i, t in enumerate(header) if i != who and is_person_title(t)), None)
    points = [_named(row, who, people) for row in rows]
    names = list(dict.fromkeys(points))
    times = None if clock is None else seconds([r[clock] for r in rows], header[clock])
    keys = times if when is None else np.array([number(r[when]) for r in rows])
    assert keys is not None
    stamps = np.unique(keys[np.isfinite(keys)])
    if not names or not len(stamps):
        raise InputError(f"{path}: there are no frames below the header")
    if len(names) * len(stamps) > 20 * len(rows) + 10_000:
        raise InputError(f"{path}: {len(rows)} rows name {len(names)} points; it is damaged")
    point_of = {v: i for i, v in enumerate(names)}
    positions = np.full((len(stamps), len(names), 3), np.nan)
    moments = np.full(len(stamps), np.nan)
    for i, row in enumerate(rows):
        if np.isfinite(keys[i]):
            frame = int(np.searchsorted(stamps, keys[i]))
            positions[frame, point_of[points[i]]] = [number(row[p]) for p in places]
            if times is not None:
                moments[frame] = times[i]
    frames = frames_of(
        len(stamps), str(path), None if when is None else stamps, None if clock is None else moments
    )
    if all(n.isdigit() for n in names):
        order = np.argsort([int(n) for n in names])
        titles, notes = names_by_order(positions[:, order])
        return make_tracks(
            positions[:, order],
            titles,
            None,
            fps,
            path,
            frames=frames,
            warnings=notes,
            nameless=True,
        )
    return make_tracks(positions, names, None, fps, path, frames=frames)


def _of_body_and_hands(rows: list[list[str]], plain: Sequence[str], who: int) -> list[list[str]]:
    """FreeMoCap's rows of body and hands: the face has another model, and a body made of stiff
    segments is a second trajectory of the same points. A hand's points get its side's name."""
    if "trajectory" in plain and plain.index("trajectory") != who:
        kind = plain.index("trajectory")
        rows = [row for row in rows if row[kind].strip().lower() == "3d_xyz"] or rows
    if "model" not in plain:
        return rows
    model = plain.index("model")
    bodies = [row for row in rows if "body" in row[model].lower()]
    if not bodies:
        return rows
    return [*bodies, *(h for row in rows if (h := _of_a_hand(row, model, who)) is not None)]


def _of_a_hand(row: list[str], model: int, who: int) -> list[str] | None:
    """A row with its point named as the hand's; None for what is no hand's."""
    side = next((s for s in ("left", "right") if f"{s}_hand" in row[model].lower()), None)
    if side is None:
        return None
    named = [*row]
    if not row[who].lower().startswith(side):
        named[who] = f"{side}_hand_{row[who]}"
    return named


def _named(row: Sequence[str], who: int, people: int | None) -> str:
    if people is None or people >= len(row):
        return row[who]
    person = row[people]
    return f"{f'Person {person}' if person.isdigit() else person}:{row[who]}"


def _is_axis(plain: str, axis: str) -> bool:
    found = _PLACE.fullmatch(plain)
    return found is not None and found[2].lower() == axis


def _plain(title: str) -> str:
    return re.sub(r"[\s_.\-#()\[\]]", "", title.strip().lower())
