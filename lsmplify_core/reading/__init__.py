# SPDX-License-Identifier: GPL-3.0-or-later
"""Files to Tracks: one reader for each format, chosen by what the file is."""

from pathlib import Path

from ..errors import InputError
from ..tracks import Tracks
from .c3d import is_c3d, read_c3d
from .overrides import with_overrides
from .points import read_array, read_table
from .trc import read_trc

SUFFIXES = (".c3d", ".trc", ".npy", ".npz", ".csv", ".tsv", ".txt", ".dat")
"""File names that `read_tracks` takes as tracks, in lower case."""


def read_tracks(
    path: Path, *, fps: float | None = None, unit: str | None = None, up: str | None = None
) -> Tracks:
    """Read one take.

    fps, unit ("m", "cm", "mm", "ft", "in") and up ("y", "+y", "-z", …) override what the file
    says. Raises InputError with the file's name where it cannot be read.
    """
    return with_overrides(_read(path, fps), fps=fps, unit=unit, up=up)


def _read(path: Path, fps: float | None) -> Tracks:
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if not head:
        raise InputError(f"{path}: the file is empty")
    suffix = path.suffix.lower()
    if suffix == ".c3d" or (is_c3d(head) and suffix not in SUFFIXES):
        return read_c3d(path)
    if suffix == ".trc":
        return read_trc(path)
    if suffix in (".npy", ".npz"):
        return read_array(path, fps)
    if suffix in (".csv", ".tsv", ".txt", ".dat"):
        return read_table(path, fps)
    raise InputError(
        f"{path}: {suffix or 'a file without an ending'} is not a format that is read; "
        f"known ones: {', '.join(SUFFIXES)}"
    )
