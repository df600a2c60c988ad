# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading pickles without running them.

A pickle is a program that may call anything Python can import. This reader lets it name a dozen
things only — NumPy's arrays, SciPy's sparse matrices, chumpy's arrays — and puts plain records of
our own in their place, so that not even those libraries' code runs, and neither SciPy nor chumpy is
needed. Python's own unpickler in Python is used, whose memory a file cannot blow up by a number.
"""

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

import numpy as np

from ..errors import InputError

MOST_BYTES: Final = 1 << 30
"""Larger files are refused: the largest model file of the SMPL family has half of this."""
_KINDS: Final = frozenset("biufSUO")
"""Kinds of array elements: booleans, integers, floats, strings, and lists of objects."""


class RefusedError(Exception):
    """The pickle asked for something that is not data."""


@dataclass
class Record:
    """Whatever the pickle says of an object, kept and not acted upon."""

    arguments: tuple[Any, ...] = ()
    state: dict[str, Any] = field(default_factory=dict)

    def set_state(self, state: Any) -> None:
        """Keep a dictionary of attributes."""
        if not isinstance(state, dict):
            raise RefusedError("an object's state is not a dictionary")
        self.state.update(state)


class Chumpy(Record):
    """chumpy's array class: its values are under `x`."""


class Sparse(Record):
    """SciPy's sparse matrices: data, indices and indptr, or data, row and col."""

    kind = "csc"


class SparseRows(Sparse):
    """Compressed by rows."""

    kind = "csr"


class SparseTriples(Sparse):
    """Coordinates."""

    kind = "coo"


class Kind(Record):
    """NumPy's dtype: its name, and its byte order once the state is there."""

    order = "="

    def set_state(self, state: Any) -> None:
        """(version, byte order, …)."""
        if not isinstance(state, tuple) or len(state) < 2 or state[1] not in ("<", ">", "=", "|"):
            raise RefusedError("an array's element type has an unknown state")
        self.order = state[1]

    def dtype(self) -> Any:
        """The NumPy dtype; simple kinds only."""
        name = _text(self.arguments[0]) if self.arguments else ""
        if not name or name[0] not in _KINDS or not name[1:].isdigit():
            raise RefusedError(f"arrays of {name!r} are not known")
        return np.dtype(name).newbyteorder(self.order if self.order != "|" else "=")  # type: ignore[arg-type]


class Array(Record):
    """NumPy's array, made from its shape, element type and raw bytes."""

    value: Any = None

    def set_state(self, state: Any) -> None:
        """(version, shape, dtype, in Fortran's order, bytes)."""
        if not isinstance(state, tuple) or len(state) != 5:
            raise RefusedError("an array's state is not NumPy's")
        _, shape, kind, fortran, raw = state
        self.value = _array(raw, kind, shape, "F" if fortran else "C")


def _array(raw: Any, kind: Any, shape: Any, order: str) -> Any:
    if not isinstance(kind, Kind) or not isinstance(shape, tuple):
        raise RefusedError("an array's element type or shape is not NumPy's")
    if not all(type(n) is int and 0 <= n < 1 << 40 for n in shape):
        raise RefusedError("an array's shape is not made of counts")
    dtype = kind.dtype()
    count = int(np.prod([float(n) for n in shape])) if shape else 1
    if dtype.kind == "O":
        return list(raw) if isinstance(raw, list) else []
    data = raw.encode("latin1") if isinstance(raw, str) else raw
    if not isinstance(data, bytes | bytearray) or len(data) != count * dtype.itemsize:
        raise RefusedError("an array has fewer or more bytes than its shape says")
    return np.frombuffer(bytes(data), dtype).reshape(shape, order=order)  # type: ignore[call-overload]


def _reconstruct(*_: Any) -> Array:
    """numpy's `_reconstruct(ndarray, (0,), b'b')`; the state follows."""
    return Array()


def _from_buffer(raw: Any, kind: Any, shape: Any, order: Any) -> Array:
    """numpy's `_frombuffer`, protocol 5."""
    made = Array()
    made.value = _array(raw, kind, shape, "F" if order == "F" else "C")
    return made


def _scalar(kind: Any, raw: Any = b"") -> Array:
    """numpy's `scalar(dtype, bytes)`."""
    made = Array()
    made.value = _array(raw, kind, (), "C")
    return made


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    """`_codecs.encode`, as protocol 2 writes bytes."""
    if not isinstance(text, str) or encoding != "latin1":
        raise RefusedError("text in an unknown encoding")
    return text.encode("latin1")


def _made(kind: Any, *_: Any) -> Record:
    """copyreg's `_reconstructor(class, object, None)` and NEWOBJ: an empty record."""
    if not (isinstance(kind, type) and issubclass(kind, Record)):
        raise RefusedError("an object of an unknown class")
    return kind()


class _Nothing:
    """Stands for classes that are only ever named as an argument."""


_NUMPY: Final = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric",
                 "numpy._core.numeric")  # fmt: skip
_KNOWN: Final[dict[str, Any]] = {"ndarray": _Nothing, "dtype": Kind, "_reconstruct": _reconstruct,
                                 "_frombuffer": _from_buffer, "scalar": _scalar}  # fmt: skip
_SPARSE: Final = {"csc_matrix": Sparse, "csr_matrix": SparseRows, "coo_matrix": SparseTriples,
                  "csc_array": Sparse, "csr_array": SparseRows, "coo_array": SparseTriples}  # fmt: skip
_OTHERS: Final[dict[tuple[str, str], Any]] = {
    ("_codecs", "encode"): _encode,
    ("copy_reg", "_reconstructor"): _made, ("copyreg", "_reconstructor"): _made,
    ("__builtin__", "object"): _Nothing, ("builtins", "object"): _Nothing,
}  # fmt: skip
_CALLABLE: Final = frozenset(
    (Kind, Chumpy, Sparse, SparseRows, SparseTriples, _reconstruct, _from_buffer, _scalar, _encode,
     _made)
)  # fmt: skip


class _Reader(pickle._Unpickler):  # type: ignore[name-defined,misc]
    """Python's unpickler with its three ways to run something closed."""

    stack: list[Any]
    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)  # type: ignore[attr-defined]

    def find_class(self, module: str, name: str) -> Any:
        """Names on the list, and no others."""
        if module in _NUMPY and name in _KNOWN:
            return _KNOWN[name]
        if module.startswith("scipy.sparse") and name in _SPARSE:
            return _SPARSE[name]
        if module.startswith("chumpy") and name.isidentifier():
            return Chumpy
        if (module, name) in _OTHERS:
            return _OTHERS[module, name]
        raise RefusedError(f"it asks for {module}.{name}, which is not data")

    def persistent_load(self, pid: Any) -> Any:
        """References to elsewhere."""
        raise RefusedError(f"it refers to something outside itself ({str(pid)[:40]})")

    def load_reduce(self) -> None:
        """Call one of our own stand-ins."""
        arguments = self.stack.pop()
        function = self.stack[-1]
        if function not in _CALLABLE or not isinstance(arguments, tuple):
            raise RefusedError("it calls something that is not data")
        self.stack[-1] = _called(function, arguments)

    def load_newobj(self) -> None:
        """Make an empty record."""
        self.stack.pop()
        self.stack[-1] = _made(self.stack[-1])

    def load_newobj_ex(self) -> None:
        """Make an empty record."""
        self.stack.pop()
        self.load_newobj()

    def load_build(self) -> None:
        """Give a record its state."""
        state = self.stack.pop()
        if not isinstance(self.stack[-1], Record):
            raise RefusedError("it changes something that is not its own")
        self.stack[-1].set_state(state)

    def refused_object(self) -> None:
        """Old ways to make objects, which no model file needs."""
        raise RefusedError("it makes objects in a way that data does not need")

    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build
    for _code in (pickle.INST, pickle.OBJ, pickle.EXT1, pickle.EXT2, pickle.EXT4):
        dispatch[_code[0]] = refused_object


def _called(function: Any, arguments: tuple[Any, ...]) -> Any:
    if isinstance(function, type):
        made: Record = function()
        made.arguments = arguments
        return made
    return function(*arguments)


def safe_load(path: Path) -> Any:
    """The data of a pickle: dictionaries, lists, text, numbers, and NumPy arrays.

    chumpy's arrays become NumPy's, SciPy's sparse matrices dense ones. Raises InputError for files
    that are too large, damaged, or ask for anything else; nothing of theirs is run.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: is larger than {MOST_BYTES >> 20} MB, so it is not read")
        with path.open("rb") as file:
            return plain(_read(file))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except RefusedError as error:
        raise InputError(f"{path}: refused, since {error}") from error
    except (InputError, KeyboardInterrupt):
        raise
    except Exception as error:  # a damaged pickle fails in any way it likes
        raise InputError(f"{path}: not a pickle that can be read ({error})") from error


def _read(file: BinaryIO) -> Any:
    return _Reader(file, encoding="latin1").load()


def plain(value: Any, depth: int = 0) -> Any:
    """Records into arrays, everywhere in nested dictionaries, lists and tuples."""
    if depth > 40:
        raise RefusedError("its data is nested deeper than data ever is")
    if isinstance(value, dict):
        return {plain(k, depth + 1): plain(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v, depth + 1) for v in value]
    if isinstance(value, Array):
        return plain(value.value, depth + 1) if isinstance(value.value, list) else value.value
    if isinstance(value, Chumpy):
        return plain(value.state.get("x"), depth + 1)
    if isinstance(value, Sparse):
        return dense(value)
    return value


def dense(matrix: Sparse) -> Any:
    """A sparse matrix as an array. Refused where its parts don't fit each other."""
    state = {k.lstrip("_"): plain(v) for k, v in matrix.state.items()}
    shape = tuple(int(n) for n in state.get("shape", ()))
    if len(shape) != 2 or not all(0 < n <= 100_000 for n in shape) or shape[0] * shape[1] > 1 << 27:
        raise RefusedError("a sparse matrix has no sensible shape")
    data = np.asarray(state.get("data"), dtype=np.float64)
    if matrix.kind == "coo":
        pair = state.get("coords", (state.get("row"), state.get("col")))
        rows, columns = np.asarray(pair[0]), np.asarray(pair[1])
    else:
        pointers, across = np.asarray(state.get("indptr")), np.asarray(state.get("indices"))
        along = shape[0] if matrix.kind == "csr" else shape[1]
        if pointers.shape != (along + 1,) or (np.diff(pointers) < 0).any():
            raise RefusedError("a sparse matrix is damaged")
        lines = np.repeat(np.arange(along), np.diff(pointers))
        rows, columns = (lines, across) if matrix.kind == "csr" else (across, lines)
    whole = np.zeros(shape)
    fits = data.ndim == 1 and rows.shape == columns.shape == data.shape
    if not fits or (rows.size and (min(rows.min(), columns.min()) < 0)):
        raise RefusedError("a sparse matrix is damaged")
    np.add.at(whole, (rows, columns), data)
    return whole


def _text(value: Any) -> str:
    return value.decode("latin1") if isinstance(value, bytes) else str(value)
