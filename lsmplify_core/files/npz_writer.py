# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes NumPy's npz: a zip of arrays (PKWARE, APPNOTE.TXT), packed in chunks side by side.

Positions and rotations hardly shrink: nothing repeats in them but the zeros of joints that do not
turn. So only bytes that repeat the one before and bytes that are frequent are packed (zlib's
`Z_RLE`), which takes a third of the time and comes to the same size. Every chunk is packed by
itself, so that threads change no byte of the file.
"""

import struct
import zlib
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map

_CHUNK: Final = 1 << 18
"""Bytes that are packed by themselves. Larger chunks leave threads less to share, smaller ones say
anew too often which bytes are frequent."""
_LEVEL: Final = 1
_HEADLESS: Final = -15
"""zlib's window, negative for data without a head of its own, as a zip has them."""
_MEMORY: Final = 9
"""zlib's: the most that it takes, so that a block of data is long."""
_DATE: Final = 0x21
"""1980-01-01 in a zip, in every file, so that the same arrays are the same bytes."""
_VERSION: Final = 45
"""Of a reader that knows sizes beyond 4 GB."""
_MADE_BY: Final = 3 << 8 | _VERSION
"""On Unix, so that permissions count (APPNOTE 4.4.2)."""
_DEFLATED: Final = 8
_PERMISSIONS: Final = 0o600 << 16
"""Of a member that is unpacked."""
_WIDE: Final = 0xFFFFFFFF
"""In the place of a number that is too large for it and stands in a wide field."""
_MANY: Final = 0xFFFF
"""In the place of a number of members that is too large for it and stands in a wide field."""
_LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL: Final = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END: Final = struct.Struct("<4sHHHHLLH")
_WIDE_END: Final = struct.Struct("<4sQHHLLQQQQ")
_WIDE_END_PLACE: Final = struct.Struct("<4sLQL")
_UNCOUNTED: Final = 12
"""Bytes of the wide end that the size in it does not count."""


class NpzEntry:
    """An array of an npz while its bytes are written; made by `NpzWriter.entry`."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """file: at the place where the array begins. name: with `.npy`."""
        self._file = file
        self._name = name.encode()
        self._place = file.tell()
        self._check = self._size = self._packed = 0
        self._waiting = bytearray()
        file.write(self._local_head())

    def write(self, data: bytes) -> int:
        """Take the next bytes; how many that were."""
        self._waiting += data
        whole = len(self._waiting) // _CHUNK * _CHUNK
        if whole:
            self._pack(bytes(self._waiting[:whole]), last=False)
            del self._waiting[:whole]
        return len(data)

    def close(self) -> None:
        """Write the rest, and in the head how much it was."""
        self._pack(bytes(self._waiting), last=True)
        self._waiting.clear()
        end = self._file.tell()
        self._file.seek(self._place)
        self._file.write(self._local_head())
        self._file.seek(end)

    def _pack(self, data: bytes, last: bool) -> None:
        view = memoryview(data)
        chunks = [view[i : i + _CHUNK] for i in range(0, len(data), _CHUNK)] or [view]
        ends = [last and i == len(chunks) - 1 for i in range(len(chunks))]
        work = list(zip(chunks, ends, strict=True))
        side_by_side = len(work) > 1  # threads are not worth starting for one chunk
        for part in run_steps(parallel_map(_packed, work)) if side_by_side else map(_packed, work):
            self._packed += len(part)
            self._file.write(part)
        self._size += len(data)
        self._check = zlib.crc32(data, self._check)

    def _local_head(self) -> bytes:
        """As NumPy writes it: sizes always in wide fields, since they are not known at first."""
        wide = struct.pack("<HHQQ", 1, 16, self._size, self._packed)
        head = _LOCAL.pack(
            b"PK\3\4", _VERSION, 0, _DEFLATED, 0, _DATE, self._check, _WIDE, _WIDE,
            len(self._name), len(wide),
        )  # fmt: skip
        return head + self._name + wide

    def central_head(self) -> bytes:
        """What the directory at the file's end says of the array."""
        numbers = (self._size, self._packed, self._place)
        wide = b"".join(struct.pack("<Q", n) for n in numbers if n >= _WIDE)
        wide = struct.pack("<HH", 1, len(wide)) + wide if wide else b""
        size, packed, place = (min(n, _WIDE) for n in numbers)
        head = _CENTRAL.pack(
            b"PK\1\2", _MADE_BY, _VERSION, 0, _DEFLATED, 0, _DATE, self._check, packed, size,
            len(self._name), len(wide), 0, 0, 0, _PERMISSIONS, place,
        )  # fmt: skip
        return head + self._name + wide


class NpzWriter:
    """Arrays written one after the other to an open file, which must be at its beginning."""

    def __init__(self, file: BinaryIO) -> None:
        """file: open for writing, and able to go back in it."""
        self._file = file
        self._entries: list[NpzEntry] = []

    def begin(self, name: str, shape: tuple[int, ...], kind: str = "<f4") -> NpzEntry:
        """Begin an array whose values, in C order, follow by `write` and `close`.

        Args:
            name: its key.
            shape: of the whole array.
            kind: NumPy's name of its type.

        Returns:
            The entry; nothing else may be written before it is closed.
        """
        entry = NpzEntry(self._file, f"{name}.npy")
        self._entries.append(entry)
        head = {"descr": kind, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(entry, head)
        return entry

    def add(self, name: str, array: NDArray[Any]) -> None:
        """Write a whole array of numbers or text."""
        entry = NpzEntry(self._file, f"{name}.npy")
        self._entries.append(entry)
        np.lib.format.write_array(entry, array, allow_pickle=False)
        entry.close()

    def close(self) -> None:
        """Write the directory of what is in the file; the file itself stays open."""
        place = self._file.tell()
        for entry in self._entries:
            self._file.write(entry.central_head())
        end = self._file.tell()
        size, count = end - place, len(self._entries)
        if end >= _WIDE or count >= _MANY:
            self._file.write(
                _WIDE_END.pack(
                    b"PK\6\6", _WIDE_END.size - _UNCOUNTED, _VERSION, _VERSION, 0, 0, count, count,
                    size, place,
                )
            )  # fmt: skip
            self._file.write(_WIDE_END_PLACE.pack(b"PK\6\7", 0, end, 1))
        many = min(count, _MANY)
        self._file.write(
            _END.pack(b"PK\5\6", 0, 0, many, many, min(size, _WIDE), min(place, _WIDE), 0)
        )


def _packed(work: tuple[memoryview, bool]) -> bytes:
    """A chunk packed by itself; whether it is the array's last one decides how it ends."""
    chunk, last = work
    pack = zlib.compressobj(_LEVEL, zlib.DEFLATED, _HEADLESS, _MEMORY, zlib.Z_RLE)
    return pack.compress(chunk) + pack.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)
