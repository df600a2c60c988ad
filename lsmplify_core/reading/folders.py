# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders that are one take: FreeMoCap's recordings, and sequences of a JSON file a frame."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from ..files.json_files import read_json
from ..files.npz import read_npy
from ..files.results import is_result
from ..runtime.errors import InputError
from ..tracks.point_order import known_counts
from ..tracks.tracks import Tracks
from .arrays import read_array
from .dialect import number
from .keypoints import read_keypoint_sequence
from .regular import rate_of
from .table import read_table

_FREEMOCAP: Final = (
    "*_body_3d_xyz.npy", "*_body_3d_xyz.csv", "*_skeleton_3d.npy", "skeleton_3d.npy",
    "mediaPipeSkel_3d_body_hands_face.npy", "*_by_frame.csv", "*_by_trajectory.csv",
)  # fmt: skip
"""What FreeMoCap 1 and 2 write, in the order of preference: the body alone before all points. The
first is for arrays without names, so it only serves where their number tells the tracker."""
_PLACES: Final = ("output_data", "", "DataArrays", "output_data/raw_data")
_MILLIMETRE: Final = 0.001
_LEAST_FILES: Final = 2
_MOST_CLOCK: Final = 64 << 20
"""Bytes of time stamps: eight million frames."""
_MOST_PARAMETERS: Final = 4 << 20
"""Bytes of a recording's parameters."""


def is_take(folder: Path) -> bool:
    """Whether a folder is one take as a whole."""
    return folder.is_dir() and (bool(_freemocap_files(folder)) or len(_sequence(folder)) > 0)


def read_folder(folder: Path, fps: float | None = None) -> Tracks:
    """The take that a folder is. Raises InputError where it is none."""
    files = _freemocap_files(folder)
    problem: InputError | None = None
    for file in files:
        try:
            return _freemocap(file, folder, fps)
        except InputError as error:
            problem = problem or error
    if problem is not None:
        raise problem
    frames = _sequence(folder)
    if frames:
        return read_keypoint_sequence(frames, folder, fps)
    raise InputError(
        f"{folder}: this folder is no take; a FreeMoCap recording has output_data in it, a "
        "sequence of keypoints a JSON file for each frame"
    )


def _freemocap_files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for place in _PLACES:
        for pattern in _FREEMOCAP:
            found += sorted((folder / place).glob(pattern) if (folder / place).is_dir() else ())
    return list(dict.fromkeys(found))


def _freemocap(file: Path, folder: Path, fps: float | None) -> Tracks:
    """Millimetres; the rate from the cameras' time stamps where they are."""
    rate = fps or _camera_rate(folder)
    if file.suffix == ".npy":
        count = _points_in(file)
        if count not in known_counts():
            raise InputError(f"{file}: {count} points without names")
        tracks = read_array(file, rate)
    else:
        tracks = read_table(file, rate)
    return replace(tracks, unit=_MILLIMETRE, source=str(folder))


def _points_in(file: Path) -> int:
    shape = read_npy(file, "a take's").shape
    return int(shape[1]) if len(shape) == 3 else 0


def _camera_rate(folder: Path) -> float | None:
    """Frames per second from synchronized_videos/timestamps/*.npy (nanoseconds) or *.csv, or from a
    JSON of the recording's parameters that names a rate."""
    videos = folder / "synchronized_videos"
    for file in sorted((videos / "timestamps").glob("*.npy")) if videos.is_dir() else ():
        try:
            times = np.ravel(read_npy(file, "time stamps", _MOST_CLOCK)).astype(float)
        except (InputError, ValueError, TypeError):  # a damaged clock is no clock
            continue
        rate = rate_of(times)
        if rate is not None:
            return round(rate, 2)
    for file in sorted(folder.glob("*param*.json")) + sorted(folder.glob("*info*.json")):
        rate = _named_rate(file)
        if rate is not None:
            return rate
    return None


def _named_rate(file: Path) -> float | None:
    try:
        data = read_json(file, "parameters", _MOST_PARAMETERS)
        found = re.search(r'"(?:fps|frame_?rate|framerate)": ([0-9.]+)', json.dumps(data))
    except (InputError, ValueError, RecursionError):
        return None
    rate = number(found[1]) if found else float("nan")
    return rate if 1 <= rate <= 1000 else None


def _sequence(folder: Path) -> list[tuple[int, Path]]:
    """JSON files that are named alike but for a number, with it and in its order; at least two.
    Reports of earlier solves are named so too, and are no sequence."""
    groups: dict[str, list[tuple[int, Path]]] = {}
    for file in folder.glob("*.json"):
        numbers = list(re.finditer(r"[0-9]{1,18}", file.stem))
        if numbers:
            last = numbers[-1]
            for run in reversed(numbers):  # "take_000000000012_keypoints"
                if run[0].startswith("0") or len(run[0]) > 3:
                    last = run
                    break
            key = f"{file.stem[: last.start()]}#{file.stem[last.end() :]}"
            groups.setdefault(key, []).append((int(last[0]), file))
    files = max(groups.values(), key=len, default=[])
    if len(files) < _LEAST_FILES or is_result(min(files)[1]):
        return []
    return sorted(files)
