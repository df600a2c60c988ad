# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters that something is wrong with: said in one line, and never a wrong result without a
word."""

import json

import bpy
import numpy as np
import pytest
from characters import build, directions_off, heads

SAID = "not where the keys should bring them"


def waving(frames: int):
    from helpers import waving

    return waving(frames)


@pytest.fixture
def source(extension, tmp_path):
    from lsmplify_extension.lsmplify_core.motion.motion import save_motion

    bpy.context.scene.render.fps = 30
    save_motion(waving(30), tmp_path / "waving.npz")
    return tmp_path / "waving.npz"


def retarget(source, target: str, out, *more: str) -> int:
    from lsmplify_extension.addon import cli

    words = ["retarget", "--source", str(source), "--target", target, "-o", str(out)]
    return cli.run([*words, *more])


def run(source, tmp_path, capsys, *words):
    """Exit code, lines of standard error, report."""
    report = tmp_path / "r.json"
    code = retarget(source, "Hero", tmp_path / "o.blend", "--report", str(report), *words)
    lines = capsys.readouterr().err.strip().splitlines()
    return code, lines, json.loads(report.read_text()) if report.exists() else None


def constrained(bone: str, kind: str, **values):
    """What puts a constraint with a target elsewhere on a bone."""

    def spoil(hero):
        aim = bpy.data.objects.new("Aim", None)
        bpy.context.scene.collection.objects.link(aim)
        aim.location = (1, 1, 1)
        constraint = hero.pose.bones[bone].constraints.new(kind)
        constraint.name = "Nail"
        if "target" in constraint.bl_rna.properties:
            constraint.target = aim
        for name, value in values.items():
            setattr(constraint, name, value)

    return spoil


def driven(hero):
    curve = hero.pose.bones["lowerarm_l"].driver_add("rotation_quaternion", 1)
    curve.driver.expression = "0.3"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (constrained("pelvis", "COPY_LOCATION"), "pelvis .*Nail"),
        (constrained("pelvis", "LIMIT_LOCATION", use_max_z=True, max_z=0.5), "Nail"),
        (constrained("upperarm_l", "COPY_ROTATION"), "upperarm_l .*Nail"),
        (constrained("head", "DAMPED_TRACK"), "head .*Nail"),
        (driven, "lowerarm_l .*driver on rotation_quaternion"),
    ],
)
def test_what_holds_a_bone_is_said_by_name(source, tmp_path, capsys, spoil, says):
    spoil(build("Hero"))
    code, lines, report = run(source, tmp_path, capsys)
    assert code == 0
    told = [line for line in lines if line.startswith("warning: Hero:")]
    assert len(told) == 1
    assert np.any([says.split(" .*")[0] in w for w in report["warnings"]])
    assert all(word in told[0] for word in says.split(" .*"))


def test_a_bone_that_stops_at_its_limits_is_no_fight(source, tmp_path, capsys):
    constrained("calf_l", "LIMIT_ROTATION", use_limit_x=True, min_x=-0.2, max_x=0.2,
                owner_space="LOCAL")(build("Hero"))  # fmt: skip
    code, lines, report = run(source, tmp_path, capsys)
    assert (code, lines) == (0, [])
    assert report["limits_clipped"] >= 0


def test_shifts_and_scales_of_posed_bones_are_cleared(source, tmp_path, capsys):
    """An imported Mixamo character's hips are scaled by 100; keys say nothing of scale."""
    hero = build("Hero")
    hero.pose.bones["pelvis"].scale = (100, 100, 100)
    hero.pose.bones["spine_01"].location = (0, 0.1, 0)
    code, lines, _ = run(source, tmp_path, capsys, "--contacts", "off")
    assert code == 0
    assert "brought to rest: 2" in lines[0]
    assert SAID not in lines[0]
    assert directions_off(hero, waving(30), range(1, 31)).mean() < 0.5


def test_bones_without_inherit_rotation_and_local_location(source, tmp_path, capsys):
    hero = build("Hero")
    for bone in ("upperarm_l", "hand_l", "head", "calf_r", "pelvis"):
        hero.data.bones[bone].use_inherit_rotation = False
    hero.data.bones["pelvis"].use_local_location = False
    code, lines, _ = run(source, tmp_path, capsys, "--contacts", "off")
    assert (code, lines) == (0, [])
    assert directions_off(hero, waving(30), range(1, 31)).mean() < 0.5


def test_bones_between_mapped_ones_carry_them(source, tmp_path, capsys):
    """Helpers without a role (MMD's shoulder cancel bones) turn with what they hang on."""
    hero = build("Hero")
    bpy.ops.object.mode_set(mode="EDIT")
    edit = hero.data.edit_bones
    helper = edit.new("between_l")
    helper.head, helper.tail = edit["lowerarm_l"].head, edit["lowerarm_l"].head + edit[
        "lowerarm_l"].vector  # fmt: skip
    helper.parent = edit["upperarm_l"]
    edit["lowerarm_l"].parent = helper
    bpy.ops.object.mode_set(mode="OBJECT")
    code, lines, _ = run(source, tmp_path, capsys, "--contacts", "off", "--map", "unreal_4")
    assert (code, lines) == (0, [])
    assert directions_off(hero, waving(30), range(1, 31)).mean() < 0.5


@pytest.mark.parametrize(
    ("bones", "says"),
    [
        ({"Pelvis": "pelvis", "L_Hip": "thigh_l", "R_Hip": "thigh_l"}, "'thigh_l' is there twice"),
        ({"Pelvis": "pelvis", "L_Hip": "gone", "R_Hip": "thigh_r"}, "there is no bone 'gone'"),
        ({"Nose": "head"}, "role 'Nose' is not one of"),
    ],
)
def test_maps_that_do_not_fit(source, tmp_path, capsys, bones, says):
    build("Hero")
    more = {"L_Knee": "calf_l", "R_Knee": "calf_r", "Spine": "spine_01"}
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"name": "bad", "bones": {**bones, **more}}))
    code, lines, report = run(source, tmp_path, capsys, "--map", str(path))
    assert (code, len(lines), report) == (2, 1, None)
    assert lines[0].startswith("error:")
    assert says in lines[0]


def test_a_rig_without_legs(source, tmp_path, capsys):
    hero = build("Hero")
    bpy.ops.object.mode_set(mode="EDIT")
    for name in [b.name for b in hero.data.edit_bones]:
        if name.split("_")[0] in ("thigh", "calf", "foot", "ball"):
            hero.data.edit_bones.remove(hero.data.edit_bones[name])
    bpy.ops.object.mode_set(mode="OBJECT")
    code, lines, _ = run(source, tmp_path, capsys)
    assert (code, len(lines)) == (2, 1)
    assert "no two legs" in lines[0]


def test_two_armatures_alike_are_told_apart_by_name(source, tmp_path, capsys):
    first, second = build("Hero"), build("Hero")
    assert second.name == "Hero.001"
    assert retarget(source, "Hero.001", tmp_path / "o.blend") == 0
    assert first.animation_data is None
    assert second.animation_data.action is not None


def test_uneven_scale_of_a_parent(source, tmp_path, capsys):
    hero = build("Hero")
    above = bpy.data.objects.new("Above", None)
    bpy.context.scene.collection.objects.link(above)
    above.scale = (1, 2, 1)
    hero.parent = above
    bpy.context.view_layer.update()
    code, lines, _ = run(source, tmp_path, capsys)
    assert (code, len(lines)) == (2, 1)
    assert "scaled unevenly" in lines[0]


def test_a_linked_armature_and_its_override(source, tmp_path, capsys):
    build("Hero")
    library = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(library), copy=True)
    bpy.data.objects.remove(bpy.data.objects["Hero"])
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.objects = ["Hero"]
    linked = wanted.objects[0]
    bpy.context.scene.collection.objects.link(linked)
    code, lines, _ = run(source, tmp_path, capsys)
    assert (code, len(lines)) == (2, 1)
    assert "library override" in lines[0]
    own = linked.override_create(remap_local_usages=True)
    bpy.context.view_layer.update()
    code, lines, _ = run(source, tmp_path, capsys)
    assert (code, lines) == (0, [])
    assert np.ptp(heads(own, ["hand_l"], range(1, 31)), axis=0).max() > 0.02


def test_a_source_is_not_written_over(source, tmp_path, capsys):
    """Nor one output over another."""
    build("Hero")
    motion = tmp_path / "waving.bvh"
    assert retarget(source, "Hero", motion) == 0
    before = motion.read_bytes()
    capsys.readouterr()
    for words in ((motion, "Hero", motion), (source, "Hero", tmp_path / "o.fbx", "-o",
                  str(tmp_path / "o.fbx"))):  # fmt: skip
        assert retarget(*words) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert motion.read_bytes() == before


def test_tracks_are_solved_first(extension, tmp_path, capsys):
    from helpers import points_of

    bpy.context.scene.render.fps = 30
    build("Hero")
    names, points = points_of(waving(30))
    header = ",".join(f"{n}_{x}" for n in names for x in "xyz")
    rows = "\n".join(",".join(f"{v:.5f}" for v in frame.ravel()) for frame in points)
    path = tmp_path / "take.csv"
    path.write_text(f"{header}\n{rows}\n")
    code, lines, report = run(path, tmp_path, capsys)
    assert code == 0
    assert report["frames"] == 30
    assert "the file holds tracks, which were solved first" in lines[0]
