# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels of rotations in every mode, keys of curves, and slots: what is read is what was
written."""

import importlib
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.addon.conftest import load_extension

HALF = np.sqrt(0.5)


@pytest.fixture
def addon() -> SimpleNamespace:
    """The modules under test, in an empty file; nothing is registered."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    load_extension()
    names = ("actions", "channels", "keys")
    return SimpleNamespace(
        **{n: importlib.import_module(f"lsmplify_extension.addon.bake.{n}") for n in names}
    )


def _armature(mode: str = "QUATERNION") -> bpy.types.Object:
    """An armature of two bones along Z, a metre each."""
    data = bpy.data.armatures.new("rig")
    item = bpy.data.objects.new("rig", data)
    bpy.context.scene.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="EDIT")
    for i in range(2):
        bone = data.edit_bones.new(f"b{i}")
        bone.head, bone.tail = (0, 0, i), (0, 0, i + 1)
        bone.parent = data.edit_bones.get("b0") if i else None
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in item.pose.bones:
        bone.rotation_mode = mode
    return item


QUARTERS = {
    "QUATERNION": [[HALF, HALF, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]],
    "AXIS_ANGLE": [[np.pi / 2, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    "XYZ": [[np.pi / 2, 0, 0], [0, 0, 0], [0, 0, 0]],
}
"""A quarter turn about X, and twice none, in each mode's channels."""


@pytest.mark.parametrize("mode", QUARTERS)
def test_channels_of_every_mode_are_quaternions_and_back(addon, mode: str) -> None:
    bone = _armature(mode).pose.bones["b1"]
    values = np.array(QUARTERS[mode], float)
    found = addon.channels.to_quaternions(bone, values)
    np.testing.assert_allclose(found, [[HALF, HALF, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]], atol=1e-6)
    again = addon.channels.to_quaternions(bone, addon.channels.from_quaternions(bone, found, None))
    np.testing.assert_allclose(again, found, atol=1e-6)
    assert addon.channels.width_of(bone) == len(values[0])
    words = {"QUATERNION": "quaternion", "AXIS_ANGLE": "axis_angle"}
    assert addon.channels.path_of(bone) == f'pose.bones["b1"].rotation_{words.get(mode, "euler")}'
    rest = {"QUATERNION": [1, 0, 0, 0], "AXIS_ANGLE": [0, 0, 1, 0], "XYZ": [0, 0, 0]}[mode]
    assert addon.channels.resting(bone) == rest


def test_a_quaternion_of_hardly_any_length_is_no_turn(addon) -> None:
    bone = _armature().pose.bones["b0"]
    values = np.array([[0, 5e-10, 0, 0], [0, 2e-9, 0, 0]])
    found = addon.channels.to_quaternions(bone, values)
    np.testing.assert_allclose(found, [[1, 0, 0, 0], [0, 1, 0, 0]])


def test_euler_angles_go_on_from_the_frame_before(addon) -> None:
    """Half a turn and more about Z goes on counting."""
    bone = _armature("XYZ").pose.bones["b0"]
    angles = np.radians([170.0, 190.0, 350.0, 370.0])
    q = np.stack((np.cos(angles / 2), 0 * angles, 0 * angles, np.sin(angles / 2)), axis=1)
    found = np.degrees(addon.channels.from_quaternions(bone, q, None))[:, 2]
    assert found == pytest.approx([170.0, 190.0, 350.0, 370.0], abs=1e-3)
    later = np.radians([0.0, 0.0, 540.0])
    found = np.degrees(addon.channels.from_quaternions(bone, q, later))[:, 2]
    assert found == pytest.approx([530.0, 550.0, 710.0, 730.0], abs=1e-3)


@pytest.mark.parametrize(
    ("path", "bone"),
    [('pose.bones["b\\"1"].location', 'b"1'), ('pose.bones["a"].scale', "a"), ("location", None)],
)
def test_the_bone_that_a_path_is_about(addon, path: str, bone) -> None:
    assert addon.actions.bone_of(path) == bone


def _keyed(addon, item, frames=(1.0, 2.0, 3.0), values=(0.0, 0.0, 0.0), index=0):
    addon.actions.write_curve(item, "location", index, "Location", np.array(frames),
                              np.array(values))  # fmt: skip
    return next(c for c in addon.actions.curves_of(item) if c.array_index == index)


def _empty(name="e"):
    item = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(item)
    return item


@pytest.mark.parametrize(
    ("frames", "left"),
    [((2.0, 3.0), [1, 2, 3, 4]), ((2.00005, 2.99995), [1, 2.00005, 2.99995, 4]),
     ((2.02, 2.9), [1, 2, 2.02, 2.9, 3, 4]), ((0.0, 9.0), [0, 9])],
)  # fmt: skip
def test_keys_within_the_frames_are_replaced_to_a_ten_thousandth(addon, frames, left) -> None:
    item = _empty()
    addon.actions.new_action(item, "a")
    _keyed(addon, item, (1.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 4.0))
    curve = _keyed(addon, item, frames, (7.0, 8.0))
    found = addon.actions.key_coordinates(curve)
    np.testing.assert_allclose(found[:, 0], left, atol=1e-6)
    assert sorted(found[:, 1])[-2:] == [7.0, 8.0]
    kinds = {p.co[0]: p.interpolation for p in curve.keyframe_points}
    assert set(kinds.values()) == {"LINEAR"}
    assert curve.group.name == "Location"


@pytest.mark.parametrize("by", ["curve", "group"])
def test_locked_curves_are_left_and_told_of(addon, by: str) -> None:
    item = _empty()
    action = addon.actions.new_action(item, "a")
    curve = _keyed(addon, item)
    (curve if by == "curve" else curve.group).lock = True
    assert addon.actions.is_locked(curve)
    with addon.actions.locked_noted() as outer:
        with addon.actions.locked_noted() as names:
            _keyed(addon, item, values=(5.0, 5.0, 5.0))
        assert names == outer == {"location"}
    assert not addon.actions.may_write(curve)
    assert addon.actions.key_coordinates(curve)[:, 1].tolist() == [0.0, 0.0, 0.0]
    addon.actions.remove_curve(action, item, "location", 0)
    assert len(addon.actions.curves_in(action, item)) == 1
    told = addon.actions.locked_note(set("abcdef"), action)
    assert told.startswith("action 'a' has locked curves, which were left as they are: a, b, c, d, "
                           "e, f; unlock")  # fmt: skip
    assert ": a, b, c, d, e, f, …; unlock" in addon.actions.locked_note(set("abcdefg"), action)


@pytest.mark.parametrize("by", ["curve", "group"])
def test_muted_curves_animate_nothing(addon, by: str) -> None:
    item = _empty()
    addon.actions.new_action(item, "a")
    curve = _keyed(addon, item)
    assert addon.actions.muted_curves(item, "location") == []
    (curve if by == "curve" else curve.group).mute = True
    assert addon.actions.curves_of(item) == []
    assert len(addon.actions.muted_curves(item, "location")) == 1
    assert addon.actions.muted_curves(item, "scale") == []
    assert addon.actions.curves_of(_empty("other")) == []


def test_a_location_has_three_curves(addon) -> None:
    item = _empty()
    addon.actions.new_action(item, "a")
    for index in (0, 1):
        _keyed(addon, item, index=index)
    assert addon.actions.location_curves(addon.actions.curves_of(item), "location") is None
    _keyed(addon, item, index=2)
    found = addon.actions.location_curves(addon.actions.curves_of(item), "location")
    assert set(found) == {0, 1, 2}
    addon.actions.write_curve(item, "scale", 0, "Scale", np.array([1.0]), np.array([1.0]))
    curves = addon.actions.curves_of(item)
    assert list(addon.actions.other_paths(curves, "location")) == ["scale"]


def test_an_action_that_is_left_is_kept(addon) -> None:
    item = _empty()
    first = addon.actions.new_action(item, "a")
    assert not first.use_fake_user
    second = addon.actions.new_action(item, "b")
    assert first.use_fake_user
    addon.actions.assign_own_slot(item, second)
    assert not second.use_fake_user
    addon.actions.assign_own_slot(item, first)
    assert second.use_fake_user
    assert item.animation_data.action == first


def test_within_showing_another_action_is_seen(addon) -> None:
    item = _empty()
    one = addon.actions.new_action(item, "one")
    _keyed(addon, item, values=(3.0, 3.0, 3.0))
    two = addon.actions.new_action(item, "two")
    with addon.actions.showing(item, one):
        assert item.animation_data.action == one
        assert len(addon.actions.curves_of(item)) == 1
    assert item.animation_data.action == two
    with addon.actions.showing(item, None):
        assert item.animation_data.action == two


@pytest.mark.skipif(bpy.app.version < (4, 4, 0), reason="there are no slots before 4.4")
def test_two_owners_of_one_action_have_slots_of_their_own(addon) -> None:
    one, two = _empty("one"), _empty("two")
    action = addon.actions.new_action(one, "both")
    _keyed(addon, one, values=(1.0, 1.0, 1.0))
    addon.actions.assign_own_slot(two, action)
    _keyed(addon, two, values=(2.0, 2.0, 2.0))
    addon.actions.assign_own_slot(two, action)
    assert [s.identifier for s in action.slots] == ["OBone", "OBtwo"]
    for item, value in ((one, 1.0), (two, 2.0)):
        (curve,) = addon.actions.curves_in(action, item)
        assert addon.actions.key_coordinates(curve)[0, 1] == value
    made = addon.actions.curve_for(action, two, "scale", 1, "Scale")
    assert (made.data_path, made.array_index, made.group.name) == ("scale", 1, "Scale")
    assert addon.actions.curve_for(action, two, "scale", 1, "Scale") == made
    addon.actions.remove_curve(action, two, "scale", 1)
    assert len(addon.actions.curves_in(action, two)) == 1


def test_keys_are_read_as_they_are_where_they_lie_on_the_frames(addon) -> None:
    item = _empty()
    addon.actions.new_action(item, "a")
    curve = _keyed(addon, item, (1.0, 2.0, 4.0), (0.0, 1.0, 5.0))
    sampled = addon.keys.sampled
    assert sampled(curve, np.array([1.0, 2.0, 4.0])).tolist() == [0.0, 1.0, 5.0]
    assert sampled(curve, np.array([1.0, 2.0, 3.0])).tolist() == pytest.approx([0.0, 1.0, 3.0])
    assert sampled(curve, np.array([1.5, 2.0])).tolist() == pytest.approx([0.5, 1.0])


@pytest.mark.parametrize(
    ("change", "same"),
    [("nothing", True), ("value", False), ("handle of a straight line", True),
     ("handle of a curve", False), ("interpolation", False)],
)  # fmt: skip
def test_curves_are_the_same_where_they_play_back_alike(addon, change: str, same: bool) -> None:
    item = _empty()
    addon.actions.new_action(item, "a")
    one, two = _keyed(addon, item, index=0), _keyed(addon, item, index=1)
    if change == "value":
        two.keyframe_points[1].co[1] = 1.0
    elif change == "interpolation":
        two.keyframe_points[1].interpolation = "CONSTANT"
    elif change.startswith("handle"):
        for curve in (one, two):
            for point in curve.keyframe_points:
                point.interpolation = "BEZIER" if "curve" in change else "LINEAR"
                point.handle_left_type = point.handle_right_type = "FREE"
        two.keyframe_points[1].handle_right[1] = 3.0
    assert addon.keys._same(one, two) == same
    addon.keys.copy(one, two)
    assert addon.keys._same(one, two)
