# SPDX-License-Identifier: GPL-3.0-or-later
"""C3D (c3d.org), read by the library `c3d`."""

import struct
import warnings
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..errors import InputError
from ..tracks import Tracks, checked_tracks
from ..world import UNITS

_MAGIC = 0x50
_UNIT_NAMES = {"millimeter": "mm", "millimetre": "mm", "centimeter": "cm", "meter": "m",
               "metre": "m", "inch": "in", "inches": "in", "feet": "ft", "foot": "ft"}  # fmt: skip


def is_c3d(head: bytes) -> bool:
    """Whether a file begins as a C3D does."""
    return len(head) >= 512 and head[1] == _MAGIC


def read_c3d(path: Path) -> Tracks:
    """Points of a C3D. A sample with a negative residual, at the origin, or that is not a number
    is missing. Raises InputError for files that are cut off or not C3D."""
    import c3d  # pyright: ignore[reportMissingTypeStubs]

    size = path.stat().st_size
    with path.open("rb") as file:
        if not is_c3d(file.read(512)):
            raise InputError(f"{path}: this is not a C3D file")
        file.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                reader: Any = c3d.Reader(file)
                _check_counts(reader, path, size)
                positions = _points(reader, file)
                names, unit = _labels(reader, positions.shape[1]), _unit(reader)
                rate = float(reader.point_rate)
        except InputError:
            raise
        except Exception as error:  # the library raises whatever a damaged byte leads to
            raise InputError(f"{path}: the C3D file is damaged: {error}") from error
    return checked_tracks(positions, names, rate, str(path), unit)


def _check_counts(reader: Any, path: Path, size: int) -> None:
    """Refuse counts that the file is too short for, before anything is allocated for them."""
    header = reader.header
    points, frames = int(reader.point_used), int(reader.frame_count)
    if points <= 0 or frames <= 0:
        raise InputError(f"{path}: the C3D file has {points} points and {frames} frames")
    sample = 2 if reader.point_scale > 0 else 4
    analog = int(header.analog_count) * (4 if sample == 4 else 2)
    wanted = 512 * (int(header.data_block) - 1) + frames * (points * 4 * sample + analog)
    if wanted > size + 512:
        raise InputError(
            f"{path}: the C3D file is cut off: {points} points in {frames} frames need "
            f"{wanted} bytes, and it has {size}"
        )


def _points(reader: Any, file: BinaryIO) -> np.ndarray:
    frames: list[np.ndarray] = []
    for _, points, _ in reader.read_frames(copy=True):
        frames.append(points[:, :4])
    data = np.array(frames, dtype=np.float64)
    positions = data[..., :3]
    missing = (data[..., 3] < 0) | (np.abs(positions).sum(axis=-1) == 0)
    positions[missing] = np.nan
    return positions


def _labels(reader: Any, count: int) -> list[str]:
    names = [str(n).strip() for n in reader.point_labels]
    for group in range(2, 10):
        if len(names) >= count:
            break
        more = reader.get(f"POINT:LABELS{group}")
        if more is None:
            break
        names += [str(n).strip() for n in more.string_array]
    names = [n or f"point {i}" for i, n in enumerate(names[:count])]
    return names + [f"point {i}" for i in range(len(names), count)]


def _unit(reader: Any) -> float | None:
    parameter = reader.get("POINT:UNITS")
    if parameter is None:
        return None
    try:
        name = str(parameter.string_value).strip().lower()
    except (struct.error, UnicodeDecodeError, ValueError):
        return None
    return UNITS.get(_UNIT_NAMES.get(name.rstrip("s"), name))
