# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain arrays and tables of points: npy, npz, csv, and rows of numbers."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..layout import load_layout
from ..tracks import Tracks, checked_tracks

Floats = NDArray[np.float64]

_LAYOUT_BY_COUNT: Final = {17: "COCO_17", 24: "SMPL_24", 25: "BODY_25", 26: "HALPE_26",
                           33: "MediaPipe_33"}  # fmt: skip
_TWELVE: Final = tuple(
    f"{side}_{part}"
    for part in ("shoulder", "elbow", "wrist", "hip", "knee", "foot")
    for side in ("left", "right")
)
"""Twelve nameless points: the limbs' joints in MediaPipe's order."""
_DEFAULT_RATE: Final = 30.0
_POINT_KEYS: Final = (
    "points",
    "positions",
    "keypoints",
    "keypoints3d",
    "joints",
    "joints3d",
    "tracks",
)
_NAME_KEYS: Final = ("names", "labels", "track_names", "joint_names")
_RATE_KEYS: Final = ("rate", "fps", "mocap_framerate", "frame_rate", "mocap_frame_rate")
_MOST_BYTES: Final = 4 * 2**30


def read_array(path: Path, fps: float | None) -> Tracks:
    """npy or npz: points (T, K, 3), (T, K, 4) with confidence last, or (T, 3 K).

    In an npz: points under `points` (or `keypoints`, `joints`, …), `names`, `rate` (or `fps`).
    A confidence of zero is a missing sample. Nothing in the file is executed.
    """
    try:
        loaded: Any = np.load(path, allow_pickle=False, mmap_mode="r")
        if isinstance(loaded, np.ndarray):
            files: dict[str, Any] = {"points": loaded}
        else:
            with loaded:
                wanted = (*_POINT_KEYS, *_NAME_KEYS, *_RATE_KEYS)
                _check_size(loaded, path)
                files = {k: loaded[k] for k in loaded.files if k in wanted}
    except InputError:
        raise
    except Exception as error:  # np.load raises half a dozen kinds for damaged files
        raise InputError(f"{path}: cannot be read as a NumPy file: {error}") from error
    points = next((files[k] for k in _POINT_KEYS if k in files), None)
    if points is None:
        raise InputError(f"{path}: no array named {', '.join(_POINT_KEYS)} is in it")
    positions = _positions(points, path)
    names = next(([str(n) for n in files[k]] for k in _NAME_KEYS if k in files), None)
    rate = next((float(files[k]) for k in _RATE_KEYS if k in files), None)
    return _tracks(positions, names, rate, fps, path)


def read_table(path: Path, fps: float | None) -> Tracks:
    """csv, tsv, or white-space rows of numbers, a frame a row.

    With a header of `name_x, name_y, name_z` (or `name.X`, `name X`) columns; a `time` column gives
    the rate. Without a header every three numbers are a point.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    rows = _rows(text)
    if not rows:
        raise InputError(f"{path}: there are no numbers in it")
    first = [_number(c) for c in rows[0]]
    if not all(np.isfinite(x) or c == "" for x, c in zip(first, rows[0], strict=True)):
        return _with_header(rows, fps, path)
    width = max(len(row) for row in rows)
    if width % 3:
        raise InputError(f"{path}: rows of {width} numbers are not points of x, y, z")
    data = _matrix(rows, width)
    return _tracks(data.reshape(len(rows), -1, 3), None, None, fps, path)


def _with_header(rows: list[list[str]], fps: float | None, path: Path) -> Tracks:
    header, data = rows[0], _matrix(rows[1:], len(rows[0]))
    if not len(data):
        raise InputError(f"{path}: there are no frames below the header")
    columns: dict[str, dict[str, int]] = {}
    for index, title in enumerate(header):
        found = re.fullmatch(r"(.+?)[\s_.:\-\[(]*([xyzXYZ])[\])]?", title.strip())
        if found:
            columns.setdefault(found[1], {})[found[2].lower()] = index
    names = [n for n, axes in columns.items() if set(axes) == {"x", "y", "z"}]
    if not names:
        raise InputError(f"{path}: no columns named like name_x, name_y, name_z")
    positions = np.stack([data[:, [columns[n][axis] for axis in "xyz"]] for n in names], axis=1)
    time = next(
        (i for i, t in enumerate(header) if t.strip().lower() in ("time", "time (s)", "t")), None
    )
    rate = None
    if time is not None and len(data) > 1:
        step = float(np.nanmedian(np.diff(data[:, time])))
        rate = 1.0 / step if step > 0 else None
    return _tracks(positions, names, rate, fps, path)


def _tracks(
    positions: Floats,
    names: Sequence[str] | None,
    rate: float | None,
    fps: float | None,
    path: Path,
) -> Tracks:
    if names is None:
        names = _names_by_count(positions.shape[1], path)
    known = fps or rate
    tracks = checked_tracks(positions, list(names), known or _DEFAULT_RATE, str(path))
    if known is None:
        from dataclasses import replace

        note = f"the file has no frame rate; {_DEFAULT_RATE:g} per second were taken"
        return replace(tracks, warnings=(note,))
    return tracks


def _names_by_count(count: int, path: Path) -> list[str]:
    if count == len(_TWELVE):
        return list(_TWELVE)
    if count in _LAYOUT_BY_COUNT:
        return list(load_layout(_LAYOUT_BY_COUNT[count]).names)
    raise InputError(
        f"{path}: {count} points without names; known without names are 12, "
        f"{', '.join(str(n) for n in _LAYOUT_BY_COUNT)}"
    )


def _positions(points: Any, path: Path) -> Floats:
    if points.dtype.kind not in "fiu":
        raise InputError(f"{path}: the points are of type {points.dtype}, not numbers")
    data = np.asarray(points, dtype=np.float64)
    if data.ndim == 2 and data.shape[1] % 3 == 0:
        data = data.reshape(len(data), -1, 3)
    if data.ndim != 3 or data.shape[2] not in (3, 4):
        raise InputError(f"{path}: points must be frames × points × 3 numbers, not {data.shape}")
    if data.shape[2] == 4:
        data[..., :3][~(data[..., 3] > 0)] = np.nan
    return data[..., :3]


def _check_size(archive: Any, path: Path) -> None:
    """Refuse archives that unpack to absurd sizes."""
    total = sum(info.file_size for info in archive.zip.infolist())
    if total > _MOST_BYTES:
        raise InputError(f"{path}: it unpacks to {total} bytes, too many for a take")


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        return []
    for mark in ("\t", ",", ";"):
        if mark in lines[0]:
            return [[c.strip() for c in row] for row in csv.reader(lines, delimiter=mark)]
    return [line.split() for line in lines]


def _matrix(rows: list[list[str]], width: int) -> Floats:
    data = np.full((len(rows), width), np.nan)
    for i, row in enumerate(rows):
        numbers = [_number(c) for c in row[:width]]
        data[i, : len(numbers)] = numbers
    return data


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")
