# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes, armatures and motions drawn by number, for the law of baking."""

from dataclasses import dataclass

import bpy
import numpy as np
from lsmplify_extension.addon.bake import actions, channels
from lsmplify_extension.addon.bake.motion_keys import Timing
from lsmplify_extension.addon.body.armature import make_armature, sized_for_scene
from lsmplify_extension.addon.common.units import scene_unit
from lsmplify_extension.addon.takes.reading import Take, read_take
from lsmplify_extension.lsmplify_core.body.body import Body, default_body
from lsmplify_extension.lsmplify_core.geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
)
from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_NAMES
from lsmplify_extension.lsmplify_core.motion.motion import Motion

MODES = ("QUATERNION", "AXIS_ANGLE", "XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
DEGREES, METRES = 0.01, 1e-5
"""What may come back otherwise."""


@dataclass(frozen=True)
class Draw:
    """A scene, an armature and a motion, drawn by number."""

    motion: Motion
    fps: int
    first: float
    step: float
    unit: float
    scale: float
    mode: str
    existing: bool
    rolled: bool
    in_place: bool


def drawn(number: int) -> Draw:
    """Frames, angles up to half a turn, and everything around them."""
    random = np.random.default_rng([number, 14])
    frames = int(random.integers(1, 25))
    fps = int(random.choice([24, 25, 30, 60, 120]))
    step = float(random.choice([1.0, 0.2, 0.5, 2.0]))
    size = default_body().rest_joints * random.uniform(0.4, 1.3)
    vectors = random.uniform(-1.8, 1.8, (2, 24, 3))
    share = np.linspace(0.0, 1.0, frames)[:, None, None]
    rotations = axis_angle_to_matrix(vectors[0] * (1 - share) + vectors[1] * share)
    root = random.uniform(-4.0, 4.0, 3) + share[:, 0] * random.uniform(-2.0, 2.0, 3)
    return Draw(
        Motion(rotations, root, fps / step, Body(size, "drawn")), fps,
        float(random.choice([1.0, 0.0, -17.0, 1001.0])), step,
        float(random.choice([1.0, 0.01, 1000.0])), float(random.choice([1.0, 0.01, 2.5])),
        str(random.choice(MODES)), bool(random.random() < 0.5), bool(random.random() < 0.5),
        bool(random.random() < 0.3),
    )  # fmt: skip


def armature_for(draw: Draw) -> bpy.types.Object:
    """In a scene of its own rate and unit, somewhere, turned and scaled."""
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = draw.fps, 1.0
    scene.unit_settings.system, scene.unit_settings.scale_length = "METRIC", draw.unit
    armature = make_armature(bpy.context, draw.motion.body, "drawn")
    sized_for_scene(bpy.context, armature, scene_unit(scene))
    armature.scale = [draw.scale * s for s in armature.scale]
    armature.location = [metres / draw.unit for metres in (0.3, -2.0, 0.5)]
    armature.rotation_euler = (0.0, 0.0, 0.7)
    if draw.rolled:
        roll_bones(armature)
    for bone in armature.pose.bones:
        bone.rotation_mode = draw.mode
    bpy.context.view_layer.update()
    return armature


def roll_bones(armature: bpy.types.Object) -> None:
    """Give every bone axes that no armature of ours has."""
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for number, bone in enumerate(armature.data.edit_bones):
        bone.roll += 0.3 * number
    bpy.ops.object.mode_set(mode="OBJECT")


def on_the_body(motion: Motion, take: Take) -> Motion:
    """The motion on the armature's body, which the object's scale makes larger."""
    return Motion(motion.rotations, motion.root, motion.rate, take.motion.body)


def reversed_motion(motion: Motion) -> Motion:
    """Another motion of the same frames."""
    return Motion(motion.rotations.swapaxes(-1, -2), motion.root + 1.0, motion.rate, motion.body)


def assert_same(take: Take, motion: Motion, timing: Timing | None = None) -> None:
    """What was read is the motion, on the timing's samples: keys on every second frame are read on
    every frame."""
    found = take.motion
    if timing is not None:
        frames = timing.first + timing.step * np.arange(motion.frames)
        own = np.rint((frames - take.grid.first) / take.grid.step).astype(int)
        assert np.abs(take.grid.frames[own] - frames).max() < 1e-3
        found = Motion(found.rotations[own], found.root[own], motion.rate, found.body)
    assert found.frames == motion.frames
    assert np.degrees(angle_between(found.rotations, motion.rotations)).max() < DEGREES
    assert np.abs(found.root - motion.root).max() < METRES
    apart = found.joints() - on_the_body(motion, take).joints()
    assert np.abs(apart).max() < 3 * METRES


def into_mode(armature: bpy.types.Object, mode: str) -> None:
    """The action's rotations as curves of another mode, as Blender's own operator converts them."""
    take = read_take(bpy.context, armature)
    for joint, name in enumerate(JOINT_NAMES):
        bone = armature.pose.bones[name]
        for index in range(4):
            actions.remove_curve(take.action, armature, channels.path_of(bone), index)
        bone.rotation_mode = mode
        values = channels.from_quaternions(bone, take.quaternions[:, joint], None)
        for index in range(values.shape[1]):
            actions.write_curve(
                armature, channels.path_of(bone), index, name, take.grid.frames, values[:, index]
            )
