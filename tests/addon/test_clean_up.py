# SPDX-License-Identifier: GPL-3.0-or-later
"""Correct and re-solve, refine, smooth, limits: steps that leave everything else bit for bit."""

import bpy
import numpy as np
import pytest


def test_one_pose_key_mends_a_spoiled_span_and_nothing_outside_changes(extension) -> None:
    from kept_takes import (
        body_with,
        degrees_off,
        keys_of,
        pose_like,
        same_outside,
        shown,
        spoiled,
        waving,
    )

    truth = waving(72, 24.0)
    armature = body_with(spoiled(truth, "L_Shoulder", 30, 50), truth)
    first = armature.animation_data.action
    before = keys_of(first, armature)
    assert degrees_off(shown(armature), truth, "L_Shoulder")[30:51].min() > 30
    bpy.context.scene.frame_set(41)
    pose_like(armature, truth, 40)  # by hand, without a key
    assert bpy.ops.lsmplify.mark_pose_key() == {"FINISHED"}
    assert [k.frame for k in armature.lsmplify_rig.pose_keys] == [41.0]
    assert bpy.ops.lsmplify.resolve_range(frame_start=31, frame_end=51) == {"FINISHED"}
    action = armature.animation_data.action
    assert action != first
    assert action.name == "take LSMPLify Re-solve"
    assert same_outside(before, keys_of(action, armature), 31, 51)
    off = degrees_off(shown(armature), truth, "L_Shoulder")
    assert off[40] < 0.01
    assert off[30:51].mean() < 6
    assert all(np.array_equal(before[k], v) for k, v in keys_of(first, armature).items())


def test_only_the_chosen_region_changes(extension) -> None:
    from kept_takes import body_with, keys_of, spoiled, waving

    truth = waving(60, 24.0)
    armature = body_with(spoiled(spoiled(truth, "L_Elbow", 20, 40), "R_Knee", 20, 40), truth)
    before = keys_of(armature.animation_data.action, armature)
    assert bpy.ops.lsmplify.resolve_range(
        frame_start=21, frame_end=41, bones="REGIONS", regions={"LEFT_ARM"}
    ) == {"FINISHED"}
    after = keys_of(armature.animation_data.action, armature)
    changed = {
        path.split('"')[1]
        for (path, i) in before
        if not np.array_equal(before[path, i], after[path, i])
    }
    assert "L_Elbow" in changed
    assert changed <= {"L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist", "L_Hand"}


def test_selected_bones_are_what_may_change(extension) -> None:
    from kept_takes import body_with, keys_of, spoiled, waving

    truth = waving(40, 24.0)
    armature = body_with(spoiled(truth, "L_Elbow", 10, 30), truth)
    before = keys_of(armature.animation_data.action, armature)
    assert bpy.ops.lsmplify.resolve_range(
        frame_start=11, frame_end=31, bones="SELECTED", bone_names="L_Elbow"
    ) == {"FINISHED"}
    after = keys_of(armature.animation_data.action, armature)
    assert {
        p.split('"')[1] for (p, i) in before if not np.array_equal(before[p, i], after[p, i])
    } == {"L_Elbow"}


def test_undo_takes_a_step_back(extension) -> None:
    from kept_takes import body_with, waving

    armature = body_with(waving(30, 24.0))
    before = armature.animation_data.action.name
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.lsmplify.smooth("EXEC_DEFAULT", True, spine=0.2) == {"FINISHED"}
    assert bpy.data.objects["Anna"].animation_data.action.name == "take LSMPLify Smooth"
    bpy.ops.ed.undo()
    assert bpy.data.objects["Anna"].animation_data.action.name == before
    assert "take LSMPLify Smooth" not in bpy.data.actions
    assert bpy.ops.lsmplify.smooth(spine=0.2) == {"FINISHED"}


def test_all_goes_on_after_saving_and_loading(extension, tmp_path) -> None:
    from kept_takes import body_with, degrees_off, pose_like, shown, spoiled, waving

    truth = waving(60, 24.0)
    armature = body_with(spoiled(truth, "R_Shoulder", 20, 40), truth)
    bpy.context.scene.frame_set(31)
    pose_like(armature, truth, 30)
    bpy.ops.lsmplify.mark_pose_key()
    bpy.ops.lsmplify.smooth(head=0.1)
    path = str(tmp_path / "take.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    armature = bpy.data.objects["Anna"]
    assert bpy.ops.lsmplify.resolve_range(frame_start=21, frame_end=41) == {"FINISHED"}
    assert degrees_off(shown(armature), truth, "R_Shoulder")[20:41].mean() < 6
    step = armature.animation_data.action.lsmplify_step
    assert step.source.name == "take LSMPLify Smooth"
    assert step.source.lsmplify_step.source.name == "take LSMPLify"
    assert len(step.pose_keys) == 1
    before = shown(armature)
    assert bpy.ops.lsmplify.rebake() == {"FINISHED"}
    np.testing.assert_allclose(shown(armature).rotations, before.rotations, atol=1e-6)


def test_dragging_a_strength_makes_the_action_anew_from_the_one_before(extension) -> None:
    from kept_takes import body_with, keys_of, waving

    armature = body_with(waving(60, 24.0))
    source = keys_of(armature.animation_data.action, armature)
    bpy.ops.lsmplify.smooth(left_arm=0.05)
    action = armature.animation_data.action
    slight = keys_of(action, armature)
    action.lsmplify_step.smooth.left_arm = 0.3
    dragged = keys_of(action, armature)
    action.lsmplify_step.smooth.left_arm = 0.05
    back = keys_of(action, armature)
    arm = 'pose.bones["L_Shoulder"].rotation_quaternion'
    moved = [np.abs(k[arm, 0] - source[arm, 0]).max() for k in (slight, dragged)]
    assert 0 < moved[0] < moved[1]
    assert all(np.array_equal(slight[n], back[n]) for n in slight)
    leg = 'pose.bones["L_Hip"].rotation_quaternion'
    assert np.array_equal(dragged[leg, 1], source[leg, 1])
    action.lsmplify_step.smooth.left_arm = 0.0
    none = keys_of(action, armature)
    assert all(np.array_equal(none[n], source[n]) for n in source)


def test_settings_dragged_on_one_action_leave_its_source_alone(extension) -> None:
    from kept_takes import body_with, keys_of, waving

    armature = body_with(waving(40, 24.0))
    first = armature.animation_data.action
    source = keys_of(first, armature)
    bpy.ops.lsmplify.limits(limits=0.5)
    armature.animation_data.action.lsmplify_step.limits.twist = 1.0
    assert all(np.array_equal(source[n], k) for n, k in keys_of(first, armature).items())


def test_refinement_follows_the_tracks_as_far_as_its_strength(extension) -> None:
    from kept_takes import body_with, degrees_off, shown, spoiled, waving

    truth = waving(40, 24.0)
    armature = body_with(spoiled(truth, "L_Elbow", 0, 39, 0.5), truth)
    before = shown(armature)
    assert bpy.ops.lsmplify.refine_from_tracks(strength=1.0) == {"FINISHED"}
    action = armature.animation_data.action
    off = {1.0: degrees_off(shown(armature), truth, "L_Elbow").mean()}
    for strength in (0.5, 0.0):
        action.lsmplify_step.refine.strength = strength
        off[strength] = degrees_off(shown(armature), truth, "L_Elbow").mean()
    assert off[1.0] < off[0.5] < off[0.0]
    assert off[1.0] < 0.3 * off[0.0]
    np.testing.assert_allclose(shown(armature).rotations, before.rotations, atol=1e-6)


def test_an_action_from_elsewhere_gets_tracks_and_is_solved_anew(extension) -> None:
    """Euler angles, a key every few frames, no word of where it came from."""
    from helpers import add_empties
    from kept_takes import degrees_off, pose_like, shown, spoiled, waving
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.addon.takes.reading import read_take
    from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_NAMES

    truth = waving(49, 24.0)
    wrong = spoiled(truth, "R_Elbow", 16, 32, 0.8)
    armature = make_armature(bpy.context, truth.body, "Hand")
    for frame in range(0, 49, 4):
        pose_like(armature, wrong, frame)
        for name in JOINT_NAMES:
            bone = armature.pose.bones[name]
            turn = bone.rotation_quaternion.copy()
            bone.rotation_mode = "ZXY" if name == "R_Elbow" else "QUATERNION"
            if name == "R_Elbow":
                bone.rotation_euler = turn.to_euler("ZXY")
                bone.keyframe_insert("rotation_euler", frame=frame + 1)
                bone.rotation_mode = "QUATERNION"
            else:
                bone.keyframe_insert("rotation_quaternion", frame=frame + 1)
        armature.pose.bones["Pelvis"].keyframe_insert("location", frame=frame + 1)
    armature.pose.bones["R_Elbow"].rotation_mode = "ZXY"
    add_empties(truth)
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.lsmplify.attach_tracks() == {"FINISHED"}
    before = read_take(bpy.context, armature).motion
    assert bpy.ops.lsmplify.resolve_range(frame_start=14, frame_end=36) == {"FINISHED"}
    after = shown(armature)
    assert degrees_off(after, truth, "R_Elbow")[16:33].mean() < 8
    outside = np.r_[0:13, 36:49]
    np.testing.assert_allclose(after.rotations[outside], before.rotations[outside], atol=2e-5)
    assert armature.pose.bones["R_Elbow"].rotation_mode == "ZXY"


def test_limits_leave_what_is_within_them(extension) -> None:
    from kept_takes import body_with, keys_of, spoiled, waving

    armature = body_with(spoiled(waving(30, 24.0), "L_Knee", 10, 20, 1.5))
    before = keys_of(armature.animation_data.action, armature)
    assert bpy.ops.lsmplify.limits(limits=1.0) == {"FINISHED"}
    after = keys_of(armature.animation_data.action, armature)
    knee = 'pose.bones["L_Knee"].rotation_quaternion'
    rows = [np.flatnonzero((before[knee, i] != after[knee, i]).any(axis=1)) for i in range(4)]
    assert set(np.concatenate(rows)) == set(range(10, 21))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda ops: ops.resolve_range(frame_start=500, frame_end=600), "hold none of the action"),
        (lambda ops: ops.resolve_range(frame_start=2, frame_end=9, bones="SELECTED"), "no bone"),
        (lambda ops: ops.rebake(), "not made by a clean-up step"),
        (lambda ops: ops.switch_action(), "no other action"),
        (lambda ops: ops.set_resolve_range(source="KEYS"), "no pose key"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(extension, call, text: str) -> None:
    from kept_takes import body_with, waving

    armature = body_with(waving(10, 24.0))
    action = armature.animation_data.action
    count = len(bpy.data.actions)
    with pytest.raises(RuntimeError, match=text) as caught:
        call(bpy.ops.lsmplify)
    assert len(str(caught.value).strip().splitlines()) == 1
    assert armature.animation_data.action == action
    assert len(bpy.data.actions) == count


def test_a_source_that_was_changed_between_two_drags_is_read_anew(extension) -> None:
    """What is made of its keys is kept from drag to drag, and only as long as they are the same."""
    from helpers import waving
    from kept_takes import body_with
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.takes.reading import read_take

    armature = body_with(waving(60))
    action = armature.animation_data.action
    first = read_take(bpy.context, armature)
    assert read_take(bpy.context, armature).motion is first.motion
    curve = next(c for c in actions.curves_in(action, armature) if c.data_path.endswith("location"))
    curve.keyframe_points[30].co[1] += 0.5
    curve.update()
    moved = np.abs(read_take(bpy.context, armature).motion.root - first.motion.root).max(axis=1)
    assert np.flatnonzero(moved > 0.4).tolist() == [30]
    armature.location = (0.0, 0.0, 1.0)
    bpy.context.view_layer.update()
    assert read_take(bpy.context, armature).motion.root[0, 2] > first.motion.root[0, 2] + 0.9
    curve.mute = True
    assert abs(read_take(bpy.context, armature).motion.root[30] - first.motion.root[30]).max() > 0.9


@pytest.mark.parametrize("kind", ["CONSTANT", "handles"])
def test_what_an_artist_does_between_the_keys_is_read(extension, kind: str) -> None:
    """Between sparse keys the curves' interpolation and handles say what is seen, too."""
    from helpers import waving
    from kept_takes import body_with
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.takes.reading import read_take

    armature = body_with(waving(21, 24.0))
    curves = actions.curves_in(armature.animation_data.action, armature)
    for curve in curves:
        for at in range(len(curve.keyframe_points) - 1, -1, -1):
            if at % 10:
                curve.keyframe_points.remove(curve.keyframe_points[at], fast=True)
            else:
                curve.keyframe_points[at].interpolation = "BEZIER"
        curve.update()
    before = read_take(bpy.context, armature).motion
    for curve in (c for c in curves if c.data_path.endswith("location")):
        key = curve.keyframe_points[0]
        if kind == "CONSTANT":
            key.interpolation = kind
        else:
            key.handle_right_type = "FREE"
            key.handle_right[1] += 1.0
        curve.update()
    after = read_take(bpy.context, armature).motion
    assert abs(after.root[5] - before.root[5]).max() > 1e-3
    np.testing.assert_allclose(after.root[[0, 10, 20]], before.root[[0, 10, 20]], atol=1e-6)


def test_what_is_kept_for_sliders_ends_with_the_file(extension) -> None:
    """Hundreds of megabytes of a long take stayed after File > New."""
    from helpers import waving
    from kept_takes import body_with
    from lsmplify_extension.addon.clean_up import compute, kept
    from lsmplify_extension.addon.takes import reading

    for end in (lambda: bpy.ops.wm.read_homefile(use_empty=True), kept.unregister):
        body_with(waving(24, 24.0))
        assert bpy.ops.lsmplify.lock_feet() == {"FINISHED"}
        assert compute._feet_memory.passes
        assert reading._last._take is not None
        end()
        assert not compute._feet_memory.passes
        assert reading._last._take is None


def test_feet_of_long_takes_are_not_kept(extension, monkeypatch) -> None:
    from helpers import waving
    from kept_takes import body_with
    from lsmplify_extension.addon.clean_up import compute

    body_with(waving(24, 24.0))
    assert bpy.ops.lsmplify.lock_feet() == {"FINISHED"}
    monkeypatch.setattr(compute, "_MOST_KEPT", 23)
    assert bpy.ops.lsmplify.lock_feet() == {"FINISHED"}
    assert not compute._feet_memory.passes
