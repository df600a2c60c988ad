# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said and shown beside a bake: the calibrated body, and what changes an armature's
pose."""

import bpy
import numpy as np
import pytest


def solved(layout: str = "CMU_41") -> bpy.types.Object:
    from helpers import add_empties, waving

    add_empties(waving(12, 24.0), layout)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    return next(o for o in bpy.data.objects if o.type == "ARMATURE")


@pytest.mark.parametrize("metres", [1.0, 0.01])
def test_markers_are_shown_where_they_were_found(extension, metres: float) -> None:
    """In T-pose, at the calibrated offsets from the joints; shown again, all is gone."""
    from lsmplify_extension.addon.calibration.store import calibration_of
    from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_NAMES

    bpy.context.scene.unit_settings.scale_length = metres
    armature = solved_in(metres)
    objects, meshes = set(bpy.data.objects), set(bpy.data.meshes)
    assert bpy.ops.lsmplify.show_markers(show_names=True) == {"FINISHED"}
    bpy.context.view_layer.update()
    found = calibration_of(armature)
    room = next(c for c in bpy.data.collections if c.name.endswith("Calibration"))
    figure = next(o for o in room.objects if o.type == "ARMATURE")
    markers = [o for o in room.objects if o.parent_type == "BONE"]
    assert len(markers) == 41
    for marker, joint, offset in zip(markers, found.joints, found.offsets, strict=True):
        bone = figure.data.bones[marker.parent_bone]
        head = np.array(figure.matrix_world @ bone.head_local)
        x, y, z = offset
        here = np.array(marker.matrix_world.translation) * metres
        np.testing.assert_allclose(here - head * metres, [x, -z, y], atol=1e-4)
        assert marker.dimensions[0] * metres == pytest.approx(0.024, rel=0.05)
        assert JOINT_NAMES[joint] == marker.parent_bone
    assert bpy.ops.lsmplify.show_markers() == {"FINISHED"}
    assert set(bpy.data.objects) == objects
    assert set(bpy.data.meshes) == meshes


def solved_in(metres: float) -> bpy.types.Object:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions

    for empty in add_empties(waving(12, 24.0), "CMU_41"):
        for curve in actions.curves_of(empty):
            for key in curve.keyframe_points:
                key.co.y /= metres
            curve.update()
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    return next(o for o in bpy.data.objects if o.type == "ARMATURE")


def test_the_calibration_is_saved_with_the_file(extension, tmp_path) -> None:
    solved()
    path = str(tmp_path / "scene.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert bpy.ops.lsmplify.show_markers() == {"FINISHED"}


def test_without_a_solve_there_is_nothing_to_show(extension) -> None:
    assert not bpy.ops.lsmplify.show_markers.poll()


def test_what_changes_the_targets_pose_is_told(extension) -> None:
    armature = solved()
    settings = bpy.context.scene.lsmplify
    assert settings.result.notes == ""
    settings.target, settings.armature = "EXISTING", armature
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.notes == ""
    armature.pose.bones["L_Foot"].constraints.new("LIMIT_ROTATION")
    armature.pose.bones["R_Foot"].constraints.new("LIMIT_ROTATION").mute = True
    armature.pose.bones["Head"].driver_add("rotation_quaternion", 1)
    armature.driver_add("location", 0)
    armature.data.pose_position = "REST"
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    notes = settings.result.notes.splitlines()
    assert any("L_Foot of" in n and "constraints" in n and "R_Foot" not in n for n in notes)
    assert any("Head of" in n and "drivers" in n for n in notes)
    assert any("itself moved" in n for n in notes)
    assert any("rest position" in n for n in notes)


def test_strips_on_the_target_are_told(extension) -> None:
    armature = solved()
    settings = bpy.context.scene.lsmplify
    settings.target, settings.armature = "EXISTING", armature
    action = armature.animation_data.action
    armature.animation_data.nla_tracks.new().strips.new("before", 1, action)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert "NLA strips" in settings.result.notes


def test_tracks_that_are_not_in_the_scenes_unit_are_told(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions

    for empty in add_empties(waving(12, 24.0)):
        for curve in actions.curves_of(empty):
            for key in curve.keyframe_points:
                key.co.y *= 1000.0
            curve.update()
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert "the tracks are in mm" in bpy.context.scene.lsmplify.result.notes
