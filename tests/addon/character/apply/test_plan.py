# SPDX-License-Identifier: GPL-3.0-or-later
"""Which armature is the character, which actions are takes, into which action keys go; and what is
said of what holds bones."""

import importlib
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from characters import build


@pytest.fixture
def addon(extension) -> SimpleNamespace:
    character = "lsmplify_extension.addon.character"
    modules = ("apply.plan", "rig.hindrances", "apply.proof")
    found = {n.split(".")[-1]: importlib.import_module(f"{character}.{n}") for n in modules}
    found["actions"] = importlib.import_module("lsmplify_extension.addon.bake.actions")
    found["body"] = importlib.import_module("lsmplify_extension.addon.body.armature")
    core = "lsmplify_extension.lsmplify_core"
    found["error"] = importlib.import_module(f"{core}.runtime.errors").InputError
    return SimpleNamespace(**found)


def _select(*items) -> None:
    for item in bpy.context.view_layer.objects:
        item.select_set(item in items)
    bpy.context.view_layer.objects.active = items[0] if items else None


def test_the_character_is_the_active_the_selected_or_the_only_one(addon) -> None:
    plan, settings = addon.plan, bpy.context.scene.lsmplify.character
    assert plan.target_of(bpy.context) is None
    one = build("one")
    _select()
    assert plan.target_of(bpy.context) == one
    two = build("two")
    _select()
    assert plan.target_of(bpy.context) is None  # neither is the only one
    _select(two)
    assert plan.target_of(bpy.context) == two
    bpy.context.view_layer.objects.active = None
    assert plan.target_of(bpy.context) == two
    _select(two, one)
    assert plan.target_of(bpy.context) == two  # the active one
    settings.source = two
    _select()
    assert plan.target_of(bpy.context) == one  # what moves is no character
    settings.target = two
    assert plan.target_of(bpy.context) == two


def test_all_that_are_selected_but_what_moves(addon) -> None:
    plan, settings = addon.plan, bpy.context.scene.lsmplify.character
    one, two, moves = build("one"), build("two"), build("moves")
    settings.source, settings.several = moves, True
    _select(one, two, moves)
    assert {o.name for o in plan.chosen_targets(bpy.context)} == {"one", "two"}
    two.lsmplify_applied.source = moves
    assert [o.name for o in plan.chosen_targets(bpy.context, remembered=True)] == ["two"]
    _select(moves)
    with pytest.raises(addon.error, match="no character is selected"):
        plan.chosen_targets(bpy.context)
    settings.several, settings.target = False, one
    assert plan.chosen_targets(bpy.context) == [one]
    with pytest.raises(addon.error, match="nothing was applied to 'one' yet"):
        plan.chosen_targets(bpy.context, remembered=True)
    settings.target = moves
    with pytest.raises(addon.error, match="are the same armature"):
        plan.chosen_targets(bpy.context)
    two.lsmplify_applied.source = moves
    settings.target = two
    assert plan.chosen_targets(bpy.context, remembered=True) == [two]


def _keyed(addon, item, name: str, bone: str = "pelvis"):
    action = addon.actions.new_action(item, name)
    path = item.pose.bones[bone].path_from_id("location")
    addon.actions.write_curve(item, path, 0, bone, np.array([1.0, 5.0]), np.array([0.0, 1.0]))
    return action


def test_takes_are_actions_of_its_bones_that_nobody_else_uses(addon) -> None:
    item, other = build("one"), build("other")
    with pytest.raises(addon.error, match="'one' has no action"):
        addon.plan.takes_of(item)
    first = _keyed(addon, item, "b first")
    used = _keyed(addon, item, "used")
    other.animation_data_create().action = used
    plain = addon.actions.new_action(item, "object")
    addon.actions.write_curve(item, "location", 0, "L", np.array([1.0]), np.array([0.0]))
    shown = _keyed(addon, item, "z shown")
    assert addon.plan.takes_of(item) == [shown, first]
    assert plain not in addon.plan.takes_of(item)
    first.lsmplify_step.source = None
    shown.lsmplify_step.source = first  # a step made of it: only the last of a take counts
    assert addon.plan.takes_of(item) == [shown]


@pytest.mark.parametrize(
    ("into", "takes", "found"),
    [
        ("NEW", 3, None),
        ("CURRENT", 1, "target's"),
        ("SOURCE", 1, "mover's"),
        ("CURRENT", 2, "error"),
    ],
)
def test_which_action_gets_the_keys(addon, into: str, takes: int, found) -> None:
    mover, target = build("mover"), build("target")
    _keyed(addon, mover, "mover's")
    settings = SimpleNamespace(into=into)
    assert addon.plan._action(SimpleNamespace(into="CURRENT"), mover, target, 2) is None
    _keyed(addon, target, "target's")
    if found == "error":
        with pytest.raises(addon.error, match="2 takes don't go into one action"):
            addon.plan._action(settings, mover, target, takes)
        return
    action = addon.plan._action(settings, mover, target, takes)
    assert (action and action.name) == found


@pytest.mark.parametrize(
    ("pairs", "people"),
    [([("a", "x")], False), ([("a", "x"), ("b", "y")], True), ([("a", "x"), ("a", "y")], False),
     ([("a", "x"), ("b", "x")], False)],
)  # fmt: skip
def test_people_are_moved_each_by_somebody_else(addon, pairs, people: bool) -> None:
    items = [SimpleNamespace(moved_by=m, job=SimpleNamespace(armature=t)) for m, t in pairs]
    assert addon.plan.are_people(items) == people


# --- what is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "text"), [(1, "b0"), (6, "b0, b1, b2, b3, b4, b5"), (7, "b0, b1, b2, b3, b4, b5, …")]
)
def test_six_names_are_listed(addon, count: int, text: str) -> None:
    assert addon.hindrances._some([f"b{i}" for i in range(count)]) == text


def test_what_holds_a_bone_is_named_the_nearest_first(addon) -> None:
    item = build("one")
    hold = addon.hindrances.held_by
    assert hold(item, "hand_l") == ""
    item.pose.bones["spine_01"].constraints.new("COPY_ROTATION").name = "Spine"
    assert hold(item, "hand_l") == "constraint Spine of spine_01"
    for name in ("A", "B", "C"):
        item.pose.bones["lowerarm_l"].constraints.new("COPY_ROTATION").name = name
    assert hold(item, "hand_l") == "constraint A, constraint B of lowerarm_l"
    assert hold(item, "lowerarm_l") == "constraint A, constraint B"
    driver = item.pose.bones["hand_l"].driver_add("location", 1)
    assert hold(item, "hand_l") == "a driver on location"
    driver.mute = True
    assert hold(item, "hand_l").endswith("of lowerarm_l")


def test_bones_that_are_held_are_one_sentence(addon) -> None:
    item = build("one")
    fights = addon.hindrances.fights
    assert fights(item, []) == []
    (one,) = fights(item, ["head"])
    assert one.startswith(
        "bone head is held and does not go where the keys say; mute what holds it,"
    )
    (two,) = fights(item, ["head", "hand_l"])
    assert two.startswith("bones head, hand_l are held and do not go where")
    assert "holds them, or choose other controls" in two
    limit = item.pose.bones["head"].constraints.new("LIMIT_ROTATION")
    limit.owner_space = "LOCAL"
    assert fights(item, ["head"]) == []  # its own limits are kept
    item.pose.bones["head"].constraints.new("COPY_ROTATION").name = "Look"
    (held,) = fights(item, ["head"])
    assert "(constraint" in held


def test_single_locked_channels_and_a_locked_way_are_said(addon) -> None:
    from lsmplify_extension.lsmplify_core.retarget import RigMap

    item = build("one")
    rig_map = RigMap("m", {"Pelvis": ("pelvis",), "Head": ("head",), "Neck": ("neck_01",)})
    assert addon.hindrances.notes(item, rig_map) == []
    item.pose.bones["head"].lock_rotation = (True, False, False)
    item.pose.bones["neck_01"].lock_rotation = (True, True, True)
    (note,) = addon.hindrances.notes(item, rig_map)
    assert note.startswith("bones head have single locked rotation channels")
    item.pose.bones["pelvis"].lock_location = (False, False, True)
    assert "the location of bone pelvis is locked" in addon.hindrances.notes(item, rig_map)[1]
    torso = RigMap("m", {"Pelvis": ("pelvis",), "Torso": ("spine_01",)})
    assert addon.hindrances.notes(item, torso) == []
    item.data.pose_position = "REST"
    assert "is shown in its rest position" in addon.hindrances.notes(item, torso)[0]


@pytest.mark.parametrize(
    ("metres", "degrees", "off"), [(0.0, 0.0, False), (0.015, 0.0, False), (0.02, 0.0, True),
                                   (0.0, 2.5, False), (0.0, 4.0, True)],
)  # fmt: skip
def test_bones_that_stand_elsewhere_are_named(addon, metres, degrees, off: bool) -> None:
    """A hundredth of the height, 1.72 m, or three degrees."""
    from lsmplify_extension.addon.character.rig.armature import rig_from
    from lsmplify_extension.lsmplify_core.geometry.rotations import axis_angle_to_matrix

    item = build("one")
    rig = rig_from(item)
    bones = np.array([rig.index("pelvis"), rig.index("hand_l")])
    axes = np.tile(rig.axes[bones], (2, 1, 1, 1))
    heads = np.tile(rig.heads[bones], (2, 1, 1))
    heads[:, 1, 0] += metres
    axes[:, 1] = axis_angle_to_matrix(np.radians([degrees, 0.0, 0.0])) @ axes[:, 1]
    motion = SimpleNamespace(rig=rig, bones=bones, heads=heads, axes=axes)
    character = SimpleNamespace(rig=rig, controls="fk", limbs=())
    frames = np.array([1.0, 2.0])
    bpy.context.scene.frame_set(7)
    found = addon.proof.deviation_notes(bpy.context, item, character, motion, frames)
    assert bpy.context.scene.frame_current == 7
    assert bool(found) == off
    if off:
        said = f"hand_l by {1000 * metres:.0f} mm and {degrees:.0f} degrees"
        assert said in found[0]
        known = addon.proof.deviation_notes(
            bpy.context, item, character, motion, frames, "hand_l is held"
        )
        assert known == []
    item.data.pose_position = "REST"
    assert addon.proof.deviation_notes(bpy.context, item, character, motion, frames) == []


def test_a_motion_of_a_solved_body_is_what_moves(addon) -> None:
    """Without a choice: the armature that was solved."""
    plan, scene = addon.plan, bpy.context.scene.lsmplify
    with pytest.raises(addon.error, match="no motion is chosen"):
        plan.source_of(bpy.context)
    solved = build("solved")
    scene.armature = solved
    assert plan.source_of(bpy.context) == solved
    chosen = build("chosen")
    scene.character.source = chosen
    assert plan.source_of(bpy.context) == chosen


def test_people_begin_at_their_own_first_frames(addon, monkeypatch) -> None:
    job = importlib.import_module("lsmplify_extension.addon.character.apply.job")
    seen: list = []

    def stopped(people):
        seen.extend(people)
        return
        yield

    monkeypatch.setattr(job, "retarget_people_steps", stopped)
    jobs = [
        SimpleNamespace(
            source=SimpleNamespace(performance=name, frames=np.array([first, first + 1.0])),
            rig=None, rig_map=None, options=None,
        )
        for name, first in (("anna", 5.0), ("ben", 8.0))
    ]  # fmt: skip
    with pytest.raises((TypeError, ValueError)):  # no results: nothing came of it
        list(job.people_steps(jobs))
    assert [(p.source, p.first) for p in seen] == [("anna", 5), ("ben", 8)]
