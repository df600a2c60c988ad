# SPDX-License-Identifier: GPL-3.0-or-later
"""FreeMoCap's recordings: the body with its two hands, which it writes to files of their own.

Names and order are those of its `output_data`: `mediapipe_body_3d_xyz.npy` and `.csv`,
`mediapipe_right_hand_3d_xyz.npy`, `mediapipe_left_hand_3d_xyz.npy` (21 points each, MediaPipe's
order), in millimetres; version 2 has `TRACKER_skeleton_3d.npy` and `freemocap_data_by_frame.csv`.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...files.json_files import read_json
from ...files.npz import read_npy
from ...layouts.hands import HAND_POINTS
from ...runtime.errors import InputError
from ...tracks.point_order import known_counts
from ...tracks.tracks import Tracks, checked_positions
from ..arrays import read_array
from ..dialect import number
from ..regular import rate_of
from ..tables.table import read_table

Floats = NDArray[np.float64]

_FREEMOCAP: Final = (
    "*_body_3d_xyz.npy", "body_3d_xyz.npy", "*_body_3d_xyz.csv", "body_3d_xyz.csv",
    "*_skeleton_3d.npy", "skeleton_3d.npy",
    "mediaPipeSkel_3d_body_hands_face.npy", "*_by_frame.csv", "*_by_trajectory.csv",
)  # fmt: skip
"""What FreeMoCap 1 and 2 write, in the order of preference: the body alone before all points. The
first is for arrays without names, so it only serves where their number tells the tracker."""
_PLACES: Final = ("output_data", "", "DataArrays", "output_data/raw_data")
_MILLIMETRE: Final = 0.001
_MOST_CLOCK: Final = 64 << 20
"""Bytes of time stamps: eight million frames."""
_MOST_PARAMETERS: Final = 4 << 20
"""Bytes of a recording's parameters."""
_SIDES: Final = ("left", "right")
"""As FreeMoCap's names of files have them."""


def freemocap_files(folder: Path) -> list[Path]:
    """The files of points in a recording's folder, those that are preferred first; none where it is
    no recording."""
    found: list[Path] = []
    for place in _PLACES:
        for pattern in _FREEMOCAP:
            found += sorted((folder / place).glob(pattern) if (folder / place).is_dir() else ())
    return list(dict.fromkeys(found))


def read_recording(file: Path, folder: Path, fps: float | None = None) -> Tracks:
    """The points of a recording: millimetres, the rate from the cameras' time stamps if there are.

    Args:
        file: one of `freemocap_files`.
        folder: the recording's.
        fps: frames per second, where the recording is wrong.

    Raises:
        InputError: it cannot be read.
    """
    rate = fps or _camera_rate(folder)
    if file.suffix == ".npy":
        count = _points_in(file)
        if count not in known_counts():
            raise InputError(f"{file}: {count} points without names")
        tracks = read_array(file, rate)
    else:
        tracks = read_table(file, rate)
    return replace(_with_hands(tracks, file), unit=_MILLIMETRE, source=str(folder))


def _with_hands(tracks: Tracks, file: Path) -> Tracks:
    """The body with the hands that lie in files beside it, where they are as long."""
    hands: dict[str, Floats] = {}
    warnings: list[str] = []
    for side in _SIDES:
        try:
            points = _hand(file, side)
        except InputError as error:
            warnings.append(f"{error}; the {side} hand is not read")
            continue
        if points is not None and len(points) != tracks.frames:
            warnings.append(
                f"{side} hand: {len(points)} frames beside {tracks.frames} of the body; it is not "
                "read"
            )
        elif points is not None:
            hands[side] = points
    if not hands:
        return replace(tracks, warnings=(*tracks.warnings, *warnings))
    names = [f"{side}_hand_{n}" for side in hands for n in range(HAND_POINTS)]
    return replace(
        tracks,
        positions=np.concatenate((tracks.positions, *hands.values()), axis=1),
        names=(*tracks.names, *names),
        warnings=(*tracks.warnings, *warnings),
        confidence=_with_certain(tracks.confidence, len(names)),
    )


def _with_certain(confidence: Floats | None, count: int) -> Floats | None:
    if confidence is None:
        return None
    return np.concatenate((confidence, np.ones((len(confidence), count))), axis=1)


def _hand(file: Path, side: str) -> Floats | None:
    """(T, 21, 3) of a hand in a file that is called as the body's; None where there is none.
    InputError where it can't be read, or is no hand's."""
    name = file.name.replace("body_3d_xyz", f"{side}_hand_3d_xyz")
    for path in (file.with_name(name), file.with_name(f"mediapipe_{side}_hand_{side}_hand.npy")):
        if "body_3d_xyz" not in file.name or not path.is_file():
            continue
        table = path.suffix != ".npy"
        points = read_table(path, 1.0).positions if table else _numbers(path)
        if points.shape[1:] != (HAND_POINTS, 3):
            raise InputError(
                f"{path}: is not frames × {HAND_POINTS} points × 3, but {points.shape}"
            )
        return checked_positions(points)
    return None


def _numbers(path: Path) -> Floats:
    try:
        return np.array(read_npy(path, "a hand's"), dtype=float)
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: does not hold numbers") from error


def _points_in(file: Path) -> int:
    shape = read_npy(file, "a take's").shape
    return int(shape[1]) if len(shape) == 3 else 0


def _camera_rate(folder: Path) -> float | None:
    """Frames per second from synchronized_videos/timestamps/*.npy (nanoseconds), or from a JSON of
    the recording's parameters that names a rate."""
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
