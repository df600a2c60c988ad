# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet and markers, fewer keys, A/B, NLA layers, presets."""

import json

import bpy
import numpy as np
import pytest


def sliding(frames: int = 48):
    """Someone who stands and slides slowly to the side, arms moving."""
    from helpers import waving
    from lsmplify_extension.lsmplify_core.motion.motion import Motion

    still = waving(frames, 24.0)
    rotations = np.repeat(still.rotations[:1], frames, axis=0)
    rotations[:, 16:20] = still.rotations[:, 16:20]
    root = np.repeat(still.root[:1], frames, axis=0)
    root[:, 0] += 0.08 * np.arange(frames) / 24.0
    return Motion(rotations, root, 24.0, still.body)


def slide(motion, first: int, last: int) -> float:
    """Metres that the left sole's points move sideways within the frames."""
    from lsmplify_extension.lsmplify_core.cleanup.feet.floor import sole_points

    soles = sole_points(motion)[first : last + 1, :2, :2]
    return float(np.linalg.norm(soles - soles[:1], axis=-1).max())


def test_markers_say_where_feet_are_locked(extension) -> None:
    from kept_takes import body_with, shown

    armature = body_with(sliding())
    scene = bpy.context.scene
    scene.timeline_markers.new("Cut", frame=3)
    assert bpy.ops.lsmplify.find_contacts(near=0.2) == {"FINISHED"}
    names = {m.name for m in scene.timeline_markers}
    assert {"Cut", "L foot down"} <= names
    bpy.ops.lsmplify.clear_contacts()
    assert [m.name for m in scene.timeline_markers] == ["Cut"]
    scene.frame_set(11)
    bpy.ops.lsmplify.add_contact(side="L", down=True)
    scene.frame_set(31)
    bpy.ops.lsmplify.add_contact(side="L", down=False)
    before = shown(armature)
    assert bpy.ops.lsmplify.lock_feet(find_floor=False, above=False, ease=0.1, slack=1.0) == {
        "FINISHED"
    }
    after = shown(armature)
    assert slide(before, 10, 29) > 0.05
    assert slide(after, 10, 29) < 0.3 * slide(before, 10, 29)
    np.testing.assert_allclose(after.rotations[40:], before.rotations[40:], atol=1e-6)
    kept = json.loads(armature.animation_data.action.lsmplify_step.contacts)
    assert {(a, b) for _, a, b in kept} == {(10, 29)}


def test_markers_of_two_people_are_told_apart(extension) -> None:
    from kept_takes import body_with

    first = body_with(sliding())
    second = body_with(sliding())
    scene = bpy.context.scene
    for armature in (first, second):
        bpy.context.view_layer.objects.active = armature
        bpy.ops.lsmplify.find_contacts(near=0.2)
    names = {m.name for m in scene.timeline_markers}
    assert {"L foot down [Anna]", "L foot down [Anna.001]"} <= names
    bpy.ops.lsmplify.clear_contacts()
    assert {m.name.split("[")[1] for m in scene.timeline_markers} == {"Anna]"}


def test_few_keys_play_back_within_the_error_that_was_allowed(extension) -> None:
    from helpers import joints_in_world, waving
    from kept_takes import body_with
    from lsmplify_extension.addon.bake import actions

    motion = waving(72, 24.0)
    armature = body_with(motion)
    assert bpy.ops.lsmplify.reduce_keys(mode="FEWEST", most_mm=2.0, most_degrees=0.5) == {
        "FINISHED"
    }
    curves = [c for c in actions.curves_of(armature) if c.data_path.startswith("pose.")]
    count = sum(len(c.keyframe_points) for c in curves)
    assert count < 0.25 * 99 * 72
    key = curves[0].keyframe_points[0]
    assert (key.interpolation, key.handle_left_type) == ("BEZIER", "ALIGNED")
    far = 0.0
    for frame in range(1, 73):
        bpy.context.scene.frame_set(frame)
        apart = np.linalg.norm(joints_in_world(armature) - motion.joints()[frame - 1], axis=-1)
        far = max(far, float(apart.max()))
    assert far < 0.0022
    armature.animation_data.action.lsmplify_step.keys.mode = "NTH"
    armature.animation_data.action.lsmplify_step.keys.every = 10
    curve = next(c for c in actions.curves_of(armature) if c.data_path.startswith("pose."))
    assert [k.co[0] for k in curve.keyframe_points] == [1, 11, 21, 31, 41, 51, 61, 71, 72]


def test_few_keys_are_a_motion_to_go_on_from(extension) -> None:
    """A step over part of an action with few keys: the rest of the curve stays."""
    from kept_takes import body_with, keys_of, shown, spoiled, waving

    truth = waving(72, 24.0)
    armature = body_with(spoiled(truth, "L_Elbow", 30, 40, 0.7), truth)
    bpy.ops.lsmplify.reduce_keys(most_mm=0.5, most_degrees=0.2)
    before = shown(armature)
    kept = keys_of(armature.animation_data.action, armature)
    bpy.ops.lsmplify.resolve_range(frame_start=29, frame_end=43)
    after = shown(armature)
    outside = np.r_[0:28, 43:72]
    np.testing.assert_allclose(after.rotations[outside], before.rotations[outside], atol=1e-5)
    np.testing.assert_allclose(after.root[outside], before.root[outside], atol=1e-5)
    now = keys_of(armature.animation_data.action, armature)
    for name, old in kept.items():
        early = old[old[:, 0] < 29]
        assert all(any(np.array_equal(row, k) for k in now[name]) for row in early)


def test_a_and_b_switch_to_and_fro(extension) -> None:
    from kept_takes import body_with, waving

    armature = body_with(waving(20, 24.0))
    first = armature.animation_data.action
    bpy.ops.lsmplify.smooth(head=0.1)
    second = armature.animation_data.action
    for wanted in (first, second, first):
        assert bpy.ops.lsmplify.switch_action() == {"FINISHED"}
        assert armature.animation_data.action == wanted
        if bpy.app.version >= (4, 4, 0):
            assert armature.animation_data.action_slot is not None
    assert first.use_fake_user
    assert second.use_fake_user


def test_layers_lie_above_each_other_in_the_nla(extension) -> None:
    from helpers import joints_in_world, waving
    from kept_takes import body_with, shown

    armature = body_with(waving(30, 24.0))
    bpy.context.scene.lsmplify.cleanup.into = "NLA"
    plain = shown(armature).joints()
    assert bpy.ops.lsmplify.smooth(left_arm=0.5) == {"FINISHED"}
    assert armature.animation_data.action is None
    assert [t.name for t in armature.animation_data.nla_tracks] == [
        "take LSMPLify",
        "take LSMPLify Smooth",
    ]
    smooth = shown(armature).joints()
    assert np.abs(smooth - plain).max() > 0.005
    for joints in (smooth, plain, smooth):
        bpy.context.scene.frame_set(30)
        bpy.context.scene.frame_set(12)
        np.testing.assert_allclose(joints_in_world(armature), joints[11], atol=1e-4)
        bpy.ops.lsmplify.switch_action()
    bpy.ops.lsmplify.switch_action()
    assert bpy.ops.lsmplify.limits(twist=1.0) == {"FINISHED"}
    assert len(armature.animation_data.nla_tracks) == 3


def test_settings_are_shared_as_a_file(extension, tmp_path) -> None:
    settings = bpy.context.scene.lsmplify.cleanup
    settings.smooth.left_arm, settings.keys.mode = 0.123, "NTH"
    settings.resolve.regions = {"HEAD", "SPINE"}
    settings.resolve.frame_start = 77
    path = tmp_path / "mine.json"
    assert bpy.ops.lsmplify.export_preset(filepath=str(path)) == {"FINISHED"}
    assert "frame_start" not in path.read_text()
    assert json.loads(path.read_text())["smooth"]["left_arm"] == 0.123
    settings.smooth.left_arm, settings.keys.mode = 0.0, "EVERY"
    settings.resolve.regions = {"ROOT"}
    assert bpy.ops.lsmplify.import_preset(filepath=str(path)) == {"FINISHED"}
    assert settings.smooth.left_arm == pytest.approx(0.123)
    assert settings.keys.mode == "NTH"
    assert settings.resolve.regions == {"HEAD", "SPINE"}
    assert settings.resolve.frame_start == 77


@pytest.mark.parametrize(
    "text",
    ["print('hello')", "[]", '{"kind": "LSMPLify clean-up", "smooth": {"head": 0.5}, "keys": '
                             '{"mode": "NEVER"}}',
     '{"kind": "LSMPLify clean-up", "smooth": [1]}'],
)  # fmt: skip
def test_a_preset_that_is_none_is_refused_and_changes_nothing(extension, tmp_path, text) -> None:
    settings = bpy.context.scene.lsmplify.cleanup
    settings.smooth.head = 0.25
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(RuntimeError, match=r"bad\.json"):
        bpy.ops.lsmplify.import_preset(filepath=str(path))
    assert settings.smooth.head == pytest.approx(0.25)


def test_presets_have_names_in_the_extensions_folder(extension, tmp_path, monkeypatch) -> None:
    from lsmplify_extension.addon.presets import files as presets

    with pytest.raises(RuntimeError, match="installed extension"):
        bpy.ops.lsmplify.save_preset(name="Mine")
    monkeypatch.setattr(presets, "folder", lambda make=False: tmp_path)
    settings = bpy.context.scene.lsmplify.cleanup
    settings.limits.twist = 0.4
    assert bpy.ops.lsmplify.save_preset(name="Mine") == {"FINISHED"}
    assert presets.names() == ["Mine"]
    settings.limits.twist = 0.0
    assert bpy.ops.lsmplify.load_preset(name="Mine") == {"FINISHED"}
    assert settings.limits.twist == pytest.approx(0.4)
    with pytest.raises(RuntimeError, match="cannot be a preset's name"):
        bpy.ops.lsmplify.save_preset(name="../Mine")
