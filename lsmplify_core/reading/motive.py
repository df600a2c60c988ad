# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV of OptiTrack Motive (format versions 1.1 to 1.25)."""

from pathlib import Path
from typing import Final

from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from .door import (
    make_tracks,
    matrix,
    number,
    rate_of_times,
    read_text,
    split,
    unit_of,
    zeros_missing,
)

_KINDS: Final = (("marker",), ("bone marker",), ("rigid body marker",), ("bone",))
"""What is taken, in this order: what was measured, else the markers as the skeleton has them,
else those of rigid bodies, else the skeleton's joints. Rotations and errors never are."""


def is_motive(text: str) -> bool:
    """Whether a file begins as Motive's CSV does."""
    return text.lstrip('\ufeff \r\n"').lower().startswith("format version")


def read_motive(path: Path, fps: float | None = None) -> Tracks:
    """Markers of a Motive CSV, named "Skeleton:Label" as there.

    The first line holds pairs of keys and values (Export Frame Rate, Length Units, …). Then each
    column has a type, a name, an ID, what it is (Position, Rotation, …) and an axis, in as many
    rows. Empty cells are missing samples. Raises InputError.
    """
    lines = [line for line in read_text(path).splitlines() if line.strip(" ,\r\n")]
    if len(lines) < 4 or not is_motive(lines[0]):
        raise InputError(f"{path}: this is not a CSV of Motive")
    words = split(lines[0], ",")
    values = {k.lower(): v for k, v in zip(words[::2], words[1::2], strict=False)}
    rows = [split(line, ",") for line in lines[1:]]
    titles = _titles(rows, path)
    names, columns = _points(titles, path)
    frames = [row for row in rows[len(titles) :] if number(row[0]) == number(row[0])]
    if not frames:
        raise InputError(f"{path}: there are no frames below the header")
    data = matrix(frames, max(max(c) for c in columns) + 1, path)
    rate = number(values.get("export frame rate", values.get("capture frame rate", "")))
    if not rate > 0:
        rate = rate_of_times(data[:, 1]) if data.shape[1] > 1 else None
    unit = unit_of(values.get("length units", ""))
    return make_tracks(zeros_missing(data[:, columns]), names, rate, fps, path, unit)


def _titles(rows: list[list[str]], path: Path) -> list[list[str]]:
    """The rows above the frames; the last of them begins with "Frame"."""
    for i, row in enumerate(rows[:12]):
        if row and row[0].lower().startswith("frame"):
            return rows[: i + 1]
    raise InputError(f"{path}: the CSV has no row that begins with Frame")


def _points(titles: list[list[str]], path: Path) -> tuple[list[str], list[list[int]]]:
    axes, what = titles[-1], titles[-2] if len(titles) > 1 else []
    named = [row for row in titles[:-2] if any(row)]
    at = next((i for i, row in enumerate(named) if _are_kinds(row)), None)
    kinds = [] if at is None else named[at]
    names = next(iter(named[0 if at is None else at + 1 :]), [])
    found: dict[tuple[str, str], dict[str, int]] = {}
    for column, axis in enumerate(axes):
        if axis.strip().lower() in ("x", "y", "z") and _at(what, column).lower() == "position":
            key = (_at(kinds, column).lower() or "marker", _at(names, column))
            found.setdefault(key, {}).setdefault(axis.strip().lower(), column)
    points = {k: [v["x"], v["y"], v["z"]] for k, v in found.items() if len(v) == 3}
    for wanted in _KINDS:
        chosen = {name: c for (kind, name), c in points.items() if kind in wanted and name}
        if chosen:
            return list(chosen), list(chosen.values())
    raise InputError(f"{path}: no columns of markers; export them from Motive with Markers on")


def _at(row: list[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _are_kinds(row: list[str]) -> bool:
    words = {c.lower() for c in row[2:] if c}
    return bool(words) and all(w.endswith(("marker", "bone", "rigid body")) for w in words)
