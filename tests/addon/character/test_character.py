# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion on a character: limbs point where the source's point, IK poses as FK does, nothing is
written where something is wrong."""

import json
from pathlib import Path

import bpy
import numpy as np
import pytest
from characters import add_ik, build, directions_off, heads
from mathutils import Vector

RIGS = Path(__file__).resolve().parents[4] / "shared" / "rigs"


def waving(frames: int):
    from helpers import waving

    return waving(frames)


@pytest.fixture
def source(extension, tmp_path) -> Path:
    from lsmplify_extension.lsmplify_core.motion.motion import save_motion

    bpy.context.scene.render.fps = 30
    save_motion(waving(30), tmp_path / "waving.npz")
    return tmp_path / "waving.npz"


def retarget(source: Path | str, target: str, out: Path, *more: str) -> int:
    from lsmplify_extension.addon.cli import run

    return run(["retarget", "--source", str(source), "--target", target, "-o", str(out), *more])


@pytest.mark.parametrize(("scale", "turn"), [(1.0, 0.0), (0.01, 2.0)])
def test_limbs_point_where_the_sources_point(source, tmp_path, scale, turn) -> None:
    character = build("Hero", scale, turn)
    report = tmp_path / "r.json"
    words = ["--report", str(report), "--contacts", "off"]
    assert retarget(source, "Hero", tmp_path / "o.blend", *words) == 0
    off = directions_off(character, waving(30), range(1, 31))
    assert off.mean() < 0.5
    found = json.loads(report.read_text())
    assert set(found) == {
        "map", "mapped_bones", "unmapped_bones", "frames", "seconds", "limb_direction_deg",
        "foot_sliding_mm", "foot_height_mm", "contacts", "touches", "limits_clipped", "warnings",
    }  # fmt: skip
    assert found["frames"] == 30


def test_running_it_twice_changes_nothing(source, tmp_path) -> None:
    character = build("Hero")
    retarget(source, "Hero", tmp_path / "a.blend")
    once = heads(character, [b.name for b in character.data.bones], range(1, 31))
    bpy.context.scene.frame_set(17)
    retarget(source, "Hero", tmp_path / "a.blend")
    again = heads(character, [b.name for b in character.data.bones], range(1, 31))
    assert np.abs(once - again).max() < 1e-4


@pytest.mark.parametrize("knees", ["free", "hinged", "no pole"])
def test_ik_targets_and_poles_pose_the_legs_as_their_bones_do(source, tmp_path, knees) -> None:
    character = build("Hero")
    add_ik(character, knees)
    names = [f"{n}_{s}" for n in ("calf", "foot", "ball", "hand", "lowerarm") for s in "lr"]
    assert retarget(source, "Hero", tmp_path / "a.blend", "--controls", "fk") == 0
    fk = heads(character, names, range(1, 31))
    assert retarget(source, "Hero", tmp_path / "a.blend", "--controls", "ik") == 0
    ik = heads(character, names, range(1, 31))
    assert np.linalg.norm(fk - ik, axis=-1).max() < 0.001
    assert np.ptp(ik, axis=0).max() > 0.05


def test_rotation_modes_are_kept(source, tmp_path) -> None:
    character = build("Hero")
    modes = {"thigh_l": "XYZ", "upperarm_l": "AXIS_ANGLE", "lowerarm_r": "ZXY"}
    for bone, mode in modes.items():
        character.pose.bones[bone].rotation_mode = mode
    assert retarget(source, "Hero", tmp_path / "a.blend", "--contacts", "off") == 0
    assert {n: character.pose.bones[n].rotation_mode for n in modes} == modes
    assert directions_off(character, waving(30), range(1, 31)).mean() < 0.5


def test_a_character_is_a_source_too(source, tmp_path) -> None:
    first = build("First")
    retarget(source, "First", tmp_path / "a.blend", "--contacts", "off")
    second = build("Second", 0.5, 1.0)
    assert retarget("First", "Second", tmp_path / "b.blend", "--contacts", "off") == 0
    names = [b.name for b in first.data.bones if "_l" in b.name or "_r" in b.name]
    assert directions_off(second, waving(30), range(1, 31)).mean() < 1.0
    assert names


def test_a_range_of_frames_alone(source, tmp_path) -> None:
    character = build("Hero")
    assert retarget(source, "Hero", tmp_path / "a.blend", "--start", "5", "--end", "9") == 0
    assert tuple(character.animation_data.action.frame_range) == (5.0, 9.0)


@pytest.mark.parametrize("suffix", [".fbx", ".glb", ".usdc", ".bvh"])
def test_files_of_other_programs_are_written(source, tmp_path, suffix) -> None:
    build("Hero")
    out = tmp_path / f"hero{suffix}"
    assert retarget(source, "Hero", out) == 0
    assert out.stat().st_size > 1000
    assert not list(tmp_path.glob(".lsmplify*"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda o: setattr(o, "scale", (1, 2, 1)), "scaled unevenly"),
        (lambda o: setattr(o, "scale", (-1, 1, 1)), "negative scale"),
        (lambda o: setattr(o, "name", "Other"), "there is no armature 'Hero'"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_written(
    source, tmp_path, capsys, spoil, says
) -> None:
    spoil(build("Hero"))
    bpy.context.view_layer.update()
    assert retarget(source, "Hero", tmp_path / "o.blend") == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert error[0].startswith("error: ")
    assert says in error[0]
    assert not (tmp_path / "o.blend").exists()
    assert not bpy.data.actions


def test_unknown_sources_maps_and_formats_are_one_line(source, tmp_path, capsys) -> None:
    build("Hero")
    for words, says in (
        (("nobody", "Hero", tmp_path / "o.blend"), "neither an armature"),
        ((source, "Hero", tmp_path / "o.obj"), "the formats written are"),
        ((source, "Hero", tmp_path / "o.blend", "--map", "nothing"), "nothing"),
        (("Hero", "Hero", tmp_path / "o.blend"), "source and target at once"),
        ((source, "Hero", tmp_path / "o.blend", "--start", "900"), "no frame of the source"),
    ):
        assert retarget(*words) == 2
        assert says in capsys.readouterr().err


def test_the_button_does_the_same(source, extension, tmp_path) -> None:
    bpy.ops.lsmplify.import_motion(filepath=str(source))
    moving = bpy.context.view_layer.objects.active
    character = build("Hero")
    settings = bpy.context.scene.lsmplify.character
    settings.source, settings.target, settings.contacts = moving, character, False
    assert bpy.ops.lsmplify.find_bones() == {"FINISHED"}
    assert settings.mapped >= 19
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    assert directions_off(character, waving(30), range(1, 31)).mean() < 0.5
    assert "frames" in settings.note
    assert bpy.ops.lsmplify.save_bone_map(filepath=str(tmp_path / "map.json")) == {"FINISHED"}
    settings.map, settings.map_file = "file", str(tmp_path / "map.json")
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}


def test_mixamo_with_the_scale_of_its_fbx(source, tmp_path) -> None:
    path = RIGS / "makehuman_mixamo.json"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    data = bpy.data.armatures.new("Mixamo")
    armature = bpy.data.objects.new("Mixamo", data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in json.loads(path.read_text())["bones"]:
        edit = data.edit_bones.new(bone["name"])
        edit.head, edit.tail = 100 * Vector(bone["head"]), 100 * Vector(bone["tail"])
        edit.roll = bone["roll"]
        edit.parent = data.edit_bones.get(bone["parent"] or "")
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.scale = (0.01,) * 3
    bpy.context.view_layer.update()
    report = tmp_path / "r.json"
    words = ["--report", str(report)]
    assert retarget(source, "Mixamo", tmp_path / "m.blend", *words) == 0
    found = json.loads(report.read_text())
    assert found["map"] == "Mixamo"
    assert found["limb_direction_deg"]["mean"] < 2.0
