# SPDX-License-Identifier: GPL-3.0-or-later
"""Points written as a C3D (c3d.org), block by block, so that a file may be longer than memory."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from ...files.atomic import whole_file
from ...runtime.array_types import Floats

_BLOCK: Final = 512
_INTEL: Final = 84
_PIECE: Final = 8192
"""Frames that are written at a time."""
_FULL: Final = 65535
"""The largest count that the header's 16 bits hold."""
_LIST: Final = 255
"""Names in one list of labels; more go on in LABELS2, LABELS3, …."""


def write_c3d(
    path: Path,
    points: Callable[[int, int], Floats],
    frames: int,
    names: tuple[str, ...],
    rate: float,
) -> None:
    """Write points as floats in millimetres.

    Args:
        path: the file, written whole or not at all.
        points: (N, K, 3) metres, Z up, of the frames from the first up to but without the end; NaN
            where unseen.
        frames: how many there are.
        names: K of them.
        rate: frames per second.
    """
    head = _head(frames, names, rate)
    with whole_file(path) as file:
        file.write(head)
        size = len(head)
        for first in range(0, frames, _PIECE):
            part = 1000.0 * points(first, min(first + _PIECE, frames))
            seen = np.isfinite(part).all(axis=-1, keepdims=True)
            samples = np.concatenate((np.where(seen, part, 0.0), np.where(seen, 0.0, -1.0)), -1)
            size += file.write(samples.astype("<f4").tobytes())
        file.write(b"\0" * (-size % _BLOCK))


def _head(frames: int, names: tuple[str, ...], rate: float) -> bytes:
    """Header and parameters."""
    body = _parameters(frames, names, rate)
    blocks = -(-(4 + len(body)) // _BLOCK)
    header = struct.pack("<BB5H", 2, 0x50, len(names), 0, 1, min(frames, _FULL), 0)
    header += struct.pack("<fHHf", -1.0, 2 + blocks, 0, rate)
    section = struct.pack("BBBB", 1, 0x50, blocks, _INTEL) + body
    return header.ljust(_BLOCK, b"\0") + section.ljust(blocks * _BLOCK, b"\0")


def _parameters(frames: int, names: tuple[str, ...], rate: float) -> bytes:
    ends = [struct.pack("<2H", at & 0xFFFF, at >> 16) for at in (1, frames)]
    said: list[tuple[int, str, int, tuple[int, ...], bytes]] = [
        (1, "USED", 2, (), struct.pack("<H", len(names))),
        (1, "SCALE", 4, (), struct.pack("<f", -1.0)),
        (1, "RATE", 4, (), struct.pack("<f", rate)),
        (1, "UNITS", -1, (2,), b"mm"),
        (1, "FRAMES", 2, (), struct.pack("<H", min(frames, _FULL))),
        (2, "USED", 2, (), struct.pack("<H", 0)),
        (3, "ACTUAL_START_FIELD", 2, (2,), ends[0]),
        (3, "ACTUAL_END_FIELD", 2, (2,), ends[1]),
    ]
    for number, first in enumerate(range(0, len(names), _LIST), 1):
        some = [name.encode() for name in names[first : first + _LIST]]
        width = max(map(len, some))
        text = b"".join(name.ljust(width) for name in some)
        said.append((1, f"LABELS{number if number > 1 else ''}", -1, (width, len(some)), text))
    body = b""
    for number, group in enumerate(("POINT", "ANALOG", "TRIAL"), 1):
        body += struct.pack("bb", len(group), -number) + group.encode() + b"\x03\x00\x00"
    for group, name, kind, sizes, data in said:
        rest = struct.pack("bB", kind, len(sizes)) + bytes(sizes) + data + b"\0"
        body += struct.pack("bb", len(name), group) + name.encode()
        body += struct.pack("<H", 2 + len(rest)) + rest
    return body + b"\0\0"
