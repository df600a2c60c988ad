# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses of a character to keys: a new action of its own, everything in one go."""

from collections.abc import Set

import bpy
import numpy as np
from numpy.typing import NDArray

from ....lsmplify_core.geometry.rotations import continuous_quaternions, matrix_to_quaternion
from ....lsmplify_core.motion.bone_axes import continued_signs
from ...bake import actions, channels


def write_rotation(
    armature: bpy.types.Object, name: str, frames: NDArray[np.float64],
    turns: NDArray[np.float64], beside: bool = False,
) -> None:  # fmt: skip
    """Key a bone's rotation (T, 3, 3) relative to rest, in the bone's own rotation mode.

    beside: whether there may be keys before and after the frames, which it has to go on from.
    """
    bone = armature.pose.bones[name]
    quaternions = continuous_quaternions(matrix_to_quaternion(turns))
    if beside and bone.rotation_mode == "QUATERNION":
        quaternions = _going_on(armature, bone, frames, quaternions)
    values = channels.from_quaternions(bone, quaternions, None)
    path = channels.path_of(bone)
    for index in range(values.shape[1]):
        if not _is_locked(bone, index, values.shape[1]):
            actions.write_curve(armature, path, index, name, frames, values[:, index])


def _going_on(
    armature: bpy.types.Object, bone: bpy.types.PoseBone, frames: NDArray[np.float64],
    quaternions: NDArray[np.floating],
) -> NDArray[np.floating]:  # fmt: skip
    """The quaternions (T, 4) with the sign that goes on from keys which stay before the frames, or
    leads to those after them."""
    path, neighbours = channels.path_of(bone), np.full((2, 4), np.nan)
    for curve in actions.curves_of(armature):
        if curve.data_path == path:
            co = actions.key_coordinates(curve)
            earlier, later = co[co[:, 0] < frames[0] - 1e-4], co[co[:, 0] > frames[-1] + 1e-4]
            if len(earlier):
                neighbours[0, curve.array_index] = earlier[-1, 1]
            if len(later):
                neighbours[1, curve.array_index] = later[0, 1]
    if np.isnan(neighbours).all():
        return quaternions
    return continued_signs(quaternions[:, None], *neighbours[:, None])[:, 0]


def write_location(
    armature: bpy.types.Object, name: str, frames: NDArray[np.float64], shifts: NDArray[np.float64]
) -> None:
    """Key a bone's location (T, 3) in its own rest axes and the armature's unit.

    Without Local Location a bone moves along the armature's axes: p = M · location, M its rest
    axes.
    """
    bone = armature.pose.bones[name]
    if not bone.bone.use_local_location:
        shifts = shifts @ np.array(bone.bone.matrix_local.to_3x3(), dtype=np.float64).T
    path = bone.path_from_id("location")
    for index in range(3):
        if not bone.lock_location[index]:
            actions.write_curve(armature, path, index, name, frames, shifts[:, index])


def write_number(armature: bpy.types.Object, path: str, frame: float, value: float) -> None:
    """One key of a number of the rig, which holds for the whole action."""
    frames, values = np.array([frame]), np.array([value])
    actions.write_curve(armature, path, 0, "Switches", frames, values)


def clear_curves(armature: bpy.types.Object, bones: set[str]) -> None:
    """Take the curves of these bones out of the action in use; locked ones stay."""
    action = armature.animation_data.action
    for curve in list(actions.curves_in(action, armature)):
        if actions.bone_of(curve.data_path) in bones:
            actions.remove_curve(action, armature, curve.data_path, curve.array_index)


def clear_pose(armature: bpy.types.Object, keyed: set[str], moving: Set[str] = frozenset()) -> int:
    """Bring bones to where the result counts on them; returns how many were posed.

    keyed: those that get keys of their rotation, and are brought to no scale and no shift of their
    own; all others come to rest. moving: those of them that get keys of their location too.
    """
    posed = 0
    for bone in armature.pose.bones:
        if bone.name in keyed:
            shift = 0.0 if bone.name in moving else max(abs(x) for x in bone.location)
            scale = max(abs(x - 1.0) for x in bone.scale)
            posed += bool(shift > 1e-5 * max(bone.length, 1e-9) or scale > 1e-5)
            bone.location, bone.scale = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
            continue
        basis = np.array(bone.matrix_basis, dtype=np.float64)
        if np.abs(basis - np.eye(4)).max() > 1e-5:
            bone.matrix_basis.identity()
            bone.location = (0.0, 0.0, 0.0)
            bone.rotation_quaternion = (1.0, 0.0, 0.0, 0.0)
            bone.rotation_euler = (0.0, 0.0, 0.0)
            bone.rotation_axis_angle = (0.0, 0.0, 1.0, 0.0)
            bone.scale = (1.0, 1.0, 1.0)
            posed += 1
    return posed


def _is_locked(bone: bpy.types.PoseBone, index: int, width: int) -> bool:
    if width == 3:
        return bool(bone.lock_rotation[index])
    if index == 0:
        return bool(bone.lock_rotation_w and bone.lock_rotations_4d)
    return bool(bone.lock_rotations_4d and bone.lock_rotation[index - 1])
