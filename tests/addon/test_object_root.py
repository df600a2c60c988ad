# SPDX-License-Identifier: GPL-3.0-or-later
"""The way over the ground on the armature's object: every pose in the world stays as it was."""

import bpy
import numpy as np
import pytest


@pytest.fixture
def take(tmp_path):
    from helpers import points_of, waving

    names, points = points_of(waving(30, 24.0))
    points[..., 0] += 2.0 + np.linspace(0.0, 3.0, 30)[:, None]
    path = tmp_path / "take.npz"
    np.savez(path, points=points, names=np.array(names), rate=24.0)
    return path


def bake(take, out, *more) -> int:
    from lsmplify_extension.addon import cli

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return cli.run(["bake", "--file", str(take), "-o", str(out), *more])


def seen(armature) -> np.ndarray:
    """(F, 24, 3) joints in the world on the scene's frames."""
    from helpers import joints_in_world

    scene, places = bpy.context.scene, []
    for frame in range(scene.frame_start, scene.frame_end + 1):
        scene.frame_set(frame)
        places.append(joints_in_world(armature))
    return np.array(places)


def opened(path) -> bpy.types.Object:
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return next(o for o in bpy.data.objects if o.type == "ARMATURE")


def moves(armature) -> set[str]:
    from lsmplify_extension.addon.bake import actions

    return {c.data_path for c in actions.curves_of(armature)}


def test_the_object_goes_and_the_poses_stay(extension, take, tmp_path) -> None:
    assert bake(take, tmp_path / "bones.blend") == 0
    bones = opened(tmp_path / "bones.blend")
    assert "location" not in moves(bones)
    before = seen(bones)
    assert bake(take, tmp_path / "object.blend", "--root", "object") == 0
    armature = opened(tmp_path / "object.blend")
    after = seen(armature)
    np.testing.assert_allclose(after, before, atol=2e-5)
    scene = bpy.context.scene
    ways = []
    for frame in (scene.frame_start, scene.frame_end):
        scene.frame_set(frame)
        ways.append(np.array(armature.matrix_world.translation))
        pelvis = np.array(armature.matrix_world @ armature.pose.bones["Pelvis"].head)
        assert np.abs(ways[-1] - pelvis)[:2].max() < 0.5  # the object is under the body
        assert ways[-1][2] == 0.0
    assert ways[1][0] - ways[0][0] > 2.0


@pytest.mark.parametrize("root", ["root", "in-place"])
def test_what_an_smpl_body_has_no_place_for_is_refused(
    extension, take, tmp_path, capsys, root
) -> None:
    """It was ignored: the way stayed on the hips without a word."""
    path = tmp_path / "out.blend"
    assert bake(take, path, "--root", root) == 2
    assert f"--root {root} is for a character as --target" in capsys.readouterr().err
    assert not path.exists()


def test_such_an_action_is_not_cleaned_up_by_mistake(extension, take, tmp_path) -> None:
    from lsmplify_extension.addon.takes.reading import read_take
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    assert bake(take, tmp_path / "object.blend", "--root", "object") == 0
    armature = opened(tmp_path / "object.blend")
    with pytest.raises(InputError, match="on the object"):
        read_take(bpy.context, armature)


def test_an_export_changes_no_action(extension, take, tmp_path) -> None:
    """*Export* with the way on the object: in the file it is, in the scene all is as it was."""
    assert bake(take, tmp_path / "bones.blend") == 0
    armature = opened(tmp_path / "bones.blend")
    bpy.context.view_layer.objects.active = armature
    before, action = seen(armature), armature.animation_data.action
    number = len(bpy.data.actions)
    for root in ("BONES", "OBJECT"):
        path = tmp_path / f"{root}.fbx"
        assert bpy.ops.lsmplify.export_take(filepath=str(path), root=root) == {"FINISHED"}
    assert armature.animation_data.action == action
    assert len(bpy.data.actions) == number
    assert tuple(armature.location) == (0.0, 0.0, 0.0)
    np.testing.assert_array_equal(seen(armature), before)
    for root, least, most in (("BONES", 0.0, 1e-3), ("OBJECT", 2.0, 9.0)):
        bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
        bpy.ops.import_scene.fbx(filepath=str(tmp_path / f"{root}.fbx"))
        found = next(o for o in bpy.data.objects if o.type == "ARMATURE")
        places = []
        for frame in found.animation_data.action.frame_range:
            bpy.context.scene.frame_set(round(frame))
            places.append(np.array(found.matrix_world.translation))
        assert least <= np.linalg.norm((places[1] - places[0])[:2]) <= most


def test_what_cannot_carry_it_is_told(extension, take, tmp_path) -> None:
    from lsmplify_extension.addon.bake.object_root import move_way_to_object
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    assert bake(take, tmp_path / "bones.blend") == 0
    armature = opened(tmp_path / "bones.blend")
    move_way_to_object(armature, 1, 30)
    with pytest.raises(InputError, match="is animated already"):
        move_way_to_object(armature, 1, 30)
    armature.parent = bpy.data.objects.new("Car", None)
    with pytest.raises(InputError, match="is parented to 'Car'"):
        move_way_to_object(armature, 1, 30)


def test_retarget_of_several_onto_one_character(extension, tmp_path) -> None:
    """Each motion begins from where the character stands, not from where the one before ended."""
    from helpers import waving
    from lsmplify_extension.addon import cli
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body
    from lsmplify_extension.lsmplify_core.motion.motion import save_motion

    motion = waving(16, 24.0)
    motion.root[:, 0] += np.linspace(0.0, 3.0, 16)
    for name in ("a", "b"):
        save_motion(motion, tmp_path / f"{name}.npz")
    make_armature(bpy.context, default_body(), "Hero")
    words = ["retarget", "--source", str(tmp_path / "a.npz"), str(tmp_path / "b.npz"), "--target",
             "Hero", "--root", "object", "-o", str(tmp_path / "out.blend")]  # fmt: skip
    assert cli.run(words) == 0
    armature = opened(tmp_path / "out.blend")
    ways = []
    for action in bpy.data.actions:
        armature.animation_data.action = action
        bpy.context.scene.frame_set(1)
        ways.append([*armature.matrix_world.translation])
        bpy.context.scene.frame_set(16)
        ways[-1] += [*armature.matrix_world.translation]
    assert len(ways) == 2
    np.testing.assert_allclose(ways[0], ways[1], atol=1e-5)
    assert ways[0][3] - ways[0][0] > 1.0


def test_bones_with_few_keys_stay_where_they_were_between_them(extension, take, tmp_path) -> None:
    """Thinned to three keys: the object is keyed on every frame, so the bones are too."""
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.bake.object_root import move_way_to_object

    assert bake(take, tmp_path / "bones.blend") == 0
    armature = opened(tmp_path / "bones.blend")
    for curve in actions.curves_of(armature):
        if curve.data_path.endswith("location"):
            for key in range(len(curve.keyframe_points) - 2, 0, -1):
                if key != 11:
                    curve.keyframe_points.remove(curve.keyframe_points[key], fast=True)
            curve.update()
    before, scene = seen(armature), bpy.context.scene
    move_way_to_object(armature, scene.frame_start, scene.frame_end)
    np.testing.assert_allclose(seen(armature), before, atol=2e-5)


@pytest.mark.parametrize("fault", ["rotation", "constraint"])
def test_an_object_that_moves_by_itself_is_refused(extension, take, tmp_path, fault: str) -> None:
    from lsmplify_extension.addon.bake.object_root import move_way_to_object
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    assert bake(take, tmp_path / "bones.blend") == 0
    armature = opened(tmp_path / "bones.blend")
    if fault == "rotation":
        armature.keyframe_insert("rotation_euler", frame=1)
    else:
        armature.constraints.new("LIMIT_LOCATION")
    says = {"rotation": "is animated already", "constraint": "has constraints"}[fault]
    with pytest.raises(InputError, match=says):
        move_way_to_object(armature, 1, 30)


@pytest.mark.parametrize("what", ["curve", "group"])
def test_locked_curves_of_the_hips_give_the_way_once(extension, take, tmp_path, what: str) -> None:
    """They kept it and the object got it too. In an export's copy they give way."""
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.bake.object_root import move_way_to_object, way_on_object
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    assert bake(take, tmp_path / "bones.blend") == 0
    armature = opened(tmp_path / "bones.blend")
    action, scene = armature.animation_data.action, bpy.context.scene
    for curve in actions.curves_of(armature):
        if curve.data_path.endswith("location"):
            locked = curve if what == "curve" else curve.group
            locked.lock = True
    before, number = seen(armature), len(bpy.data.actions)
    with way_on_object(armature, scene.frame_start, scene.frame_end):
        np.testing.assert_allclose(seen(armature), before, atol=2e-5)
    assert armature.animation_data.action == action
    assert len(bpy.data.actions) == number
    assert any(actions.is_locked(c) for c in actions.curves_of(armature))
    with pytest.raises(InputError, match="curves of Pelvis are locked"):
        move_way_to_object(armature, scene.frame_start, scene.frame_end)
    np.testing.assert_array_equal(seen(armature), before)


def test_a_copy_that_cannot_be_shown_is_not_left_behind(extension, take, tmp_path, monkeypatch):
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.bake.object_root import way_on_object

    assert bake(take, tmp_path / "bones.blend") == 0
    armature = opened(tmp_path / "bones.blend")
    number, usual, calls = len(bpy.data.actions), actions.assign, []

    def fails_once(*given: object) -> None:
        calls.append(given)
        if len(calls) == 1:
            raise RuntimeError("no slot")
        usual(*given)

    monkeypatch.setattr(actions, "assign", fails_once)
    with pytest.raises(RuntimeError, match="no slot"), way_on_object(armature, 1, 30):
        pass
    assert len(bpy.data.actions) == number
