# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters that can't be keyed, or not as they are: one line that says what and which, and
nothing half-written."""

import bpy
import numpy as np
import pytest
from characters import build, directions_off, heads


@pytest.fixture
def moving(extension, tmp_path) -> bpy.types.Object:
    from helpers import waving
    from lsmplify_extension.lsmplify_core.motion.motion import save_motion

    bpy.context.scene.render.fps = 30
    save_motion(waving(30), tmp_path / "waving.npz")
    bpy.ops.lsmplify.import_motion(filepath=str(tmp_path / "waving.npz"))
    return bpy.context.view_layer.objects.active


def choose(moving: bpy.types.Object, target: bpy.types.Object):
    settings = bpy.context.scene.lsmplify.character
    settings.source, settings.target = moving, target
    return settings


def warnings(capsys) -> str:
    return capsys.readouterr().out


def refused() -> str:
    """What Apply says, after a check that it changed nothing."""
    actions = set(bpy.data.actions)
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.lsmplify.apply_to_character()
    assert set(bpy.data.actions) == actions
    return str(caught.value)


def linked(tmp_path, moving_name: str) -> bpy.types.Object:
    """A character linked from another file into the scene."""
    hero = build("Linked")
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, {hero}, path_remap="ABSOLUTE")
    bpy.data.objects.remove(hero)
    bpy.data.armatures.remove(bpy.data.armatures["Linked"])
    with bpy.data.libraries.load(path, link=True) as (_, into):
        into.objects = ["Linked"]
    found = next(o for o in bpy.data.objects if o.library)
    bpy.context.scene.collection.objects.link(found)
    bpy.context.view_layer.update()
    return found


def test_a_linked_armature_is_said(moving, tmp_path) -> None:
    choose(moving, linked(tmp_path, moving.name))
    assert "linked from another file" in refused()


def test_a_library_override_is_keyed(moving, tmp_path) -> None:
    from helpers import waving

    own = linked(tmp_path, moving.name).override_create(remap_local_usages=True)
    assert own is not None
    if own.name not in bpy.context.scene.collection.objects:
        bpy.context.scene.collection.objects.link(own)
    choose(moving, own)
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    assert own.animation_data.action is not None
    assert directions_off(own, waving(30), range(1, 31)).mean() < 2.0
    name, path = own.name, str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    own = next(o for o in bpy.data.objects if o.name == name and not o.library)
    if bpy.app.version >= (5, 2, 0):  # it does not read an override's groups of properties back
        return
    assert own.lsmplify_applied.source is not None
    assert bpy.ops.lsmplify.reapply_to_character() == {"FINISHED"}


def test_an_armature_of_another_scene_is_said(moving) -> None:
    hero = build("Hero")
    other = bpy.data.scenes.new("Elsewhere")
    bpy.context.scene.collection.objects.unlink(hero)
    other.collection.objects.link(hero)
    choose(moving, hero)
    said = refused()
    assert "'Elsewhere'" in said
    assert "'Scene'" in said


def test_an_armature_of_a_collection_that_is_left_out_is_said(moving) -> None:
    hero = build("Hero")
    hidden = bpy.data.collections.new("Hidden")
    bpy.context.scene.collection.children.link(hidden)
    bpy.context.scene.collection.objects.unlink(hero)
    hidden.objects.link(hero)
    bpy.context.view_layer.layer_collection.children["Hidden"].exclude = True
    choose(moving, hero)
    assert "Outliner" in refused()


def test_edit_mode_is_said(moving) -> None:
    hero = build("Hero")
    choose(moving, hero)
    bpy.context.view_layer.objects.active = hero
    bpy.ops.object.mode_set(mode="EDIT")
    said = refused()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert "Edit Mode" in said


@pytest.mark.parametrize(
    ("scale", "says"), [((1, 2, 1), "scaled unevenly"), ((-1, 1, 1), "negative scale")]
)
def test_scales_that_nothing_can_be_keyed_on(moving, scale, says) -> None:
    hero = build("Hero")
    hero.scale = scale
    bpy.context.view_layer.update()
    choose(moving, hero)
    assert says in refused()


def test_two_alike_are_kept_apart(moving) -> None:
    """Two objects of one armature: the chosen one moves, the other does not."""
    hero = build("Hero")
    twin = bpy.data.objects.new("Hero twin", hero.data)
    bpy.context.scene.collection.objects.link(twin)
    bpy.context.view_layer.update()
    choose(moving, twin)
    before = heads(hero, ["hand_l"], range(1, 6))
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    assert hero.animation_data is None or hero.animation_data.action is None
    assert twin.animation_data.action is not None
    assert np.abs(heads(hero, ["hand_l"], range(1, 6)) - before).max() == 0.0
    assert twin.lsmplify_applied.source == moving
    assert hero.lsmplify_applied.source is None


def test_what_fights_the_keys_is_named(moving, capsys) -> None:
    hero = build("Hero")
    held = hero.pose.bones["lowerarm_l"].constraints.new("COPY_ROTATION")
    held.target, held.name = moving, "Holds it"
    driver = hero.pose.bones["head"].driver_add("rotation_quaternion", 1).driver
    driver.expression = "0.3"
    choose(moving, hero)
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    said = warnings(capsys)
    assert "lowerarm_l (constraint Holds it)" in said
    assert "head (a driver on rotation_quaternion)" in said


def test_locked_channels_are_named_and_get_no_keys(moving, capsys) -> None:
    from lsmplify_extension.addon.bake import actions

    hero = build("Hero")
    hero.pose.bones["calf_l"].rotation_mode = "XYZ"
    hero.pose.bones["calf_l"].lock_rotation = (False, True, True)
    hero.pose.bones["hand_r"].lock_rotation = (True, True, True)
    hero.pose.bones["hand_r"].lock_rotation_w = hero.pose.bones["hand_r"].lock_rotations_4d = True
    hero.pose.bones["pelvis"].lock_location = (False, False, True)
    choose(moving, hero)
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    said = warnings(capsys)
    for name in ("calf_l", "hand_r", "location of bone pelvis"):
        assert name in said
    keyed = {(actions.bone_of(c.data_path), c.array_index) for c in actions.curves_of(hero)
             if "rotation" in c.data_path}  # fmt: skip
    assert ("calf_l", 0) in keyed
    assert ("calf_l", 1) not in keyed
    assert not [k for k in keyed if k[0] == "hand_r"]


@pytest.mark.parametrize("kind", ["strips", "moved", "rest"])
def test_what_else_moves_or_hides_it_is_said(moving, capsys, kind) -> None:
    from lsmplify_extension.addon.bake import actions

    hero = build("Hero")
    if kind == "strips":
        action = actions.new_action(hero, "Old")
        actions.write_curve(hero, "location", 0, "Object", np.array([1.0, 9.0]), np.zeros(2))
        hero.animation_data.action = None
        hero.animation_data.nla_tracks.new().strips.new("Old", 1, action)
    elif kind == "moved":
        hero.constraints.new("COPY_LOCATION").target = moving
    else:
        hero.data.pose_position = "REST"
    choose(moving, hero)
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    words = {"strips": "NLA strips", "moved": "is itself moved", "rest": "rest position"}
    assert words[kind] in warnings(capsys)


def test_bones_that_do_not_inherit_rotation_point_right(moving) -> None:
    from helpers import waving

    hero = build("Hero")
    for name in ("upperarm_l", "thigh_r", "head"):
        hero.data.bones[name].use_inherit_rotation = False
    choose(moving, hero)
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    assert directions_off(hero, waving(30), range(1, 31)).mean() < 2.0


def test_a_character_removed_while_it_is_worked_on(moving) -> None:
    from lsmplify_extension.addon.character.apply import plan
    from lsmplify_extension.lsmplify_core.runtime.progress import run_steps

    hero = build("Hero")
    choose(moving, hero)
    items = plan.of_panel(bpy.context)
    results = run_steps(plan.steps(items))
    bpy.data.objects.remove(hero)
    actions = set(bpy.data.actions)
    with pytest.raises(ReferenceError):
        plan.write(items, results)
    assert set(bpy.data.actions) == actions


def test_a_source_that_has_no_action_or_is_no_person(moving) -> None:
    hero, still = build("Hero"), build("Still")
    choose(still, hero)
    assert "no action" in refused()
    snake = bpy.data.objects.new("Snake", bpy.data.armatures.new("Snake"))
    bpy.context.scene.collection.objects.link(snake)
    choose(moving, snake)
    assert "no bones" in refused()
    choose(moving, moving)
    assert "same armature" in refused()


def test_one_undo_step_takes_a_solve_onto_a_character_back(moving) -> None:
    from helpers import add_empties, waving

    hero = build("Hero")
    for item in bpy.data.objects:
        item.select_set(False)
    add_empties(waving(20))
    settings = bpy.context.scene.lsmplify
    settings.source, settings.target, settings.armature = "SELECTED", "EXISTING", hero
    bpy.ops.ed.undo_push(message="before")
    count = len(bpy.data.actions)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert len(bpy.data.actions) == count + 1
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()
    back = bpy.data.objects["Hero"]
    assert back.animation_data is None or back.animation_data.action is None
    assert len(bpy.data.actions) == count
