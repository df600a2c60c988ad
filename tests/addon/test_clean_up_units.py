# SPDX-License-Identifier: GPL-3.0-or-later
"""A scene whose unit is not the metre: the same figures come out."""

import bpy
import numpy as np
import pytest


def in_unit(metres: float, motion, truth=None):
    """The scene's unit, and an armature that is as large as it asks for."""
    from kept_takes import body_with
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.body.armature import make_armature, sized_for_scene
    from lsmplify_extension.addon.takes import record

    bpy.context.scene.unit_settings.scale_length = 1.0
    usual = body_with(motion, truth)
    kept = record.find(usual.animation_data.action)
    bpy.context.scene.unit_settings.scale_length = metres
    armature = make_armature(bpy.context, motion.body, "Other")
    sized_for_scene(bpy.context, armature, metres)
    action = bake(armature, motion, Timing(1.0, 24.0 / motion.rate, True), "take LSMPLify", True)
    record.keep(action, kept)
    bpy.data.objects.remove(usual)
    bpy.context.view_layer.objects.active = armature
    return armature


@pytest.mark.parametrize("metres", [0.01, 1.0, 0.3048])
def test_a_span_is_solved_anew(extension, metres: float) -> None:
    from kept_takes import degrees_off, pose_like, shown, spoiled, waving

    truth = waving(60, 24.0)
    armature = in_unit(metres, spoiled(truth, "L_Shoulder", 25, 40), truth)
    assert np.abs(shown(armature).root - truth.root).max() < 1e-4
    bpy.context.scene.frame_set(33)
    pose_like(armature, truth, 32)
    assert bpy.ops.lsmplify.mark_pose_key() == {"FINISHED"}
    assert bpy.ops.lsmplify.resolve_range(frame_start=26, frame_end=41) == {"FINISHED"}
    after = shown(armature)
    assert degrees_off(after, truth, "L_Shoulder")[25:41].mean() < 6
    assert np.abs(after.root - truth.root).max() < 0.02
    assert "joints moved" in armature.animation_data.action.lsmplify_step.changes


@pytest.mark.parametrize("metres", [0.01, 1.0])
def test_feet_and_floor_are_in_metres(extension, metres: float) -> None:
    from kept_takes import shown, waving
    from lsmplify_extension.lsmplify_core.cleanup.feet.floor import sole_points
    from lsmplify_extension.lsmplify_core.motion.motion import Motion

    still = waving(48, 24.0)
    rotations = np.repeat(still.rotations[:1], 48, axis=0)
    root = np.repeat(still.root[:1], 48, axis=0)
    root[:, 0] += 0.004 * np.sin(np.arange(48))
    motion = Motion(rotations, root, 24.0, still.body)
    armature = in_unit(metres, motion)
    assert bpy.ops.lsmplify.find_contacts() == {"FINISHED"}
    panel = bpy.context.scene.lsmplify.cleanup.feet
    lowest = sole_points(motion)[..., 2].min()
    assert abs(panel.height - lowest) < 0.02
    assert bpy.ops.lsmplify.lock_feet() == {"FINISHED"}
    soles = sole_points(shown(armature))
    standing = sole_points(motion)[..., 2].mean(axis=0) < panel.height + 0.05
    assert np.ptp(soles[5:-5, standing, 0], axis=0).max() < 0.002
    mm = 1000 * np.linalg.norm(shown(armature).joints() - motion.joints(), axis=-1).max()
    assert 1.0 < mm < 20.0
