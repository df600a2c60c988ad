# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene to Tracks: fast from curves, the same as Blender evaluates, gaps kept as gaps."""

import bpy
import numpy as np


def bone_markers(names: list[str], points: np.ndarray, rate: float) -> bpy.types.Object:
    """Markers as the C3D importer makes them: a bone each, moved by location keys in its own rest
    axes, on fractional frames, without a key where the marker was not seen."""
    from lsmplify_extension.addon.bake import actions

    scene = bpy.context.scene
    armature = bpy.data.objects.new("markers", bpy.data.armatures.new("markers"))
    scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for index, name in enumerate(names):
        bone = armature.data.edit_bones.new(name)
        bone.head = (0.01 * index, 0.2, 0.1)
        bone.tail = (0.01 * index, 0.25, 0.15)
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.location, armature.rotation_euler = (1.0, 2.0, 3.0), (0.1, 0.2, 0.3)
    bpy.context.view_layer.update()
    actions.new_action(armature, "markers")
    frames = 1.0 + np.arange(len(points)) * scene.render.fps / rate
    for column, name in enumerate(names):
        place = armature.matrix_world @ armature.data.bones[name].matrix_local
        inverse = np.array(place.inverted())
        local = points[:, column] @ inverse[:3, :3].T + inverse[:3, 3]
        seen = np.isfinite(local).all(axis=1)
        path = armature.pose.bones[name].path_from_id("location")
        for axis in range(3):
            actions.write_curve(armature, path, axis, name, frames[seen], local[seen, axis])
    return armature


def test_bones_of_a_c3d_importer(extension) -> None:
    """Bone space, 100 Hz keys in a scene of 24, and missing keys are missing samples."""
    from helpers import points_of, waving
    from lsmplify_extension.addon.tracks.scene_tracks import from_bones

    names, points = points_of(waving(50, 100.0), "CMU_41")
    points = points.copy()
    points[10:20, 3] = np.nan
    taken = from_bones(bpy.context, bone_markers(names, points, 100.0))
    assert taken.tracks.rate == 100.0 or abs(taken.tracks.rate - 100.0) < 0.01
    assert taken.first == 1.0
    order = [list(taken.tracks.names).index(n) for n in names]
    np.testing.assert_allclose(taken.tracks.positions[:, order], points, atol=1e-4)


def test_bones_can_be_solved(extension) -> None:
    from helpers import points_of, waving

    names, points = points_of(waving(40, 100.0), "CMU_41")
    settings = bpy.context.scene.lsmplify
    settings.source, settings.track_armature = "BONES", bone_markers(names, points, 100.0)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.mean_mm < 5.0


def test_curves_and_evaluation_give_the_same(extension) -> None:
    """An empty constraint forces the slow path; parents that stand still stay on the fast one."""
    from helpers import add_empties, waving
    from lsmplify_extension.addon.tracks.scene_tracks import from_objects

    bpy.context.scene.frame_end = 20
    empties = add_empties(waving(20, 24.0))
    parent = bpy.data.objects.new("parent", None)
    bpy.context.scene.collection.objects.link(parent)
    parent.location, parent.rotation_euler, parent.scale = (1, 2, 3), (0.3, 0.2, 0.1), (2, 2, 2)
    for empty in empties:
        empty.parent = parent
    bpy.context.view_layer.update()
    fast = from_objects(bpy.context, empties, "test").tracks
    for empty in empties:
        empty.constraints.new("LIMIT_LOCATION")
    now = bpy.context.scene.frame_current
    slow = from_objects(bpy.context, empties, "test").tracks
    assert bpy.context.scene.frame_current == now
    np.testing.assert_allclose(fast.positions, slow.positions, atol=1e-5)
    assert fast.rate == slow.rate == 24.0


def test_hand_set_keys_are_evaluated_between(extension) -> None:
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.tracks.scene_tracks import from_objects

    bpy.context.scene.frame_end = 41
    empty = bpy.data.objects.new("slow", None)
    bpy.context.scene.collection.objects.link(empty)
    actions.new_action(empty, "slow")
    for axis in range(3):
        actions.write_curve(
            empty,
            "location",
            axis,
            "Location",
            np.array([1.0, 21.0, 41.0]),
            np.array([0.0, 1.0, 0.0]),
        )
    tracks = from_objects(bpy.context, [empty], "test").tracks
    assert tracks.frames == 41
    np.testing.assert_allclose(tracks.positions[10, 0], 0.5, atol=1e-5)


def test_imported_tracks_come_back_as_they_are_in_the_file(extension, tmp_path) -> None:
    """Gaps, fractional frames and positions survive the way through empties."""
    from helpers import points_of, waving
    from lsmplify_extension.addon.solve.reading import read_scene

    names, points = points_of(waving(60, 120.0))
    points = points.copy()
    points[5:25, 7] = np.nan
    path = tmp_path / "take.npz"
    np.savez(path, points=points, names=np.array(names), rate=120.0)
    assert bpy.ops.lsmplify.import_tracks(filepath=str(path)) == {"FINISHED"}
    tracks = read_scene(bpy.context).tracks
    assert abs(tracks.rate - 120.0) < 0.01
    order = [list(tracks.names).index(n) for n in names]
    np.testing.assert_allclose(tracks.positions[:, order], points, atol=1e-4)
    assert bpy.context.scene.frame_end == int(np.ceil(1 + 59 * 24 / 120))


def test_one_undo_step_takes_a_bake_back(extension) -> None:
    from helpers import add_empties, waving

    add_empties(waving(10, 24.0))
    bpy.ops.ed.undo_push(message="before")
    before = {o.name for o in bpy.data.objects}
    assert bpy.ops.lsmplify.solve_and_bake("EXEC_DEFAULT", True) == {"FINISHED"}
    assert {o.name for o in bpy.data.objects} > before
    bpy.ops.ed.undo()
    assert {o.name for o in bpy.data.objects} == before


def test_gaps_of_takes_slower_than_the_scene_stay_gaps(extension, tmp_path) -> None:
    """25 Hz keys in a scene of 60: what the curve says between keys is invented."""
    from helpers import points_of, waving
    from lsmplify_extension.addon.solve.reading import read_scene

    bpy.context.scene.render.fps = 60
    names, points = points_of(waving(60, 25.0))
    points = points.copy()
    points[20:40, 7] = np.nan
    path = tmp_path / "take.npz"
    np.savez(path, points=points, names=np.array(names), rate=25.0)
    assert bpy.ops.lsmplify.import_tracks(filepath=str(path)) == {"FINISHED"}
    tracks = read_scene(bpy.context).tracks
    assert abs(tracks.rate - 25.0) < 0.01
    assert np.count_nonzero(~tracks.seen) == 20


def test_chosen_frames_need_not_be_the_scenes(extension) -> None:
    from helpers import add_empties, waving

    bpy.context.scene.frame_end = 20
    add_empties(waving(60, 24.0))[0].constraints.new("LIMIT_LOCATION")
    settings = bpy.context.scene.lsmplify
    settings.use_range, settings.frame_start, settings.frame_end = True, 30, 50
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.frames == 21
