# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of points with a header: csv, tsv and text, a frame a row or a sample a row."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError
from ...tracks.tracks import Tracks
from ..checked_input import make_tracks, matrix, read_text, unit_of, zeros_missing
from ..clock import is_frame_title, is_time_title, seconds
from ..dialect import number, splitter
from ..regular import Frames, frames_of
from .bare_rows import read_rows
from .columns import place_columns
from .long import is_long, read_long
from .people import is_person_title, pivoted

Floats = NDArray[np.float64]

_SURE: Final = re.compile(r"(.+?)[\s_.:\-]+(score|conf|confidence|visibility|likelihood)", re.I)
_AXIS: Final = re.compile(
    r"(pos|position|t|trans|translation|p)?[\s_.]*([xyz])\d*\s*([\[(].*[\])])?", re.IGNORECASE
)
_MOST_PREAMBLE: Final = 30
"""Lines above a header that some tools write: who exported what."""


def read_table(path: Path, fps: float | None) -> Tracks:
    """csv, tsv, or white-space rows of numbers, a frame a row.

    With a header of `name_x, name_y, name_z` (or `name.PosX`, `name position x`) columns; columns
    of frame numbers and times say where rows lie, a `name_score` (or `_visibility`) column the
    confidence. With a header of `frame`, `keypoint`, `x`, `y`, `z`: a sample a row, as FreeMoCap,
    Kinect and data frames have it. With names in one row and axes in the next, and perhaps people
    above (DeepLabCut). Without a header every three or four numbers are a point, but for columns of
    frames, times and people before them. Raises InputError.
    """
    lines = [n for n in read_text(path).splitlines() if n.strip() and not n.startswith("#")]
    cells = splitter(lines)
    rows = [cells(line) for line in lines]
    if not rows:
        raise InputError(f"{path}: there are no numbers in it")
    rows = rows[_preamble(rows) :]
    if all(_is_number(c) or c == "" for c in rows[0]):
        return read_rows(rows, fps, path)
    if is_long(rows[0]):
        return read_long(rows[0], rows[1:], fps, path)
    below = next((i for i in range(1, min(6, len(rows))) if _axes_below(rows[i])), None)
    if below is not None:
        titles = _joined(rows[:below], rows[below])
        return _wide(titles, rows[below + 1 :], fps, path)
    return _wide(rows[0], rows[1:], fps, path)


def _preamble(rows: list[list[str]]) -> int:
    """How many rows stand above the header: those with fewer cells than half of what rows have."""
    usual = Counter(len(row) for row in rows).most_common(1)[0][0]
    for i, row in enumerate(rows[:_MOST_PREAMBLE]):
        if 2 * len(row) >= usual:
            return i
    return 0


def _wide(header: list[str], rows: list[list[str]], fps: float | None, path: Path) -> Tracks:
    rows, unit = _without_units(rows)
    data = matrix(rows, len(header), path)
    if not len(data):
        raise InputError(f"{path}: there are no frames below the header")
    places = place_columns(header, data, path)
    names = list(places)
    positions = zeros_missing(data[:, list(places.values())], always=False)
    sure = _confidence(header, data, names)
    who = next((i for i, t in enumerate(header) if is_person_title(t)), None)
    numbers, times, titles = _clock_columns(header, data)
    if (
        who is not None
        and len({_cell(row, who) for row in rows}) > 1
        and (numbers is not None or times is not None)
    ):
        key = (
            data[:, numbers]
            if numbers is not None
            else seconds([_cell(r, times or 0) for r in rows])
        )
        people = [_cell(row, who) for row in rows]
        positions, names, stamps, sure = pivoted(people, key, positions, names, sure, path)
        frames = frames_of(
            len(stamps), str(path), stamps if numbers is not None else None,
            None if numbers is not None else stamps,
        )  # fmt: skip
        return make_tracks(positions, names, None, fps, path, unit, confidence=sure, frames=frames)
    frames = _frames(rows, data, numbers, times, titles, path)
    return make_tracks(
        positions, _without_family(names), None, fps, path, unit, confidence=sure, frames=frames
    )


def _clock_columns(
    header: Sequence[str], data: Floats
) -> tuple[int | None, int | None, Sequence[str]]:
    """The columns of frame numbers and of times."""
    numbers = next((i for i, t in enumerate(header) if is_frame_title(t)), None)
    times = next((i for i, t in enumerate(header) if is_time_title(t)), None)
    if numbers is None and times != 0 and _counts(data[:, 0]) and not header[0].strip().isalpha():
        numbers = 0  # an index without a title, as pandas writes it
    elif numbers is None and header[0].strip().lower() in ("coords", "bodyparts", "scorer"):
        numbers = 0
    return numbers, times, header


def _counts(column: Floats) -> bool:
    steps = np.diff(column)
    return len(steps) > 0 and bool(np.isfinite(column).all()) and bool((steps == 1).mean() > 0.9)


def _frames(
    rows: list[list[str]], data: Floats, numbers: int | None, times: int | None,
    titles: Sequence[str], path: Path,
) -> Frames:  # fmt: skip
    clock = None if times is None else seconds([_cell(r, times) for r in rows], titles[times])
    return frames_of(len(rows), str(path), None if numbers is None else data[:, numbers], clock)


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _without_units(rows: list[list[str]]) -> tuple[list[list[str]], float | None]:
    """Rows without those above the first that hold no number, and the unit that these name."""
    unit: float | None = None
    first = 0
    for row in rows[:5]:
        if any(_is_number(c) for c in row):
            break
        unit = unit or next((u for c in row if (u := unit_of(c)) is not None), None)
        first += 1
    return rows[first:], unit


def _without_family(names: list[str]) -> list[str]:
    """FreeMoCap's "body_nose" beside "left_hand_0003" and "face_0012": the body's without its
    word."""
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


def _axes_below(row: Sequence[str]) -> bool:
    axes = [m[2].lower() for c in row if (m := _AXIS.fullmatch(c.strip()))]
    return all(axes.count(a) >= 2 or (axes.count(a) == 1 and len(row) < 6) for a in "xyz")


def _joined(above: Sequence[Sequence[str]], axes: Sequence[str]) -> list[str]:
    """One header of several rows; a name stands above the first or all of its columns.

    above: the rows over the axes: the last one names points, and one that begins with "individuals"
    (DeepLabCut) or names that repeat under different words name people.
    """
    names = _filled(above[-1], len(axes))
    who = next(
        (r for r in above if r and r[0].strip().lower() in ("individuals", "individual")), None
    )
    if who is None and len(above) > 1 and _repeat(names, axes):
        who = above[-2]
    people = [""] * len(axes) if who is None else _filled(who, len(axes))
    titles: list[str] = []
    for i, axis in enumerate(axes):
        axis = axis.strip()
        if i == 0 and not _AXIS.fullmatch(axis):
            titles.append(axis or names[0])
        elif is_time_title(axis) or is_frame_title(axis) or not axis:
            titles.append(axis or names[i])
        else:
            prefix = f"{people[i]}:" if people[i] and people[i].lower() != "single" else ""
            titles.append(f"{prefix}{names[i]}_{axis}")
    return titles


def _filled(row: Sequence[str], width: int) -> list[str]:
    filled: list[str] = []
    last = ""
    for i in range(width):
        last = (row[i] if i < len(row) else "").strip() or last
        filled.append(last)
    return filled


def _repeat(names: Sequence[str], axes: Sequence[str]) -> bool:
    """Whether a point has an axis twice."""
    pairs = [
        (n, a.strip().lower())
        for n, a in zip(names, axes, strict=True)
        if _AXIS.fullmatch(a.strip())
    ]
    return len(set(pairs)) < len(pairs)


def _is_number(cell: str) -> bool:
    value = number(cell)
    return value == value or cell.lower() == "nan"
