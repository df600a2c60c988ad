# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV of Vicon Nexus ("Export ASCII")."""

from pathlib import Path

from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from .door import cells, make_tracks, matrix, number, read_text, unit_of, zeros_missing


def is_nexus(text: str) -> bool:
    """Whether a block of trajectories is announced in the file's first lines."""
    return _start(text.splitlines()[:400]) is not None


def read_nexus(path: Path, fps: float | None = None) -> Tracks:
    """The block "Trajectories" of a Nexus CSV: its rate, names above every third column, the axes,
    the units, then a row a frame: frame, sub-frame, x, y, z, …. Raises InputError."""
    lines = read_text(path).splitlines()
    top = _start(lines)
    if top is None or len(lines) < top + 6:
        raise InputError(f"{path}: there is no block of Trajectories with frames in it")
    rate = number(cells(lines[top + 1])[0])
    titles, units = cells(lines[top + 2]), cells(lines[top + 4])
    named = [(i, n) for i, n in enumerate(titles) if i >= 2 and n]
    if not named:
        raise InputError(f"{path}: line {top + 3} names no trajectories")
    rows: list[list[str]] = []
    for line in lines[top + 5 :]:
        row = cells(line)
        if not row or number(row[0]) != number(row[0]):
            break
        rows.append(row)
    if not rows:
        raise InputError(f"{path}: there are no frames below the Trajectories")
    data = matrix(rows, named[-1][0] + 3, path)
    positions = data[:, [[i, i + 1, i + 2] for i, _ in named]]
    unit = unit_of(next((u for u in units if u), ""))
    return make_tracks(zeros_missing(positions), [n for _, n in named], rate, fps, path, unit)


def _start(lines: list[str]) -> int | None:
    words = ((i, line.strip(' ,;\t\r\n\ufeff"').lower()) for i, line in enumerate(lines))
    return next((i for i, word in words if word in ("trajectories", "trajectory")), None)
