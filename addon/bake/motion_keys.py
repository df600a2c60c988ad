# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion to keys: a new action, or the armature's own within the baked frames only."""

from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from ...lsmplify_core.geometry.resampling import key_frames
from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.motion.bone_axes import continued_signs, pose_bones
from ...lsmplify_core.motion.motion import Motion
from ..body.armature import rig_of
from . import actions


@dataclass(frozen=True)
class Timing:
    """first: scene frame of the motion's first sample. step: scene frames between two samples.
    whole: keys on whole frames, else on every sample."""

    first: float
    step: float
    whole: bool


def bake(
    armature: bpy.types.Object, motion: Motion, timing: Timing, name: str, new_action: bool
) -> bpy.types.Action:
    """Write the keys and return the action that has them."""
    frames, samples = key_frames(timing.first, timing.step, motion.frames, timing.whole)
    at = motion.at(samples) if timing.whole else motion
    quaternions, locations = pose_bones(at, rig_of(armature))
    before = armature.animation_data.action if armature.animation_data is not None else None
    if new_action or before is None:
        action = actions.new_action(armature, name)
    else:
        action = before
        actions.assign(armature, action)
    quaternions = continued_signs(quaternions, *_neighbours(armature, frames))
    for joint, bone in enumerate(JOINT_NAMES):
        pose_bone = armature.pose.bones[bone]
        pose_bone.rotation_mode = "QUATERNION"
        path = pose_bone.path_from_id("rotation_quaternion")
        _write(armature, path, bone, frames, quaternions[:, joint])
    path = armature.pose.bones[JOINT_NAMES[0]].path_from_id("location")
    _write(armature, path, JOINT_NAMES[0], frames, locations)
    return action


def _neighbours(
    armature: bpy.types.Object, frames: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Quaternions (24, 4) of the last keys before the frames and of the first after them; NaN where
    there are none."""
    before, after = np.full((2, len(JOINT_NAMES), 4), np.nan)
    paths = {
        armature.pose.bones[n].path_from_id("rotation_quaternion"): joint
        for joint, n in enumerate(JOINT_NAMES)
    }
    for curve in actions.curves_of(armature):
        joint = paths.get(curve.data_path)
        if joint is None:
            continue
        keys = actions.key_coordinates(curve)
        earlier, later = keys[keys[:, 0] < frames[0] - 1e-4], keys[keys[:, 0] > frames[-1] + 1e-4]
        if len(earlier):
            before[joint, curve.array_index] = earlier[-1, 1]
        if len(later):
            after[joint, curve.array_index] = later[0, 1]
    return before, after


def _write(
    armature: bpy.types.Object, path: str, group: str,
    frames: NDArray[np.floating], values: NDArray[np.floating],
) -> None:  # fmt: skip
    for index in range(values.shape[1]):
        actions.write_curve(armature, path, index, group, frames, values[:, index])
