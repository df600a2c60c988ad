# SPDX-License-Identifier: GPL-3.0-or-later
"""Pose keys: poses that the artist has set by hand, kept with the armature until they are
cleared."""

import bpy
import numpy as np

from ...lsmplify_core.cleanup.resolve.pose_keys import PoseKey
from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.motion.posed_joints import local_rotations, posed_joints
from ..body.armature import check_target, rig_of
from ..clean_up.orders import pose_text
from ..takes import live

_SAME = 1e-3
"""Scene frames within which two pose keys are of the same frame."""


def pose_now(context: bpy.types.Context, armature: bpy.types.Object) -> PoseKey:
    """The pose as it is now: keyed or not, by hand, by constraints or IK."""
    check_target(armature)
    context.view_layer.update()
    bones = [armature.pose.bones[n] for n in JOINT_NAMES]
    matrices = np.array([b.matrix for b in bones], dtype=np.float64)
    turned, placed = posed_joints(matrices, rig_of(armature))
    return PoseKey(local_rotations(turned), placed[0])


def mark(context: bpy.types.Context, armature: bpy.types.Object) -> float:
    """Keep the pose of the current frame, in place of one that is kept there; returns the frame."""
    frame = context.scene.frame_current + context.scene.frame_subframe
    kept = kept_keys(armature)
    kept = [(f, p) for f, p in kept if abs(f - frame) > _SAME]
    kept.append((frame, pose_text(pose_now(context, armature))))
    _set(armature, sorted(kept))
    return frame


def clear(armature: bpy.types.Object, first: float | None = None, last: float | None = None) -> int:
    """Forget the pose keys from `first` to `last`, all where None; returns how many."""
    kept = kept_keys(armature)
    left = [
        (f, p) for f, p in kept
        if (first is not None and f < first - _SAME) or (last is not None and f > last + _SAME)
    ]  # fmt: skip
    _set(armature, left)
    return len(kept) - len(left)


def kept_keys(armature: bpy.types.Object) -> list[tuple[float, str]]:
    """Frames and poses of the pose keys, in time's order."""
    return [(k.frame, k.pose) for k in armature.lsmplify_rig.pose_keys]


def _set(armature: bpy.types.Object, kept: list[tuple[float, str]]) -> None:
    rig = armature.lsmplify_rig
    rig.pose_keys.clear()
    for frame, pose in kept:
        key = rig.pose_keys.add()
        key.name, key.frame, key.pose = f"Frame {frame:g}", frame, pose
    with live.silent():
        rig.pose_key = min(rig.pose_key, max(len(kept) - 1, 0))
