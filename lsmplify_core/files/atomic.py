# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are written beside their place and renamed into it; this module names what is written
there.

A process that is killed leaves such a file behind. Its name says whose it was, so that the next one
to write in that folder can take it away.
"""

import errno
import os
import platform
import re
import stat
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from ..runtime.errors import InputError

_HOST: Final = f"{zlib.crc32(platform.node().encode()):08x}"
_LEFT: Final = re.compile(r"\.lsmplify-([0-9a-f]{8})-(\d{1,9})-[0-9a-z_]{8}-.+")
_OLD: Final = 24 * 3600
"""Seconds after which a file of a process that cannot be asked for is taken to be left behind."""
_NEW_FILE: Final = 0o644
"""Permissions of files that were not there before."""
_LONGEST: Final = 120
"""Bytes of the file's own name that are kept, its end; file systems take 255 of them."""


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
        suffix=f"-{_end_of(path.name)}",
    )
    return handle, Path(name)


def _end_of(name: str) -> str:
    return os.fsencode(name)[-_LONGEST:].decode("ascii", "ignore")


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Call `write` on a file beside `path` and rename it into place; as `whole_file`.

    Args:
        path: the file to write; its folder is made where it is missing.
        write: given the open file.

    Raises:
        InputError: it cannot be written, is protected, or is a folder, pipe or device.
    """
    with whole_file(path) as file:
        write(file)


@contextmanager
def whole_file(path: Path) -> Generator[BinaryIO, None, None]:
    """Within it a file beside `path` is open to be written; at the end it is renamed into place.

    A link is written through: what it leads to is replaced, and the link stays. An interrupted run
    leaves the old file or none.

    Args:
        path: the file to write; its folder is made where it is missing.

    Raises:
        InputError: it cannot be written, is protected, or is a folder, pipe or device.
    """
    try:
        place, mode = place_of(path)
        handle, temporary = open_beside(place)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(temporary, mode)
        os.replace(temporary, place)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def place_of(path: Path) -> tuple[Path, int]:
    """Where a file that is written to `path` lies in truth, and the permissions it gets.

    Links are followed, also one whose file is not there yet. Raises InputError for a folder, a pipe
    or a device and for a file that is write-protected, OSError for links in a circle.
    """
    if path.is_symlink():
        path.stat() if path.exists() else path.parent.stat()
    place = Path(os.path.realpath(path))
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if not place.exists():
        return place, _NEW_FILE
    mode = place.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
        raise InputError(f"{path}: cannot be written: it is {kind}, not a file")
    if not mode & stat.S_IWUSR:
        raise InputError(f"{path}: cannot be written: it is write-protected; give another name")
    return place, stat.S_IMODE(mode)


def clear_left(folder: Path) -> None:
    """Remove what killed processes left in a folder; nothing is raised."""
    try:
        _clear(folder)
    except OSError:
        return


def _clear(folder: Path) -> None:
    for path in folder.glob(".lsmplify-*"):
        found = _LEFT.fullmatch(path.name)
        try:
            if found and path.is_file() and _left(path, found[1], int(found[2])):
                path.unlink()
        except OSError:
            continue  # somebody else removed it, or may


def _left(path: Path, host: str, process: int) -> bool:
    """Whether nobody writes the file any more: its process is gone, or, where that process cannot
    be asked for (another machine's, or on Windows, where asking ends it), it has lain there for a
    day."""
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
