# SPDX-License-Identifier: GPL-3.0-or-later
"""Small takes of a moving body for the add-on's tests."""

from pathlib import Path

import bpy
import numpy as np
from lsmplify_extension.addon.bake import actions
from lsmplify_extension.lsmplify_core.body.body import default_body
from lsmplify_extension.lsmplify_core.body.mannequin import mannequin
from lsmplify_extension.lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_extension.lsmplify_core.geometry.rotations import axis_angle_to_matrix, rotation_x
from lsmplify_extension.lsmplify_core.geometry.skeleton import PARENTS
from lsmplify_extension.lsmplify_core.layouts.layout import load_layout
from lsmplify_extension.lsmplify_core.motion.motion import Motion
from waving import waving_vectors


def waving(frames: int = 40, rate: float = 30.0) -> Motion:
    """Someone who turns on the spot, bends the knees and waves, Z up."""
    vectors, heading, root = waving_vectors(frames, rate)
    rotations = axis_angle_to_matrix(vectors)
    rotations[:, 0] = axis_angle_to_matrix(heading) @ rotation_x(90.0)
    return Motion(rotations, root, rate, default_body())


def points_of(motion: Motion, layout: str = "BODY_25") -> tuple[list[str], np.ndarray]:
    """Names and (T, K, 3) world positions of a layout's points on the motion."""
    shown = load_layout(layout)
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    return list(shown.names), attached_points(turned, placed, shown.joints, shown.offsets)


def add_empties(
    motion: Motion, layout: str = "BODY_25", first: float = 1.0, prefix: str = ""
) -> list[bpy.types.Object]:
    """Selected empties with a key for every sample of the motion."""
    scene = bpy.context.scene
    step = scene.render.fps / scene.render.fps_base / motion.rate
    names, points = points_of(motion, layout)
    frames = first + step * np.arange(motion.frames)
    made = []
    for column, name in enumerate(names):
        empty = bpy.data.objects.new(prefix + name, None)
        scene.collection.objects.link(empty)
        empty.location = points[0, column]
        actions.new_action(empty, name)
        for axis in range(3):
            actions.write_curve(
                empty, "location", axis, "Location", frames, points[:, column, axis]
            )
        empty.select_set(True)
        made.append(empty)
    return made


def joints_in_world(armature: bpy.types.Object) -> np.ndarray:
    """(24, 3) where Blender itself puts the bones' heads now."""
    from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_NAMES

    posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    heads = [posed.matrix_world @ posed.pose.bones[n].head for n in JOINT_NAMES]
    return np.array(heads, dtype=np.float64)


def save_model(path: Path, size: float = 1.0) -> Path:
    """An SMPL-format npz of the mannequin: its first beta is the size, the others do nothing."""
    body = default_body()
    rest, figure = body.rest_joints, mannequin(body)
    vertices = size * np.concatenate((rest, figure.vertices))
    directions = np.zeros((*vertices.shape, 10))
    directions[..., 0] = 0.05 * vertices
    faces = [(f[0], f[i], f[i + 1]) for f in figure.faces for i in range(1, len(f) - 1)]
    np.savez(
        path, v_template=vertices, shapedirs=directions, posedirs=np.zeros((len(vertices), 3, 207)),
        J_regressor=np.eye(24, len(vertices)), f=np.array(faces) + 24,
        weights=np.concatenate((np.eye(24), figure.weights)),
        kintree_table=np.array([(-1, *PARENTS[1:]), range(24)]),
    )  # fmt: skip
    return path
