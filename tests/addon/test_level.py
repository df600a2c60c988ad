# SPDX-License-Identifier: GPL-3.0-or-later
"""*Level*: tracks that lean are righted, told of and taken back in one step; and a picture's size
reaches the files that need it."""

import json
from pathlib import Path

import bpy
import numpy as np
import pytest

DEGREES = 25.0


def tilted(points: np.ndarray, degrees: float = DEGREES) -> np.ndarray:
    angle = np.radians(degrees)
    turn = np.array(
        [[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]]
    )
    return points @ turn.T


def standing(frames: int = 90) -> np.ndarray:
    """Points of BODY_25 of somebody who stands upright with straight legs and moves the arms."""
    from helpers import points_of
    from lsmplify_extension.lsmplify_core.body.body import default_body
    from lsmplify_extension.lsmplify_core.geometry.rotations import (
        axis_angle_to_matrix,
        rotation_x,
    )
    from lsmplify_extension.lsmplify_core.motion.motion import Motion

    vectors = np.zeros((frames, 24, 3))
    time = np.arange(frames) / 30.0
    vectors[:, 16, 2] = -1.2 + 0.3 * np.sin(3 * time)
    vectors[:, 17, 2] = 1.2 + 0.3 * np.sin(2 * time)
    rotations = axis_angle_to_matrix(vectors)
    rotations[:, 0] = rotation_x(90.0)
    root = np.tile([0.0, 0.0, 0.92], (frames, 1))
    return points_of(Motion(rotations, root, 30.0, default_body()))[1]


def empties(points: np.ndarray) -> list[bpy.types.Object]:
    from helpers import points_of, waving
    from lsmplify_extension.addon.bake import actions

    names, _ = points_of(waving(2))
    made = []
    for column, name in enumerate(names):
        empty = bpy.data.objects.new(name, None)
        bpy.context.scene.collection.objects.link(empty)
        actions.new_action(empty, name)
        frames = 1.0 + np.arange(len(points)) * bpy.context.scene.render.fps / 30.0
        for axis in range(3):
            actions.write_curve(
                empty, "location", axis, "Location", frames, points[:, column, axis]
            )
        empty.select_set(True)
        made.append(empty)
    return made


def read() -> np.ndarray:
    from lsmplify_extension.addon.solve.reading import read_scene

    return read_scene(bpy.context).tracks.positions


@pytest.mark.parametrize("parented", [False, True])
def test_objects_are_turned_and_their_keys_stay(extension, parented: bool) -> None:
    points = standing()
    made = empties(tilted(points))
    if parented:
        root = bpy.data.objects.new("Root", None)
        bpy.context.scene.collection.objects.link(root)
        for item in made:
            item.parent = root
    keys = [c.keyframe_points[0].co[1] for c in _curves(made[3])]
    assert bpy.ops.lsmplify.level_tracks() == {"FINISHED"}
    np.testing.assert_allclose(read(), points, atol=0.08)
    assert [c.keyframe_points[0].co[1] for c in _curves(made[3])] == keys
    levels = [o for o in bpy.data.objects if "lsmplify_level" in o]
    assert len(levels) == 1
    assert levels[0].rotation_euler.x == pytest.approx(-np.radians(DEGREES), abs=0.04)
    assert bpy.ops.lsmplify.level_tracks() == {"FINISHED"}  # level already: nothing more happens
    np.testing.assert_allclose(read(), points, atol=0.08)
    assert len([o for o in bpy.data.objects if "lsmplify_level" in o]) == 1


def _curves(item: bpy.types.Object) -> list[bpy.types.FCurve]:
    from lsmplify_extension.addon.bake import actions

    return list(actions.curves_of(item))


def test_one_undo_step_takes_it_back(extension) -> None:
    points = tilted(standing())
    empties(points)
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="empties")
    bpy.ops.lsmplify.level_tracks()
    bpy.ops.ed.undo_push(message="level")
    bpy.ops.ed.undo()
    assert not [o for o in bpy.data.objects if "lsmplify_level" in o]
    assert all(o.parent is None for o in bpy.data.objects)


def test_a_file_gets_a_direction_and_is_solved_upright(extension, tmp_path: Path) -> None:
    from helpers import points_of, waving

    points = standing()
    names, _ = points_of(waving(2))
    np.savez(tmp_path / "take.npz", points=tilted(points, 8.0), names=np.array(names), rate=30.0)
    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath = "FILE", str(tmp_path / "take.npz")
    assert bpy.ops.lsmplify.level_tracks() == {"FINISHED"}
    assert settings.up == "DIRECTION"
    up = np.array(settings.up_direction)
    assert np.degrees(np.arccos(up[2])) == pytest.approx(8.0, abs=2.5)
    np.testing.assert_allclose(read(), points, atol=0.06)


def test_a_direction_that_the_user_sets(extension) -> None:
    points = standing()
    empties(tilted(points))
    angle = np.radians(DEGREES)
    settings = bpy.context.scene.lsmplify
    settings.up, settings.up_direction = "DIRECTION", (0.0, -np.sin(angle), np.cos(angle))
    np.testing.assert_allclose(read(), points, atol=1e-4)


def landmarks(path: Path) -> Path:
    """MediaPipe's image landmarks of a picture twice as wide as high."""
    from helpers import points_of, waving

    points = points_of(waving(40), "MediaPipe_33")[1][..., [0, 2, 1]]
    own = points - points[:, [23, 24]].mean(axis=1, keepdims=True)
    shares = np.array([0.5, 0.5, 0.0]) + own * [0.15, -0.3, 0.15]
    frames = [{"pose_landmarks": [dict(zip("xyz", p, strict=True)) for p in f]}
              for f in shares.tolist()]  # fmt: skip
    path.write_text(json.dumps(frames))
    return path


def test_the_pictures_size_reaches_the_reading(extension, tmp_path: Path) -> None:
    from lsmplify_extension.addon import cli

    path = landmarks(tmp_path / "take.json")
    with pytest.raises(RuntimeError, match="Image Size"):
        bpy.ops.lsmplify.import_tracks(filepath=str(path))
    words = {"filepath": str(path), "image_size": "1000x500"}
    assert bpy.ops.lsmplify.import_tracks(**words) == {"FINISHED"}
    out = tmp_path / "take.npz"
    assert cli.run(["bake", "--file", str(path), "-o", str(out)]) == 2
    assert not out.exists()
    assert cli.run(["bake", "--file", str(path), "--image-size", "1000x500", "-o", str(out)]) == 0
    assert out.exists()
