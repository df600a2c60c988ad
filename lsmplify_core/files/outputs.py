# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run will write, compared with what it reads before anything is read.

Files are compared by what they are and not by how they are spelled: links, `..`, other cases on
file systems that ignore case, and two names of one file are all the same file.
"""

import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..runtime.errors import InputError
from .atomic import place_of
from .results import is_result

Identity = tuple[object, ...]

_MOST_NAME: Final = 60
"""Characters of a person's name in a file's; file systems take 255 bytes for all of it."""
_DEVICES: Final = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
"""Names that Windows keeps for devices."""


@dataclass(frozen=True)
class Output:
    """A file that will be written. what: the option or person that it is for, for messages."""

    what: str
    path: Path


def identity(path: Path) -> Identity:
    """What tells a file from all others: equal for two spellings of one file.

    Args:
        path: a file that is there or is yet to be made.

    Returns:
        Device and number of a file that is there; of another, those of the nearest folder that is
        there and the names below it, in one case where that folder ignores case.
    """
    place = os.path.realpath(path)
    try:
        status = os.stat(place)
        return ("there", status.st_dev, status.st_ino)
    except (OSError, ValueError):
        pass
    names: list[str] = []
    folder = place
    while True:
        folder, name = os.path.split(folder)
        names.insert(0, unicodedata.normalize("NFC", name))
        try:
            status = os.stat(folder)
        except (OSError, ValueError):
            if not name:
                return ("nowhere", place)
            continue
        if _ignores_case(folder):
            names = [name.casefold() for name in names]
        return ("new", status.st_dev, status.st_ino, *names)


def check_outputs(outputs: Iterable[Output], inputs: Iterable[Path]) -> None:
    """Refuse outputs that are a file which is read, or one file twice.

    Args:
        outputs: all that the run will write.
        inputs: files that it reads; folders and what is not there are passed over.

    Raises:
        InputError: names both files, and says what to do.
    """
    read = {identity(path): path for path in inputs if path.is_file()}
    written: dict[Identity, Output] = {}
    for output in outputs:
        if output.path.is_dir():
            continue
        _check_place(output)
        key = identity(output.path)
        if key in read:
            raise InputError(
                f"{output.path}: {output.what} would be written over {read[key]}, which is read; "
                "give another name"
            )
        other = written.setdefault(key, output)
        if other is not output:
            raise InputError(
                f"{output.path}: {output.what} and {other.what} would be written to one file; "
                "give them different names"
            )


def _check_place(output: Output) -> None:
    """Refuse links in a circle, devices and what is write-protected. Raises InputError."""
    try:
        place_of(output.path)
    except OSError as error:
        raise InputError(f"{output.path}: cannot be written: {error.strerror}") from error


def check_own(output: Output) -> None:
    """Refuse a name that nobody spelled out where somebody else's file has it.

    Raises:
        InputError: the file is there, and is no result of ours.
    """
    if output.path.exists() and not output.path.is_dir() and not is_result(output.path):
        raise InputError(
            f"{output.path}: {output.what} would be written over this file, which no solve wrote; "
            "move it away or choose another folder"
        )


def file_names(names: Sequence[str], fallback: str = "person") -> list[str]:
    """Names that every file system takes, all different in any case, in the same order.

    A name keeps its spelling where it has no other's; the others get `_2`, `_3`, ….

    Args:
        names: of people or tracks, as they come.
        fallback: for names of which no character is left.
    """
    plain = [_plain(name) or fallback for name in names]
    counts: dict[str, int] = {}
    for name in plain:
        counts[_folded(name)] = counts.get(_folded(name), 0) + 1
    taken = {key for key, count in counts.items() if count == 1}
    made: list[str] = []
    for name in plain:
        unique, number = name, 1
        while counts[_folded(name)] > 1 and _folded(unique) in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(_folded(unique))
        made.append(unique)
    return made


def separators(stems: Sequence[str]) -> list[str]:
    """For each take what stands between its name and a person's, so that no two takes' files meet.

    `walk` with anna and ben makes `walk_anna`, which may be the name of another take: then it makes
    `walk_person-anna`.

    Args:
        stems: the names of all takes of a run, all different.
    """
    folded = sorted(_folded(stem) for stem in stems)
    return [_separator(_folded(stem), folded) for stem in stems]


def _separator(stem: str, others: list[str]) -> str:
    from bisect import bisect_left

    number, chosen = 1, "_"
    while True:
        start = stem + chosen
        at = bisect_left(others, start)
        if at == len(others) or not others[at].startswith(start):
            return chosen
        chosen = "_person-" if number == 1 else f"_person-{number}-"
        number += 1


def _plain(name: str) -> str:
    text = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", name))[:_MOST_NAME].strip("._")
    text = text.encode("utf-8", "ignore").decode()
    while len(text.encode()) > 2 * _MOST_NAME:
        text = text[:-1]
    head, dot, rest = text.partition(".")
    return f"{head}_{dot}{rest}" if _DEVICES.fullmatch(head) else text


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _ignores_case(folder: str) -> bool:
    """Whether a folder's file system takes `A` and `a` for one name, as far as its own name
    tells."""
    parent, name = os.path.split(folder.rstrip(os.sep))
    other = name.swapcase()
    if not name or other == name:
        return sys.platform in ("win32", "darwin")
    try:
        return os.path.samefile(folder, os.path.join(parent, other))
    except OSError:
        return False
