# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses to channels of bones, what is cleared before, what is read of a rig, and ranges of
sources, by bones at right angles."""

import importlib
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from tests.addon.conftest import load_extension

MODULES = (
    "apply.writing", "apply.source", "apply.proof", "apply.keying",
    "rig.armature", "rig.probing", "rig.controls",
)  # fmt: skip
HALF = np.sqrt(0.5)
QUARTER = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])  # about X


@pytest.fixture
def addon() -> SimpleNamespace:
    """The modules under test, in an empty file; nothing is registered."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    load_extension()
    character = "lsmplify_extension.addon.character"
    found = {n.split(".")[-1]: importlib.import_module(f"{character}.{n}") for n in MODULES}
    found["actions"] = importlib.import_module("lsmplify_extension.addon.bake.actions")
    core = "lsmplify_extension.lsmplify_core"
    found["error"] = importlib.import_module(f"{core}.runtime.errors").InputError
    return SimpleNamespace(**found)


def _armature(count: int = 3, tree: bool = True) -> bpy.types.Object:
    """Bones b0, b1, … of a metre each, up along Z one on the other."""
    data = bpy.data.armatures.new("rig")
    item = bpy.data.objects.new("rig", data)
    bpy.context.scene.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="EDIT")
    for i in range(count):
        bone = data.edit_bones.new(f"b{i}")
        bone.head, bone.tail = (0, 0, i), (0, 0, i + 1)
        bone.parent = data.edit_bones.get(f"b{i - 1}") if i and tree else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return item


def _values(addon, item, path):
    """Channel -> values of its keys."""
    return {
        c.array_index: addon.actions.key_coordinates(c)[:, 1].round(6).tolist()
        for c in addon.actions.curves_of(item) if c.data_path.endswith(path)
    }  # fmt: skip


FRAMES = np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("locks", "written"),
    [
        ({}, {0, 1, 2, 3}),
        ({"lock_rotation": (False, True, False), "lock_rotations_4d": False}, {0, 1, 2, 3}),
        ({"lock_rotation": (False, True, False), "lock_rotations_4d": True}, {0, 1, 3}),
        ({"lock_rotation_w": True, "lock_rotations_4d": False}, {0, 1, 2, 3}),
        ({"lock_rotation_w": True, "lock_rotations_4d": True}, {1, 2, 3}),
    ],
)
def test_locked_channels_of_a_quaternion_get_no_keys(addon, locks, written) -> None:
    """Single axes are locked where the bone locks four channels."""
    item = _armature()
    addon.actions.new_action(item, "a")
    bone = item.pose.bones["b1"]
    for name, value in locks.items():
        setattr(bone, name, value)
    addon.writing.write_rotation(item, "b1", FRAMES, np.stack((np.eye(3), QUARTER)))
    found = _values(addon, item, "rotation_quaternion")
    assert set(found) == written
    if 1 in written:
        assert found[1] == pytest.approx([0.0, HALF], abs=1e-6)


def test_locked_axes_of_euler_angles_get_no_keys(addon) -> None:
    item = _armature()
    addon.actions.new_action(item, "a")
    bone = item.pose.bones["b1"]
    bone.rotation_mode, bone.lock_rotation = "XYZ", (False, True, False)
    addon.writing.write_rotation(item, "b1", FRAMES, np.stack((np.eye(3), QUARTER)))
    found = _values(addon, item, "rotation_euler")
    assert set(found) == {0, 2}
    assert found[0] == pytest.approx([0.0, np.pi / 2], abs=1e-6)


@pytest.mark.parametrize("at", [0.0, 5.0])
@pytest.mark.parametrize("beside", [True, False])
def test_quaternions_go_on_from_keys_beside_them(addon, at: float, beside: bool) -> None:
    """The key before, or after, holds -1: the same turn, so the new ones are negative too."""
    item = _armature()
    addon.actions.new_action(item, "a")
    path = item.pose.bones["b1"].path_from_id("rotation_quaternion")
    for index, value in enumerate((-1.0, 0.0, 0.0, 0.0)):
        addon.actions.write_curve(item, path, index, "b1", np.array([at]), np.array([value]))
    addon.writing.write_rotation(item, "b1", FRAMES, np.stack((np.eye(3), QUARTER)), beside)
    w = _values(addon, item, "rotation_quaternion")[0]
    own = sorted(v for v in w if abs(v) > 0.5)
    assert (max(own) < 0) == beside


@pytest.mark.parametrize("local", [True, False])
def test_a_location_lies_in_the_bones_axes_or_the_armatures(addon, local: bool) -> None:
    """A bone up along Z has its Y there."""
    item = _armature()
    addon.actions.new_action(item, "a")
    bone = item.pose.bones["b0"]
    bone.bone.use_local_location = local
    bone.lock_location = (True, False, False)
    shifts = np.array([[0.0, 0.0, 0.0], [3.0, 1.0, 2.0]])
    addon.writing.write_location(item, "b0", FRAMES, shifts)
    found = _values(addon, item, "location")
    assert set(found) == {1, 2}
    moved = np.array(bone.bone.matrix_local.to_3x3()) @ shifts[1]
    wanted = shifts[1] if local else moved
    assert [found[1][1], found[2][1]] == pytest.approx(wanted[1:].tolist(), abs=1e-6)
    assert moved[2] == pytest.approx(1.0)


def test_a_number_of_the_rig_has_one_key(addon) -> None:
    item = _armature()
    addon.actions.new_action(item, "a")
    item["ik"] = 0.0
    addon.writing.write_number(item, '["ik"]', 7.0, 1.0)
    (curve,) = addon.actions.curves_of(item)
    assert addon.actions.key_coordinates(curve).tolist() == [[7.0, 1.0]]


@pytest.mark.parametrize(
    ("name", "change", "posed"),
    [
        ("b0", {}, 0),
        ("b0", {"rotation_quaternion": (0, 1, 0, 0)}, 1),
        ("b0", {"location": (0, 2e-5, 0)}, 1),
        ("b0", {"location": (0, 5e-6, 0)}, 0),
        ("b1", {"rotation_quaternion": (0, 1, 0, 0)}, 0),  # keyed: gets its rotation anyhow
        ("b1", {"location": (0, -2e-5, 0)}, 1),
        ("b1", {"location": (0, 5e-6, 0)}, 0),
        ("b1", {"scale": (1, 1, 0.9)}, 1),
        ("b2", {"location": (0, 2, 0)}, 0),  # keyed, with its location
        ("b2", {"scale": (1, 1.1, 1)}, 1),
    ],
)
def test_bones_that_were_posed_are_brought_to_rest_and_counted(addon, name, change, posed) -> None:
    item = _armature()
    bone = item.pose.bones[name]
    for channel, value in change.items():
        setattr(bone, channel, value)
    assert addon.writing.clear_pose(item, {"b1", "b2"}, {"b2"}) == posed
    assert tuple(bone.scale) == (1.0, 1.0, 1.0)
    if posed:
        assert tuple(bone.location) == (0.0, 0.0, 0.0)
    if name == "b0" and posed:
        assert tuple(bone.rotation_quaternion) == (1.0, 0.0, 0.0, 0.0)


def test_curves_of_bones_are_taken_out_of_an_action(addon) -> None:
    item = _armature()
    addon.actions.new_action(item, "a")
    for name in ("b0", "b1"):
        addon.writing.write_rotation(item, name, FRAMES, np.stack((np.eye(3), QUARTER)))
    addon.writing.clear_curves(item, {"b1"})
    paths = {c.data_path for c in addon.actions.curves_of(item)}
    assert paths == {'pose.bones["b0"].rotation_quaternion'}


# --- what is read -------------------------------------------------------------------------------


def test_a_rig_is_in_metres_of_the_scene(addon) -> None:
    """A scene whose unit is a centimetre; an object at twice the size, moved."""
    item = _armature()
    item.matrix_world = Matrix.Translation((100, 0, 0)) @ Matrix.Scale(2, 4)
    scene = bpy.context.scene
    scene.unit_settings.system, scene.unit_settings.scale_length = "METRIC", 0.01
    item.data.bones["b2"].use_inherit_rotation = False
    item.pose.bones["b1"].lock_rotation = (True, True, True)
    item.pose.bones["b2"].lock_rotation = (True, False, True)
    rig = addon.armature.rig_from(item)
    np.testing.assert_allclose(rig.heads, [[1, 0, 0], [1, 0, 0.02], [1, 0, 0.04]], atol=1e-6)
    assert rig.scale == pytest.approx(0.02)
    assert rig.parents.tolist() == [-1, 0, 1]
    assert rig.inherits.tolist() == [True, True, False]
    assert rig.locked.tolist() == [False, True, False]
    assert rig.floor is None


@pytest.mark.parametrize(
    ("change", "kept"),
    [({}, True), ({"mute": True}, False), ({"influence": 0.0}, False),
     ({"owner_space": "WORLD"}, False)],
)  # fmt: skip
def test_limits_of_a_bones_own_rotation(addon, change, kept: bool) -> None:
    item = _armature()
    limit = item.pose.bones["b1"].constraints.new("LIMIT_ROTATION")
    limit.owner_space, limit.use_limit_x = "LOCAL", True
    limit.min_x, limit.max_x = -0.5, 1.5
    for name, value in change.items():
        setattr(limit, name, value)
    limits = addon.armature.rig_from(item).limits[1]
    assert limits[0].tolist() == pytest.approx([-0.5, 1.5] if kept else [-np.inf, np.inf])
    assert limits[1:].tolist() == [[-np.inf, np.inf]] * 2


def test_the_ground_is_under_the_lowest_mesh_that_the_armature_bends(addon) -> None:
    item = _armature()
    for name, low, bends in (("skin", -0.5, True), ("shoe", -0.7, True), ("stone", -9.0, False)):
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata([(0, 0, low), (0, 0, 1)], [], [])
        skin = bpy.data.objects.new(name, mesh)
        skin.matrix_world = Matrix.Translation((0, 0, 0.25))
        bpy.context.scene.collection.objects.link(skin)
        if bends:
            skin.modifiers.new("m", "ARMATURE").object = item
    bpy.context.view_layer.update()
    assert addon.armature.rig_from(item).floor == pytest.approx(-0.45)


@pytest.mark.parametrize(
    ("start", "end", "frames", "samples"),
    [(None, None, [10, 11, 12, 13, 14], [0, 2, 4, 6, 8]), (12, None, [12, 13, 14], [4, 6, 8]),
     (None, 11, [10, 11], [0, 2]), (12, 12, [12], [4])],
)  # fmt: skip
def test_frames_of_a_source_within_a_range(addon, start, end, frames, samples) -> None:
    """Nine samples from frame 10 on, half a frame apart."""
    found = addon.source._chosen(10.0, 0.5, 9, start, end)
    assert [list(f) for f in found] == [frames, samples]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(12, 11, "from frame 12 to 11 holds no frame"), (20, None, "it goes from frame 10 to 14"),
     (None, 9, "it goes from frame 10 to 14")],
)  # fmt: skip
def test_ranges_without_a_frame_are_said(addon, start, end, words: str) -> None:
    with pytest.raises(addon.error, match=words):
        addon.source._chosen(10.0, 0.5, 9, start, end)


def test_whole_frames_of_an_action_or_of_strips(addon) -> None:
    item = _armature()
    with pytest.raises(addon.error, match="'rig' has no action"):
        addon.source._frames_of(item, None, None)
    action = addon.actions.new_action(item, "a")
    addon.actions.write_curve(item, "location", 0, "L", np.array([1.4, 6.7]), np.array([0.0, 1.0]))
    assert addon.source._frames_of(item, None, None).tolist() == [2, 3, 4, 5, 6]
    assert addon.source._frames_of(item, 5, None).tolist() == [5, 6]
    assert addon.source._frames_of(item, 3, 3).tolist() == [3]
    with pytest.raises(addon.error, match="from frame 7 to 6 holds no frame"):
        addon.source._frames_of(item, 7, None)
    track = item.animation_data.nla_tracks.new()
    strip = track.strips.new("s", 20, action)
    item.animation_data.action = None
    first, last = int(np.ceil(strip.frame_start)), int(np.floor(strip.frame_end))
    found = addon.source._frames_of(item, None, None)
    assert (found[0], found[-1]) == (first, last)
    track.strips.remove(strip)
    with pytest.raises(addon.error, match="'rig' has no action"):
        addon.source._frames_of(item, None, None)


# --- what carries what ---------------------------------------------------------------------------


def test_bones_that_follow_their_parents_alone_are_plain(addon) -> None:
    item = _armature(4)
    assert addon.probing.is_plain(item, ["b0", "b2"])
    constraint = item.pose.bones["b1"].constraints.new("COPY_ROTATION")
    assert not addon.probing.is_plain(item, ["b3"])
    assert addon.probing.is_plain(item, ["b0"])
    constraint.influence = 0.0
    assert addon.probing.is_plain(item, ["b3"])
    constraint.influence, constraint.mute = 1.0, True
    assert addon.probing.is_plain(item, ["b3"])
    item.driver_add('pose.bones["b2"].location', 0)
    assert not addon.probing.is_plain(item, ["b3"])
    assert addon.probing.is_plain(item, ["b1"])


def test_what_carries_bones_of_a_plain_rig_is_their_parents(addon) -> None:
    """Tried out: the pose is afterwards as it was."""
    item = _armature(4)
    item.pose.bones["b1"].rotation_quaternion = (HALF, HALF, 0, 0)
    rig = addon.armature.rig_from(item)
    found, stuck = addon.probing.find_carriers(bpy.context, item, rig, ["b0", "b1", "b3"])
    assert stuck == []
    assert found.turn.tolist()[:2] == [-1, 0]
    assert (found.turn[3], found.place[3]) == (1, 1)  # the nearest of those tried
    assert found.place.tolist()[:2] == [-1, 0]
    assert list(item.pose.bones["b1"].rotation_quaternion) == pytest.approx([HALF, HALF, 0, 0])


def test_a_bone_may_be_carried_by_one_and_turned_by_another(addon) -> None:
    """b2 does not inherit its parent's rotation, but copies the first bone's."""
    item = _armature(4)
    item.data.bones["b2"].use_inherit_rotation = False
    rig = addon.armature.rig_from(item)
    found, stuck = addon.probing.find_carriers(bpy.context, item, rig, ["b0", "b1", "b2", "b3"])
    assert stuck == []
    assert (found.turn[2], found.place[2]) == (-1, 1)
    assert (found.turn[3], found.place[3]) == (2, 2)


def test_a_bone_that_is_held_does_not_go_where_its_channels_say(addon) -> None:
    item = _armature(3)
    constraint = item.pose.bones["b1"].constraints.new("LIMIT_ROTATION")
    constraint.owner_space, constraint.use_limit_x = "WORLD", True
    limit = item.pose.bones["b0"].constraints.new("LIMIT_ROTATION")
    limit.owner_space, limit.use_limit_x = "LOCAL", True
    rig = addon.armature.rig_from(item)
    found, stuck = addon.probing.find_carriers(bpy.context, item, rig, ["b0", "b1", "b2"])
    assert stuck == ["b1"]
    assert not limit.mute
    assert found.turn[2] == 1


@pytest.mark.parametrize(
    ("follows", "carriers"),
    [
        ([[1, 0, 0], [1, 1, 0], [1, 1, 1]], [-1, 10, 11]),  # the nearest: carried itself by most
        ([[1, 1, 0], [1, 1, 0], [1, 0, 1]], [-1, -1, 10]),  # two that carry each other: neither
    ],
)
def test_of_all_that_carry_a_bone_the_nearest(addon, follows, carriers) -> None:
    found = np.full(13, 5)
    addon.probing._nearest(np.array(follows, bool), [10, 11, 12], found, set())
    assert found[10:].tolist() == carriers
    kept = np.full(13, 5)
    addon.probing._nearest(np.array(follows, bool), [10, 11, 12], kept, {12})
    assert kept[12] == 5


# --- switches ------------------------------------------------------------------------------------


def _driven(item, expression: str, name: str = "ik"):
    """b2 copies b0 by an influence that a number of the rig drives; its data path."""
    item[name] = 0.25
    constraint = item.pose.bones["b2"].constraints.new("COPY_ROTATION")
    constraint.target, constraint.subtarget = item, "b0"
    curve = constraint.driver_add("influence")
    variable = curve.driver.variables.new()
    variable.name, variable.type = "x", "SINGLE_PROP"
    variable.targets[0].id, variable.targets[0].data_path = item, f'["{name}"]'
    curve.driver.expression = expression
    path = item.pose.bones["b2"].path_from_id()
    return f'{path}.constraints["{constraint.name}"].influence', curve


@pytest.mark.parametrize(
    ("expression", "values"),
    [("x", (0.0, 1.0)), ("1 - x", (1.0, 0.0)), ("0.7 * x", (0.0, 1.0)), ("0.4 * x", None)],
)
def test_a_driven_number_is_tried_out(addon, expression: str, values) -> None:
    """Its values for FK and IK; where neither is over a half it is no switch."""
    item = _armature()
    path, curve = _driven(item, expression)
    found = addon.controls.driven_switch(item, path)
    assert (None if found is None else (found.path, found.fk, found.ik)) == (
        values and ('["ik"]', *values)
    )
    assert item["ik"] == 0.25
    curve.mute = True
    assert addon.controls.driven_switch(item, path) is None


def test_two_numbers_are_no_switch(addon) -> None:
    item = _armature()
    path, curve = _driven(item, "x")
    curve.driver.variables.new().name = "y"
    assert addon.controls.driven_switch(item, path) is None
    assert addon.controls.driven_switch(item, "location") is None


def test_a_number_is_set_in_its_own_kind(addon) -> None:
    item = _armature()
    item["whole"], item["part"] = 3, 0.5
    addon.controls.set_number(item, '["whole"]', 1.0)
    addon.controls.set_number(item, '["part"]', 1.0)
    assert (item["whole"], type(item["whole"])) == (1, int)
    assert (item["part"], type(item["part"])) == (1.0, float)
    bone = item.pose.bones["b1"]
    bone["x"] = 0.0
    addon.controls.set_number(item, 'pose.bones["b1"]["x"]', 1.0)
    assert bone["x"] == 1.0
    addon.controls.set_number(item, 'pose.bones["b1"].ik_stretch', 0.5)
    assert bone.ik_stretch == 0.5
