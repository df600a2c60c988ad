# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV of Vicon Nexus ("Export ASCII"): blocks of devices, joints, model outputs and
trajectories."""

import itertools
import re
from pathlib import Path
from typing import Final

from ...runtime.errors import InputError
from ...tracks.tracks import Tracks
from ..checked_input import make_tracks, matrix, read_text, unit_of, zeros_missing
from ..dialect import number, splitter
from ..regular import frames_of

_TRAJECTORIES: Final = ("trajectories", "trajectory")
_BLOCKS: Final = (
    *_TRAJECTORIES, "devices", "model outputs", "model output", "joints", "segments", "events",
    "joint centres", "joint centers", "subjects", "forces", "emg", "accelerometer",
)  # fmt: skip
"""How a block begins: its name alone in a line; the next line has its rate."""
_RATE: Final = r"\d+([.,]\d+)?"
_BARE: Final = ' ,;\t\r\n\ufeff"'


def is_nexus(text: str) -> bool:
    """Whether a file begins as Nexus's does: with the name of a block, and a rate below it."""
    lines = [line.strip(_BARE) for line in text.splitlines()[:400]]
    for line, below in itertools.pairwise(lines):
        named = line.lower() in _BLOCKS
        if named and (re.fullmatch(_RATE, below) or line.lower() in _TRAJECTORIES):
            return True
    top = [line for line in text.splitlines()[:12] if line.strip(_BARE)]
    return (
        len(top) > 3  # a block of another name
        and re.fullmatch(r"[A-Za-z][\w ]*", top[0].strip(_BARE)) is not None
        and re.fullmatch(_RATE, top[1].strip(_BARE)) is not None
        and top[3].lstrip(_BARE).lower().startswith("frame")
    )


def read_nexus(path: Path, fps: float | None = None) -> Tracks:
    """The block "Trajectories" of a Nexus CSV, wherever it stands: its rate, names above every
    third column, the axes, the units, then a row a frame: frame, sub-frame, x, y, z, …. Other
    blocks are skipped. Raises InputError."""
    lines = read_text(path).splitlines()
    top = next((i for i, n in enumerate(lines) if n.strip(_BARE).lower() in _TRAJECTORIES), None)
    if top is None:
        there = [n.strip(_BARE) for n in lines if n.strip(_BARE).lower() in _BLOCKS]
        raise InputError(
            f"{path}: there is no block of Trajectories in it ({', '.join(there[:5])}); export "
            "them from Nexus (Export ASCII with Trajectories ticked)"
        )
    if len(lines) < top + 6:
        raise InputError(f"{path}: there is no block of Trajectories with frames in it")
    cells = splitter(lines[top:])
    rate = number(cells(lines[top + 1])[0] if lines[top + 1].strip() else "")
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
    frames = frames_of(len(data), str(path), data[:, 0], None, rate)
    names = [n for _, n in named]
    return make_tracks(zeros_missing(positions), names, rate, fps, path, unit, frames=frames)
