# SPDX-License-Identifier: GPL-3.0-or-later
"""npy and npz: plain arrays of points, and AMASS motions as the tracks of their joints."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..files.npz import names_in, read_npy, read_npz
from ..geometry.skeleton import JOINT_NAMES
from ..motion.motion import load_motion
from ..runtime.errors import InputError
from ..tracks.tracks import Tracks, checked_tracks
from .axes_of_arrays import frames_first
from .checked_input import make_tracks, zeros_missing
from .keypoints.holistic import body_and_hands
from .nameless import names_by_order

Floats = NDArray[np.float64]

_POINT_KEYS: Final = (
    "points", "positions", "keypoints", "keypoints3d", "keypoints_3d", "joints", "joints3d",
    "tracks", "markers",
)  # fmt: skip
_NAME_KEYS: Final = ("names", "labels", "track_names", "joint_names", "marker_names")
_RATE_KEYS: Final = ("rate", "fps", "mocap_framerate", "frame_rate", "mocap_frame_rate")
_UNIT_KEY: Final = "unit"


def read_array(path: Path, fps: float | None) -> Tracks:
    """npy or npz: points (T, K, 3), (T, K, 4) with confidence last, (T, 3 K), or (K, 3, T).

    In an npz: points under `points` (or `keypoints`, `joints`, …), `names`, `rate` (or `fps`); or
    an AMASS motion, whose 24 joints become tracks. A confidence of zero is a missing sample.
    Nothing in the file is executed. Raises InputError.
    """
    with path.open("rb") as file:
        archive = file.read(4) == b"PK\x03\x04"
    files = _archive(path) if archive else {"points": read_npy(path, "a take's")}
    points = next((files[k] for k in _POINT_KEYS if k in files), None)
    if points is None and "poses" in files:
        return joint_tracks(path, fps)
    if points is None:
        raise InputError(f"{path}: no array named {', '.join(_POINT_KEYS)} is in it")
    names = next((_names(files[k]) for k in _NAME_KEYS if k in files), None)
    rate = next((_rate(files[k], path) for k in _RATE_KEYS if k in files), None)
    return array_tracks(points, names, rate, fps, path)


def array_tracks(
    points: Any, names: Sequence[str] | None, rate: float | None, fps: float | None, path: Path,
    unit: float | None = None,
) -> Tracks:  # fmt: skip
    """Tracks of an array of points; without names by how many there are."""
    positions, confidence, people = _positions(points, path)
    if names is not None:
        return make_tracks(positions, names, rate, fps, path, unit, confidence=confidence)
    columns, said = body_and_hands(positions) if people == 1 else (None, ())
    if columns is not None:
        positions = positions[:, columns]
        confidence = None if confidence is None else confidence[:, columns]
    each = positions.shape[1] // people
    own, notes = names_by_order(positions[:, :each])
    notes = (*said, *notes)
    titles = own if people == 1 else [f"Person {p + 1}:{n}" for p in range(people) for n in own]
    return make_tracks(
        positions, titles, rate, fps, path, unit, confidence=confidence, warnings=notes,
        nameless=True,
    )  # fmt: skip


def joint_tracks(path: Path, fps: float | None) -> Tracks:
    """The 24 joints of an AMASS motion as tracks: metres, Z up."""
    motion = load_motion(path)
    return checked_tracks(motion.joints(), JOINT_NAMES, fps or motion.rate, str(path), 1.0, "+z")


def _positions(points: Any, path: Path) -> tuple[Floats, Floats | None, int]:
    """Points of people one after the other, their confidence, and how many people there are."""
    if points.dtype.kind not in "fiu":
        raise InputError(f"{path}: the points are of type {points.dtype}, not numbers")
    data = np.array(frames_first(points, path), dtype=np.float64)
    people = data.shape[1] if data.ndim == 4 else 1
    data = data.reshape(len(data), -1, data.shape[-1])
    confidence = None
    if data.shape[2] == 4:
        data[..., :3][~(data[..., 3] > 0)] = np.nan
        if np.nanmax(data[..., 3], initial=0.0) <= 1.0:
            confidence = np.nan_to_num(data[..., 3]).clip(0.0, 1.0)
    return zeros_missing(data[..., :3], always=False), confidence, people


def _archive(path: Path) -> dict[str, Any]:
    """The arrays of an npz that are wanted. Poses are looked for by name alone: they are read as a
    motion's."""
    wanted = {*_POINT_KEYS, *_NAME_KEYS, *_RATE_KEYS, _UNIT_KEY}
    found = read_npz(path, wanted, "a take's")
    return found | ({"poses": None} if "poses" in names_in(path) else {})


def _names(values: Any) -> list[str]:
    return [str(n) for n in np.ravel(values)]


def _rate(value: Any, path: Path) -> float:
    if np.size(value) != 1 or np.asarray(value).dtype.kind not in "fiu":
        raise InputError(f"{path}: its frame rate is not a number")
    return float(np.ravel(value)[0])
