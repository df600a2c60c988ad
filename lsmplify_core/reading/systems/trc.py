# SPDX-License-Identifier: GPL-3.0-or-later
"""TRC, the marker table of OpenSim, Pose2Sim, OpenCap, Cortex and Motive."""

from pathlib import Path

from ...runtime.errors import InputError
from ...tracks.tracks import Tracks
from ..checked_input import make_tracks, matrix, read_text, unit_of, zeros_missing
from ..clock import in_seconds
from ..dialect import number, splitter
from ..regular import frames_of


def is_trc(text: str) -> bool:
    """Whether a file's first lines are those of a TRC."""
    lines = text.lstrip().splitlines()[:10]
    return any(line.lower().lstrip().startswith(("pathfiletype", "datarate")) for line in lines)


def read_trc(path: Path, fps: float | None = None) -> Tracks:
    """Markers of a TRC file. Empty cells, words and (0, 0, 0) are missing samples.

    The format: a line of keys (DataRate, Units, …), a line of their values, a line of marker names
    above every third column, a line of axis names, then a row a frame: number, time, x, y, z, ….
    A rate that is missing or zero is taken from the times; rows lie where their numbers and times
    say. Raises InputError.
    """
    lines = read_text(path).splitlines()
    top = next(
        (i for i, line in enumerate(lines[:10]) if line.lower().lstrip().startswith("datarate")),
        None,
    )
    if top is None or len(lines) < top + 4:
        raise InputError(f"{path}: this is not a TRC file: no line that begins with DataRate")
    cells = splitter(lines)
    values = dict(zip(cells(lines[top].lower()), cells(lines[top + 1]), strict=False))
    names, columns = _markers(cells(lines[top + 2]))
    if not names:
        raise InputError(f"{path}: line {top + 3} of the TRC file names no markers")
    rows = [cells(line) for line in lines[top + 3 :] if line.strip()]
    rows = [row for row in rows if number(row[0]) == number(row[0])]
    if not rows:
        raise InputError(f"{path}: the TRC file has no frames")
    data = matrix(rows, columns[-1] + 3, path)
    positions = data[:, [[c, c + 1, c + 2] for c in columns]]
    rate = number(values.get("datarate", ""))
    frames = frames_of(
        len(data), str(path), data[:, 0], in_seconds(data[:, 1]), rate, "header (DataRate)"
    )
    unit = unit_of(values.get("units", ""))
    return make_tracks(zeros_missing(positions), names, rate, fps, path, unit, frames=frames)


def _markers(titles: list[str]) -> tuple[list[str], list[int]]:
    """The markers' names and first columns: a name stands above the first of three columns, or,
    in files that were split at white space, names follow each other."""
    named = [(i, n) for i, n in enumerate(titles) if i >= 2 and n]
    apart = all((i - 2) % 3 == 0 for i, _ in named) and len(named) > 1
    names = [n for _, n in named]
    return names, [i if apart else 2 + 3 * k for k, (i, _) in enumerate(named)]
