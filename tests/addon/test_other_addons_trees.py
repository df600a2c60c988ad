# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes as other add-ons leave them, made here by their names and their order of parents."""

import bpy
import numpy as np
import pytest

MEDIAPIPE = {"eye_inner", "eye", "eye_outer", "ear", "shoulder", "elbow", "wrist", "pinky", "index",
             "thumb", "hip", "knee", "ankle", "heel", "foot_index"}  # fmt: skip


def keyed(name: str, room: bpy.types.Collection, points: np.ndarray, first: float = 0.0):
    """An empty with a key on every frame, its rotation keyed too."""
    from lsmplify_extension.addon.bake import actions

    empty = bpy.data.objects.new(name, None)
    room.objects.link(empty)
    empty.location = points[0]
    actions.new_action(empty, name)
    frames = first + np.arange(len(points), dtype=float)
    for axis in range(3):
        actions.write_curve(empty, "location", axis, "Location", frames, points[:, axis])
        zeros = np.zeros(len(points))
        actions.write_curve(empty, "rotation_euler", axis, "Rotation", frames, zeros)
    return empty


def standing(name: str, room: bpy.types.Collection, parent=None) -> bpy.types.Object:
    empty = bpy.data.objects.new(name, None)
    room.objects.link(empty)
    empty.parent = parent
    return empty


def mediapipe(frames: int = 20) -> tuple[list[str], np.ndarray]:
    from helpers import points_of, waving

    return points_of(waving(frames, 24.0), "MediaPipe_33")


def freemocap(name: str, away: np.ndarray) -> bpy.types.Object:
    """`<recording>_origin` > `empties_parent` > `left_shoulder` …, with meshes and videos
    beside."""
    room = bpy.context.scene.collection
    origin = standing(f"{name}_origin", room)
    origin.location, origin.rotation_euler = away, (0.0, 0.0, 0.7)
    parent = standing("empties_parent", room, origin)
    names, points = mediapipe()
    made = [keyed(n, room, points[:, i]) for i, n in enumerate(names)]
    for empty in made:
        empty.parent = parent
    parent.hide_set(True)
    centre = keyed("center_of_mass", room, points.mean(axis=1))
    centre.parent = standing("center_of_mass_data_parent", room, origin)
    bodies = standing("rigid_body_meshes_parent", room, origin)
    for empty in made[11:17]:
        mesh = bpy.data.objects.new(f"{empty.name}_mesh", bpy.data.meshes.new("bone"))
        room.objects.link(mesh)
        mesh.parent = bodies
        mesh.constraints.new("COPY_LOCATION").target = empty
    video = standing("video_0", room, standing("videos_parent", room, origin))
    video.empty_display_type = "IMAGE"
    return origin


def test_freemocaps_tree_from_its_origin(extension) -> None:
    """One object selected: all tracks below it, read from their curves, in the world."""
    from lsmplify_extension.addon.solve.reading import read_scene
    from lsmplify_extension.addon.tracks.sources.choose import source_objects
    from lsmplify_extension.addon.tracks.sources.objects import object_points

    origin = freemocap("recording", np.array([1.0, 2.0, 0.0]))
    origin.select_set(True)
    objects, _ = source_objects(bpy.context)
    assert len(objects) == 34
    assert all(k is not None for k in object_points(objects).keys)
    tracks = read_scene(bpy.context).tracks
    names, points = mediapipe()
    turn = np.array([[np.cos(0.7), -np.sin(0.7), 0], [np.sin(0.7), np.cos(0.7), 0], [0, 0, 1]])
    column = tracks.names.index(names[12])
    expected = points[:, 12] @ turn.T + [1.0, 2.0, 0.0]
    np.testing.assert_allclose(tracks.positions[:, column], expected, atol=1e-4)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    result = bpy.context.scene.lsmplify.result
    assert result.layout == "MediaPipe_33"
    assert result.mean_mm < 10.0


def test_two_freemocap_recordings_are_two_people(extension) -> None:
    for name, away in (("first", [0.0, 0.0, 0.0]), ("second", [2.5, 0.0, 0.0])):
        freemocap(name, np.array(away)).select_set(True)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    made = [o.name for o in bpy.data.objects if o.type == "ARMATURE"]
    assert len(made) == 2
    assert any("first_origin" in n for n in made)


@pytest.mark.parametrize("old", [False, True])
def test_blendarmocaps_collections(extension, old: bool) -> None:
    """`cgt_DRIVERS` > `cgt_POSE` with `cgt_shoulder.L` …, `cgt_HANDS`, and drivers among them."""
    scene = bpy.context.scene
    drivers = bpy.data.collections.new("cgt_DRIVERS")
    pose, hands = (bpy.data.collections.new(n) for n in ("cgt_POSE", "cgt_HANDS"))
    scene.collection.children.link(drivers)
    drivers.children.link(pose)
    drivers.children.link(hands)
    names, points = mediapipe()
    for index, name in enumerate(names):
        side, _, rest = name.partition("_")
        new = name
        if rest in MEDIAPIPE and not old:
            rest = "pose_wrist" if rest == "wrist" else rest
            new = f"{rest}.{side[0].upper()}"
        keyed(f"cgt_{new}", pose, points[:, index])
    for name in ("cgt_hip_center", "cgt_shoulder_center_driver", "cgt_forearm_driver.L"):
        keyed(name, pose, points[:, 0])
    for index in range(5):
        keyed(f"cgt_index_tip.L.{index}", hands, points[:, 15])
    settings = scene.lsmplify
    settings.source, settings.collection = "COLLECTION", drivers
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.layout == "MediaPipe_33"
    assert settings.result.tracks >= 25
    assert settings.result.mean_mm < 10.0


def test_actors_of_the_c3d_importer(extension) -> None:
    """io_anim_c3d: keys from frame 0, a bone a marker, an armature an actor, ghosts in another."""
    from helpers import points_of, waving
    from test_scene_tracks import bone_markers

    names, points = points_of(waving(30, 100.0), "CMU_41")
    armature = bone_markers([f"Anna:{n}" for n in names], points, 100.0)
    settings = bpy.context.scene.lsmplify
    settings.source, settings.track_armature = "BONES", armature
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.layout == "CMU_41"
    assert settings.result.frames == 30
