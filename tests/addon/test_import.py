# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as empties: several at once, several people in one, at either rate, with one undo step."""

from pathlib import Path

import bpy
import numpy as np
import pytest


def save(path: Path, rate: float = 60.0, people: int = 1, frames: int = 30) -> np.ndarray:
    """A take of one or more people three metres apart; its points."""
    from helpers import points_of, waving

    names, points = points_of(waving(frames, rate))
    words = [f"P{p}:{n}" if people > 1 else n for p in range(people) for n in names]
    all_points = np.concatenate([points + np.array([3.0 * p, 0, 0]) for p in range(people)], axis=1)
    np.savez(path, points=1000.0 * all_points, names=np.array(words), rate=rate)
    return all_points


def imported(tmp_path: Path, names: list[str], **options: object) -> set[str]:
    return bpy.ops.lsmplify.import_tracks(
        directory=str(tmp_path), files=[{"name": n} for n in names], **options
    )


def tracks_of(collection: bpy.types.Collection):
    from lsmplify_extension.addon.tracks.scene_tracks import from_objects

    return from_objects(bpy.context, list(collection.all_objects), collection.name).tracks


def test_several_files_at_once(extension, tmp_path) -> None:
    save(tmp_path / "walk.npz", 60.0, frames=30)
    save(tmp_path / "run.npz", 120.0, frames=240)
    assert imported(tmp_path, ["walk.npz", "run.npz"]) == {"FINISHED"}
    walk, run = bpy.data.collections["walk"], bpy.data.collections["run"]
    assert abs(tracks_of(walk).rate - 60.0) < 0.01
    assert abs(tracks_of(run).rate - 120.0) < 0.01
    assert bpy.context.scene.frame_end == 1 + round(239 * 24 / 120 + 0.499)
    assert bpy.context.scene.lsmplify.collection == walk


def test_one_bad_file_does_not_stop_the_others(extension, tmp_path) -> None:
    save(tmp_path / "good.npz")
    (tmp_path / "bad.c3d").write_bytes(b"nothing")
    assert imported(tmp_path, ["bad.c3d", "good.npz"]) == {"FINISHED"}
    assert "good" in bpy.data.collections
    objects = set(bpy.data.objects)
    with pytest.raises(RuntimeError, match=r"bad\.c3d"):
        imported(tmp_path, ["bad.c3d"])
    assert set(bpy.data.objects) == objects


def test_each_person_gets_a_collection(extension, tmp_path) -> None:
    points = save(tmp_path / "duo.npz", people=2)
    assert imported(tmp_path, ["duo.npz"]) == {"FINISHED"}
    duo = bpy.data.collections["duo"]
    assert [c.name for c in duo.children] == ["duo P0", "duo P1"]
    second = tracks_of(duo.children[1])
    expected = points[:, 25:]
    assert second.names[0].startswith("P1:")
    np.testing.assert_allclose(second.positions, expected, atol=1e-4)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    made = [o.name for o in bpy.data.objects if o.type == "ARMATURE"]
    assert sorted(made) == ["duo P0", "duo P1"] or len(made) == 2


def test_keys_at_the_scenes_rate(extension, tmp_path) -> None:
    """A key on every whole frame, and none beside a missing sample."""
    points = save(tmp_path / "take.npz", 60.0, frames=61)
    with np.load(tmp_path / "take.npz") as data:
        fields = {name: data[name] for name in data.files}
    fields["points"][10:14, 3] = np.nan
    np.savez(tmp_path / "take.npz", **fields)
    assert imported(tmp_path, ["take.npz"], keys="SCENE") == {"FINISHED"}
    tracks = tracks_of(bpy.data.collections["take"])
    assert tracks.frames == 25
    assert tracks.rate == 24.0
    np.testing.assert_allclose(tracks.positions[20, 0], points[50, 0], atol=1e-4)
    np.testing.assert_allclose(
        tracks.positions[1, 0], 0.5 * (points[2, 0] + points[3, 0]), atol=1e-4
    )
    assert np.flatnonzero(~tracks.seen[:, 3]).tolist() == [4, 5]


@pytest.mark.parametrize("rate", [60.0, 29.97, 59.94])
def test_the_scene_can_have_the_files_rate(extension, tmp_path, rate: float) -> None:
    save(tmp_path / "take.npz", rate, frames=30)
    assert imported(tmp_path, ["take.npz"], set_rate=True) == {"FINISHED"}
    scene = bpy.context.scene
    assert scene.render.fps / scene.render.fps_base == pytest.approx(rate, rel=1e-5)
    assert scene.frame_end == 30
    assert tracks_of(bpy.data.collections["take"]).rate == pytest.approx(rate, rel=1e-4)


def test_the_users_word_on_unit_and_up_counts(extension, tmp_path) -> None:
    from helpers import points_of, waving

    names, points = points_of(waving(10, 24.0))
    np.savez(tmp_path / "take.npz", points=points[..., [0, 2, 1]] * [1, 1, -1] / 0.3048,
             names=np.array(names), rate=24.0)  # fmt: skip
    assert imported(tmp_path, ["take.npz"], unit="ft", up="+y") == {"FINISHED"}
    np.testing.assert_allclose(tracks_of(bpy.data.collections["take"]).positions, points, atol=1e-4)


def test_one_undo_step_takes_an_import_back(extension, tmp_path) -> None:
    save(tmp_path / "a.npz")
    save(tmp_path / "b.npz", people=2)
    bpy.ops.ed.undo_push(message="before")
    before = {c.name for c in bpy.data.collections}
    bpy.ops.lsmplify.import_tracks(
        "EXEC_DEFAULT", True, directory=str(tmp_path), files=[{"name": "a.npz"}, {"name": "b.npz"}]
    )
    assert {c.name for c in bpy.data.collections} > before
    bpy.ops.ed.undo()
    assert {c.name for c in bpy.data.collections} == before


def test_in_a_scene_of_centimetres(extension, tmp_path) -> None:
    points = save(tmp_path / "take.npz")
    bpy.context.scene.unit_settings.scale_length = 0.01
    assert imported(tmp_path, ["take.npz"]) == {"FINISHED"}
    tracks = tracks_of(bpy.data.collections["take"])
    np.testing.assert_allclose(tracks.positions, 100.0 * points, atol=1e-2)


def test_a_folder_that_is_a_take(extension, tmp_path) -> None:
    """FreeMoCap's recordings are folders; choosing one imports it."""
    from helpers import points_of, waving

    names, points = points_of(waving(20, 30.0), "MediaPipe_33")
    folder = tmp_path / "session" / "output_data"
    folder.mkdir(parents=True)
    np.save(folder / "mediapipe_body_3d_xyz.npy", 1000.0 * points)
    assert bpy.ops.lsmplify.import_tracks(directory=str(tmp_path / "session")) == {"FINISHED"}
    made = bpy.data.collections["session"]
    assert len(made.objects) == len(names)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert bpy.context.scene.lsmplify.result.mean_mm < 10.0


def test_a_take_may_keep_its_start_on_the_timeline(extension, tmp_path) -> None:
    from helpers import points_of, waving

    names, points = points_of(waving(10, 24.0))
    titles = ["Frame#\tTime\t" + "\t\t\t".join(names), "\t\t" + "\t".join("XYZ" * len(names))]
    rows = ["PathFileType\t4\t(X/Y/Z)\ttake.trc", "DataRate\tUnits", "24\tm", *titles]
    for t, frame in enumerate(points):
        rows.append(
            "\t".join([str(t + 1), f"{2.0 + t / 24:.6f}", *(f"{x:.5f}" for x in frame.ravel())])
        )
    path = tmp_path / "take.trc"
    path.write_text("\n".join(rows) + "\n")
    for keep, first in ((False, 1.0), (True, 49.0)):
        assert bpy.ops.lsmplify.import_tracks(filepath=str(path), keep_start=keep) == {"FINISHED"}
        (nose, *_) = (o for o in bpy.context.scene.lsmplify.collection.objects)
        assert round(nose.animation_data.action.frame_range[0], 3) == first
        assert bpy.context.scene.frame_end == round(first) + 9
