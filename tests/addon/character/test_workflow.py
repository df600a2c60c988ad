# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage Character in use: several characters and takes, the same again, slots, Esc, undo, and
drawings that leave nothing behind."""

import json
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from characters import build, directions_off, heads


@pytest.fixture
def moving(extension, tmp_path) -> bpy.types.Object:
    """An SMPL body that waves."""
    from helpers import waving
    from lsmplify_extension.lsmplify_core.motion.motion import save_motion

    bpy.context.scene.render.fps = 30
    save_motion(waving(30), tmp_path / "waving.npz")
    bpy.ops.lsmplify.import_motion(filepath=str(tmp_path / "waving.npz"))
    return bpy.context.view_layer.objects.active


@pytest.fixture
def hero(moving) -> bpy.types.Object:
    made = build("Hero")
    settings = character_settings()
    settings.source, settings.target = moving, made
    return made


def character_settings():
    return bpy.context.scene.lsmplify.character


def state(armature: bpy.types.Object) -> list[list[float]]:
    return [[v for row in bone.matrix_basis for v in row] for bone in armature.pose.bones]


def another_take(moving: bpy.types.Object, name: str) -> bpy.types.Action:
    """A copy of the body's action in which the left arm hangs another way."""
    from lsmplify_extension.addon.bake import actions

    copy = moving.animation_data.action.copy()
    copy.name, copy.use_fake_user = name, True
    copy.lsmplify_step.source = None
    for curve in actions.curves_in(copy, moving):
        if "L_Shoulder" in curve.data_path and curve.array_index:
            for point in curve.keyframe_points:
                point.co[1] *= 0.5
            curve.update()
    return copy


def test_every_take_on_every_selected_character(moving) -> None:
    from helpers import waving

    first, second = build("First"), build("Second", 0.5)
    another_take(moving, "Other")
    settings = character_settings()
    settings.source, settings.several, settings.takes = moving, True, "ALL"
    for item in bpy.data.objects:
        item.select_set(item.type == "ARMATURE")
    before = set(bpy.data.actions)
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    made = set(bpy.data.actions) - before
    assert len(made) == 4
    assert {"Other on First", "Other on Second"} <= {a.name for a in made}
    assert all(a.users for a in made)
    for character in (first, second):
        shown = character.animation_data.action
        assert moving.animation_data.action.name in shown.name
        assert directions_off(character, waving(30), range(1, 31)).mean() < 2.0
    assert "2 characters, 2 takes" in settings.note


def test_nobody_selected_is_said(hero) -> None:
    settings = character_settings()
    settings.several = True
    for item in bpy.data.objects:
        item.select_set(False)
    with pytest.raises(RuntimeError, match="no character is selected"):
        bpy.ops.lsmplify.apply_to_character()


def test_reapply_does_the_same_again_with_the_motion_as_it_is_now(hero, moving) -> None:
    settings = character_settings()
    settings.root, settings.contacts = "in-place", False
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    action, before = hero.animation_data.action, heads(hero, ["hand_l", "head"], range(1, 31))
    settings.root, settings.contacts = "hips", True
    moving.animation_data.action = another_take(moving, "Cleaned")
    count = len(bpy.data.actions)
    assert bpy.ops.lsmplify.reapply_to_character() == {"FINISHED"}
    assert hero.animation_data.action == action
    assert len(bpy.data.actions) == count
    after = heads(hero, ["hand_l", "head"], range(1, 31))
    assert np.abs(after - before)[:, 0].max() > 0.05
    assert np.abs(after - before)[:, 1].max() < 1e-4  # still in place, still without contacts


def test_reapply_follows_a_take_that_was_cut_short(hero, moving) -> None:
    from lsmplify_extension.addon.bake import actions

    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    for curve in actions.curves_in(moving.animation_data.action, moving):
        for point in reversed(list(curve.keyframe_points)):
            if point.co[0] > 20:
                curve.keyframe_points.remove(point)
        curve.update()
    assert bpy.ops.lsmplify.reapply_to_character() == {"FINISHED"}
    assert tuple(hero.animation_data.action.frame_range) == (1.0, 20.0)


def test_reapply_without_a_first_time_is_said(hero) -> None:
    with pytest.raises(RuntimeError, match="nothing was applied"):
        bpy.ops.lsmplify.reapply_to_character()


@pytest.mark.skipif(bpy.app.version < (4, 4, 0), reason="actions have slots from 4.4 on")
def test_body_and_character_in_one_action(hero, moving) -> None:
    from helpers import waving

    settings = character_settings()
    settings.into = "SLOT"
    count = len(bpy.data.actions)
    before = heads(moving, ["L_Wrist"], range(1, 31))
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    assert len(bpy.data.actions) == count
    assert hero.animation_data.action == moving.animation_data.action
    assert hero.animation_data.action_slot != moving.animation_data.action_slot
    assert np.abs(heads(moving, ["L_Wrist"], range(1, 31)) - before).max() < 1e-6
    assert directions_off(hero, waving(30), range(1, 31)).mean() < 2.0
    assert bpy.ops.lsmplify.reapply_to_character() == {"FINISHED"}
    assert len(hero.animation_data.action.slots) == 2


def test_its_own_action_keeps_its_other_frames(hero, moving) -> None:
    from lsmplify_extension.addon.bake import actions

    actions.new_action(hero, "Kept")
    path = hero.pose.bones["head"].path_from_id("rotation_quaternion")
    for index, value in enumerate((1.0, 0.0, 0.0, 0.0)):
        frames = np.array([-5.0, 90.0])
        actions.write_curve(hero, path, index, "head", frames, np.array([-value, -value]))
    character_settings().into = "CURRENT"
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    assert hero.animation_data.action.name == "Kept"
    curve = next(c for c in actions.curves_of(hero) if c.data_path == path and not c.array_index)
    keys = actions.key_coordinates(curve)
    assert {-5.0, 90.0} <= set(keys[:, 0])
    assert np.abs(np.diff(keys[np.argsort(keys[:, 0])][:, 1])).max() < 1.0  # no turn on the way in


def test_one_undo_step_takes_it_back(hero) -> None:
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    back = bpy.data.objects["Hero"]
    assert back.animation_data is None or back.animation_data.action is None
    assert not [a for a in bpy.data.actions if "Hero" in a.name]
    assert back.lsmplify_applied.source is None


def test_esc_half_way_leaves_nothing(hero) -> None:
    from lsmplify_extension.addon.character.operators import LSMPLIFY_OT_apply_to_character as Apply

    timers: list[object] = []
    manager = SimpleNamespace(
        event_timer_add=lambda _s, window: timers.append(window) or object(),
        event_timer_remove=lambda _t: timers.pop(), modal_handler_add=lambda _o: True,
    )  # fmt: skip
    workspace = SimpleNamespace(status_text_set=lambda _t: None)
    context = SimpleNamespace(
        scene=bpy.context.scene, window_manager=manager, window=object(), screen=None,
        workspace=workspace, view_layer=bpy.context.view_layer,
        selected_objects=list(bpy.context.selected_objects),
    )  # fmt: skip
    said: list[str] = []
    operator = SimpleNamespace(report=lambda _k, text: said.append(text), stopped=Apply.stopped)
    for name in ("planned", "begin", "cancel", "_rest", "_show", "take_settings"):
        setattr(operator, name, getattr(Apply, name).__get__(operator))
    before, actions_before = state(hero), set(bpy.data.actions)
    operator._steps = operator.begin(context)
    next(operator._steps)
    operator._timer = manager.event_timer_add(0.01, window=context.window)
    assert Apply.modal(operator, context, SimpleNamespace(type="ESC")) == {"CANCELLED"}
    assert said == [Apply.stopped]
    assert not timers
    assert state(hero) == before
    assert set(bpy.data.actions) == actions_before
    assert hero.animation_data is None or hero.animation_data.action is None
    assert bpy.context.scene.lsmplify.progress == -1.0


def test_the_preview_follows_the_options_and_changes_nothing(hero, moving) -> None:
    from lsmplify_extension.addon.character import overlay

    settings = character_settings()
    before, users = state(hero), moving.animation_data.action.users
    count = len(bpy.data.actions)
    settings.preview = True
    overlay.refresh(bpy.context)
    bpy.context.scene.frame_set(25)
    (drawn,) = overlay.lines(bpy.context)
    settings.root = "in-place"
    overlay.refresh(bpy.context)
    (in_place,) = overlay.lines(bpy.context)
    assert np.linalg.norm(drawn.ends[0] - in_place.ends[0]) > 0.05
    assert state(hero) == before
    assert len(bpy.data.actions) == count
    assert moving.animation_data.action.users == users
    settings.root = "hips"
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    bpy.context.scene.frame_set(25)
    posed = [p for b in hero.pose.bones for p in (hero.matrix_world @ b.head,)]
    nearest = [np.linalg.norm(drawn.ends - np.array(p), axis=1).min() for p in posed]
    assert max(nearest) < 1e-3
    settings.preview = False
    assert not overlay.lines(bpy.context)


def test_a_preview_of_nothing_says_why(extension) -> None:
    from lsmplify_extension.addon.character import overlay

    settings = character_settings()
    settings.target = build("Hero")
    settings.preview = True
    overlay.refresh(bpy.context)
    assert overlay.trouble()
    assert not overlay.lines(bpy.context)


def test_rows_are_corrected_one_by_one_and_remembered(hero, tmp_path, monkeypatch) -> None:
    from lsmplify_extension.addon.character.bone_map import remember

    monkeypatch.setattr(remember, "folder", lambda: tmp_path)
    settings = character_settings()
    assert bpy.ops.lsmplify.find_bones() == {"FINISHED"}
    mapped = settings.mapped
    row = next(r for r in settings.rows if r.name == "L_Foot")
    assert row.bone == "ball_l"
    row.bone = ""
    assert settings.mapped == mapped - 1
    head = next(r for r in settings.rows if r.name == "Head")
    spare = [r for r in settings.rows if r.name == "Neck" and not r.bone]
    head.bone, spare[0].bone = "", "head"  # a neck of two bones, and nobody is the head
    assert sum(r.bone == "head" for r in settings.rows) == 1
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    from lsmplify_extension.addon.bake import actions

    keyed = {actions.bone_of(c.data_path) for c in actions.curves_of(hero)}
    assert "ball_l" not in keyed
    twin = build("Twin", 0.7)
    settings.target = twin
    assert bpy.ops.lsmplify.find_bones() == {"FINISHED"}
    assert not next(r for r in settings.rows if r.name == "L_Foot").bone
    assert bpy.ops.lsmplify.forget_bone_map() == {"FINISHED"}
    assert next(r for r in settings.rows if r.name == "L_Foot").bone == "ball_l"
    assert not list(tmp_path.glob("*.json"))


def test_a_map_goes_out_and_in(hero, tmp_path) -> None:
    settings = character_settings()
    path = tmp_path / "hero.json"
    assert bpy.ops.lsmplify.save_bone_map(filepath=str(path)) == {"FINISHED"}
    data = json.loads(path.read_text())
    del data["bones"]["L_Foot"]
    path.write_text(json.dumps(data))
    assert bpy.ops.lsmplify.load_bone_map(filepath=str(path)) == {"FINISHED"}
    assert not next(r for r in settings.rows if r.name == "L_Foot").bone
    data["bones"]["L_Knee"] = "gone"
    path.write_text(json.dumps(data))
    with pytest.raises(RuntimeError, match="no bone 'gone'"):
        bpy.ops.lsmplify.load_bone_map(filepath=str(path))


def test_empty_rows_of_a_chain_are_hidden_but_one(hero) -> None:
    from lsmplify_extension.addon.character.bone_map.ui_list import shown_rows

    settings = character_settings()
    bpy.ops.lsmplify.find_bones()
    shown = shown_rows(settings.rows, "", True)
    names = [r.name for r, s in zip(settings.rows, shown, strict=True) if s]
    spine = [r.bone for r in settings.rows if r.name == "Spine" and r.bone]
    assert names.count("Spine") == len(spine) + 1
    assert "L_Index1" not in names


def test_the_rest_pose_is_drawn_and_corrected_by_posing(hero, moving) -> None:
    from lsmplify_extension.addon.character import overlay

    settings = character_settings()
    settings.show_rest = True
    (rest,) = overlay.lines(bpy.context)
    assert len(rest.ends) == len(rest.colours)
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    hero.animation_data.action = None
    for bone in hero.pose.bones:
        bone.matrix_basis.identity()
    with pytest.raises(RuntimeError, match="is posed"):
        bpy.ops.lsmplify.use_pose_as_rest()
    before = bpy.context.scene.frame_current
    forearm = hero.pose.bones["lowerarm_l"]
    forearm.rotation_mode = "XYZ"
    forearm.rotation_euler = (0.0, 0.6, 0.0)  # about its own length
    bpy.context.view_layer.update()
    assert bpy.ops.lsmplify.use_pose_as_rest() == {"FINISHED"}
    assert np.allclose(forearm.rotation_euler, 0.0)
    (again,) = overlay.lines(bpy.context)
    assert np.abs(again.ends - rest.ends).max() > 0.01
    from helpers import waving

    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    assert directions_off(hero, waving(30), range(1, 31)).mean() < 2.0
    assert bpy.ops.lsmplify.forget_rest() == {"FINISHED"}
    (back,) = overlay.lines(bpy.context)
    assert np.abs(back.ends - rest.ends).max() < 1e-6
    assert bpy.context.scene.frame_current >= before


@pytest.mark.parametrize("ending", ["bvh", "fbx"])
def test_the_character_is_exported_and_the_head_of_the_sidebar_leads_there(
    hero, tmp_path, ending
) -> None:
    from lsmplify_extension.addon.stages.next_step import next_step

    bpy.context.scene.lsmplify.stage = "CHARACTER"
    bpy.context.view_layer.objects.active = character_settings().source
    assert next_step(bpy.context).operator == "lsmplify.apply_to_character"
    with pytest.raises(RuntimeError, match="shows no action"):
        bpy.ops.lsmplify.export_character(filepath=str(tmp_path / f"hero.{ending}"))
    assert not list(tmp_path.glob("hero.*"))
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    step = next_step(bpy.context)
    assert step.operator == "lsmplify.export_character"
    assert step.status == hero.animation_data.action.name
    path = tmp_path / f"hero.{ending}"
    assert bpy.ops.lsmplify.export_character(filepath=str(path)) == {"FINISHED"}
    assert path.stat().st_size > 1000


def test_an_export_has_the_way_on_the_object_and_the_scene_stays_as_it_is(hero, tmp_path) -> None:
    """As game engines want it; bones without a parent and keys keep their places in the scene."""
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    action, before = hero.animation_data.action, state(hero)
    path = tmp_path / "hero.fbx"
    assert bpy.ops.lsmplify.export_character(filepath=str(path), root="OBJECT") == {"FINISHED"}
    assert hero.animation_data.action == action
    assert tuple(hero.location) == (0.0, 0.0, 0.0)
    assert state(hero) == before
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.import_scene.fbx(filepath=str(path))
    found = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    places = []
    for frame in found.animation_data.action.frame_range:
        bpy.context.scene.frame_set(round(frame))
        places.append(np.array(found.matrix_world.translation))
    assert np.linalg.norm((places[1] - places[0])[:2]) > 0.1
