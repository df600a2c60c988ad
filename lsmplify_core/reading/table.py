# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain tables of points: csv, tsv, and rows of numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from .arrays import names_by_count
from .door import cells, make_tracks, matrix, number, rate_of_times, read_text, zeros_missing

Floats = NDArray[np.float64]

_TIMES: Final = ("time", "times", "time (s)", "time (seconds)", "timestamp", "t", "seconds")
_SURE: Final = re.compile(r"(.+?)[\s_.:\-]+(score|conf|confidence|visibility|likelihood)", re.I)
_AXIS: Final = re.compile(r"(.+?)[\s_.:\-\[(]*([xyzXYZ])[\])]?(\s*[\[(]?(m|mm|cm)[\])]?)?")


def read_table(path: Path, fps: float | None) -> Tracks:
    """csv, tsv, or white-space rows of numbers, a frame a row.

    With a header of `name_x, name_y, name_z` (or `name.X`, `name X`) columns; a `time` column gives
    the rate, a `name_score` (or `_visibility`) column the confidence. With a header of `frame`,
    `keypoint`, `x`, `y`, `z`: a sample a row, as FreeMoCap and data frames have it. With names in
    one row and axes in the next. Without a header every three numbers are a point. Raises
    InputError.
    """
    lines = read_text(path).splitlines()
    rows = [cells(line) for line in lines if line.strip() and not line.startswith("#")]
    if not rows:
        raise InputError(f"{path}: there are no numbers in it")
    if all(_is_number(c) or c == "" for c in rows[0]):
        return _bare(rows, fps, path)
    head = [c.strip().lower() for c in rows[0]]
    if {"x", "y", "z"} <= set(head) and {"keypoint", "marker", "name", "joint"} & set(head):
        return _long(head, rows[1:], fps, path)
    for below in (1, 2):  # DeepLabCut has the network's name above the points'
        if len(rows) > below and _axes_below(rows[below]):
            titles = _joined(rows[below - 1], rows[below])
            return _wide(titles, rows[below + 1 :], fps, path)
    return _wide(rows[0], rows[1:], fps, path)


def _bare(rows: list[list[str]], fps: float | None, path: Path) -> Tracks:
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    if width % 3:
        raise InputError(f"{path}: rows of {width} numbers are not points of x, y, z")
    data = matrix(rows, width, path).reshape(len(rows), -1, 3)
    names = names_by_count(data.shape[1], path)
    return make_tracks(zeros_missing(data, always=False), names, None, fps, path)


def _wide(header: list[str], rows: list[list[str]], fps: float | None, path: Path) -> Tracks:
    data = matrix(rows, len(header), path)
    if not len(data):
        raise InputError(f"{path}: there are no frames below the header")
    columns: dict[str, dict[str, int]] = {}
    for index, title in enumerate(header):
        found = _AXIS.fullmatch(title.strip())
        if found:
            columns.setdefault(found[1], {}).setdefault(found[2].lower(), index)
    names = [n for n, axes in columns.items() if len(axes) == 3]
    if not names:
        raise InputError(f"{path}: no columns named like name_x, name_y, name_z")
    places = [[columns[n][axis] for axis in "xyz"] for n in names]
    positions = zeros_missing(data[:, places], always=False)
    sure = _confidence(header, data, names)
    return make_tracks(
        positions, _without_family(names), _rate(header, data), fps, path, confidence=sure
    )


def _without_family(names: list[str]) -> list[str]:
    """FreeMoCap's "body_nose" beside "left_hand_0003" and "face_0012": the body's without its word."""
    return [n.removeprefix("body_") if n.startswith("body_") else n for n in names]


def _confidence(header: Sequence[str], data: Floats, names: Sequence[str]) -> Floats | None:
    found = {m[1]: i for i, t in enumerate(header) if (m := _SURE.fullmatch(t.strip()))}
    if not found:
        return None
    sure = np.ones((len(data), len(names)))
    for k, name in enumerate(names):
        if name in found:
            sure[:, k] = np.nan_to_num(data[:, found[name]]).clip(0.0, 1.0)
    return sure


def _long(head: list[str], rows: list[list[str]], fps: float | None, path: Path) -> Tracks:
    """A sample a row: frame, keypoint, x, y, z, and perhaps timestamp, model, confidence."""
    who = next(i for i, h in enumerate(head) if h in ("keypoint", "marker", "name", "joint"))
    when = next((i for i, h in enumerate(head) if h in ("frame", "frame_number", "index")), None)
    if when is None:
        raise InputError(f"{path}: no column named frame says which frame a row is of")
    model = head.index("model") if "model" in head else None
    places = [head.index(axis) for axis in "xyz"]
    rows = [row for row in rows if len(row) > max(who, when, *places)]
    if model is not None:  # FreeMoCap's hands and face have other models
        bodies = [row for row in rows if "body" in row[model].lower()]
        rows = bodies or rows
    names = list(dict.fromkeys(row[who] for row in rows))
    stamps = sorted({f for f in (number(row[when]) for row in rows) if np.isfinite(f)})
    if not names or not stamps:
        raise InputError(f"{path}: there are no frames below the header")
    if len(names) * len(stamps) > 20 * len(rows) + 10_000:
        raise InputError(f"{path}: {len(rows)} rows name {len(names)} points; it is damaged")
    frame_of, point_of = ({v: i for i, v in enumerate(x)} for x in (stamps, names))
    positions = np.full((len(stamps), len(names), 3), np.nan)
    times = np.full(len(stamps), np.nan)
    clock = next((i for i, h in enumerate(head) if h in _TIMES), None)
    for row in rows:
        frame = frame_of.get(number(row[when]))  # pyright: ignore[reportArgumentType]
        if frame is not None:
            positions[frame, point_of[row[who]]] = [number(row[p]) for p in places]
            if clock is not None:
                times[frame] = number(row[clock])
    return make_tracks(positions, names, rate_of_times(times), fps, path)


def _rate(header: Sequence[str], data: Floats) -> float | None:
    time = next((i for i, t in enumerate(header) if t.strip().lower() in _TIMES), None)
    return None if time is None else rate_of_times(data[:, time])


def _axes_below(row: Sequence[str]) -> bool:
    axes = [c.strip().lower() for c in row]
    return sum(a in ("x", "y", "z") for a in axes) >= 3


def _joined(names: Sequence[str], axes: Sequence[str]) -> list[str]:
    """One header of two rows; a name stands above the first or all of its columns."""
    titles: list[str] = []
    last = ""
    for i, axis in enumerate(axes):
        last = (names[i] if i < len(names) else "").strip() or last
        is_axis = axis.strip().lower() in ("x", "y", "z")
        titles.append(f"{last}_{axis.strip()}" if is_axis else (axis.strip() or last))
    return titles


def _is_number(cell: str) -> bool:
    value = number(cell)
    return value == value or cell.lower() == "nan"
