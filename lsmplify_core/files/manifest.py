# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest of a folder of results: a line of JSON for each take that was solved, or was not.

Any number of processes, on one machine or on several, append to it. A line is one write under a
lock; what a killed process leaves of one is passed over by readers and by the next writer.
"""

import errno
import hashlib
import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from ..runtime.errors import InputError
from .regular import check_regular, files_below

NAME: Final = "manifest.jsonl"
"""The manifest's name in the folder of results."""
_MOST_LINE: Final = 4 << 20
"""Bytes of a line; longer ones are damage."""
_BLOCK: Final = 1 << 20


def append(path: Path, record: dict[str, Any]) -> None:
    """Add a record, whole or not at all.

    Args:
        path: the manifest, which is made where it is missing.
        record: plain values; `take` names the take. A later record of a take replaces an earlier
            one.

    Raises:
        InputError: it cannot be written.
    """
    line = (json.dumps(record, sort_keys=True) + "\n").encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            check_regular(path, "a manifest")
        handle = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644
        )
        try:
            with _locked(handle):
                _add(handle, line)
        finally:
            os.close(handle)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error


def _add(handle: int, line: bytes) -> None:
    size = os.lseek(handle, 0, os.SEEK_END)
    if size:
        os.lseek(handle, size - 1, os.SEEK_SET)
        if os.read(handle, 1) != b"\n":  # a process was killed while it wrote
            line = b"\n" + line
    if os.write(handle, line) != len(line):
        os.ftruncate(handle, size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def _locked(handle: int) -> Generator[None, None, None]:
    """Within it no other process is within it; where locks are not known, appending must do."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        return
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:  # a network's file system without locks
        yield
        return
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def read_manifest(path: Path) -> dict[str, dict[str, Any]]:
    """The last record of each take, by its name; empty where there is no manifest.

    Lines that are no record are passed over. Raises InputError for what is no plain file.
    """
    if not path.exists():
        return {}
    check_regular(path, "a manifest")
    found: dict[str, dict[str, Any]] = {}
    with path.open("rb") as file:
        while line := file.readline(_MOST_LINE):
            record = _record(line)
            if record is not None:
                found[record["take"]] = record
    return found


def _record(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        value: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    record = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return record if isinstance(record.get("take"), str) else None


def content_hash(path: Path) -> str:
    """SHA-256 of what a take is: a file's bytes, or a folder's files with their names.

    Raises InputError where it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        if not path.is_dir():
            check_regular(path, "tracks")
            _add_file(digest, path)
            return digest.hexdigest()
        for file in sorted(files_below(path)):
            name = file.relative_to(path).as_posix().encode("utf-8", "surrogateescape")
            digest.update(f"{len(name)} {file.stat().st_size} ".encode() + name)
            _add_file(digest, file)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def _add_file(digest: Any, path: Path) -> None:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
