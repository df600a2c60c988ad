# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of video keypoints: OpenPose (3D), MediaPipe's landmarks, FreeMoCap, TensorFlow.js.

What is common to all: frames, people in a frame, points of a person. A point is an object with x, y,
z or three or four numbers; points are named, or known by their number.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from .arrays import names_by_count
from .door import make_tracks, rate_of_times, read_text
from .identities import Seen, followed

Floats = NDArray[np.float64]

_LISTS: Final = ("frames", "data_by_frame", "data", "results", "poses", "sequence")
_BODIES: Final = (
    "pose_world_landmarks", "poseWorldLandmarks", "world_landmarks", "worldLandmarks",
    "keypoints3D", "keypoints3d", "keypoints_3d", "tracked_points", "pose_landmarks",
    "poseLandmarks", "landmarks", "landmark", "keypoints", "joints", "points", "pose", "body",
)  # fmt: skip
"""Where a frame keeps its body; world landmarks (metres) before image landmarks."""
_RATES: Final = ("fps", "rate", "frame_rate", "framerate", "frameRate")
_TIMES: Final = ("timestamp_ms", "timestampMs", "time_ms", "timestamp", "time", "t")
_SURE: Final = ("visibility", "score", "confidence", "likelihood", "presence", "c")
_MOST_PEOPLE: Final = 50
_LEAST_CONFIDENCE: Final = 0.05
"""Points that the detector itself holds for guesses are missing."""


@dataclass(frozen=True)
class _Frame:
    """people: of the frame. time: seconds, NaN if not told."""

    people: tuple[Seen, ...]
    time: float


def read_keypoints(path: Path, fps: float | None = None) -> Tracks:
    """One JSON file with all frames (or one frame). Raises InputError."""
    data = _loaded(path)
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    rate = next((_float(fields[k]) for k in _RATES if isinstance(fields.get(k), int | float)), None)
    return _tracks([_frame(f, path) for f in _frames(data)], rate, fps, path)


def read_keypoint_sequence(files: Sequence[Path], folder: Path, fps: float | None = None) -> Tracks:
    """A JSON file a frame, in the order of the numbers in their names. Raises InputError."""
    return _tracks([_frame(_loaded(file), file) for file in files], None, fps, folder)


def _loaded(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        what = str(error).splitlines()[0] if isinstance(error, ValueError) else "nested too deeply"
        raise InputError(f"{path}: not JSON: {what}") from error


def _frames(data: Any) -> list[Any]:
    """The frames of a whole file; a file of one frame is one."""
    if isinstance(data, dict):
        fields = cast("dict[str, Any]", data)
        found = next((fields[k] for k in _LISTS if isinstance(fields.get(k), list | dict)), None)
        if found is not None:
            return _frames(found)
        if fields and all(k.isascii() and k.isdecimal() and len(k) < 20 for k in fields):
            return [fields[k] for k in sorted(fields, key=int)]
        return [fields]
    if isinstance(data, list):
        rows = cast("list[Any]", data)
        return [rows] if rows and _is_point(rows[0]) else rows
    return []


def _frame(data: Any, path: Path) -> _Frame:
    people = tuple(_people(data, path))[:_MOST_PEOPLE]
    time = float("nan")
    if isinstance(data, dict):
        fields = cast("dict[str, Any]", data)
        key = next((k for k in _TIMES if isinstance(fields.get(k), int | float)), None)
        if key is not None:
            time = _float(fields[key]) / (1000.0 if "ms" in key.lower() else 1.0)
        stamps = fields.get("timestamps")
        if isinstance(stamps, dict):
            time = _float(cast("dict[str, Any]", stamps).get("mean"))
    return _Frame(people, time)


def _people(data: Any, path: Path) -> list[Seen]:
    if isinstance(data, dict):
        fields = cast("dict[str, Any]", data)
        if isinstance(fields.get("people"), list):
            return [s for p in fields["people"] if (s := _openpose(p, path)) is not None]
        for key in _BODIES:
            if isinstance(fields.get(key), list | dict):
                return _people(fields[key], path)
        named = {n: p for n, p in fields.items() if _is_point(p)}
        return [_seen([*named.values()], tuple(named), None)] if named else []
    if not isinstance(data, list) or not data:
        return []
    rows = cast("list[Any]", data)
    if _is_point(rows[0]):
        names = tuple(str(p["name"]) for p in rows if isinstance(p, dict) and "name" in p)
        return [_seen(rows, names if len(names) == len(rows) else None, None)]
    if all(isinstance(x, int | float) for x in rows):
        return [_flat(rows, None)]
    return [person for row in rows[:_MOST_PEOPLE] for person in _people(row, path)]


def _openpose(person: Any, path: Path) -> Seen | None:
    """One of the `people` of OpenPose's format: x, y, z, confidence for each point in a row."""
    fields = cast("dict[str, Any]", person) if isinstance(person, dict) else {}
    numbers = fields.get("pose_keypoints_3d")
    if isinstance(numbers, list) and numbers:
        if not all(isinstance(x, int | float) for x in cast("list[Any]", numbers)):
            raise InputError(f"{path}: pose_keypoints_3d must be numbers")
        who = fields.get("person_id", fields.get("id"))
        who = cast("list[Any]", who)[0] if isinstance(who, list) and who else who
        return _flat(numbers, who if isinstance(who, int) and who >= 0 else None)
    if fields.get("pose_keypoints_2d"):
        raise InputError(
            f"{path}: only 2D keypoints are in it; make them 3D first, with Pose2Sim or OpenPose's "
            "--3d"
        )
    return None


def _flat(numbers: list[Any], who: int | None) -> Seen:
    """Numbers in a row: four a point where that is a known count, else three."""
    count = len(numbers)
    each = 4 if count % 4 == 0 and (count % 3 or count // 4 in (15, 18, 19, 25, 26, 33)) else 3
    values = [_float(x) for x in numbers[: count - count % each]]
    return Seen(_four(np.array(values).reshape(-1, each)), None, who)


def _seen(points: list[Any], names: tuple[str, ...] | None, who: int | None) -> Seen:
    return Seen(np.array([_point(p) for p in points]).reshape(-1, 4), names, who)


def _is_point(value: Any) -> bool:
    if isinstance(value, dict):
        return {"x", "y", "z"} <= cast("dict[str, Any]", value).keys()
    numbers = cast("list[Any]", value) if isinstance(value, list) else []
    return len(numbers) in (3, 4) and all(isinstance(x, int | float | None) for x in numbers)


def _point(value: Any) -> tuple[float, float, float, float]:
    nan = float("nan")
    if isinstance(value, dict):
        p = cast("dict[str, Any]", value)
        sure = next((_float(p[k]) for k in _SURE if k in p), nan)
        return _float(p.get("x")), _float(p.get("y")), _float(p.get("z")), sure
    row = [_float(x) for x in cast("list[Any]", value)] if isinstance(value, list) else []
    row = (row + [nan] * 4)[:4]
    return row[0], row[1], row[2], row[3]


def _four(rows: Floats) -> Floats:
    if rows.shape[1] == 4:
        return rows
    return np.concatenate((rows, np.full((len(rows), 1), np.nan)), axis=1)


def _float(value: Any) -> float:
    try:
        return float(value) if isinstance(value, int | float) else float("nan")
    except OverflowError:
        return float("nan")


def _tracks(frames: list[_Frame], rate: float | None, fps: float | None, path: Path) -> Tracks:
    everybody = [person for frame in frames for person in frame.people]
    if not everybody:
        raise InputError(f"{path}: no 3D keypoints are in it")
    count = max(len(person.points) for person in everybody)
    named = next((p.names for p in everybody if p.names and len(p.names) == count), None)
    names = list(named) if named is not None else names_by_count(count, path)
    data, people = followed([frame.people for frame in frames], names, path)
    titles = [f"{who}:{n}" if who else n for who in people for n in names]
    sure = data[..., 3]
    known = np.isfinite(sure)
    usable = known.any() and float(sure[known].max()) <= 1.0 + 1e-6
    missing = known & (sure <= (_LEAST_CONFIDENCE if usable else 0.0))
    positions = data[..., :3]
    positions[missing] = np.nan
    confidence = np.where(known, sure, 1.0).clip(0.0, 1.0) if usable else None
    if rate is None:
        rate = _rate(np.array([frame.time for frame in frames]))
    return make_tracks(positions, titles, rate, fps, path, confidence=confidence)


def _rate(times: Floats) -> float | None:
    """Time stamps in seconds, or in milliseconds or finer where the steps could be no frames'."""
    rate = rate_of_times(times)
    while rate is not None and rate < 0.5:
        rate *= 1000.0
    return rate
