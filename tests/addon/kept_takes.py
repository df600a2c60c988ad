# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature with a take on it and the tracks beside it, without a solve."""

import bpy
import numpy as np
from helpers import points_of, waving
from lsmplify_extension.addon.bake import actions
from lsmplify_extension.addon.bake.motion_keys import Timing, bake
from lsmplify_extension.addon.body.armature import make_armature
from lsmplify_extension.addon.takes import record
from lsmplify_extension.lsmplify_core.cleanup.attached import Attached, attach
from lsmplify_extension.lsmplify_core.geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
)
from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_INDEX, JOINT_NAMES
from lsmplify_extension.lsmplify_core.motion.motion import Motion
from lsmplify_extension.lsmplify_core.review.track_record import TrackRecord
from lsmplify_extension.lsmplify_core.tracks.tracks import checked_tracks

Keys = dict[tuple[str, int], np.ndarray]


def body_with(motion: Motion, truth: Motion | None = None, frames: float = 1.0) -> bpy.types.Object:
    """The active armature, with the motion baked and the truth's BODY_25 tracks kept on the
    action."""
    truth = truth or motion
    armature = make_armature(bpy.context, motion.body, "Anna")
    action = bake(armature, motion, Timing(frames, 24.0 / motion.rate, True), "take LSMPLify", True)
    names, points = points_of(truth)
    attached = attach(truth, checked_tracks(points, names, truth.rate, "test"))
    doubt = np.full((truth.frames, 22), 0.1)
    record.keep(action, TrackRecord(attached, frames, 24.0 / truth.rate, "BODY_25", doubt))
    action.lsmplify_step.kind, action.lsmplify_step.take = "SOLVE", "take"
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, motion.frames
    bpy.context.view_layer.objects.active = armature
    return armature


def spoiled(truth: Motion, joint: str, first: int, last: int, turn: float = 1.0) -> Motion:
    """A joint turned away over some frames."""
    rotations = truth.rotations.copy()
    away = axis_angle_to_matrix(np.array([0.0, turn, 0.3 * turn]))
    rotations[first : last + 1, JOINT_INDEX[joint]] @= away
    return Motion(rotations, truth.root, truth.rate, truth.body)


def keys_of(action: bpy.types.Action, armature: bpy.types.Object) -> Keys:
    """Frame and value of each key of each bone's curve."""
    return {
        (c.data_path, c.array_index): actions.key_coordinates(c)
        for c in actions.curves_in(action, armature) if c.data_path.startswith("pose.")
    }  # fmt: skip


def shown(armature: bpy.types.Object) -> Motion:
    """What the armature's action moves, read back."""
    from lsmplify_extension.addon.takes.reading import read_take

    return read_take(bpy.context, armature).motion


def degrees_off(motion: Motion, truth: Motion, joint: str) -> np.ndarray:
    """(T,) how far a joint's rotation is from the truth's."""
    j = JOINT_INDEX[joint]
    return np.degrees(angle_between(motion.rotations[:, j], truth.rotations[:, j]))


def pose_like(armature: bpy.types.Object, motion: Motion, frame: int) -> None:
    """Pose the armature by hand, without keys, as the motion's frame has it."""
    from lsmplify_extension.addon.body.armature import rig_of
    from lsmplify_extension.lsmplify_core.motion.bone_axes import pose_bones

    quaternions, locations = pose_bones(motion.between(frame, frame + 1), rig_of(armature))
    for joint, name in enumerate(JOINT_NAMES):
        armature.pose.bones[name].rotation_quaternion = quaternions[0, joint]
    armature.pose.bones["Pelvis"].location = locations[0]


def same_outside(before: Keys, after: Keys, first: float, last: float) -> bool:
    """Whether no key outside the frames differs by a bit."""
    if set(before) != set(after):
        return False
    for name, old in before.items():
        new = after[name]
        a = old[(old[:, 0] < first) | (old[:, 0] > last)]
        b = new[(new[:, 0] < first) | (new[:, 0] > last)]
        if not np.array_equal(a, b):
            return False
    return True


__all__ = ["Attached", "body_with", "degrees_off", "keys_of", "pose_like", "same_outside", "shown",
           "spoiled", "waving"]  # fmt: skip
