# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones and vertices as tracks: what Blender poses is what is read."""

import bpy
import numpy as np
import pytest


def armature_of(heads: np.ndarray, parents: list[int], name: str = "rig") -> bpy.types.Object:
    """Bones B0, B1 … at the heads; a parent of -1 is none."""
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    made = []
    for index, (head, parent) in enumerate(zip(heads, parents, strict=True)):
        bone = armature.data.edit_bones.new(f"B{index}")
        bone.head, bone.tail = head, head + np.array([0.02, 0.05, 0.1])
        if parent >= 0:
            bone.parent = made[parent]
        made.append(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def keyed(armature: bpy.types.Object, frames: np.ndarray, rng: np.random.Generator) -> None:
    """Location keys on every bone at these frames."""
    from lsmplify_extension.addon.bake import actions

    actions.new_action(armature, "rig")
    for bone in armature.pose.bones:
        path = bone.path_from_id("location")
        for axis in range(3):
            actions.write_curve(
                armature, path, axis, bone.name, frames, rng.normal(size=len(frames))
            )


def take(armature: bpy.types.Object):
    from lsmplify_extension.addon.tracks.scene_tracks import from_bones

    return from_bones(bpy.context, armature)


@pytest.mark.parametrize("local", [True, False])
def test_plain_and_evaluated_bones_are_the_same(extension, local: bool) -> None:
    """Bone space with and without Local Location, on a turned armature, on fractional frames."""
    rng = np.random.default_rng(1)
    armature = armature_of(rng.normal(size=(5, 3)), [-1] * 5)
    armature.location, armature.rotation_euler, armature.scale = (
        (1, 2, 3),
        (0.1, 0.2, 0.3),
        (2, 2, 2),
    )
    frames = 1.0 + 0.24 * np.arange(40)
    keyed(armature, frames, rng)
    for bone in armature.data.bones:
        bone.use_local_location = local
    bpy.context.view_layer.update()
    fast = take(armature).tracks
    for bone in armature.pose.bones:
        bone.constraints.new("LIMIT_ROTATION")
    slow = take(armature).tracks
    assert fast.frames == slow.frames == 40
    np.testing.assert_allclose(fast.positions, slow.positions, atol=2e-5)


def test_skeletons_are_posed_by_blender_on_their_own_clock(extension) -> None:
    """A chain of bones, turned by keys at 100 Hz in a scene of 24."""
    from lsmplify_extension.addon.bake import actions

    chain = np.array([[0, 0, 0], [0, 0, 1.0], [0, 0, 2.0]])
    armature = armature_of(chain, [-1, 0, 1])
    for bone in armature.pose.bones:
        bone.rotation_mode = "XYZ"
    actions.new_action(armature, "rig")
    frames = 1.0 + 0.24 * np.arange(50)
    path = armature.pose.bones["B0"].path_from_id("rotation_euler")
    for axis in range(3):
        angles = 0.01 * (axis + 1) * np.arange(50)
        actions.write_curve(armature, path, axis, "B0", frames, angles)
    tracks = take(armature).tracks
    assert tracks.frames == 50
    assert abs(tracks.rate - 100.0) < 0.01
    far = np.linalg.norm(tracks.positions[:, 2] - tracks.positions[:, 0], axis=1)
    np.testing.assert_allclose(far, 2.0, atol=1e-5)
    assert np.ptp(tracks.positions[:, 2], axis=0).max() > 0.3


def test_an_armature_at_rest_is_refused(extension) -> None:
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    armature = armature_of(np.zeros((2, 3)), [-1, -1])
    armature.data.pose_position = "REST"
    with pytest.raises(InputError, match="Pose Position"):
        take(armature)


def test_bones_with_quotes_in_their_names(extension) -> None:
    from lsmplify_extension.addon.bake import actions

    for name in ('a"b', "a\\b", "Anna:LSHO", 'x"].location'):
        path = f'pose.bones["{bpy.utils.escape_identifier(name)}"].location'
        assert actions.bone_of(path) == name
    assert actions.bone_of("location") is None


def points_mesh(positions: np.ndarray, name: str = "cache") -> bpy.types.Object:
    """A mesh of vertices alone whose shape keys show the frames of (T, V, 3) one after another."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(positions[0].tolist(), [], [])
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    item.shape_key_add(name="Basis")
    for frame, shown in enumerate(positions):
        key = item.shape_key_add(name=f"frame {frame}")
        key.data.foreach_set("co", shown.astype(np.float32).ravel())
        for near, value in ((frame, 0.0), (frame + 1, 1.0), (frame + 2, 0.0)):
            key.value = value
            key.keyframe_insert("value", frame=near)
    bpy.context.scene.frame_end = len(positions)
    return item


def group_vertices(item: bpy.types.Object, names: list[str]) -> None:
    for index, name in enumerate(names):
        item.vertex_groups.new(name=name).add([index], 0.7, "REPLACE")


def vertices(item: bpy.types.Object, by: str, attribute: str = ""):
    from lsmplify_extension.addon.tracks.scene_tracks import from_vertices
    from lsmplify_extension.addon.tracks.sources.vertices import Choice

    return from_vertices(bpy.context, item, Choice(by, attribute)).tracks


def test_vertex_groups_of_a_moving_mesh(extension) -> None:
    """Named points, on a turned object, as Blender evaluates the shape keys."""
    from helpers import points_of, waving

    names, points = points_of(waving(12, 24.0))
    item = points_mesh(points)
    group_vertices(item, names)
    item.vertex_groups.new(name="nobody")
    item.location, item.rotation_euler = (1.0, 0.0, 0.0), (0.0, 0.0, np.pi / 2)
    bpy.context.view_layer.update()
    tracks = vertices(item, "GROUPS")
    assert list(tracks.names) == names
    expected = np.stack((1.0 - points[..., 1], points[..., 0], points[..., 2]), axis=-1)
    np.testing.assert_allclose(tracks.positions, expected, atol=1e-4)


def test_a_group_of_several_vertices_is_their_weighted_middle(extension) -> None:
    item = points_mesh(np.array([[[0.0, 0, 0], [1.0, 0, 0], [3.0, 0, 0]]]))
    group = item.vertex_groups.new(name="both")
    group.add([0], 0.25, "REPLACE")
    group.add([2], 0.75, "REPLACE")
    np.testing.assert_allclose(vertices(item, "GROUPS").positions[0, 0], [2.25, 0, 0], atol=1e-6)


def test_an_attribute_names_the_vertices(extension) -> None:
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    item = points_mesh(np.array([[[0.0, 0, 0], [1.0, 0, 0], [3.0, 0, 0]]]))
    numbers = item.data.attributes.new("joint", "INT", "POINT")
    numbers.data.foreach_set("value", [4, -1, 4])
    words = item.data.attributes.new("label", "STRING", "POINT")
    for element, word in zip(words.data, ("LKNE", "", "RKNE"), strict=True):
        element.value = word.encode()
    tracks = vertices(item, "ATTRIBUTE", "joint")
    assert tracks.names == ("joint_4",)
    np.testing.assert_allclose(tracks.positions[0, 0], [1.5, 0, 0])
    assert vertices(item, "ATTRIBUTE", "label").names == ("LKNE", "RKNE")
    assert len(vertices(item, "VERTICES").names) == 3
    with pytest.raises(InputError, match="no point attribute 'nothing'"):
        vertices(item, "ATTRIBUTE", "nothing")
    with pytest.raises(InputError, match="no vertex groups"):
        vertices(item, "GROUPS")


def test_an_alembic_cache_is_solved(extension, tmp_path) -> None:
    """Points written to a cache and read back by Blender's own importer, then solved."""
    from helpers import points_of, waving

    names, points = points_of(waving(30, 24.0))
    item = points_mesh(points)
    item.select_set(True)
    path = str(tmp_path / "cache.abc")
    bpy.ops.wm.alembic_export(filepath=path, start=1, end=30, selected=True)
    bpy.data.objects.remove(item)
    bpy.ops.wm.alembic_import(filepath=path)
    cached = next(o for o in bpy.data.objects if o.type == "MESH")
    assert cached.modifiers[0].type == "MESH_SEQUENCE_CACHE"
    group_vertices(cached, names)
    settings = bpy.context.scene.lsmplify
    settings.source, settings.point_cache = "VERTICES", cached
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.frames == 30
    assert settings.result.mean_mm < 5.0


def test_a_mesh_that_changes_its_vertices_is_refused(extension) -> None:
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    item = points_mesh(np.zeros((3, 4, 3)))
    item.shape_key_clear()
    group_vertices(item, ["a", "b"])
    mask = item.modifiers.new("Mask", "MASK")
    mask.vertex_group = "a"
    mask.show_viewport = False
    for frame, value in ((1, False), (2, True)):
        mask.show_viewport = value
        mask.keyframe_insert("show_viewport", frame=frame)
    bpy.context.scene.frame_set(1)
    with pytest.raises(InputError, match="same vertices throughout"):
        vertices(item, "GROUPS")


def test_a_skeleton_that_blender_imported_is_solved(extension, tmp_path) -> None:
    """A BVH through Blender's own importer: bones with parents, posed, at another rate."""
    from helpers import points_of, waving
    from lsmplify_extension.addon import cli

    names, points = points_of(waving(30, 24.0), "CMU_41")
    np.savez(tmp_path / "take.npz", points=points, names=np.array(names), rate=24.0)
    out = tmp_path / "take.bvh"
    assert cli.run(["bake", "--file", str(tmp_path / "take.npz"), "-o", str(out)]) == 0
    bpy.ops.import_anim.bvh(filepath=str(out), axis_forward="Y", axis_up="Z")
    settings = bpy.context.scene.lsmplify
    settings.source, settings.track_armature = "BONES", bpy.context.view_layer.objects.active
    assert settings.track_armature.name.startswith("take")
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.layout == "SMPL_24"
    assert settings.result.mean_mm < 10.0
