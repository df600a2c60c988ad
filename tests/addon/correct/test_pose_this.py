# SPDX-License-Identifier: GPL-3.0-or-later
"""From a bad span to a better pose: Pose This, pose it, Set Key and Re-solve."""

import bpy
import numpy as np


def bad_arm():
    from kept_takes import body_with, spoiled, waving

    truth = waving(96, 24.0)
    armature = body_with(spoiled(truth, "L_Shoulder", 40, 60), truth)
    bpy.ops.lsmplify.measure()
    return armature, truth


def selected(armature: bpy.types.Object) -> set[str]:
    return {
        b.name for b in armature.pose.bones if (b if hasattr(b, "select") else b.bone).select
    }  # fmt: skip


def test_two_presses_lead_to_a_better_pose(extension) -> None:
    from kept_takes import degrees_off, keys_of, pose_like, same_outside, shown

    armature, truth = bad_arm()
    before = keys_of(armature.animation_data.action, armature)
    bpy.context.view_layer.objects.active = None
    rig, scene = armature.lsmplify_rig, bpy.context.scene
    assert rig.spans[0].region == "left arm"
    assert bpy.ops.lsmplify.pose_this(index=0) == {"FINISHED"}
    assert bpy.context.view_layer.objects.active == armature
    assert armature.mode == "POSE"
    assert armature.show_in_front
    assert selected(armature) == {"L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist", "L_Hand"}
    frame, first, last = rig.spans[0].worst, rig.spans[0].first, rig.spans[0].last
    assert scene.frame_current == frame
    pose_like(armature, truth, frame - 1)
    assert bpy.ops.lsmplify.resolve_pose() == {"FINISHED"}
    assert armature.mode == "OBJECT"
    assert not armature.show_in_front
    assert not rig.posing
    off = degrees_off(shown(armature), truth, "L_Shoulder")
    assert off[frame - 1] < 0.5
    assert off[40:61].mean() < 8
    action = armature.animation_data.action
    assert same_outside(before, keys_of(action, armature), first, last)
    changed = {
        p.split('"')[1] for (p, i), keys in keys_of(action, armature).items()
        if not np.array_equal(before[p, i], keys)
    }  # fmt: skip
    assert changed <= {"L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist", "L_Hand"}


def test_bones_stay_in_front_where_they_were(extension) -> None:
    armature, _ = bad_arm()
    armature.show_in_front = True
    bpy.ops.lsmplify.pose_this(index=0)
    bpy.ops.lsmplify.pose_this(index=0)
    assert bpy.ops.lsmplify.stop_posing() == {"FINISHED"}
    assert armature.show_in_front
    assert armature.mode == "OBJECT"


def test_stopping_puts_the_pose_back(extension) -> None:
    armature, truth = bad_arm()
    from kept_takes import pose_like

    bpy.ops.lsmplify.pose_this(index=0)
    bone = armature.pose.bones["L_Shoulder"]
    kept = np.array(bone.rotation_quaternion)
    pose_like(armature, truth, 10)
    assert np.abs(np.array(bone.rotation_quaternion) - kept).max() > 0.01
    bpy.ops.lsmplify.stop_posing()
    np.testing.assert_allclose(bone.rotation_quaternion, kept, atol=1e-6)
    assert len(armature.lsmplify_rig.pose_keys) == 0


def test_a_click_on_the_mannequin_selects_its_armature(extension) -> None:
    """The message bus calls this where there is a window; here it is called by hand."""
    from lsmplify_extension.addon.body import click

    armature, _ = bad_arm()
    (figure,) = armature.children
    for item in bpy.context.view_layer.objects:
        item.select_set(item == figure)
    bpy.context.view_layer.objects.active = figure
    click.to_armature()
    assert bpy.context.view_layer.objects.active == armature
    assert [o.name for o in bpy.context.selected_objects] == [armature.name]


def test_result_and_worst_are_of_the_action_that_is_shown(extension) -> None:
    from helpers import add_empties, waving
    from kept_takes import body_with  # noqa: F401 - the module prepares Blender's types

    add_empties(waving(60, 24.0))
    bpy.ops.lsmplify.solve_and_bake()
    result = bpy.context.scene.lsmplify.result
    armature = bpy.data.objects[result.armature]
    bpy.context.view_layer.objects.active = armature
    before, name = result.worst_mm, result.shown
    assert bpy.ops.lsmplify.smooth(left_arm=0.8, keep=0.0) == {"FINISHED"}
    assert result.shown == armature.animation_data.action.name != name
    assert result.worst_mm > before + 1.0
    bpy.ops.lsmplify.jump_to_worst()
    assert bpy.context.scene.frame_current == result.worst_frame
    assert bpy.ops.lsmplify.switch_action() == {"FINISHED"}
    assert (result.shown, round(result.worst_mm, 3)) == (name, round(before, 3))
