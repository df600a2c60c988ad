# SPDX-License-Identifier: GPL-3.0-or-later
"""Make Prop and `bake --props`: an empty with baked location and rotation, from imported tracks, a
file, a selection."""

from pathlib import Path

import bpy
import numpy as np
import pytest


def stick(motion):
    """(T, 4, 3) markers of a stick in the right hand, rotations and places of it."""
    from lsmplify_extension.lsmplify_core.geometry.kinematics import forward
    from lsmplify_extension.lsmplify_core.geometry.rotations import axis_angle_to_matrix

    turned, at = forward(motion.rotations, motion.body.offsets, motion.root)
    rotation = turned[:, 21] @ axis_angle_to_matrix(np.array([0.2, 1.4, 0.1]))
    markers = np.array([(0, 0.03, -0.2), (-0.03, -0.01, 0.1), (0.03, 0, 0.55), (0, -0.03, 0.9)])
    location = at[:, 21]
    points = np.einsum("tij,kj->tki", rotation, markers) + location[:, None]
    return points, rotation, location + rotation @ markers.mean(axis=0)


def take(path: Path, frames: int = 40) -> tuple[Path, np.ndarray, np.ndarray]:
    from helpers import points_of, waving

    motion = waving(frames, 24.0)
    names, body = points_of(motion, "CMU_41")
    points, rotation, middle = stick(motion)
    names = [*names, *(f"Stick{i}" for i in range(4))]
    np.savez(path, positions=np.concatenate((body, points), axis=1), names=names, rate=24.0)
    return path, rotation, middle


def off_by(
    empty: bpy.types.Object, rotation: np.ndarray, middle: np.ndarray
) -> tuple[float, float]:
    """Most degrees and metres that an empty is off in Blender's own words, its axes apart."""
    turns, places = [], []
    for frame in range(len(middle)):
        bpy.context.scene.frame_set(frame + 1)
        world = empty.matrix_world
        np.testing.assert_allclose(world.to_scale(), 1.0, atol=1e-5)
        turns.append(np.array(world.to_3x3()))
        places.append(np.array(world.translation))
    axes = rotation[0].T @ turns[0]
    cosine = np.einsum("tij,tij->t", rotation @ axes, np.array(turns)) / 2.0 - 0.5
    degrees = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    return float(degrees.max()), float(np.abs(np.array(places) - middle).max())


def test_imported_tracks_give_a_prop(extension, tmp_path) -> None:
    path, rotation, middle = take(tmp_path / "take.npz")
    assert bpy.ops.lsmplify.import_tracks(filepath=str(path)) == {"FINISHED"}
    before = set(bpy.data.objects)
    assert bpy.ops.lsmplify.make_prop() == {"FINISHED"}
    (empty,) = set(bpy.data.objects) - before
    assert (empty.name, empty.type, empty.select_get()) == ("Stick", "EMPTY", True)
    degrees, metres = off_by(empty, rotation, middle)
    assert degrees < 0.2
    assert metres < 5e-4


def test_a_file_gives_a_prop_and_undo_takes_it_back(extension, tmp_path) -> None:
    path, rotation, middle = take(tmp_path / "take.npz")
    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath = "FILE", str(path)
    assert bpy.ops.lsmplify.make_prop() == {"FINISHED"}
    degrees, metres = off_by(bpy.data.objects["Stick"], rotation, middle)
    assert degrees < 0.2
    assert metres < 5e-4


def test_selected_tracks_are_one_prop(extension, tmp_path) -> None:
    path, rotation, middle = take(tmp_path / "take.npz")
    bpy.ops.lsmplify.import_tracks(filepath=str(path))
    bpy.ops.object.select_all(action="DESELECT")
    for number in range(4):
        bpy.data.objects[f"Stick{number}"].select_set(True)
    bpy.context.scene.lsmplify.source = "SELECTED"
    before = set(bpy.data.objects)
    assert bpy.ops.lsmplify.make_prop() == {"FINISHED"}
    (empty,) = set(bpy.data.objects) - before
    assert off_by(empty, rotation, middle)[1] < 5e-4


def test_no_prop_is_told(extension) -> None:
    from helpers import add_empties, waving

    add_empties(waving(20))
    with pytest.raises(RuntimeError, match="no prop was found"):
        bpy.ops.lsmplify.make_prop()


def test_bake_makes_empties_and_a_file(extension, tmp_path, capsys) -> None:
    from lsmplify_extension.addon import cli

    path, rotation, middle = take(tmp_path / "take.npz")
    out, props = tmp_path / "take.blend", tmp_path / "props.npz"
    words = ["bake", "--file", str(path), "-o", str(out), "--props", str(props)]
    assert cli.run(words) == 0
    assert "props: Stick" in capsys.readouterr().out
    assert props.is_file()
    bpy.ops.wm.open_mainfile(filepath=str(out))
    degrees, metres = off_by(bpy.data.objects["Stick"], rotation, middle)
    assert degrees < 0.2
    assert metres < 5e-4


def test_bake_makes_empties_without_a_file(extension, tmp_path) -> None:
    from lsmplify_extension.addon import cli

    path, _, _ = take(tmp_path / "take.npz")
    assert cli.run(["bake", "--props", "--file", str(path), "-o", str(tmp_path / "a.blend")]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.blend", "take.npz"]
    assert bpy.data.objects["Stick"].type == "EMPTY"
