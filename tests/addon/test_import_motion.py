# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions from elsewhere become armatures with actions, and are refined from tracks."""

import pickle
from pathlib import Path

import bpy
import numpy as np
import pytest


def test_an_amass_file_is_refined_from_its_tracks(extension, tmp_path: Path) -> None:
    from helpers import add_empties, joints_in_world
    from kept_takes import degrees_off, shown, spoiled, waving
    from lsmplify_extension.lsmplify_core.motion.motion import save_motion

    truth = waving(49, 24.0)
    save_motion(spoiled(truth, "R_Elbow", 10, 30, 0.6), tmp_path / "estimate.npz")
    assert bpy.ops.lsmplify.import_motion(filepath=str(tmp_path / "estimate.npz")) == {"FINISHED"}
    armature = bpy.context.view_layer.objects.active
    assert armature.animation_data.action.name == "estimate"
    bpy.context.scene.frame_set(1)
    assert np.abs(joints_in_world(armature)[0] - truth.joints()[0, 0]).max() < 1e-4
    add_empties(truth)
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.lsmplify.attach_tracks() == {"FINISHED"}
    before = degrees_off(shown(armature), truth, "R_Elbow").mean()
    assert bpy.ops.lsmplify.refine_from_tracks(strength=1.0) == {"FINISHED"}
    assert degrees_off(shown(armature), truth, "R_Elbow").mean() < 0.4 * before
    assert armature.animation_data.action.name == "estimate LSMPLify Refine"


def test_attached_tracks_say_what_is_unsure(extension) -> None:
    from helpers import add_empties
    from kept_takes import waving
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.addon.takes import record
    from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_INDEX

    truth = waving(30, 24.0)
    armature = make_armature(bpy.context, truth.body, "Hand")
    bake(armature, truth, Timing(1.0, 1.0, True), "by hand", True)
    add_empties(truth)
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.lsmplify.attach_tracks() == {"FINISHED"}
    kept = record.find(armature.animation_data.action)
    assert kept.expected.shape == (30, 22)
    unsure = kept.expected.mean(axis=0)
    assert unsure[JOINT_INDEX["L_Wrist"]] > 2 * unsure[JOINT_INDEX["L_Hip"]]
    bpy.context.scene.lsmplify.seeing.show_doubt = True
    from lsmplify_extension.addon.review import overlay

    shown = overlay.drawing(bpy.context.scene, armature)
    assert [len(d.places) for d in shown.dots] == [22]
    assert bpy.ops.lsmplify.limits(limits=0.0, calm=0.2) == {"FINISHED"}


def test_two_people_of_an_estimator_in_a_scene_of_centimetres(extension, tmp_path: Path) -> None:
    from helpers import joints_in_world

    bpy.context.scene.unit_settings.scale_length = 0.01
    pose = np.zeros((20, 72))
    pose[:, 0] = np.pi  # a camera's world: Y down
    person = {"pose": pose, "trans": np.zeros((20, 3)), "betas": np.zeros((20, 10)),
              "frame_ids": np.arange(20)}  # fmt: skip
    (tmp_path / "film.pkl").write_bytes(pickle.dumps({1: person, 2: person}))
    assert bpy.ops.lsmplify.import_motion(filepath=str(tmp_path / "film.pkl")) == {"FINISHED"}
    bodies = [o for o in bpy.data.objects if o.type == "ARMATURE"]
    assert {b.animation_data.action.name for b in bodies} == {"film 1", "film 2"}
    joints = joints_in_world(bodies[0])
    assert 120 < np.ptp(joints[:, 2]) < 190  # a person stands, in centimetres
    assert joints[:, 2].min() > -10


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.npz", b"nothing", "a.npz"),
        ("a.pkl", b"cos\nsystem\n(S'true'\ntR.", "a.pkl"),
        ("a.txt", b"", "an AMASS npz"),
    ],
)
def test_what_is_no_motion_is_said_in_one_line(
    extension, tmp_path: Path, name: str, content: bytes, text: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RuntimeError, match=text) as caught:
        bpy.ops.lsmplify.import_motion(filepath=str(tmp_path / name))
    assert len(str(caught.value).strip().splitlines()) == 1
    assert not bpy.data.armatures
