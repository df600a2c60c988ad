# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading pickles without running them.

A pickle is a program that may call anything Python can import. This reader lets it name two dozen
things only, and each name stands for a kind of `Record`: whatever is called, a record is made.
Python's unpickler in Python is used, whose memory no number in a file can blow up. joblib's files
are pickles with the arrays' bytes between, and sometimes compressed as a whole.
"""

import pickle
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final, Protocol

from ...files.regular import check_regular
from ...runtime.errors import InputError
from .records import (
    Array,
    Buffer,
    Chumpy,
    Columns,
    Encoded,
    Kind,
    Numbers,
    Other,
    Record,
    RefusedError,
    Rows,
    Scalar,
    Table,
    Triples,
    Wrapped,
    as_array,
    wrapped_bytes,
)

MOST_BYTES: Final = 1 << 30
"""Larger files are refused: the largest model file of the SMPL family has half of this."""
_PLAUSIBLE: Final = 256 << 20
"""Bytes that any compressed file may unpack to, however small it is."""
_MOST_SHRUNK: Final = 50
"""Larger ones may unpack to so many times their size: arrays of measured numbers shrink to less."""
_BLOCK: Final = 1 << 20
"""Bytes that are unpacked at a time."""
_MOST_IN_KEY: Final = 8
_KEYS: Final = (str, bytes, int, float)
"""What keys of dictionaries are, or tuples of these."""
_ZLIB: Final = b"\x78"
"""The first byte of zlib's streams; a pickle begins with another."""


class _Remade(Record):
    """copyreg's `_reconstructor(class, object, None)`: an empty object of the class."""


_NUMPY: Final = {"ndarray": Other, "dtype": Kind, "_reconstruct": Array, "_frombuffer": Buffer,
                 "scalar": Scalar}  # fmt: skip
_NUMPY_MODULES: Final = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray",
                         "numpy.core.numeric", "numpy._core.numeric")  # fmt: skip
_SPARSE: Final = {"csc": Columns, "csr": Rows, "coo": Triples}
_OTHERS: Final[dict[tuple[str, str], type[Record]]] = {
    ("_codecs", "encode"): Encoded,
    ("copy_reg", "_reconstructor"): _Remade, ("copyreg", "_reconstructor"): _Remade,
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): Wrapped,
    ("collections", "OrderedDict"): Table, ("collections", "defaultdict"): Table,
    **{(module, name): Other for module in ("builtins", "__builtin__")
       for name in ("object", "set", "frozenset", "dict", "list")},
}  # fmt: skip


def _known(module: str, name: str) -> type[Record]:
    if module in _NUMPY_MODULES and name in _NUMPY:
        return _NUMPY[name]
    if module == "scipy.sparse" or module.startswith("scipy.sparse."):
        kind, _, what = name.partition("_")
        if kind in _SPARSE and what in ("matrix", "array"):
            return _SPARSE[kind]
    if module == "chumpy" or module.startswith("chumpy."):
        return Chumpy
    if (module, name) in _OTHERS:
        return _OTHERS[module, name]
    asked = ascii(f"{module}.{name}"[:80])  # a stranger's text: one line, and not a long one
    raise RefusedError(f"it asks for {asked}, which is not data")


class _Source(Protocol):
    """What the unpickler reads from."""

    def read(self, count: int) -> bytes: ...

    def readline(self) -> bytes: ...


class _Bounded:
    """A file that gives no more bytes than it has, however many are asked for."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self.readline = file.readline

    def read(self, count: int) -> bytes:
        if count > self._size - self._file.tell():
            raise RefusedError("it ends too early")
        return self._file.read(count)


class _Inflated:
    """joblib's file that is compressed as a whole, unpacked as it is read: never all of it at once,
    and never much more than its own size makes plausible."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._most = file, min(MOST_BYTES, max(_PLAUSIBLE, _MOST_SHRUNK * size))
        self._unpacker = zlib.decompressobj()
        self._ready, self._at, self._given = b"", 0, 0

    def read(self, count: int) -> bytes:
        if count > self._most - self._given:
            raise RefusedError("it is larger than any result once unpacked, or ends too early")
        parts: list[bytes] = []
        left = count
        while left:
            part = self._some(left)
            parts.append(part)
            left -= len(part)
        self._given += count
        return b"".join(parts)

    def readline(self) -> bytes:
        line = bytearray()
        while not line.endswith(b"\n"):
            line += self.read(1)
        return bytes(line)

    def _some(self, most: int) -> bytes:
        if self._at == len(self._ready):
            self._ready, self._at = self._block(), 0
        part = self._ready[self._at : self._at + most]
        self._at += len(part)
        return part

    def _block(self) -> bytes:
        while not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._file.read(_BLOCK)
            if not packed:
                break
            data = self._unpacker.decompress(packed, _BLOCK)
            if data:
                return data
        raise RefusedError("it ends too early")


class _Reader(pickle._Unpickler):  # type: ignore[name-defined,misc]
    """Python's unpickler; wherever it would call, import or set something, records are made."""

    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)  # type: ignore[attr-defined]
    stack: list[Any]
    read: Callable[[int], bytes]
    pop_mark: Callable[[], list[Any]]

    def find_class(self, module: str, name: str) -> Any:
        return _known(module, name)

    def persistent_load(self, pid: Any) -> Any:
        raise RefusedError("it refers to something outside itself")

    def load_reduce(self) -> None:
        arguments = self.stack.pop()
        self.stack[-1] = _made(self.stack[-1], arguments)

    def load_newobj_ex(self) -> None:
        self.stack.pop()
        self.load_reduce()

    def load_build(self) -> None:
        state = self.stack.pop()
        if not isinstance(self.stack[-1], Record):
            raise RefusedError("it changes something that is not its own")
        self.stack[-1].state = state
        if isinstance(self.stack[-1], Wrapped):
            self.stack[-1].arguments = (wrapped_bytes(self.stack[-1], self.read),)

    def load_bytearray(self) -> None:
        count = int.from_bytes(self.read(8), "little")
        self.stack.append(bytearray(self.read(count)))

    def load_setitem(self) -> None:
        value = self.stack.pop()
        self._fill([self.stack.pop(), value])

    def load_setitems(self) -> None:
        self._fill(self.pop_mark())

    def load_dict(self) -> None:
        items = self.pop_mark()
        self.stack.append({})
        self._fill(items)

    def _fill(self, items: list[Any]) -> None:
        """Put keys and values into the dictionary on the stack."""
        target = self.stack[-1]
        if not isinstance(target, dict) or len(items) % 2:
            raise RefusedError("it fills something that is no dictionary")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[_plain_key(key)] = value

    def load_additems(self) -> None:
        items, target = self.pop_mark(), self.stack[-1]
        if not isinstance(target, set):
            raise RefusedError("it fills something that is no set")
        target.update(_plain_key(item) for item in items)

    def load_frozenset(self) -> None:
        self.stack.append(frozenset(_plain_key(item) for item in self.pop_mark()))

    def refuse(self) -> None:
        raise RefusedError("it makes objects in a way that data does not need")

    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.NEWOBJ[0]] = load_reduce
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.DICT[0]] = load_dict
    dispatch[pickle.ADDITEMS[0]] = load_additems
    dispatch[pickle.FROZENSET[0]] = load_frozenset
    for _code in (pickle.INST, pickle.OBJ, pickle.EXT1, pickle.EXT2, pickle.EXT4):
        dispatch[_code[0]] = refuse


def _plain_key(key: Any) -> Any:
    """A key as data have them: text, a number, or a short tuple of these.

    A tuple that holds another twice, which holds another twice, …, is a few bytes a level, and
    twice the work a level to hash.
    """
    flat = key if isinstance(key, tuple) and len(key) <= _MOST_IN_KEY else (key,)
    if not all(part is None or isinstance(part, _KEYS) for part in flat):
        raise RefusedError("a key of a dictionary is neither text nor a number")
    return key


def _made(kind: Any, arguments: Any) -> Record:
    if not isinstance(kind, type) or not issubclass(kind, Record):
        raise RefusedError("it calls something that is not data")
    if not isinstance(arguments, tuple):
        raise RefusedError("it calls something in an unknown way")
    if kind is _Remade:
        return _made(arguments[0] if arguments else None, ())
    return kind(arguments)


def read_pickle(path: Path, keys: tuple[str, ...]) -> dict[str, Numbers]:
    """The arrays that a pickled dictionary holds under some keys; keys that it lacks are left out.

    chumpy's arrays become NumPy's, SciPy's sparse matrices dense ones. Raises InputError for files
    that are too large, damaged, or ask for anything that is not data; nothing of theirs is run.
    """
    content = read_pickled(path)
    if not isinstance(content, dict):
        raise InputError(f"{path}: holds no dictionary, so it is not a model of the SMPL family")
    return {key: array_of(content[key], key, path) for key in keys if key in content}


def read_pickled(path: Path) -> Any:
    """What a pickle (or joblib's file) holds: plain Python values, and a `Record` for every array.

    `array_of` makes arrays of the records. Raises InputError as `read_pickle` does.
    """
    check_regular(path, "a pickle")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(f"{path}: is larger than {MOST_BYTES >> 20} MB, so it is not read")
        with path.open("rb") as file:
            packed = file.read(1) == _ZLIB
            file.seek(0)
            source: _Source = _Inflated(file, size) if packed else _Bounded(file, size)
            return _Reader(source, encoding="latin1").load()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except RefusedError as error:
        raise InputError(f"{path}: refused, since {error}") from error
    except (InputError, MemoryError):
        raise
    except Exception as error:  # a damaged pickle fails in any way it likes
        raise InputError(f"{path}: is not a pickle that can be read, or is damaged") from error


def array_of(value: Any, key: str, path: Path) -> Numbers:
    """The array that a value of a pickle stands for; InputError names key and file."""
    try:
        return as_array(value)
    except Exception as error:
        why = str(error) if isinstance(error, RefusedError) else "it is damaged"
        raise InputError(f"{path}: {key!r} cannot be read, since {why}") from error
