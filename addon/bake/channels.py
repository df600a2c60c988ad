# SPDX-License-Identifier: GPL-3.0-or-later
"""A bone's rotation in whichever mode it is animated, as quaternions and back."""

import bpy
import numpy as np
from mathutils import Euler, Quaternion
from numpy.typing import NDArray

_PATHS = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}


def path_of(bone: bpy.types.PoseBone) -> str:
    """The data path of the bone's rotation in its own mode."""
    return bone.path_from_id(_name(bone))


def width_of(bone: bpy.types.PoseBone) -> int:
    """How many curves the rotation has."""
    return 4 if bone.rotation_mode in _PATHS else 3


def resting(bone: bpy.types.PoseBone) -> list[float]:
    """What the channels hold where no curve animates them."""
    return list(getattr(bone, _name(bone)))


def to_quaternions(bone: bpy.types.PoseBone, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Channels (T, 3 or 4) to unit quaternions (T, 4), w first; zero ones become no turn, as
    Blender has them."""
    mode = bone.rotation_mode
    if mode == "QUATERNION":
        length = np.linalg.norm(values, axis=1, keepdims=True)
        none = np.array([1.0, 0.0, 0.0, 0.0])
        return np.where(length > 1e-9, values / np.maximum(length, 1e-9), none)
    if mode == "AXIS_ANGLE":
        return np.array([Quaternion(v[1:], v[0]) for v in values.tolist()], dtype=np.float64)
    return np.array([Euler(v, mode).to_quaternion() for v in values.tolist()], dtype=np.float64)


def from_quaternions(
    bone: bpy.types.PoseBone, quaternions: NDArray[np.floating], before: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Quaternions (T, 4) to the bone's channels; before: those of the frame before, which Euler
    angles go on from."""
    mode = bone.rotation_mode
    if mode == "QUATERNION":
        return np.asarray(quaternions, dtype=np.float64)
    turned = [Quaternion(q) for q in quaternions.tolist()]
    if mode == "AXIS_ANGLE":
        pairs = [q.to_axis_angle() for q in turned]
        return np.array([(angle, *axis) for axis, angle in pairs], dtype=np.float64)
    last = None if before is None else Euler(before.tolist(), mode)
    rows: list[list[float]] = []
    for q in turned:
        last = q.to_euler(mode, last) if last is not None else q.to_euler(mode)
        rows.append(list(last))
    return np.array(rows, dtype=np.float64)


def _name(bone: bpy.types.PoseBone) -> str:
    return _PATHS.get(bone.rotation_mode, "rotation_euler")
