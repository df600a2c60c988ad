# SPDX-License-Identifier: GPL-3.0-or-later
"""C3D files as programs write them, and as they should not: byte orders, counts, contradictions."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

INTEL, DEC, MIPS = 84, 85, 86


@dataclass
class Odd:
    """What a file says; None for what is right. scale: positive for integers."""

    processor: int = INTEL
    scale: float = -1.0
    rate: float = 60.0
    first: int = 1
    analog: int = 0
    header_rate: float | None = None
    header_scale: float | None = None
    header_last: int | None = None
    header_analog: int | None = None
    used: int | None = None
    frames: int | None = None
    up: str | None = None
    trial: bool = False
    more: list[tuple[int, str, int, list[int], bytes]] = field(default_factory=list)
    tail: bytes = b""


def c3d_bytes(positions: np.ndarray, names: list[str], odd: Odd | None = None) -> bytes:
    """A C3D of points (T, K, 3) in millimetres, NaN where missing."""
    said = odd or Odd()
    order = ">" if said.processor == MIPS else "<"

    def real(x: float) -> bytes:
        if said.processor == DEC:
            data = struct.pack("<f", 4.0 * x)
            return data[2:] + data[:2]
        return struct.pack(f"{order}f", x)

    def word(*x: int) -> bytes:
        return struct.pack(f"{order}{len(x)}H", *x)

    frames, count = positions.shape[:2]
    last = said.first + frames - 1
    width = max(map(len, names))
    parameters = [
        (1, "USED", 2, [], word(said.used or count)), (1, "SCALE", 4, [], real(said.scale)),
        (1, "RATE", 4, [], real(said.rate)), (1, "UNITS", -1, [2], b"mm"),
        (1, "FRAMES", 2, [], word(min(frames, 65535) if said.frames is None else said.frames)),
        (1, "LABELS", -1, [width, count], b"".join(n.ljust(width).encode() for n in names)),
        (2, "USED", 2, [], word(said.analog)), (2, "RATE", 4, [], real(said.rate)), *said.more,
    ]  # fmt: skip
    if said.up:
        parameters.append((1, "Y_SCREEN", -1, [2], said.up.encode()))
    if said.trial:
        for name, at in (("START", said.first), ("END", last)):
            data = word(at & 65535, at >> 16)
            parameters.append((3, f"ACTUAL_{name}_FIELD", 2, [2], data))
    body = b""
    for number, group in enumerate(("POINT", "ANALOG", "TRIAL"), 1):
        body += struct.pack("bb", len(group), -number) + group.encode() + word(3) + b"\0"
    for group, name, kind, sizes, data in parameters:
        rest = struct.pack("bB", kind, len(sizes)) + bytes(sizes) + data + b"\0"
        body += struct.pack("bb", len(name), group) + name.encode() + word(2 + len(rest)) + rest
    blocks = (len(body) + 6 + 511) // 512
    head = struct.pack("BB", 2, 0x50) + word(
        count, said.analog if said.header_analog is None else said.header_analog,
        min(said.first, 65535), min(last, 65535) if said.header_last is None else said.header_last,
        10,
    )  # fmt: skip
    head += real(said.scale if said.header_scale is None else said.header_scale)
    head += word(2 + blocks, int(said.analog > 0))
    head += real(said.rate if said.header_rate is None else said.header_rate)
    body = struct.pack("BBBB", 1, 0x50, blocks, said.processor) + body
    data = _samples(positions, said, order)
    whole = head.ljust(512, b"\0") + body.ljust(512 * blocks, b"\0") + data + said.tail
    return whole.ljust((len(whole) + 511) // 512 * 512, b"\0")


def _samples(positions: np.ndarray, said: Odd, order: str) -> bytes:
    frames = len(positions)
    missing = ~np.isfinite(positions).all(axis=-1, keepdims=True)
    places = np.nan_to_num(positions) / (said.scale if said.scale > 0 else 1.0)
    rows = np.concatenate([places, np.where(missing, -1.0, 0.0)], axis=-1).reshape(frames, -1)
    rows = np.concatenate([rows, np.full((frames, said.analog), 7.0)], axis=1)
    if said.scale > 0:
        return np.rint(rows).astype(f"{order}i2").tobytes()
    if said.processor == DEC:
        pairs = np.frombuffer((4.0 * rows).astype("<f4").tobytes(), "<u2").reshape(-1, 2)
        return pairs[:, ::-1].tobytes()
    return rows.astype(f"{order}f4").tobytes()


def theia_bytes(
    places: np.ndarray, labels: list[str], rate: float, rotations: np.ndarray | None = None
) -> bytes:
    """A C3D of segments' matrices alone: (T, S, 3) millimetres, and (T, S, 3, 3) or unturned."""
    frames, count = places.shape[:2]
    values = np.zeros((frames, count, 17), dtype="<f4")
    values[..., [0, 5, 10, 15]] = 1.0
    if rotations is not None:
        for axis in range(3):
            values[..., 4 * axis : 4 * axis + 3] = rotations[..., :, axis]
    values[..., 12:15] = np.nan_to_num(places)
    values[..., 16] = np.where(np.isfinite(places).all(axis=-1), 0.9, -1.0)
    width = max(map(len, labels))
    text = b"".join(n.ljust(width).encode() for n in labels)
    parameters = [
        (1, "USED", 2, [], struct.pack("<H", 0)), (1, "RATE", 4, [], struct.pack("<f", rate)),
        (1, "FRAMES", 2, [], struct.pack("<H", frames)), (1, "UNITS", -1, [2], b"mm"),
        (5, "USED", 2, [], struct.pack("<H", count)), (5, "LABELS", -1, [width, count], text),
        (5, "RATIO", 2, [], struct.pack("<H", 1)), (5, "DATA_START", 2, [], struct.pack("<H", 6)),
    ]  # fmt: skip
    body = b""
    for number, group in ((1, "POINT"), (5, "ROTATION")):
        body += struct.pack("bb", len(group), -number) + group.encode() + b"\x03\x00\0"
    for group, name, kind, sizes, data in parameters:
        rest = struct.pack("bB", kind, len(sizes)) + bytes(sizes) + data + b"\0"
        body += struct.pack("bb", len(name), group) + name.encode()
        body += struct.pack("<H", 2 + len(rest)) + rest
    head = struct.pack("BB", 2, 0x50) + struct.pack("<5H", 0, 0, 1, frames, 10)
    head += struct.pack("<f", -1.0) + struct.pack("<2H", 6, 0) + struct.pack("<f", rate)
    body = (struct.pack("BBBB", 1, 0x50, 4, INTEL) + body).ljust(4 * 512, b"\0")
    return head.ljust(512, b"\0") + body + values.tobytes()


def write(path: Path, data: bytes) -> Path:
    """The path, after the data was written there."""
    path.write_bytes(data)
    return path
