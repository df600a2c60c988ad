# SPDX-License-Identifier: GPL-3.0-or-later
"""How a C3D's data section is laid out: points, analog samples and frames, as the data bear out.

Header and parameters each say it, and counts of 16 bits are full beyond 65,535 frames. Of what is
said, that counts which explains the length of the file.
"""

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError
from .container import BLOCK, C3dFile, floats

Floats = NDArray[np.float64]

_FULL: Final = 65535
_FIRST, _LAST, _POINTS, _ANALOG, _DATA, _SCALE, _RATE = 3, 4, 1, 2, 8, 6, 10
"""Words of the header, from 0."""


@dataclass(frozen=True)
class Extent:
    """start: byte of the first sample. points, analog: numbers of a frame. frames: that are whole
    in the file; declared: that it says it has. scale: of integers, negative for floats. rate:
    frames per second. warnings: sentences."""

    start: int
    points: int
    analog: int
    frames: int
    declared: int
    scale: float
    rate: float
    warnings: tuple[str, ...] = ()

    @property
    def sample(self) -> int:
        """Bytes of a number."""
        return 2 if self.scale > 0 else 4

    @property
    def frame(self) -> int:
        """Bytes of a frame."""
        return self.sample * (4 * self.points + self.analog)


def extent_of(file: C3dFile, path: Path) -> Extent:
    """Where a C3D's samples are. Raises InputError where there are none."""
    words = [int(w) for w in file.words]
    scale = file.number("POINT:SCALE") or file.header_float(_SCALE) or -1.0
    rate = _rate(file)
    start = _start(file, words)
    points = _said(words[_POINTS], file.number("POINT:USED"))
    analog = _said(words[_ANALOG], _analog(file, rate))
    size = 2 if scale > 0 else 4
    end = _end(file, start)
    best: Extent | None = None
    worst = np.inf
    for count, extra in product(points or [0], analog or [0]):
        each = size * (4 * count + extra)
        if count <= 0 or each <= 0:
            continue
        capacity = max(end - start, 0) // each
        declared, full = _frames(file, words, capacity)
        frames = min(declared, capacity)
        left = abs(end - start - declared * each)
        if left < worst:  # the first pair, header's before parameters', where both explain as much
            best, worst = Extent(start, count, extra, frames, declared, scale, rate), left
        del full
    if best is None:
        raise InputError(f"{path}: the C3D file has {max(points, default=0)} points in it")
    if best.frames <= 0:
        raise InputError(
            f"{path}: the C3D file is cut off: {best.points} points in {best.declared} frames need "
            f"{best.start + best.declared * best.frame} bytes, and it has {len(file.raw)}"
        )
    if best.frames < best.declared:
        note = (
            f"the C3D file is cut off: {best.frames} of {best.declared} frames are in it "
            "and were read"
        )
        return Extent(
            best.start, best.points, best.analog, best.frames, best.declared, scale, rate, (note,)
        )
    return best


def samples_of(file: C3dFile, extent: Extent, first: int = 0, end: int | None = None) -> Floats:
    """(T, K, 4) places and residual words of the frames from `first` up to but without `end`, in
    the file's unit."""
    end = extent.frames if end is None else min(end, extent.frames)
    data = file.raw[extent.start + first * extent.frame : extent.start + end * extent.frame]
    if extent.sample == 2:
        numbers = np.frombuffer(data, np.dtype(f"{file.order}i2")).astype(np.float64)
    else:
        numbers = floats(data, file.order, file.dec)
    rows = numbers.reshape(end - first, -1)[:, : 4 * extent.points]
    samples = np.array(rows.reshape(end - first, extent.points, 4))
    if extent.sample == 2:
        samples[..., :3] *= extent.scale
    return samples


def first_frame(file: C3dFile) -> int:
    """The number of the first frame, from 1."""
    start = file.numbers("TRIAL:ACTUAL_START_FIELD")
    if len(start) >= 2:
        return int(start[0] + 65536 * start[1])
    return int(file.words[_FIRST])


def _start(file: C3dFile, words: list[int]) -> int:
    for block in (words[_DATA], int(file.number("POINT:DATA_START") or 0)):
        if block >= 2 and BLOCK * (block - 1) < len(file.raw):
            return BLOCK * (block - 1)
    return BLOCK * (max(words[_DATA], 2) - 1)


def _end(file: C3dFile, start: int) -> int:
    """Where the points' section ends: with the file, or where rotations begin."""
    block = int(file.number("ROTATION:DATA_START") or 0)
    other = BLOCK * (block - 1)
    return other if block >= 2 and start < other < len(file.raw) else len(file.raw)


def _rate(file: C3dFile) -> float:
    declared = (
        file.number("POINT:RATE"),
        file.header_float(_RATE),
        file.number("TRIAL:CAMERA_RATE"),
    )
    return next((r for r in declared if r is not None and np.isfinite(r) and 0.1 < r < 1e5), 0.0)


def _said(header: int, parameter: float | None) -> list[int]:
    """What header and parameter say, the header's first, without what cannot be."""
    said = [header] if 0 <= header < _FULL else []
    if parameter is not None and 0 <= parameter < 1e6 and int(parameter) not in said:
        said.append(int(parameter))
    return said


def _analog(file: C3dFile, rate: float) -> float | None:
    """Analog numbers of a frame by the parameters: channels times samples of each."""
    used, own = file.number("ANALOG:USED"), file.number("ANALOG:RATE")
    if used is None:
        return None
    if used == 0 or not own or not rate:
        return 0.0
    return used * max(round(own / rate), 1)


def _frames(file: C3dFile, words: list[int], capacity: int) -> tuple[int, bool]:
    """How many frames the file says it has; of what it says that which its data have room for.

    capacity: frames that the data section is long enough for.
    """
    header = words[_LAST] - words[_FIRST] + 1
    parameter = int(file.number("POINT:FRAMES") or 0)
    long = int(file.number("POINT:LONG_FRAMES") or 0)
    full = words[_LAST] == _FULL or parameter >= _FULL
    said = [n for n in (_trial(file), long) if n > 0]
    if full and 0 < parameter < _FULL:
        said.append(parameter)
    if full and not said:
        return max(capacity, 1), True
    if not full:
        said = [n for n in (header, parameter, *said) if n > 0]
    if not said:
        return capacity, full
    fitting = [n for n in said if n <= capacity]
    if words[_FIRST] == 0 and parameter == header - 1 and parameter in fitting:
        return parameter, full  # OptiTrack counts from 0
    return (fitting[0] if fitting else min(said)), full


def _trial(file: C3dFile) -> int:
    """Frames by the trial's first and last field, which have 32 bits in two words."""
    start, end = (file.numbers(f"TRIAL:ACTUAL_{w}_FIELD") for w in ("START", "END"))
    if len(start) < 2 or len(end) < 2:
        return 0
    return int(end[0] + 65536 * end[1]) - int(start[0] + 65536 * start[1]) + 1
