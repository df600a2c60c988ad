# SPDX-License-Identifier: GPL-3.0-or-later
"""Markers whose names say nothing, and what is known of a person from another take."""

import json

import bpy
import numpy as np
import pytest


def _nameless(frames: int = 90) -> list[bpy.types.Object]:
    """Fifty-three empties called Empty, Empty.001 and so on, in no order."""
    from helpers import add_empties, waving

    bpy.context.scene.render.fps = 30
    empties = add_empties(waving(frames), "Vicon_53")
    order = np.random.default_rng(3).permutation(len(empties))
    for number, index in enumerate(order):
        empties[index].name = f"Away {number}"
    for index in order:
        empties[index].name = "Empty"
    return empties


def _solve() -> bpy.types.Object:
    scene = bpy.context.scene
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    return bpy.data.objects[scene.lsmplify.result.armature]


def _off(armature: bpy.types.Object) -> float:
    """Metres between the joints and the truth's about the pelvis, on average."""
    from helpers import joints_in_world, waving

    truth, off = waving(90).joints(), []
    for frame in (10, 40, 70):
        bpy.context.scene.frame_set(frame + 1)
        ours = joints_in_world(armature)
        apart = (ours - ours[0]) - (truth[frame] - truth[frame, 0])
        off.append(np.linalg.norm(apart, axis=1).mean())
    return float(np.mean(off))


@pytest.mark.parametrize("layout", ["none", "auto"])
def test_nameless_empties_are_solved(extension, layout: str) -> None:
    _nameless()
    settings = bpy.context.scene.lsmplify
    settings.layout = layout
    assert bpy.ops.lsmplify.find_layout() == {"FINISHED"}
    assert settings.found.startswith("unnamed: 53 of 53")
    armature = _solve()
    assert settings.result.layout == "unnamed"
    assert "by how they move" in settings.result.notes
    assert _off(armature) < 0.03


def test_too_few_nameless_tracks_are_refused_in_one_line(extension) -> None:
    for item in _nameless(30)[15:]:
        item.select_set(False)
    bpy.context.scene.lsmplify.layout = "none"
    with pytest.raises(RuntimeError, match="15 tracks without names are too few"):
        bpy.ops.lsmplify.solve_and_bake()


def test_a_calibration_is_saved_and_used_for_another_take(extension, tmp_path) -> None:
    from lsmplify_extension.addon.calibration.store import calibration_of

    _nameless()
    first = _solve()
    path = tmp_path / "anna.json"
    bpy.context.view_layer.objects.active = first
    assert bpy.ops.lsmplify.save_calibration(filepath=str(path)) == {"FINISHED"}
    kept = calibration_of(first)
    assert json.loads(path.read_text())["layout"] == "unnamed"
    settings = bpy.context.scene.lsmplify
    settings.calibration, settings.use_range = str(path), True
    settings.frame_start, settings.frame_end = 30, 60
    second = _solve()
    assert second != first
    found = calibration_of(second)
    assert found.names == kept.names
    np.testing.assert_allclose(found.offsets, kept.offsets, atol=2e-3)
    np.testing.assert_allclose(found.body.rest_joints, kept.body.rest_joints, atol=1e-4)
    assert _off_between(first, second) < 0.01


def _off_between(one: bpy.types.Object, other: bpy.types.Object) -> float:
    from helpers import joints_in_world

    bpy.context.scene.frame_set(45)
    return float(np.abs(joints_in_world(one) - joints_in_world(other)).max())


def test_a_static_trial_says_who_the_person_is(extension, tmp_path) -> None:
    from helpers import add_empties, points_of, waving
    from lsmplify_extension.addon.calibration.store import calibration_of

    names, points = points_of(waving(60), "CMU_41")
    trial = tmp_path / "static.npz"
    np.savez(trial, points=1.1 * points, names=np.array(names), rate=30.0)  # someone taller
    add_empties(waving(30), "CMU_41")
    bpy.context.scene.lsmplify.calibration = str(trial)
    body = calibration_of(_solve()).body
    assert body.height == pytest.approx(1.1 * waving(1).body.height, rel=0.03)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [("gone.json", None, "gone.json"), ("bad.json", "{}", "bad.json"),
     ("half.json", '{"form": "lsmplify calibration", "points": []}', "rest joints")],
)  # fmt: skip
def test_a_bad_calibration_is_one_line(extension, tmp_path, name, text, says) -> None:
    from helpers import add_empties, waving

    add_empties(waving(20))
    if text is not None:
        (tmp_path / name).write_text(text)
    bpy.context.scene.lsmplify.calibration = str(tmp_path / name)
    with pytest.raises(RuntimeError, match=says) as caught:
        bpy.ops.lsmplify.solve_and_bake()
    assert "Traceback" not in str(caught.value)


def test_the_command_knows_repairs_calibrations_and_no_names(extension, tmp_path) -> None:
    from helpers import points_of, waving
    from lsmplify_extension.addon import cli

    _, points = points_of(waving(60), "Vicon_53")
    take = tmp_path / "take.npz"
    np.savez(take, points=points, names=[f"M{i:02d}" for i in range(53)], rate=30.0)
    words = ["bake", "--file", str(take), "-o", str(tmp_path / "out.npz"), "--layout", "none"]
    person, repairs = tmp_path / "person.json", tmp_path / "repairs.json"
    saving = ["--save-calibration", str(person), "--save-repairs", str(repairs)]
    assert cli.run([*words, *saving]) == 0
    assert json.loads(person.read_text())["layout"] == "unnamed"
    assert json.loads(repairs.read_text()) == {"repairs": []}
    assert cli.run([*words, "--calibration", str(person), "--repair", str(repairs)]) == 0
