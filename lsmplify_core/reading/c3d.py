# SPDX-License-Identifier: GPL-3.0-or-later
"""C3D (c3d.org): header and parameters read by the library `c3d`, the points by NumPy."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError, brief
from ..tracks.tracks import Tracks
from .c3d_parameters import events, frame_count, labels, not_points, rotations_only, texts, up_of
from .door import make_tracks, unit_of

Floats = NDArray[np.float64]

_MAGIC: Final = 0x50
_BLOCK: Final = 512
_DEC: Final = "DEC"
_BIG_ENDIAN: Final = "MIPS"


def is_c3d(head: bytes) -> bool:
    """Whether a file begins as a C3D does."""
    return len(head) >= _BLOCK and head[1] == _MAGIC


def read_c3d(path: Path, fps: float | None = None) -> Tracks:
    """Points of a C3D of Vicon, Qualisys, OptiTrack, Theia and others, and its events.

    A sample with a negative residual, at the origin, or that is not a number is missing. What a
    modelling step wrote among the points and is no place (angles, forces, moments, powers) is left
    out. A subject's prefix is written as "Anna:LSHO". Raises InputError for files that are cut off
    or not C3D.
    """
    import c3d  # pyright: ignore[reportMissingTypeStubs]

    size = path.stat().st_size
    with path.open("rb") as file:
        if not is_c3d(file.read(_BLOCK)):
            raise InputError(f"{path}: this is not a C3D file")
        file.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                reader: Any = c3d.Reader(file)
                _check_counts(reader, path, size)
                return _tracks(reader, _points(reader, file), fps, path)
        except InputError:
            raise
        except Exception as error:  # the library raises whatever a damaged byte leads to
            what = brief(error)
            raise InputError(f"{path}: the C3D file is damaged: {what}") from error


def _tracks(reader: Any, positions: Floats, fps: float | None, path: Path) -> Tracks:
    names = labels(reader, positions.shape[1])
    left_out = not_points(reader, names)
    kept = [i for i, name in enumerate(names) if name not in left_out]
    if not kept:
        raise InputError(f"{path}: none of the {len(names)} points is a place (angles or forces)")
    rate = float(reader.point_rate)
    unit = unit_of(next(iter(texts(reader, "POINT:UNITS")), ""))
    tracks = make_tracks(
        positions[:, kept], [names[i] for i in kept], rate, fps, path, unit, up_of(reader)
    )
    return replace(tracks, events=events(reader, rate))


def _check_counts(reader: Any, path: Path, size: int) -> None:
    """Refuse counts that the file is too short for, before anything is allocated for them."""
    points, frames = int(reader.point_used), frame_count(reader)
    if points <= 0 and rotations_only(reader):
        raise InputError(
            f"{path}: the C3D file holds segment rotations and no points; export it with points "
            "(in Theia: joint centres or landmarks)"
        )
    if points <= 0 or frames <= 0:
        raise InputError(f"{path}: the C3D file has {points} points and {frames} frames")
    begin = _BLOCK * (int(reader.header.data_block) - 1)
    wanted = begin + frames * _frame_bytes(reader)
    if begin < _BLOCK or wanted > size + _BLOCK:
        raise InputError(
            f"{path}: the C3D file is cut off: {points} points in {frames} frames need "
            f"{wanted} bytes, and it has {size}"
        )


def _sample_bytes(reader: Any) -> int:
    """Points are integers times a scale where the scale is positive, and floats where negative."""
    return 2 if reader.point_scale > 0 else 4


def _frame_bytes(reader: Any) -> int:
    sample = _sample_bytes(reader)
    return int(reader.point_used) * 4 * sample + int(reader.header.analog_count) * sample


def _points(reader: Any, file: BinaryIO) -> Floats:
    """(T, K, 3) in the file's unit, NaN where missing."""
    if _sample_bytes(reader) == 4 and reader.proc_type == _DEC:
        return _seen(np.array([p[:, :4] for _, p, _ in reader.read_frames(copy=True)], float))
    points, frames = int(reader.point_used), frame_count(reader)
    file.seek(_BLOCK * (int(reader.header.data_block) - 1))
    data = file.read(frames * _frame_bytes(reader))
    order = ">" if reader.proc_type == _BIG_ENDIAN else "<"
    kind = np.dtype(f"{order}{'i2' if _sample_bytes(reader) == 2 else 'f4'}")
    data += bytes(frames * _frame_bytes(reader) - len(data))
    rows = np.frombuffer(data, dtype=kind).reshape(frames, -1)[:, : 4 * points]
    samples = rows.reshape(frames, points, 4).astype(np.float64)
    if _sample_bytes(reader) == 2:
        samples[..., :3] *= float(reader.point_scale)
    return _seen(samples)


def _seen(samples: Floats) -> Floats:
    """(T, K, 4) places and residual words -> places, NaN where the residual is negative, where all
    is zero, and where what stands there is no number."""
    positions = samples[..., :3]
    with np.errstate(invalid="ignore"):
        missing = (samples[..., 3] < 0) | (positions == 0).all(axis=-1)
    positions[missing] = np.nan
    return positions
