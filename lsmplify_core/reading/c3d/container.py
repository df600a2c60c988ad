# SPDX-License-Identifier: GPL-3.0-or-later
"""The C3D container (c3d.org): header, parameters, and where its data lie.

Files contradict themselves: header and parameters differ, counts of 16 bits are full, parameters
stand there twice. What counts is what the data section bears out.
"""

import mmap
import struct
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError

Floats = NDArray[np.float64]

BLOCK: Final = 512
_MAGIC: Final = 0x50
_DEC: Final = 85
_MIPS: Final = 86
_MOST_PARAMETERS: Final = 20_000


def is_c3d(head: bytes) -> bool:
    """Whether a file begins as a C3D does."""
    return len(head) >= BLOCK and head[1] == _MAGIC


@dataclass(frozen=True)
class Parameter:
    """kind: -1 text, 1 bytes, 2 integers, 4 and 8 floats. sizes: of its dimensions."""

    kind: int
    sizes: tuple[int, ...]
    data: bytes


@dataclass
class C3dFile:
    """A C3D in memory.

    raw: the file, or its map into memory. order: "<" or ">" of its numbers; dec: whether floats are
    DEC's. words: the header's 16-bit words. parameters: by "GROUP:NAME" in capitals.
    """

    raw: bytes | mmap.mmap
    order: str
    dec: bool
    words: NDArray[np.uint16]
    parameters: dict[str, Parameter] = field(default_factory=dict[str, Parameter])

    def header_float(self, word: int) -> float:
        """A float of the header, by the number of its first word (from 0)."""
        return float(self._floats(self.raw[2 * word : 2 * word + 4])[0])

    def texts(self, name: str) -> list[str]:
        """A parameter's strings without padding; empty where it is missing or no text."""
        found = self.parameters.get(name)
        if found is None or found.kind != -1:
            return []
        text = found.data.decode("utf-8", errors="replace") if _is_utf8(found.data) else (
            found.data.decode("cp1252", errors="replace"))  # fmt: skip
        if len(found.sizes) < 2:
            return [text.strip(" \x00\t\r\n")]
        width = found.sizes[0]
        raw = found.data
        cut = [raw[i : i + width] for i in range(0, len(raw) - width + 1, width)] if width else []
        return [_text(c) for c in cut]

    def numbers(self, name: str, unsigned: bool = True) -> Floats:
        """A parameter's numbers; empty where it is missing or text."""
        found = self.parameters.get(name)
        if found is None or found.kind == -1:
            return np.zeros(0)
        if found.kind == 1:
            return np.frombuffer(found.data, np.uint8).astype(float)
        if found.kind == 2:
            kind = np.dtype(f"{self.order}{'u2' if unsigned else 'i2'}")
            return np.frombuffer(found.data, kind).astype(float)
        if found.kind == 8:
            return np.frombuffer(found.data, np.dtype(f"{self.order}f8")).astype(float)
        return self._floats(found.data)

    def number(self, name: str) -> float | None:
        """The first of a parameter's numbers, or None."""
        values = self.numbers(name)
        return float(values[0]) if len(values) and np.isfinite(values[0]) else None

    def _floats(self, data: bytes) -> Floats:
        return floats(data, self.order, self.dec)


def floats(data: bytes, order: str, dec: bool) -> Floats:
    """32-bit floats of a file; DEC's have their words exchanged and another exponent."""
    data = data[: len(data) - len(data) % 4]
    if dec:
        words = np.frombuffer(data, "<u2").reshape(-1, 2)[:, ::-1]
        with np.errstate(all="ignore"):
            return np.ascontiguousarray(words).view("<f4").ravel().astype(float) / 4.0
    with np.errstate(all="ignore"):
        return np.frombuffer(data, np.dtype(f"{order}f4")).astype(float)


def load_c3d(path: Path, mapped: bool = False) -> C3dFile:
    """Header and parameters.

    Args:
        path: the file.
        mapped: map the file instead of reading it, for files that are read in blocks.

    Raises:
        InputError: for what is no C3D.
    """
    try:
        raw = _map(path) if mapped else path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if not is_c3d(raw[:BLOCK]):
        raise InputError(f"{path}: this is not a C3D file")
    start = BLOCK * (max(raw[0], 1) - 1)
    if start < BLOCK or start + 4 > len(raw):
        start = BLOCK
    kind = raw[start + 3] if start + 4 <= len(raw) else 84
    order = ">" if kind == _MIPS else "<"
    words = np.frombuffer(raw[:BLOCK], np.dtype(f"{order}u2"))
    file = C3dFile(raw, order, kind == _DEC, words)
    _read_parameters(file, start + 4)
    return file


def _map(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as file:
        if not file.read(1):
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def forget(file: C3dFile) -> None:
    """Give the memory back that a mapped file's frames took as they were read; they are read anew
    where they are needed again. Systems that cannot do so take it back themselves."""
    advice = getattr(mmap, "MADV_DONTNEED", None)
    if isinstance(file.raw, mmap.mmap) and advice is not None:
        file.raw.madvise(advice)


def _read_parameters(file: C3dFile, at: int) -> None:
    """Fill in the parameters; of two of one name the first that holds something counts."""
    raw, groups = file.raw, dict[int, str]()
    waiting: list[tuple[int, str, Parameter]] = []
    for _ in range(_MOST_PARAMETERS):
        if at + 2 > len(raw):
            break
        length, group = struct.unpack_from("<bb", raw, at)
        length = abs(length)
        if length == 0 or group == 0 or at + 4 + length > len(raw):
            break
        name = raw[at + 2 : at + 2 + length].decode("latin-1").strip().upper()
        (offset,) = struct.unpack_from(f"{file.order}H", raw, at + 2 + length)
        if group < 0:
            groups.setdefault(-group, name)
        else:
            found = _parameter(raw, at + 4 + length)
            if found is not None:
                waiting.append((group, name, found))
        if offset == 0:
            break
        at += 2 + length + offset
    for group, name, found in waiting:
        key = f"{groups.get(group, group)}:{name}"
        if key not in file.parameters or not file.parameters[key].data:
            file.parameters[key] = found


def _parameter(raw: bytes | mmap.mmap, at: int) -> Parameter | None:
    if at + 2 > len(raw):
        return None
    kind, count = struct.unpack_from("<bB", raw, at)
    if kind not in (-1, 1, 2, 4, 8) or count > 7 or at + 2 + count > len(raw):
        return None
    sizes = tuple(raw[at + 2 : at + 2 + count])
    size = abs(kind) * (prod(sizes) if sizes else 1)
    data = raw[at + 2 + count : at + 2 + count + size]
    return Parameter(kind, sizes, data) if len(data) == size else None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return text.split("\x00")[0].strip(" \x00\t\r\n") if not text.startswith("\x00") else ""
