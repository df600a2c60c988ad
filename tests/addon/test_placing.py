# SPDX-License-Identifier: GPL-3.0-or-later
"""Put on the Floor, Face Front and Centre as a step: the body and its tracks go along."""

import bpy
import numpy as np


def test_a_take_is_placed_with_its_tracks(extension) -> None:
    from dataclasses import replace

    from helpers import add_empties, waving
    from kept_takes import body_with, shown
    from lsmplify_extension.addon.takes import record
    from lsmplify_extension.lsmplify_core.cleanup.feet.floor import find_floor
    from lsmplify_extension.lsmplify_core.cleanup.placing import degrees_to_front

    motion = waving(40, 24.0)
    motion = replace(motion, root=motion.root + np.array([1.0, 2.0, 0.4]))
    armature = body_with(motion)
    add_empties(motion)
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.lsmplify.attach_tracks() == {"FINISHED"}
    before = armature.animation_data.action
    assert bpy.ops.lsmplify.place(on_floor=True, face_front=True, centre=True) == {"FINISHED"}
    action = armature.animation_data.action
    assert action != before
    after = shown(armature)
    assert abs(find_floor(after).height) < 1e-3
    assert abs(degrees_to_front(after)) < 0.1
    assert np.abs(after.root[0, :2]).max() < 1e-3
    step = action.lsmplify_step
    assert step.kind == "PLACE"
    assert "floor at" in step.changes
    assert "slope" in step.changes
    kept = record.find(action).attached
    assert np.nanmean(kept.errors(after)) < 0.02
    step.place.face_front = False  # made anew while dragged
    again = shown(armature)
    assert abs(degrees_to_front(again) - degrees_to_front(motion)) < 0.1
    assert np.nanmean(record.find(action).attached.errors(again)) < 0.02
    assert np.allclose(shown_of(before, armature).root, motion.root, atol=1e-4)


def test_tracks_at_a_rate_of_their_own_go_along(extension) -> None:
    """Of a capture at 60 Hz in a scene at 24 the button met a fault of its own."""
    from helpers import waving
    from kept_takes import body_with
    from lsmplify_extension.addon.takes import record
    from lsmplify_extension.addon.takes.reading import read_take

    armature = body_with(waving(100, 60.0))
    armature.animation_data.action.lsmplify_step.kind = "SOLVE"
    armature.location.x = 0.0
    place = {"face_front": True, "centre": True, "in_place": True}
    assert bpy.ops.lsmplify.place(**place) == {"FINISHED"}
    take = read_take(bpy.context, armature)
    kept = record.find(take.action)
    assert kept.samples == 100
    assert kept.samples != take.grid.count
    points, _ = kept.at(take.grid.frames)
    assert np.nanmean(points.errors(take.motion)) < 0.005


def test_a_way_is_taken_out_with_its_tracks(extension) -> None:
    from dataclasses import replace

    from helpers import add_empties, waving
    from kept_takes import body_with, shown
    from lsmplify_extension.addon.takes import record

    motion = waving(60, 24.0)
    way = np.zeros((60, 3))
    way[:, 0] = np.linspace(0.0, 4.0, 60)
    motion = replace(motion, root=motion.root + way)
    armature = body_with(motion)
    add_empties(motion)
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.lsmplify.attach_tracks() == {"FINISHED"}
    assert bpy.ops.lsmplify.place(in_place=True) == {"FINISHED"}
    action, after = armature.animation_data.action, shown(armature)
    assert np.ptp(after.root[:, 0]) < 0.3
    assert np.allclose(after.root[:, 2], motion.root[:, 2], atol=1e-4)
    assert "over the ground taken out" in action.lsmplify_step.changes
    assert np.nanmean(record.find(action).attached.errors(after)) < 0.02


def shown_of(action, armature):
    from kept_takes import shown

    armature.animation_data.action = action
    return shown(armature)
