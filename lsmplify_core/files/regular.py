# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be opened to be read, and what a folder holds: plain files, each looked at once.

A named pipe waits for ever, a device never ends, and a link to its own folder makes a tree without
end. None of them is opened or followed.
"""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..runtime.errors import InputError, brief

MOST_FILES: Final = 1_000_000
"""Files that a folder is searched for; a tree with more is a disk's, not a capture's."""
_MOST_DEPTH: Final = 64
"""Folders in folders that are gone into."""
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
)  # fmt: skip


def check_regular(path: Path, what: str = "a file") -> None:
    """Refuse what is no plain file before it is opened.

    Args:
        path: what shall be read; links are followed.
        what: "a motion", for messages.

    Raises:
        InputError: nothing is there, it cannot be looked at, or it is a folder, pipe or device.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise InputError(f"{path}: {what} cannot be read: {_reason(error)}") from error
    if not stat.S_ISREG(mode):
        kind = next((word for test, word in _KINDS if test(mode)), "no file")
        raise InputError(f"{path}: is {kind}, not {what}; only plain files are read")


@contextmanager
def reading(path: Path, what: str) -> Generator[None, None, None]:
    """Within it, whatever a damaged file makes a reader raise becomes an InputError of one line.

    Args:
        path: the file, for the message.
        what: "tracks", "a motion", for the message.

    Raises:
        InputError: for every exception but those of memory, which are not the file's.
    """
    try:
        yield
    except (InputError, MemoryError):
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {_reason(error)}") from error
    except RecursionError as error:
        raise InputError(f"{path}: is damaged: too many brackets in brackets") from error
    except Exception as error:
        raise InputError(f"{path}: not {what} that can be read: {brief(error)}") from error


def files_below(folder: Path) -> Generator[Path, None, None]:
    """Plain files in a folder and its own folders, sorted by name folder by folder.

    Links to folders are followed, each folder once. Hidden folders and those that may not be read
    are left out.

    Raises:
        InputError: there are more than `MOST_FILES`.
    """
    count = 0
    for _, files in folders_below(folder):
        count += len(files)
        if count > MOST_FILES:
            raise InputError(
                f"{folder}: holds more than {MOST_FILES:,} files; choose a folder in it"
            )
        yield from files


def folders_below(folder: Path) -> Generator[tuple[Path, list[Path]], None, None]:
    """Each folder once, itself first, with the plain files in it; the order is that of names."""
    seen: set[tuple[int, int]] = set()
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            status = place.stat()
            entries = sorted(os.scandir(place), key=lambda e: e.name)
        except OSError:
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        inside = [place / e.name for e in entries if _is(e, "is_dir") and e.name[:1] != "."]
        yield place, [place / e.name for e in entries if _is(e, "is_file")]
        if depth < _MOST_DEPTH:
            waiting += [(path, depth + 1) for path in reversed(inside)]


def _is(entry: "os.DirEntry[str]", test: str) -> bool:
    try:
        return bool(getattr(entry, test)())
    except OSError:  # a link that leads to itself
        return False


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or brief(error)
