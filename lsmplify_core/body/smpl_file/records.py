# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pickle says, kept and not acted upon; and the arrays that can be made of it.

Every object of a pickle becomes a `Record` of our own: neither NumPy's, SciPy's nor chumpy's code
runs on a stranger's file, and SciPy and chumpy need not be there. Arrays are made only of the
records that someone asks for, after their parts were found to fit each other.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.number[Any]]

MOST_NUMBERS: Final = 1 << 26
"""Larger arrays are refused: the largest of the SMPL family has 15 million numbers."""
_MOST_DENSE: Final = 1 << 24
"""Numbers of a sparse matrix made dense: those of SMPL-X's regressor are half a million."""
_NUMBER_KINDS: Final = "biuf"
_DEEPEST: Final = 4
"""chumpy's arrays may hold each other, but not for ever."""


class RefusedError(Exception):
    """The pickle asks for something that is not data, or its data do not fit each other."""


class Record:
    """An object: what it was made with and the state it was given."""

    def __init__(self, arguments: tuple[Any, ...] = ()) -> None:
        """As a pickle makes them: the arguments of the call, no state yet."""
        self.arguments = arguments
        self.state: Any = None


class Other(Record):
    """Something harmless that no array is made of: a set, or a class that is only named."""


class Encoded(Record):
    """`_codecs.encode(text, "latin1")`: bytes, as protocols before 3 write them."""


class Kind(Record):
    """NumPy's `dtype(name, …)`; the state is (version, byte order, …)."""


class Array(Record):
    """NumPy's array; the state is (version, shape, kind, in Fortran's order, bytes)."""


class Buffer(Record):
    """NumPy's `_frombuffer(bytes, kind, shape, order)`, of protocol 5."""


class Scalar(Record):
    """NumPy's `scalar(kind, bytes)`."""


class Wrapped(Record):
    """joblib's array; the state has shape, order and dtype, the bytes follow it in the file and
    become the one argument."""


class Table(Record, dict[Any, Any]):
    """A dictionary of a class of its own, as `collections` has them."""


class Chumpy(Record):
    """chumpy's array; its values are the state's `x`."""


class Columns(Record):
    """SciPy's matrix compressed by columns: data, indices, indptr."""


class Rows(Record):
    """SciPy's matrix compressed by rows: data, indices, indptr."""


class Triples(Record):
    """SciPy's matrix of coordinates: data, and row and col, or coords."""


def as_array(value: Any, depth: int = 0) -> Numbers:
    """The array that a record stands for; sparse matrices become dense. Raises RefusedError."""
    if isinstance(value, Array):
        _, shape, kind, fortran, raw = _tuple(value.state, 5)
        return _filled(raw, kind, shape, "F" if fortran else "C")
    if isinstance(value, Buffer):
        raw, kind, shape, order = _tuple(value.arguments, 4)
        return _filled(raw, kind, shape, "F" if order == "F" else "C")
    if isinstance(value, Scalar):
        kind, raw = _tuple(value.arguments, 2)
        return _filled(raw, kind, (), "C")
    if isinstance(value, Wrapped):
        kind, shape, order = (_part(value, name) for name in ("dtype", "shape", "order"))
        return _filled(_tuple(value.arguments, 1)[0], kind, shape, "F" if order == "F" else "C")
    if isinstance(value, Chumpy) and depth < _DEEPEST:
        return as_array(_part(value, "x"), depth + 1)
    if isinstance(value, Columns | Rows | Triples):
        return _dense(value)
    if isinstance(value, int | float):
        return np.asarray(value, dtype=np.float64)
    raise RefusedError("it is not an array of numbers")


def wrapped_bytes(value: Wrapped, read: Callable[[int], bytes]) -> bytes:
    """The bytes of joblib's array, which stand where the pickle's reader is now."""
    kind, shape = _part(value, "dtype"), _part(value, "shape")
    count = _count(shape)
    state = value.state
    if isinstance(state, dict) and state.get("numpy_array_alignment_bytes") is not None:
        read(read(1)[0])  # filled up, so that the array begins at a multiple of so many bytes
    return read(count * _dtype(kind).itemsize) if count else b""


def _count(shape: Any) -> int:
    count = 1
    for length in _tuple(shape):
        if type(length) is not int or length < 0:
            raise RefusedError("the shape of an array is not made of counts")
        count *= length
    if count > MOST_NUMBERS:
        raise RefusedError("an array is larger than that of any model")
    return count


def _filled(raw: Any, kind: Any, shape: Any, order: Any) -> Numbers:
    dtype, count = _dtype(kind), _count(shape)
    data = _bytes(raw)
    if len(data) != count * dtype.itemsize:
        raise RefusedError("an array has not the bytes that its shape asks for")
    return np.frombuffer(data, dtype).reshape(shape, order=order)


def _dtype(kind: Any) -> np.dtype[Any]:
    name = kind.arguments[0] if isinstance(kind, Kind) and kind.arguments else None
    if isinstance(name, Encoded):
        name = _bytes(name).decode("latin1")
    if not isinstance(name, str) or name[:1] not in _NUMBER_KINDS or not name[1:].isdigit():
        raise RefusedError("an array is not made of numbers")
    order = kind.state[1] if isinstance(kind.state, tuple) and len(kind.state) > 1 else "|"
    return np.dtype((">" if order == ">" else "<") + name)


def _bytes(raw: Any) -> bytes | bytearray:
    if isinstance(raw, Encoded):
        raw = raw.arguments[0] if raw.arguments else None
    if isinstance(raw, str):  # Python 2's bytes, read as Latin-1
        return raw.encode("latin1")
    if isinstance(raw, bytes | bytearray):
        return raw
    raise RefusedError("an array is not made of bytes")


def _dense(matrix: Record) -> Numbers:
    height, width = (int(n) for n in _tuple(_part(matrix, "shape"), 2))
    if not (height > 0 and width > 0 and height * width <= _MOST_DENSE):
        raise RefusedError("a sparse matrix has no sensible shape")
    data = as_array(_part(matrix, "data"))
    rows, columns = _places(matrix, height, width, len(data) if data.ndim == 1 else -1)
    if not (rows.shape == columns.shape == data.shape) or not (
        _within(rows, height) and _within(columns, width)
    ):
        raise RefusedError("the parts of a sparse matrix do not fit each other")
    whole = np.zeros((height, width))
    np.add.at(whole, (rows, columns), data)
    return whole


def _places(matrix: Record, height: int, width: int, count: int) -> tuple[Any, Any]:
    """Row and column of each stored number."""
    if isinstance(matrix, Triples):
        if isinstance(matrix.state, dict) and "coords" in matrix.state:
            row, col = _tuple(matrix.state["coords"], 2)
        else:
            row, col = _part(matrix, "row"), _part(matrix, "col")
        return as_array(row), as_array(col)
    lines = height if isinstance(matrix, Rows) else width
    across, starts = (as_array(_part(matrix, name)) for name in ("indices", "indptr"))
    if starts.dtype.kind not in "iu" or starts.shape != (lines + 1,):
        raise RefusedError("a sparse matrix is damaged")
    lengths = np.diff(starts.astype(np.int64))
    if starts[0] != 0 or starts[-1] != count or (lengths < 0).any():
        raise RefusedError("a sparse matrix is damaged")
    along = np.repeat(np.arange(lines), lengths)
    return (along, across) if isinstance(matrix, Rows) else (across, along)


def _within(places: Numbers, end: int) -> bool:
    if places.dtype.kind not in "iu":
        return False
    return not places.size or (int(places.min()) >= 0 and int(places.max()) < end)


def _part(record: Record, name: str) -> Any:
    """An attribute of an object, with or without SciPy's underscore."""
    state = record.state
    if isinstance(state, dict):
        for key in (name, f"_{name}"):
            if key in state:
                return state[key]
    raise RefusedError(f"an array lacks its {name}")


def _tuple(value: Any, length: int | None = None) -> tuple[Any, ...]:
    if not isinstance(value, tuple) or (length is not None and len(value) != length):
        raise RefusedError("an array is not made as NumPy makes them")
    return value
