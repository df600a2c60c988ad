# SPDX-License-Identifier: GPL-3.0-or-later
"""TRC, the marker table of OpenSim and Pose2Sim."""

import re
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..tracks import Tracks, checked_tracks
from ..world import UNITS


def read_trc(path: Path) -> Tracks:
    """Markers of a TRC file. Empty cells and words are missing samples.

    The format: a line of keys (DataRate, Units, …), a line of their values, a line of marker names
    above every third column, a line of axis names, then a row a frame: number, time, x, y, z, ….
    """
    try:
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    top = next(
        (i for i, line in enumerate(lines[:10]) if line.lower().startswith("datarate")), None
    )
    if top is None or len(lines) < top + 4:
        raise InputError(f"{path}: this is not a TRC file: no line that begins with DataRate")
    values = dict(zip(_cells(lines[top].lower()), _cells(lines[top + 1]), strict=False))
    rate = _number(values.get("datarate", ""))
    names = [n for n in _cells(lines[top + 2])[2:] if n]
    if not names:
        raise InputError(f"{path}: line {top + 3} of the TRC file names no markers")
    rows = [line for line in lines[top + 4 :] if line.strip()]
    if not rows:
        raise InputError(f"{path}: the TRC file has no frames")
    data = np.full((len(rows), 3 * len(names)), np.nan)
    for i, row in enumerate(rows):
        numbers = [_number(cell) for cell in _cells(row)[2 : 2 + data.shape[1]]]
        data[i, : len(numbers)] = numbers
    unit = UNITS.get(values.get("units", "").strip().lower())
    return checked_tracks(data.reshape(len(rows), -1, 3), names, rate, str(path), unit)


def _cells(line: str) -> list[str]:
    """Tab-separated cells; files without tabs are split at white space."""
    if "\t" in line:
        return [c.strip() for c in line.rstrip("\r\n").split("\t")]
    return re.split(r"[,\s]+", line.strip())


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")
