# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are written beside their place and renamed into it; this room names what is written there.

A process that is killed leaves such a file behind. Its name says whose it was, so that the next one to
write in that folder can take it away.
"""

import os
import platform
import re
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from ..runtime.errors import InputError

_HOST: Final = f"{zlib.crc32(platform.node().encode()):08x}"
_LEFT: Final = re.compile(r"\.lsmplify-([0-9a-f]{8})-(\d{1,9})-[0-9a-z_]{8}-.+")
_OLD: Final = 24 * 3600
"""Seconds after which a file of a process that cannot be asked for is taken to be left behind."""
_LONGEST: Final = 120
"""Characters of the file's own name that are kept, its end; file systems take 255 bytes."""


def open_beside(path: Path) -> tuple[int, Path]:
    """A new file in the folder of `path`, which is made where it is missing: its handle and name.

    The name ends as that of `path`. What killed processes left in the folder is removed. Raises
    OSError where nothing can be written there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear(path.parent)
    handle, name = tempfile.mkstemp(
        dir=path.parent,
        prefix=f".lsmplify-{_HOST}-{os.getpid()}-",
        suffix=f"-{path.name[-_LONGEST:]}",
    )
    return handle, Path(name)


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Call `write` on a file beside `path` and rename it into place.

    An interrupted run leaves the old file or none. Raises InputError where it cannot be written.
    """
    try:
        handle, temporary = open_beside(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _clear(folder: Path) -> None:
    for path in folder.glob(".lsmplify-*"):
        found = _LEFT.fullmatch(path.name)
        try:
            if found and path.is_file() and _left(path, found[1], int(found[2])):
                path.unlink()
        except OSError:
            continue  # somebody else removed it, or may


def _left(path: Path, host: str, process: int) -> bool:
    """Whether nobody writes the file any more: its process is gone, or, where that process cannot be
    asked for (another machine's, or on Windows, where asking ends it), it has lain there for a day."""
    if host == _HOST and sys.platform != "win32":
        return process != os.getpid() and not _runs(process)
    return time.time() - path.stat().st_mtime > _OLD


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # somebody else's
        return True
    return True
