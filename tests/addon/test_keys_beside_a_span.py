# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies beside a span keeps every bit: keys, handles and what the curve shows; and channels of
every rotation mode go on from what was there."""

import bpy
import numpy as np
import pytest


def bezier(frames, values) -> bpy.types.FCurve:
    """A curve with automatic Bézier handles, as artists make them."""
    from lsmplify_extension.addon.bake import actions

    empty = bpy.data.objects.new("curve", None)
    bpy.context.scene.collection.objects.link(empty)
    actions.new_action(empty, "curve")
    actions.write_curve(empty, "location", 0, "Location", np.array(frames), np.array(values))
    (curve,) = actions.curves_of(empty)
    for point in curve.keyframe_points:
        point.interpolation = "BEZIER"
        point.handle_left_type = point.handle_right_type = "AUTO_CLAMPED"
    curve.update()
    return curve


FRAMES = np.array([1.0, 5.0, 9.0, 13.0, 17.0, 21.0])


@pytest.mark.parametrize("handled", [True, False])
@pytest.mark.parametrize(("first", "last"), [(9, 13), (1, 5), (17, 21), (10, 12)])
def test_a_curve_beside_a_span_does_not_move(
    extension, handled: bool, first: int, last: int
) -> None:
    from lsmplify_extension.addon.bake import keys

    curve = bezier(FRAMES, [0.0, 3.0, -1.0, 4.0, 2.0, 0.5])
    outside = np.concatenate((np.arange(1.0, min(first, 9) - 3.9, 0.25),
                              np.arange(max(last, 13) + 4.0, 21.1, 0.25)))  # fmt: skip
    before = [curve.evaluate(float(f)) for f in outside]
    frames = np.arange(first, last + 1.0)
    values = np.linspace(-9.0, 9.0, len(frames))
    handles = None
    if handled:
        third = np.array([1 / 3, 0.0])
        co = np.stack((frames, values), axis=1)
        handles = keys.Handles(co - third, co + third)
    keys.replace(curve, frames, values, handles)
    np.testing.assert_allclose([curve.evaluate(float(f)) for f in outside], before, atol=1e-6)
    np.testing.assert_allclose([curve.evaluate(float(f)) for f in frames], values, atol=1e-5)
    kinds = {p.interpolation for p in curve.keyframe_points if first <= p.co[0] <= last}
    assert kinds == {"BEZIER" if handled else "LINEAR"}


@pytest.mark.parametrize("off", [-2e-5, 2e-5])
def test_keys_within_a_ten_thousandth_of_a_span_are_in_it(extension, off: float) -> None:
    from lsmplify_extension.addon.bake import keys

    curve = bezier(FRAMES + off, np.zeros(6))
    keys.replace(curve, np.array([9.0, 13.0]), np.array([1.0, 2.0]))
    assert len(curve.keyframe_points) == 6
    assert [p.co[1] for p in curve.keyframe_points] == [0.0, 0.0, 1.0, 2.0, 0.0, 0.0]


def test_handles_that_are_given_are_kept(extension) -> None:
    from lsmplify_extension.addon.bake import keys

    curve = bezier(FRAMES, np.zeros(6))
    frames, values = np.array([6.0, 8.0, 12.0]), np.array([0.0, 1.0, -1.0])
    left = np.stack((frames - [0.5, 0.6, 1.2], values - [0.1, 0.3, 0.6]), axis=1)
    right = np.stack((frames + np.array([0.7, 1.2, 0.5]), [0.14, 1.6, -0.75]), axis=1)
    keys.replace(curve, frames, values, keys.Handles(left, right))
    own = [p for p in curve.keyframe_points if 6 <= p.co[0] <= 12]
    np.testing.assert_allclose([p.handle_left[:] for p in own], left, atol=1e-4)
    np.testing.assert_allclose([p.handle_right[:] for p in own], right, atol=1e-4)
    assert {p.handle_left_type for p in own} == {"ALIGNED"}


def test_a_copied_curve_is_the_other_one(extension) -> None:
    from lsmplify_extension.addon.bake import keys

    source, target = bezier(FRAMES, [0.0, 3.0, -1.0, 4.0, 2.0, 0.5]), bezier([2.0, 3.0], [9.0, 9.0])
    source.keyframe_points[2].type = "EXTREME"
    source.keyframe_points[3].interpolation = "CONSTANT"
    keys.copy(source, target)
    for a, b in zip(source.keyframe_points, target.keyframe_points, strict=True):
        assert (a.co[:], a.type, a.interpolation) == (b.co[:], b.type, b.interpolation)
        assert (a.handle_left[:], a.handle_right[:]) == (b.handle_left[:], b.handle_right[:])
    np.testing.assert_array_equal(keys.points(target)[:, 0], FRAMES)
    target.keyframe_points[1].handle_right[1] += 0.5
    keys.copy(source, target)
    assert target.keyframe_points[1].handle_right[:] == source.keyframe_points[1].handle_right[:]


@pytest.mark.parametrize(("off", "shown"), [(0.0005, "keys"), (0.3, "curve")])
def test_samples_are_the_keys_where_they_lie_on_the_frames(extension, off, shown: str) -> None:
    from lsmplify_extension.addon.bake import keys

    curve = bezier(FRAMES, [0.0, 3.0, -1.0, 4.0, 2.0, 0.5])
    found = keys.sampled(curve, FRAMES + off)
    expected = [p.co[1] for p in curve.keyframe_points]
    if shown == "curve":
        expected = [curve.evaluate(float(f)) for f in FRAMES + off]
    np.testing.assert_allclose(found, expected, atol=1e-6)


# --- rotation modes ---------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["QUATERNION", "AXIS_ANGLE", "XYZ", "ZYX", "YXZ"])
def test_rotations_come_back_from_every_mode(extension, mode: str) -> None:
    from lsmplify_extension.addon.bake import channels
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    bone = make_armature(bpy.context, default_body(), "Body").pose.bones["L_Knee"]
    bone.rotation_mode = mode
    angle = np.linspace(-2.9, 2.9, 40)
    axis = np.array([0.6, -0.64, 0.48])
    q = np.concatenate((np.cos(angle / 2)[:, None], np.sin(angle / 2)[:, None] * axis), axis=1)
    values = channels.from_quaternions(bone, q, None)
    assert values.shape == (40, channels.width_of(bone))
    assert channels.width_of(bone) == (4 if mode in ("QUATERNION", "AXIS_ANGLE") else 3)
    back = channels.to_quaternions(bone, values)
    assert np.abs(np.abs(np.sum(back * q, axis=1)) - 1.0).max() < 1e-5
    np.testing.assert_allclose(np.linalg.norm(back, axis=1), 1.0, atol=1e-6)
    name = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
    assert channels.path_of(bone).endswith(name.get(mode, "rotation_euler"))
    assert len(channels.resting(bone)) == channels.width_of(bone)


def test_euler_angles_go_on_from_the_frame_before(extension) -> None:
    from lsmplify_extension.addon.bake import channels
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    bone = make_armature(bpy.context, default_body(), "Body").pose.bones["L_Knee"]
    bone.rotation_mode = "XYZ"
    turn = np.linspace(0.0, 3 * np.pi, 60)
    q = np.stack((np.cos(turn / 2), 0 * turn, 0 * turn, np.sin(turn / 2)), axis=1)
    values = channels.from_quaternions(bone, q, None)
    assert np.abs(np.diff(values, axis=0)).max() < 0.2
    later = channels.from_quaternions(bone, q[:5], np.array([0.0, 0.0, 4 * np.pi]))
    np.testing.assert_allclose(later[0], [0.0, 0.0, 4 * np.pi], atol=1e-4)


def test_a_quaternion_of_nought_is_no_turn_and_lengths_do_not_matter(extension) -> None:
    from lsmplify_extension.addon.bake import channels
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    bone = make_armature(bpy.context, default_body(), "Body").pose.bones["L_Knee"]
    bone.rotation_mode = "QUATERNION"
    values = np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0], [0.5, 0.0, 0.0, -0.5]])
    root = np.sqrt(0.5)
    expected = [[1, 0, 0, 0], [0, 1, 0, 0], [root, 0, 0, -root]]
    np.testing.assert_allclose(channels.to_quaternions(bone, values), expected, atol=1e-7)


# --- the scene that is asked -------------------------------------------------------------------


def test_the_scenes_frame_is_what_it_was(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.tracks.scene_tracks import from_objects

    objects = add_empties(waving(12, 24.0))
    for item in objects:
        item.constraints.new("LIMIT_LOCATION")
    objects[3].hide_viewport = True
    bpy.context.scene.frame_set(7, subframe=0.25)
    scenes = len(bpy.data.scenes)
    from_objects(bpy.context, objects, "test", None)
    assert bpy.context.scene.frame_current_final == pytest.approx(7.25)
    assert objects[3].hide_viewport
    assert len(bpy.data.scenes) == scenes


def test_a_span_that_ends_before_it_starts_is_refused(extension) -> None:
    from lsmplify_extension.addon.tracks.scene_tracks import from_objects
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    made = []
    for i in range(3):
        item = bpy.data.objects.new(f"point {i}", None)
        bpy.context.scene.collection.objects.link(item)
        target = bpy.data.objects.new(f"target {i}", None)
        item.constraints.new("COPY_LOCATION").target = target
        made.append(item)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 4, 9
    with pytest.raises(InputError, match="scene frames 9 to 4 end before they start"):
        from_objects(bpy.context, made, "test", (9, 4))
    whole = from_objects(bpy.context, made, "test", None).tracks
    assert (whole.frames, whole.rate) == (6, 24.0)
