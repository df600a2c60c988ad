# SPDX-License-Identifier: GPL-3.0-or-later
"""Files to Tracks: one reader for each format, chosen by what the file is."""

from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from ..tracks import Tracks
from ..world import AXES, UNITS
from .c3d import is_c3d, read_c3d
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
    tracks = _read(path, fps)
    if fps is not None:
        if not fps > 0:
            raise InputError(f"--fps {fps} is not a number of frames per second")
        tracks = replace(tracks, rate=float(fps))
    if unit is not None:
        if unit not in UNITS:
            raise InputError(f"unit {unit!r} is not one of {', '.join(UNITS)}")
        tracks = replace(tracks, unit=UNITS[unit], unit_given=True)
    if up is not None:
        axis = up.lower() if up[:1] in "+-" else f"+{up.lower()}"
        if axis not in AXES:
            raise InputError(f"up axis {up!r} is not one of {', '.join(AXES)}")
        tracks = replace(tracks, up=axis, up_given=True)
    return tracks


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
