# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown: lines over the viewport, error curves, worst spans."""

import sys

import bpy
import numpy as np


def test_lines_follow_the_body_as_it_stands(extension) -> None:
    from kept_takes import body_with, pose_like, spoiled, waving
    from lsmplify_extension.addon.review import overlay

    truth = waving(40, 24.0)
    armature = body_with(spoiled(truth, "L_Shoulder", 10, 30), truth)
    scene = bpy.context.scene
    scene.lsmplify.seeing.show = scene.lsmplify.seeing.show_doubt = True

    def longest() -> float:
        bpy.context.view_layer.update()
        made = overlay.drawing(scene, armature)
        assert (len(made.lines), len(made.dots)) == (1, 2)
        assert len(made.dots[1].places) == 22  # confidence: a dot a joint, no line along a bone
        ends = made.lines[0].ends.reshape(-1, 2, 3)
        assert len(ends) == 25 == len(made.dots[0].places)
        return float(np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1).max())

    scene.frame_set(5)
    assert longest() < 1e-3
    scene.frame_set(21)
    assert longest() > 0.1
    pose_like(armature, truth, 20)  # posing by hand shows at once
    assert longest() < 1e-3
    scene.frame_set(500)
    assert len(overlay.drawing(scene, armature).lines[0].ends) == 0


def test_nothing_is_drawn_over_a_body_without_tracks(extension) -> None:
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.addon.review import overlay
    from lsmplify_extension.lsmplify_core.body.body import default_body

    armature = make_armature(bpy.context, default_body(), "Body")
    bpy.context.scene.lsmplify.seeing.show = True
    assert overlay.drawing(bpy.context.scene, armature).lines == []


def test_registering_in_the_background_asks_for_no_gpu(extension) -> None:
    assert bpy.app.background
    assert "gpu_extras.batch" not in sys.modules
    from lsmplify_extension.addon.review import overlay

    assert overlay._handles == []


def test_errors_show_over_time_and_lead_to_the_spot(extension) -> None:
    from kept_takes import body_with, spoiled, waving
    from lsmplify_extension.addon.bake import actions

    truth = waving(96, 24.0)
    armature = body_with(spoiled(truth, "L_Elbow", 40, 60), truth)
    assert bpy.ops.lsmplify.measure() == {"FINISHED"}
    curves = {c.data_path: c for c in actions.curves_of(armature)}
    arm = curves['["track_error_mm left arm"]']
    assert arm.evaluate(51) > 30 > 1 > arm.evaluate(20)
    assert curves['["track_error_mm"]'].evaluate(51) > 1
    assert abs(curves['["rotation_doubt_deg head"]'].evaluate(9) - np.degrees(0.1)) < 0.1
    bpy.context.scene.frame_set(51)
    assert armature["track_error_mm left arm"] > 30
    rig = armature.lsmplify_rig
    assert rig.spans[0].region == "left arm"
    assert 35 <= rig.spans[0].first <= rig.spans[0].worst <= rig.spans[0].last <= 66
    bpy.context.scene.frame_set(1)
    rig.span = 0
    assert bpy.context.scene.frame_current == rig.spans[0].worst
    bpy.context.scene.frame_set(1)
    assert bpy.ops.lsmplify.jump_to_span(step=1) == {"FINISHED"}
    assert bpy.context.scene.frame_current == rig.spans[rig.span].worst
    assert bpy.ops.lsmplify.set_resolve_range(source="SPAN") == {"FINISHED"}
    assert bpy.context.scene.lsmplify.cleanup.resolve.frame_start == rig.spans[rig.span].first


def test_a_solve_keeps_what_it_found(extension) -> None:
    """Tracks, joints, offsets, expected errors, layout and source lie on the action."""
    from helpers import add_empties, waving
    from lsmplify_extension.addon.takes import record

    motion = waving(30, 24.0)
    add_empties(motion, first=7.0)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    kept = record.find(armature.animation_data.action)
    assert kept is not None
    assert (kept.layout, kept.samples) == ("BODY_25", 30)
    assert abs(kept.first - 7.0) < 1e-3
    assert kept.expected is not None
    assert kept.expected.shape == (30, 22)
    assert len(kept.attached.names) == 25
    assert bpy.context.scene.lsmplify.seeing.curves
    assert armature["track_error_mm"] < 5
