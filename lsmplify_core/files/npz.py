# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads NumPy's files: what they claim is checked before anything is unpacked, and nothing
is run.

A zip's own account of sizes is not believed. Every array says in its header how many numbers it
has; the sum over all wanted arrays is held to a limit, and no more bytes are unpacked than it
promises.
"""

import ast
import math
import os
import struct
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import numpy as np

from ..runtime.errors import InputError
from .regular import check_regular, reading

MOST_BYTES: Final = 2 << 30
"""What the wanted arrays may come to in double precision: half an hour of 400 points at 120 frames
a second, or five hours of forty."""
_PLAUSIBLE: Final = 256 << 20
"""Bytes in double precision that any file may unpack to, however small it is."""
_MOST_SHRUNK: Final = 50
"""More than `_PLAUSIBLE` is believed of files with at least one byte for so many: measured
positions shrink to a half or a tenth, and only what is made to fill a memory to a thousandth."""
_MOST_MEMBERS: Final = 10_000
_MAGIC: Final = b"\x93NUMPY"
_MOST_HEADER: Final = 20_000
"""Bytes of a header: NumPy's own has a few hundred."""
_MOST_AXES: Final = 32
"""Axes that NumPy 1 knows."""
_KINDS: Final = "biufcSU"
"""Kinds of numbers and text; objects and records are not read."""
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How NumPy packs; other ways may ask for gigabytes before they give a byte."""


@dataclass(frozen=True)
class _Header:
    """What an array says of itself."""

    shape: tuple[int, ...]
    fortran: bool
    kind: "np.dtype[Any]"

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Bytes of its values."""
        return self.count * self.kind.itemsize

    @property
    def weight(self) -> int:
        """Bytes in double precision, which most readers make of it."""
        return self.count * max(self.kind.itemsize, 8)


def read_npz(
    path: Path | BinaryIO, keys: Collection[str] | None, what: str, most_bytes: int = MOST_BYTES
) -> dict[str, Any]:
    """The arrays under some keys of an npz, or under all; keys that it lacks are left out.

    Others are not unpacked, names in the archive lead to no file, and pickled objects are refused.

    Args:
        path: the file, or an open one.
        keys: names of arrays, without `.npy`; None for all.
        what: "a motion", for messages.
        most_bytes: what they may come to together, in double precision.

    Returns:
        Arrays by name, of numbers or text.

    Raises:
        InputError: it is no archive, is damaged, or unpacks to more than is plausible.
    """
    name = path if isinstance(path, Path) else Path("record")
    if isinstance(path, Path):
        check_regular(path, f"{what} npz")
    with reading(name, f"{what} npz"), zipfile.ZipFile(path) as archive:
        members = _wanted(archive, keys, name)
        packed = _size_of(path)
        heads = {key: _peek(archive, info, name) for key, info in members.items()}
        _check_weight(list(heads.values()), packed, most_bytes, what, name)
        return {key: _unpacked(archive, info, name) for key, info in members.items()}


def read_npy(path: Path, what: str, most_bytes: int = MOST_BYTES) -> Any:
    """The array of an npy file, mapped and not yet read. Arguments and errors as `read_npz`."""
    check_regular(path, f"{what} npy")
    with reading(path, f"{what} npy"):
        with path.open("rb") as file:
            head = _header(file, path.name, path)
        if head.weight > most_bytes:
            raise InputError(f"{path}: {_too_large(head.size, what)}")
        return np.load(path, allow_pickle=False, mmap_mode="r")


def names_in(path: Path) -> frozenset[str]:
    """Names of the arrays of an npz, without `.npy`; empty for what is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return frozenset(n.removesuffix(".npy") for n in archive.namelist())
    except Exception:  # damaged archives fail in half a dozen ways
        return frozenset()


def _wanted(
    archive: zipfile.ZipFile, keys: Collection[str] | None, path: Path
) -> dict[str, zipfile.ZipInfo]:
    """Members by name, with and without `.npy`, as NumPy finds both."""
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        key = info.filename.removesuffix(".npy")
        if keys is None or key in keys:
            if key in members:
                raise InputError(f"{path}: array {key!r} is in it twice")
            if info.compress_type not in _METHODS or info.flag_bits & 1:
                raise InputError(f"{path}: array {key!r} is not packed as NumPy packs")
            members[key] = info
    if len(members) > _MOST_MEMBERS:
        raise InputError(f"{path}: holds {len(members)} arrays; at most {_MOST_MEMBERS} are read")
    return members


def _size_of(path: Path | BinaryIO) -> int:
    if isinstance(path, Path):
        return path.stat().st_size
    here = path.tell()
    size = path.seek(0, os.SEEK_END)
    path.seek(here)
    return size


def _check_weight(heads: list[_Header], packed: int, most: int, what: str, path: Path) -> None:
    weight = sum(h.weight for h in heads)
    if weight > most or (weight > _PLAUSIBLE and weight > _MOST_SHRUNK * packed):
        raise InputError(f"{path}: {_too_large(sum(h.size for h in heads), what)}")


def _too_large(size: int, what: str) -> str:
    return f"it unpacks to {-(-size >> 20)} MB, too many for {what}; is it damaged?"


def _peek(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> _Header:
    with archive.open(info) as member:
        return _header(member, info.filename, path)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Any:
    with archive.open(info) as member:
        head = _header(member, info.filename, path)
        data = bytearray(head.size)
        _fill(member, memoryview(data), info.filename, path)
    if not head.size:
        return np.zeros(head.shape, head.kind)
    flat = np.frombuffer(data, dtype=head.kind, count=head.count)
    return flat.reshape(head.shape, order="F" if head.fortran else "C")


def _fill(member: Any, room: memoryview, name: str, path: Path) -> None:
    filled = 0
    while filled < len(room):
        part = member.read(min(1 << 20, len(room) - filled))
        if not part:
            raise InputError(
                f"{path}: array {name} is damaged: {filled} of its {len(room)} bytes are there"
            )
        room[filled : filled + len(part)] = part
        filled += len(part)
    if member.read(1):
        raise InputError(f"{path}: array {name} is damaged: it holds more than its shape says")


def _header(file: Any, name: str, path: Path) -> _Header:
    """An array's header, read as NumPy writes it (versions 1 to 3)."""
    start = file.read(8)
    if len(start) < 8 or start[:6] != _MAGIC or start[6] not in (1, 2, 3):
        raise InputError(f"{path}: {name} is not an array as NumPy writes it")
    form = "<H" if start[6] == 1 else "<I"
    (length,) = struct.unpack(form, file.read(struct.calcsize(form)))
    if length > _MOST_HEADER:
        raise InputError(f"{path}: the header of array {name} is damaged")
    text = file.read(length).decode("utf-8" if start[6] == 3 else "latin1")
    try:
        fields = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise InputError(f"{path}: the header of array {name} is damaged") from error
    return _checked(fields, name, path)


def _checked(fields: Any, name: str, path: Path) -> _Header:
    found = cast("dict[str, Any]", fields) if isinstance(fields, dict) else {}
    kind, fortran = found.get("descr"), found.get("fortran_order")
    shape: Any = found.get("shape")
    whole = isinstance(shape, tuple) and all(
        type(n) is int and 0 <= n < 1 << 62 for n in cast("tuple[Any, ...]", shape)
    )
    if not whole or not isinstance(kind, str) or not isinstance(fortran, bool):
        raise InputError(f"{path}: array {name} is no plain array of numbers or text")
    dtype: np.dtype[Any] = np.dtype(kind)
    if dtype.kind not in _KINDS or len(shape) > _MOST_AXES:
        raise InputError(f"{path}: array {name} is of {dtype}, not of numbers or text")
    return _Header(shape, fortran, dtype)
