# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of video keypoints: OpenPose (3D), MediaPipe's landmarks, FreeMoCap, TensorFlow.js.

What is common to all: frames, people in a frame, points of a person. A point is an object with x,
y, z or three or four numbers; points are named, or known by their number.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError
from ...tracks.tracks import Tracks
from ..checked_input import make_tracks, read_text
from ..clock import seconds
from ..nameless import names_by_order
from ..regular import Frames, frames_of
from .identities import Seen, followed
from .image_points import PIXEL_NOTE, is_normalised
from .json_points import as_float, is_2d, is_point, listed_points, points_in_a_row, with_scores

Floats = NDArray[np.float64]

_LISTS: Final = (
    "frames", "data_by_frame", "instance_info", "data", "results", "poses", "sequence",
    "predictions",
)  # fmt: skip
_BODIES: Final = (
    "pose_world_landmarks", "poseWorldLandmarks", "world_landmarks", "worldLandmarks",
    "keypoints3D", "keypoints3d", "keypoints_3d", "tracked_points", "pose_landmarks",
    "poseLandmarks", "landmarks", "joints19", "joints15", "joints26", "joints3d", "joints_3d",
    "landmark", "keypoints", "joints", "points", "pose", "body",
)  # fmt: skip
"""Where a frame keeps its body; world landmarks (metres) before image landmarks."""
_RATES: Final = ("fps", "rate", "frame_rate", "framerate", "frameRate")
_TIMES: Final = (
    "timestamp_ms", "timestampMs", "time_ms", "timestamp_us", "timestamp_ns", "timestamp",
    "univTime", "time", "t",
)  # fmt: skip
_NUMBERS: Final = (
    "frame_id",
    "frame_index",
    "frame_number",
    "frame",
    "frameId",
    "frameIndex",
    "idx",
)
_PEOPLE: Final = ("people", "bodies", "instances", "persons", "skeletons")
_WHO: Final = ("person_id", "id", "track_id", "body_id", "instance_id", "tracking_id")
_IMAGES: Final = ("pose_landmarks", "poseLandmarks")
"""Landmarks in shares of the picture's width and height."""
_MOST_PEOPLE: Final = 50
_LEAST_CONFIDENCE: Final = 0.05
"""Points that the detector itself holds for guesses are missing."""


@dataclass(frozen=True)
class _Frame:
    """people: of the frame. time: of a clock in any unit or as text, None if not told. number: of
    the frame, NaN if not told. image: whether the points are shares of a picture."""

    people: tuple[Seen, ...]
    time: str | None
    number: float
    image: bool = False


def read_keypoints(path: Path, fps: float | None = None) -> Tracks:
    """One JSON file with all frames (or one frame). Raises InputError."""
    data = _loaded(path)
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    rate = next(
        (as_float(fields[k]) for k in _RATES if isinstance(fields.get(k), int | float)), None
    )
    frames = [_frame(f, path) for f in _frames(data)]
    return _tracks(frames, [f.number for f in frames], rate, fps, path, _names_told(fields))


def read_keypoint_sequence(
    files: Sequence[tuple[int, Path]], folder: Path, fps: float | None = None
) -> Tracks:
    """A JSON file a frame, each at the number in its name. Raises InputError."""
    rate: float | None = None
    frames: list[_Frame] = []
    for _, file in files:
        data = _loaded(file)
        if rate is None and isinstance(data, dict):
            rate = _panoptic_rate(cast("dict[str, Any]", data).get("fpsType"))
        frames.append(_frame(data, file))
    return _tracks(frames, [float(n) for n, _ in files], rate, fps, folder)


def _panoptic_rate(kind: Any) -> float | None:
    """ "hd_29_97" is 29.97 frames a second, "vga_25" 25."""
    found = re.search(r"(\d+)(?:_(\d+))?$", kind) if isinstance(kind, str) else None
    return float(f"{found[1]}.{found[2] or 0}") if found else None


def _names_told(fields: dict[str, Any]) -> list[str] | None:
    """MMPose's names of keypoints by their numbers, where the file holds them."""
    meta: Any = fields.get("meta_info")
    names: Any = (
        cast("dict[str, Any]", meta).get("keypoint_id2name") if isinstance(meta, dict) else None
    )
    if not isinstance(names, dict) or not all(
        str(k).isdigit() for k in cast("dict[Any, Any]", names)
    ):
        return None
    table = cast("dict[str, Any]", names)
    return [str(table[k]) for k in sorted(table, key=int)]


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
        return [rows] if rows and is_point(rows[0]) else rows
    return []


def _frame(data: Any, path: Path) -> _Frame:
    people = tuple(_people(data, path))[:_MOST_PEOPLE]
    time: str | None = None
    number, image = float("nan"), False
    if isinstance(data, dict):
        fields = cast("dict[str, Any]", data)
        found = next(
            (fields[k] for k in _TIMES if isinstance(fields.get(k), int | float | str)), None
        )
        stamps = fields.get("timestamps")
        if isinstance(stamps, dict):
            found = cast("dict[str, Any]", stamps).get("mean")
        time = None if found is None or isinstance(found, bool) else str(found)
        number = next((as_float(fields[k]) for k in _NUMBERS if k in fields), number)
        body = next((k for k in _BODIES if isinstance(fields.get(k), list | dict)), "")
        image = body in _IMAGES
    return _Frame(people, time, number, image)


def _people(data: Any, path: Path) -> list[Seen]:
    if isinstance(data, dict):
        fields = cast("dict[str, Any]", data)
        listed = next((fields[k] for k in _PEOPLE if isinstance(fields.get(k), list)), None)
        if listed is not None:
            return [s for p in cast("list[Any]", listed) if (s := _person(p, path)) is not None]
        for key in _BODIES:
            if isinstance(fields.get(key), list | dict):
                return _people(fields[key], path)
        named = {n: p for n, p in fields.items() if is_point(p)}
        return [listed_points([*named.values()], tuple(named), None)] if named else []
    if not isinstance(data, list) or not data:
        return []
    rows = cast("list[Any]", data)
    if is_point(rows[0]):
        names = tuple(str(p["name"]) for p in rows if isinstance(p, dict) and "name" in p)
        return [listed_points(rows, names if len(names) == len(rows) else None, None)]
    if all(isinstance(x, int | float) for x in rows):
        return [points_in_a_row(rows, None)]
    return [person for row in rows[:_MOST_PEOPLE] for person in _people(row, path)]


def _person(person: Any, path: Path) -> Seen | None:
    """One of a frame's people: numbers in a row (OpenPose's x, y, z, confidence; Panoptic's), or
    points beside their scores (MMPose)."""
    fields = cast("dict[str, Any]", person) if isinstance(person, dict) else {}
    who = next((fields[k] for k in _WHO if k in fields), None)
    who = cast("list[Any]", who)[0] if isinstance(who, list) and who else who
    who = who if isinstance(who, int) and not isinstance(who, bool) and who >= 0 else None
    numbers = fields.get("pose_keypoints_3d")
    if isinstance(numbers, list) and numbers:
        if not all(isinstance(x, int | float) for x in cast("list[Any]", numbers)):
            raise InputError(f"{path}: pose_keypoints_3d must be numbers")
        return points_in_a_row(numbers, who)
    points = next((fields[k] for k in _BODIES if isinstance(fields.get(k), list | dict)), None)
    if points is not None:
        if is_2d(points):
            raise InputError(
                f"{path}: its keypoints are 2D (x and y alone); make them 3D first, from several "
                "cameras or with a 3D pose estimator"
            )
        found = _people(points, path)
        if found:
            return replace(with_scores(found[0], fields), who=who)
    if fields.get("pose_keypoints_2d"):
        raise InputError(
            f"{path}: only 2D keypoints are in it; make them 3D first, with Pose2Sim or OpenPose's "
            "--3d"
        )
    return None


def _tracks(
    frames: list[_Frame], numbers: list[float], rate: float | None, fps: float | None, path: Path,
    stated_names: list[str] | None = None,
) -> Tracks:  # fmt: skip
    everybody = [person for frame in frames for person in frame.people]
    if not everybody:
        raise InputError(f"{path}: no 3D keypoints are in it")
    count = max(len(person.points) for person in everybody)
    named = next((p.names for p in everybody if p.names and len(p.names) == count), None)
    if named is None and stated_names is not None and len(stated_names) == count:
        named = stated_names
    data, people = followed(
        [frame.people for frame in frames], named or [str(i) for i in range(count)], path
    )
    sure = data[..., 3]
    known = np.isfinite(sure)
    usable = known.any() and float(sure[known].max()) <= 1.0 + 1e-6
    missing = known & (sure <= (_LEAST_CONFIDENCE if usable else 0.0))
    positions = data[..., :3]
    positions[missing] = np.nan
    confidence = np.where(known, sure, 1.0).clip(0.0, 1.0) if usable else None
    names, notes = (list(named), ()) if named is not None else names_by_order(positions[:, :count])
    titles = [f"{who}:{n}" if who else n for who in people for n in names]
    if any(frame.image for frame in frames) and is_normalised(positions):
        notes = (*notes, PIXEL_NOTE)
    return make_tracks(
        positions, titles, None, fps, path, confidence=confidence, warnings=notes,
        frames=_placed(frames, numbers, rate, path), nameless=named is None,
    )  # fmt: skip


def _placed(frames: list[_Frame], numbers: list[float], rate: float | None, path: Path) -> Frames:
    """Where the frames lie, by their numbers and times."""
    times: Floats | None = None
    if all(frame.time is not None for frame in frames):
        values = [frame.time or "" for frame in frames]
        times = seconds(values)
    stamps = np.array(numbers)
    return frames_of(
        len(frames), str(path), stamps if np.isfinite(stamps).all() else None, times, rate, "file"
    )
