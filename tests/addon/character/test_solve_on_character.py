# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks solved straight onto a character of any names: on its own proportions, in one step, and
without a window."""

import json

import bpy
import numpy as np
import pytest
from characters import add_ik, build, directions_off, heads


@pytest.fixture
def tracks(extension):
    from helpers import add_empties, waving

    bpy.context.scene.render.fps = 30
    motion = waving(40)
    add_empties(motion)
    return motion


def choose(character: bpy.types.Object) -> None:
    settings = bpy.context.scene.lsmplify
    settings.source = "SELECTED"
    settings.target, settings.armature = "EXISTING", character


def select_empties() -> None:
    for item in bpy.data.objects:
        item.select_set(item.type == "EMPTY")


@pytest.mark.parametrize("proportions", ["CHARACTER", "PERFORMER"])
@pytest.mark.parametrize(("scale", "turn"), [(1.0, 0.0), (0.006, 2.0)])
def test_a_character_of_any_size_moves_as_its_tracks(tracks, scale, turn, proportions) -> None:
    character = build("Hero", 1.0, 0.0)
    character.scale = (scale if scale == 1.0 else 0.6,) * 3
    character.rotation_euler.z = turn
    select_empties()
    choose(character)
    bpy.context.scene.lsmplify.character.solve_on = proportions
    before = {a.name for a in bpy.data.actions}
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    made = {a.name for a in bpy.data.actions} - before
    assert made == {character.animation_data.action.name}
    off = directions_off(character, tracks, range(1, 41))
    assert off.mean() < (9.0 if proportions == "CHARACTER" else 6.0), off.mean(axis=0)
    assert bpy.context.scene.lsmplify.result.armature == "Hero"
    assert bpy.context.scene.lsmplify.result.mean_mm < 20.0
    feet = heads(character, ["foot_l", "foot_r", "calf_l"], range(1, 41))
    assert np.ptp(feet[..., 2], axis=0).max() < 0.6


def test_ik_controls_are_keyed_straight_from_tracks(tracks) -> None:
    character = build("Hero")
    add_ik(character)
    select_empties()
    choose(character)
    bpy.context.scene.lsmplify.character.controls = "both"
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    from lsmplify_extension.addon.bake import actions

    keyed = {actions.bone_of(c.data_path) for c in actions.curves_of(character)}
    assert {"ik_foot_l", "pole_r", "thigh_l", "hand_r"} <= keyed


def test_its_action_gets_the_keys_within_the_range_alone(tracks) -> None:
    character = build("Hero")
    select_empties()
    choose(character)
    settings = bpy.context.scene.lsmplify
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    action, count = character.animation_data.action, len(bpy.data.actions)
    before = heads(character, ["hand_l", "foot_r"], range(1, 41))
    select_empties()
    settings.into, settings.use_range = "CURRENT", True
    settings.frame_start, settings.frame_end = 10, 20
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert character.animation_data.action == action
    assert len(bpy.data.actions) == count
    after = heads(character, ["hand_l", "foot_r"], range(1, 41))
    outside = np.r_[0:8, 20:40]
    assert np.abs(before - after)[outside].max() < 1e-4


def test_a_rig_without_legs_is_said_before_the_press(tracks) -> None:
    data = bpy.data.armatures.new("Snake")
    snake = bpy.data.objects.new("Snake", data)
    bpy.context.scene.collection.objects.link(snake)
    bpy.context.view_layer.objects.active = snake
    bpy.ops.object.mode_set(mode="EDIT")
    for i in range(6):
        bone = data.edit_bones.new(f"segment{i}")
        bone.head, bone.tail = (0, 0, i), (0, 0, i + 1)
        bone.parent = data.edit_bones.get(f"segment{i - 1}")
    bpy.ops.object.mode_set(mode="OBJECT")
    select_empties()
    choose(snake)
    from lsmplify_extension.addon.solve.operators import missing

    said = missing(bpy.context)
    assert "Snake" in said
    assert "\n" not in said
    assert not bpy.ops.lsmplify.solve_and_bake.poll()


def test_without_a_window(tracks, tmp_path) -> None:
    from lsmplify_extension.addon.cli import run

    character = build("Hero")
    collection = bpy.data.collections.new("points")
    bpy.context.scene.collection.children.link(collection)
    for item in list(bpy.data.objects):
        if item.type == "EMPTY":
            collection.objects.link(item)
    out, report = tmp_path / "hero.fbx", tmp_path / "r.json"
    words = ["bake", "--collection", "points", "--target", "Hero", "-o", str(out),
             "--report", str(report)]  # fmt: skip
    assert run(words) == 0
    assert out.stat().st_size > 1000
    told = json.loads(report.read_text())
    assert told["verdict"]["grade"] != "do not use"
    assert told["frames"] == 40
    assert told["seconds"]["solve"] >= 0.0
    assert told["seconds"]["retarget"] >= 0.0
    assert told["map"] == "MakeHuman game engine"
    assert told["mapped_bones"] >= 18
    assert 0.0 <= told["limb_direction_deg"]["mean"] < 9.0
    assert set(told["foot_sliding_mm"]) == set(told["foot_height_mm"]) == {"source", "target"}
    assert set(told["contacts"]) == set(told["touches"]) == {"found", "kept"}
    assert told["limits_clipped"] == 0
    assert directions_off(character, tracks, range(1, 41)).mean() < 9.0
    more = [*words, "--proportions", "performer", "--controls", "ik", "--root", "in-place"]
    assert run(more) == 0


def test_a_character_that_changed_meanwhile_is_left_alone(tracks) -> None:
    from lsmplify_extension.addon.people.solving import finish_all, prepare_all, solve_all
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError
    from lsmplify_extension.lsmplify_core.runtime.progress import run_steps

    character = build("Hero")
    select_empties()
    choose(character)
    jobs = prepare_all(bpy.context)
    solutions = run_steps(solve_all(jobs))
    character.scale = (0.5,) * 3
    bpy.context.view_layer.update()
    count = len(bpy.data.actions)
    with pytest.raises(InputError, match="was changed while solving"):
        finish_all(bpy.context, jobs, solutions)
    assert len(bpy.data.actions) == count


@pytest.mark.parametrize("size", [1.0, 0.6])
def test_what_is_worth_a_look_is_listed_and_posed_on_the_character(tracks, size) -> None:
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.takes import choosing, record

    character = build("Hero")
    character.scale = (size,) * 3
    add_ik(character)
    arm = next(o for o in bpy.data.objects if o.type == "EMPTY" and "LWrist" in o.name)
    for curve in actions.curves_of(arm):
        for point in curve.keyframe_points[15:20]:
            point.co[1] += 0.15
    select_empties()
    choose(character)
    bpy.context.scene.lsmplify.character.controls = "both"
    bpy.context.scene.lsmplify.mend = False
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    bpy.context.view_layer.objects.active = character
    kept = record.find(character.animation_data.action)
    assert kept is not None
    spans = character.lsmplify_rig.spans
    assert "left arm" in {s.region for s in spans}
    assert choosing.reviewed(bpy.context) == character
    assert choosing.chosen(bpy.context) is None
    at = next(i for i, s in enumerate(spans) if s.region == "left arm")
    assert bpy.ops.lsmplify.pose_this(index=at) == {"FINISHED"}
    assert character.mode == "POSE"
    assert spans[at].first <= bpy.context.scene.frame_current <= spans[at].last
    chosen = {b.name for b in bpy.context.selected_pose_bones}
    assert chosen == {"upperarm_l", "lowerarm_l", "hand_l"}
    assert bpy.ops.lsmplify.stop_posing() == {"FINISHED"}
    assert character.mode == "OBJECT"
    assert not bpy.ops.lsmplify.resolve_pose.poll()
