# SPDX-License-Identifier: GPL-3.0-or-later
"""TSV of Qualisys Track Manager."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ...runtime.errors import InputError
from ...tracks.tracks import Tracks
from ..checked_input import make_tracks, matrix, read_text, zeros_missing
from ..clock import in_seconds
from ..dialect import number, splitter
from ..regular import frames_of

_MILLIMETRE: Final = 0.001


def is_qualisys(text: str) -> bool:
    """Whether a file begins as a Qualisys TSV of 3D data does."""
    return text.lstrip("\ufeff \r\n").upper().startswith("NO_OF_FRAMES")


def read_qualisys(path: Path, fps: float | None = None) -> Tracks:
    """Trajectories of a Qualisys TSV, millimetres, Z up unless QTM was told otherwise.

    Lines of a key and its values (FREQUENCY, MARKER_NAMES, …), with or without a line of column
    titles, then a row a frame, with or without frame number and time. Empty cells, words and
    (0, 0, 0) are missing samples. Raises InputError.
    """
    values, lines, cells, first = qualisys_head(path)
    names = [n for n in values.get("MARKER_NAMES", []) if n]
    if not names and "BODY_NAMES" in values:
        raise InputError(
            f"{path}: holds rigid bodies (6D) and no markers; solve the 3D data, which finds this "
            "file beside it by its name (TAKE.tsv and TAKE_6D.tsv)"
        )
    if not names:
        raise InputError(f"{path}: the TSV has no line MARKER_NAMES; export 3D data from QTM")
    rows = [cells(line) for line in lines[first:]]
    rows = [row for row in rows if number(row[0]) == number(row[0]) or len(row) > len(names)]
    if not rows or "MARKER_NAMES" in rows[0]:
        raise InputError(f"{path}: the TSV has no frames")
    lead = _lead(rows, len(names), path)
    data = matrix(rows, lead + 3 * len(names), path)
    positions = zeros_missing(data[:, lead:].reshape(len(rows), -1, 3))
    rate = number((values.get("FREQUENCY") or [""])[0])
    frames = frames_of(
        len(data), str(path), data[:, 0] if lead else None,
        in_seconds(data[:, 1]) if lead == 2 else None, rate, "header (FREQUENCY)",
    )  # fmt: skip
    return make_tracks(positions, names, rate, fps, path, _MILLIMETRE, frames=frames)


def qualisys_head(
    path: Path,
) -> tuple[dict[str, list[str]], list[str], Callable[[str], list[str]], int]:
    """A Qualisys TSV's keys with their values, its lines, what splits a line, and the number of the
    line below the keys."""
    lines = [line for line in read_text(path).splitlines() if line.strip()]
    cells = splitter(lines)
    values: dict[str, list[str]] = {}
    first = 0
    for first, line in enumerate(lines):  # noqa: B007 - where the frames begin
        row = cells(line)
        if row[0] and not row[0][0].isalpha() and not row[0].startswith("_"):
            break
        if row[0].upper() == row[0] and not row[0].startswith("FRAME"):
            values.setdefault(row[0].upper(), row[1:])
    return values, lines, cells, first


def _lead(rows: list[list[str]], points: int, path: Path) -> int:
    """Columns before the points: none, the frame's number, or number and time."""
    widths = sorted(len(row) - (1 if row[-1] == "" else 0) for row in rows)
    lead = widths[len(widths) // 2] - 3 * points
    if lead in (0, 1, 2):
        return lead
    lead = len(rows[0]) - 3 * points
    if lead not in (0, 1, 2):
        raise InputError(
            f"{path}: {points} names and rows of {len(rows[0])} cells do not belong together"
        )
    return lead
