# SPDX-License-Identifier: GPL-3.0-or-later
"""Segments' 4 × 4 matrices of a C3D (Theia, Visual3D): where each segment begins, as points.

The group ROTATION says how many there are and in which block they begin; each is 17 numbers a
frame, a matrix column by column and how sure it is, negative where it was not seen (ezc3d's
reading).
"""

import re
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...geometry.skeleton import JOINT_INDEX
from ...runtime.errors import InputError
from ...tracks.segments import Segments
from .container import BLOCK, C3dFile, floats

Floats = NDArray[np.float64]

_EACH: Final = 17
_NAMES: Final = {
    "pelvis": "Pelvis", "torso": "Torso", "thorax": "Torso", "head": "Head", "thigh": "Hip",
    "shank": "Knee", "foot": "Ankle", "toes": "Toes", "uarm": "Shoulder", "larm": "Elbow",
    "hand": "Wrist",
}  # fmt: skip
"""Theia's segments and the joint at which each begins."""
_JOINTS: Final = {
    "Pelvis": JOINT_INDEX["Pelvis"], "Torso": JOINT_INDEX["Spine3"], "Head": JOINT_INDEX["Head"],
    **{f"{s}_{n}": JOINT_INDEX[f"{s}_{n}"] for s in "LR"
       for n in ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist")},
}  # fmt: skip
"""The joint whose bone each segment is."""


def has_rotations(file: C3dFile) -> bool:
    """Whether the file holds segments' matrices."""
    return bool(file.texts("ROTATION:LABELS")) and (file.number("ROTATION:USED") or 0) > 0


def segment_origins(
    file: C3dFile, path: Path
) -> tuple[Floats, list[str], float, float, Segments | None]:
    """(T, S, 3) where segments begin in the file's unit, their names, frames a second, the share of
    frames that is missing at the end, and the segments' rotations.

    Raises InputError where the data are cut off before the first frame.
    """
    labels = file.texts("ROTATION:LABELS")
    count = int(file.number("ROTATION:USED") or 0)
    rate = file.number("ROTATION:RATE") or (
        (file.number("POINT:RATE") or 0.0) * (file.number("ROTATION:RATIO") or 1.0)
    )
    start = BLOCK * (int(file.number("ROTATION:DATA_START") or 0) - 1)
    if start < BLOCK:
        start = BLOCK * (int(file.words[8]) - 1)
    declared = _frames(file)
    capacity = (len(file.raw) - start) // (4 * _EACH * count) if count else 0
    frames = min(declared, capacity) if declared > 0 else capacity
    if frames <= 0:
        raise InputError(
            f"{path}: the C3D file says it holds {count} segments' rotations, and they are cut off"
        )
    data = floats(file.raw[start : start + 4 * _EACH * count * frames], file.order, file.dec)
    values = data.reshape(frames, count, _EACH)
    places = np.array(values[..., 12:15])
    with np.errstate(invalid="ignore"):
        sizes = np.linalg.norm(values[..., :3], axis=-1)
        missing = (values[..., 16] < 0) | ~(np.abs(sizes - 1.0) < 0.1)
    places[missing | (places == 0).all(axis=-1)] = np.nan
    names = [_name(labels[i] if i < len(labels) else f"segment {i}") for i in range(count)]
    lost = 0.0 if declared <= 0 else max(0.0, 1.0 - frames / declared)
    return places, names, rate, lost, _segments(values, missing, names)


def _segments(values: Floats, missing: NDArray[np.bool_], names: list[str]) -> Segments | None:
    """Rotations of the segments that are known by name; None where all are unturned, as those of a
    file of places."""
    turns = np.swapaxes(np.stack([values[..., 4 * i : 4 * i + 3] for i in range(3)], -2), -1, -2)
    turns = np.where(missing[..., None, None], np.nan, turns)
    known = [(i, _JOINTS[name]) for i, name in enumerate(names) if name in _JOINTS]
    if not known or not (np.abs(np.nan_to_num(turns, nan=0.0) - np.eye(3)) > 1e-3)[~missing].any():
        return None
    return Segments(tuple(j for _, j in known), np.array(turns[:, [i for i, _ in known]]))


def _frames(file: C3dFile) -> int:
    words = file.words
    header = int(words[4]) - int(words[3]) + 1
    parameter = int(file.number("POINT:FRAMES") or 0)
    ratio = file.number("ROTATION:RATIO") or 1.0
    return round(max(parameter or header, 0) * max(ratio, 1.0)) if int(words[4]) < 65535 else 0


def _name(label: str) -> str:
    """ "l_thigh_4X4" is where the left hip is: "L_Hip"."""
    found = re.fullmatch(r"(?:([lr])_)?([a-z]+?)(?:_4x4)?", label.strip().lower())
    if found is None or found[2] not in _NAMES:
        return label
    side = f"{found[1].upper()}_" if found[1] else ""
    return f"{side}{_NAMES[found[2]]}"
