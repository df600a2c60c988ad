# SPDX-License-Identifier: GPL-3.0-or-later
"""C3D (c3d.org) of Vicon, Qualisys, OptiTrack, Theia and others to tracks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError, brief
from ...tracks.blocks import TrackBlocks
from ...tracks.tracks import Tracks, checked_positions
from ..checked_input import make_tracks, unit_of
from .container import C3dFile, forget, is_c3d, load_c3d
from .data import Extent, extent_of, first_frame, samples_of
from .parameters import events, labels, not_points, up_of
from .rotations import has_rotations, segment_origins

Floats = NDArray[np.float64]

__all__ = ["is_c3d", "open_c3d", "read_c3d"]


def read_c3d(path: Path, fps: float | None = None) -> Tracks:
    """Points of a C3D, and its events.

    A sample with a negative residual, at the origin, or that is not a number is missing. What a
    modelling step wrote among the points and is no place (angles, forces, moments, powers) is left
    out. A subject's prefix is written as "Anna:LSHO". Files with segments' rotations alone give the
    places where the segments begin. Of a file that is cut off, the frames that are whole are read.
    Raises InputError for files that are not C3D or hold no points.
    """
    file = load_c3d(path)
    try:
        points = int(file.words[1]) or int(file.number("POINT:USED") or 0)
        if points <= 0 and has_rotations(file):
            return _segments(file, fps, path)
        return _tracks(file, fps, path)
    except InputError:
        raise
    except Exception as error:  # whatever a damaged byte leads to
        raise InputError(f"{path}: the C3D file is damaged: {brief(error)}") from error


def open_c3d(path: Path, fps: float | None = None) -> TrackBlocks | None:
    """A C3D whose frames are read when they are needed; None for files without points, whose
    rotations are read as a whole.

    Its samples are those of `read_c3d`, whatever is wrong with the others. Raises InputError for
    files that are not C3D.
    """
    file = load_c3d(path, mapped=True)
    if not (int(file.words[1]) or int(file.number("POINT:USED") or 0)):
        return None
    try:
        extent = extent_of(file, path)
        kept, names = _places(file, extent, path)
        nothing = np.zeros((1, len(kept), 3))
        head = _made(file, extent, nothing, names, fps, path)
    except InputError:
        raise
    except Exception as error:  # whatever a damaged byte leads to
        raise InputError(f"{path}: the C3D file is damaged: {brief(error)}") from error

    def read(first: int, end: int) -> Tracks:
        positions = checked_positions(_seen(samples_of(file, extent, first, end))[:, kept])
        forget(file)
        return replace(head, positions=positions)

    return TrackBlocks(head, extent.frames, read)


def _tracks(file: C3dFile, fps: float | None, path: Path) -> Tracks:
    extent = extent_of(file, path)
    positions = _seen(samples_of(file, extent))
    kept, names = _places(file, extent, path)
    return _made(file, extent, positions[:, kept], names, fps, path)


def _places(file: C3dFile, extent: Extent, path: Path) -> tuple[list[int], list[str]]:
    """Which of the points are places, and their names."""
    names = labels(file, extent.points)
    left_out = not_points(file, names)
    kept = [i for i, name in enumerate(names) if name not in left_out]
    if not kept:
        raise InputError(f"{path}: none of the {len(names)} points is a place (angles or forces)")
    return kept, [names[i] for i in kept]


def _made(
    file: C3dFile, extent: Extent, positions: Floats, names: list[str], fps: float | None,
    path: Path,
) -> Tracks:  # fmt: skip
    unit = unit_of(next(iter(file.texts("POINT:UNITS")), ""))
    tracks = make_tracks(
        positions, names, extent.rate or None, fps, path, unit, up_of(file),
        warnings=extent.warnings,
    )  # fmt: skip
    start = max(first_frame(file) - 1, 0) / tracks.rate
    return replace(tracks, events=events(file, extent.rate or tracks.rate), start=start)


def _segments(file: C3dFile, fps: float | None, path: Path) -> Tracks:
    places, names, rate, lost, segments = segment_origins(file, path)
    unit = unit_of(next(iter(file.texts("POINT:UNITS")), "")) or unit_of("mm")
    notes = [
        "the file holds segments' rotations and no points; the joints where they begin were read"
        + (", and the solve starts from their rotations" if segments is not None else "")
    ]
    if lost > 0:
        notes.append(f"the C3D file is cut off: {lost:.0%} of its frames are missing at the end")
    tracks = make_tracks(
        places, names, rate or None, fps, path, unit, up_of(file), warnings=tuple(notes)
    )
    return replace(tracks, segments=segments)


def _seen(samples: Floats) -> Floats:
    """(T, K, 4) places and residual words -> places, NaN where the residual is negative, where all
    is zero, and where what stands there is no number."""
    positions = samples[..., :3]
    with np.errstate(invalid="ignore"):
        zero = positions == 0
        missing = (samples[..., 3] < 0) | (zero[..., 0] & zero[..., 1] & zero[..., 2])
    positions[missing] = np.nan
    return positions
