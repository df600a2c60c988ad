# SPDX-License-Identifier: GPL-3.0-or-later
"""What the core says of a rig's channels is what Blender makes of them."""

import sys
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")
sys.path.insert(0, str(Path(__file__).parents[2]))
from mathutils import Matrix, Quaternion  # noqa: E402

from lsmplify_core.body.body import default_body  # noqa: E402
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, matrix_to_quaternion  # noqa: E402
from lsmplify_core.motion.motion import Motion  # noqa: E402
from lsmplify_core.retarget import RetargetOptions, checked_rig, find_map, retarget  # noqa: E402
from tests.retarget.rigs import shared  # noqa: E402


def _armature(rig, world, hinges):
    data = bpy.data.armatures.new("a")
    thing = bpy.data.objects.new("a", data)
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.view_layer.objects.active = thing
    bpy.ops.object.mode_set(mode="EDIT")
    scale = np.cbrt(np.linalg.det(world[:3, :3]))
    for i, name in enumerate(rig.names):
        bone = data.edit_bones.new(name)
        bone.head, bone.tail = rig.heads[i] / scale, rig.tails[i] / scale
        matrix = Matrix.Identity(4)
        matrix = Matrix(np.block([[rig.axes[i], rig.heads[i][:, None] / scale], [0, 0, 0, 1.0]]))
        length = bone.length
        bone.matrix = matrix
        bone.length = length
        if rig.parents[i] >= 0:
            bone.parent = data.edit_bones[rig.names[rig.parents[i]]]
    bpy.ops.object.mode_set(mode="OBJECT")
    for name in hinges:
        data.bones[name].use_inherit_rotation = False
    thing.matrix_world = Matrix(world)
    bpy.context.view_layer.update()
    return thing


def _read(thing):
    bones = thing.data.bones
    names = [b.name for b in bones]
    return checked_rig(
        names, [names.index(b.parent.name) if b.parent else -1 for b in bones],
        np.array([b.matrix_local for b in bones]), np.array([b.length for b in bones]),
        np.array(thing.matrix_world), inherits=[b.use_inherit_rotation for b in bones],
    )  # fmt: skip


def _motion(frames=5):
    rng = np.random.default_rng(3)
    vectors = rng.normal(0, 0.35, (frames, 24, 3))
    vectors[:, 0] = np.array([np.pi / 2, 0, 0]) + rng.normal(0, 0.3, (frames, 3))
    return Motion(
        axis_angle_to_matrix(vectors), np.array([1.0, 2.0, 0.95]) + rng.normal(0, 0.2, (frames, 3)),
        30.0, default_body(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "hinges", "root"),
    [
        ("makehuman_mixamo", (), "hips"),
        ("makehuman_game_engine", (), "root"),
        ("makehuman_default", ("upperarm01.L", "head"), "hips"),
    ],
)
def test_blender_puts_the_bones_where_the_core_says(name, hinges, root):
    angle = np.radians(30)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    world = np.eye(4)
    world[:3, :3], world[:3, 3] = 0.01 * turn, (0.5, -0.3, 0.1)
    thing = _armature(shared(name), world, hinges)
    rig = _read(thing)
    result = retarget(_motion(), rig, find_map(rig), RetargetOptions(root=root))
    motion = result.motion
    axes, heads = motion.posed
    for frame in range(motion.frames):
        for k, bone in enumerate(motion.bones):
            pose = thing.pose.bones[rig.names[bone]]
            pose.rotation_mode = "QUATERNION"
            pose.rotation_quaternion = Quaternion(matrix_to_quaternion(motion.turns[frame, k]))
            if motion.moving[k]:
                pose.location = motion.shifts[frame, k]
        bpy.context.view_layer.update()
        for i, bone in enumerate(rig.names):
            matrix = np.array(thing.matrix_world @ thing.pose.bones[bone].matrix)
            assert np.allclose(matrix[:3, 3], heads[frame, i], atol=2e-4), bone
            own = matrix[:3, :3] / np.cbrt(np.linalg.det(matrix[:3, :3]))
            assert np.allclose(own, axes[frame, i], atol=2e-3), bone
