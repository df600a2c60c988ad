# SPDX-License-Identifier: GPL-3.0-or-later
"""Rates, ranges and names that files of other programs ask for; the scene is then as before."""

import importlib
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.addon.conftest import load_extension

MODULES = ("clean_scene", "engines", "export", "sampled_rig", "actions")


@pytest.fixture
def addon() -> SimpleNamespace:
    """The modules under test, in an empty file; nothing is registered."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    load_extension()
    return SimpleNamespace(
        **{n: importlib.import_module(f"lsmplify_extension.addon.bake.{n}") for n in MODULES}
    )


def _armature(bones, name="rig") -> bpy.types.Object:
    """An armature of bones (name, parent, head, tail, whether it deforms)."""
    data = bpy.data.armatures.new(name)
    item = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="EDIT")
    for label, parent, head, tail, deforms in bones:
        bone = data.edit_bones.new(label)
        bone.head, bone.tail, bone.use_deform = head, tail, deforms
        bone.parent = data.edit_bones.get(parent) if parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return item


@pytest.mark.parametrize(
    ("rate", "fps", "base"),
    [(30.0, 30, 1.0), (29.97, 30, 30 / 29.97), (119.88, 120, 120 / 119.88), (0.5, 1, 2.0),
     (30.0000005, 30, 1.0), (32767.0, 32767, 1.0)],
)  # fmt: skip
def test_any_rate_of_a_scene(addon, rate: float, fps: int, base: float) -> None:
    scene = bpy.context.scene
    addon.clean_scene.set_rate(scene, rate)
    assert scene.render.fps == fps
    assert scene.render.fps_base == pytest.approx(base, rel=1e-6)


@pytest.mark.parametrize("rate", [0.0, -1.0, 32768.0, float("nan")])
def test_rates_that_no_scene_has(addon, rate: float) -> None:
    error = importlib.import_module("lsmplify_extension.lsmplify_core.runtime.errors").InputError
    with pytest.raises(error, match="frames per second of a scene"):
        addon.clean_scene.set_rate(bpy.context.scene, rate)


def test_a_range_is_at_least_one_frame_and_shows_the_first(addon) -> None:
    scene = bpy.context.scene
    addon.clean_scene.set_range(scene, 5, 9)
    assert (scene.frame_start, scene.frame_end, scene.frame_current) == (5, 9, 5)
    addon.clean_scene.set_range(scene, 7, 3)
    assert (scene.frame_start, scene.frame_end) == (7, 7)


@pytest.mark.parametrize("changed", ["nothing", "mesh", "animated", "modifier", "name"])
def test_blenders_own_cube_goes_and_an_artists_stays(addon, changed: str) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=False)
    cube = bpy.data.objects["Cube"]
    if changed == "mesh":
        mesh = bpy.data.meshes.new("m")
        mesh.from_pydata([(i, 0, 0) for i in range(24)], [], [])
        cube.data = mesh
    elif changed == "animated":
        addon.actions.new_action(cube, "a")
    elif changed == "modifier":
        cube.modifiers.new("m", "SUBSURF")
    elif changed == "name":
        cube.name = "Mine"
    addon.clean_scene.clear_start_file()
    left = {o.name for o in bpy.data.objects}
    assert left == (set() if changed == "nothing" else {"Mine" if changed == "name" else "Cube"})


def test_afterwards_nothing_is_left_of_what_was_made(addon) -> None:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 25, 1.0
    scene.frame_start, scene.frame_end = 3, 8
    scene.frame_set(4)
    item = bpy.data.objects.new("mine", None)
    scene.collection.objects.link(item)
    own = addon.actions.new_action(item, "own")
    with addon.clean_scene.as_before(scene, item):
        addon.clean_scene.set_rate(scene, 60.0)
        addon.clean_scene.set_range(scene, 100, 200)
        addon.actions.new_action(item, "other")
        bpy.data.objects.new("made", None)
    assert (scene.render.fps, scene.frame_start, scene.frame_end, scene.frame_current) == (
        25, 3, 8, 4,
    )  # fmt: skip
    assert item.animation_data.action == own
    assert [a.name for a in bpy.data.actions] == ["own"]
    assert [o.name for o in bpy.data.objects] == ["mine"]


@pytest.mark.parametrize(
    ("fps", "asked", "ratio", "old", "new"),
    [(30, None, 1, 100, 100), (30, 30, 1, 100, 100), (30, 60, 2, 1, 2), (24, 60, 2.5, 2, 5),
     (60, 30, 0.5, 2, 1)],
)  # fmt: skip
def test_a_files_rate_stretches_the_scene(addon, fps, asked, ratio, old, new) -> None:
    render = bpy.context.scene.render
    render.fps, render.fps_base = fps, 1.0
    with addon.engines.at_rate(addon.engines.ExportOptions(fps=asked)) as found:
        assert found == Fraction(ratio)
        assert render.fps == (asked or fps)
        assert (render.frame_map_old, render.frame_map_new) == (old, new)
    assert (render.fps, render.frame_map_old, render.frame_map_new) == (fps, 100, 100)


def test_a_broken_rate_and_a_scene_that_is_stretched_already(addon) -> None:
    """29.97 is 30000 / 1001; a scene that maps 100 to 200 shows two frames for one."""
    render = bpy.context.scene.render
    render.fps, render.fps_base = 30, 1.001
    with addon.engines.at_rate(addon.engines.ExportOptions(fps=60)) as found:
        assert float(found) == pytest.approx(2.002, abs=1e-3)
        assert render.fps_base == 1.0
    assert render.fps_base == pytest.approx(1.001)
    render.fps, render.fps_base = 30, 1.0
    render.frame_map_old, render.frame_map_new = 100, 200
    with addon.engines.at_rate(addon.engines.ExportOptions(fps=60)) as found:
        assert found == 2
        assert (render.frame_map_old, render.frame_map_new) == (1, 4)


@pytest.mark.parametrize(
    ("root", "others", "name"),
    [((0, 0, 0.05), (), "Armature"), ((0, 0, 0.25), (), "root"),
     ((0, 0, 0.0), (("prop", "", (1, 0, 0), (1, 0, 1), True),), "root"),
     ((0, 0, 0.0), (("prop", "", (1, 0, 0), (1, 0, 1), False),), "Armature")],
)  # fmt: skip
def test_unreals_root_is_a_bone_at_the_origin_that_carries_all(addon, root, others, name) -> None:
    """Within a tenth of the highest head's height, 1."""
    bones = [("top", "", root, (0, 0, 0.5), True), ("b", "top", (0, 0, 1), (0, 0, 2), True)]
    item = _armature([*bones, *others], "hero")
    options = addon.engines.ExportOptions("unreal")
    other = bpy.data.objects.new(name, None)
    with addon.engines.named_for_engine(item, options):
        assert item.name == name
        assert other.name == f"{name}.lsmplify"
    assert (item.name, other.name) == ("hero", name)
    with addon.engines.named_for_engine(item, addon.engines.ExportOptions("unity")):
        assert item.name == "hero"


def test_engines_get_bones_that_deform_and_the_unit_in_the_header(addon) -> None:
    plain = addon.engines.fbx_settings(addon.engines.ExportOptions())
    unity = addon.engines.fbx_settings(addon.engines.ExportOptions("unity"))
    assert "use_armature_deform_only" not in plain
    assert unity["use_armature_deform_only"] is True
    assert unity["apply_scale_options"] == "FBX_SCALE_ALL"
    for settings in (plain, unity):
        assert settings["use_selection"] is True
        assert settings["add_leaf_bones"] is False
        assert settings["bake_anim_simplify_factor"] == 0.0
        assert settings["bake_anim_use_all_actions"] is False


def test_a_sampled_rig_is_in_metres_of_the_world(addon) -> None:
    """Twice the size, moved by 10 along X; the bone that does not deform is left out; the child
    hangs on what is above it; frames 1 to 3, the child turned a quarter about Z on the last."""
    bones = [("a", "", (0, 0, 0), (0, 0, 1), True), ("helper", "a", (0, 0, 1), (0, 0, 2), False),
             ("b", "helper", (0, 0, 2), (0, 1, 2), True)]  # fmt: skip
    item = _armature(bones)
    item.location, item.scale = (10, 0, 0), (2, 2, 2)
    bpy.context.scene.unit_settings.system = "METRIC"
    addon.actions.new_action(item, "a")
    bone = item.pose.bones["b"]
    bone.rotation_mode = "XYZ"
    path, turns = bone.path_from_id("rotation_euler"), np.array([0.0, 0.0, np.pi / 2])
    addon.actions.write_curve(item, path, 2, "b", np.array([1.0, 2.0, 3.0]), turns)
    bpy.context.scene.frame_set(2)
    rig = addon.sampled_rig.sampled_rig(item, 1, 3)
    assert bpy.context.scene.frame_current == 2
    assert list(rig.names) == ["a", "b"]
    assert list(rig.parents) == [-1, 0]
    np.testing.assert_allclose(rig.heads, [[10, 0, 0], [10, 0, 4]], atol=1e-6)
    np.testing.assert_allclose(rig.tails, [[10, 0, 2], [10, 2, 4]], atol=1e-6)
    turns = np.asarray(rig.turns)
    assert turns.shape == (3, 2, 3, 3)
    np.testing.assert_allclose(turns[:2], np.tile(np.eye(3), (2, 2, 1, 1)), atol=1e-6)
    matrix = np.array(item.pose.bones["b"].bone.matrix_local.to_3x3())
    quarter = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    np.testing.assert_allclose(turns[2, 1], matrix @ quarter @ matrix.T, atol=1e-6)
    np.testing.assert_allclose(turns[2, 0], np.eye(3), atol=1e-6)


def test_what_is_selected_and_how_long_the_scene_is_comes_back(addon) -> None:
    item = _armature([("a", "", (0, 0, 0), (0, 0, 1), True)])
    skin = bpy.data.objects.new("skin", bpy.data.meshes.new("skin"))
    worn = bpy.data.objects.new("worn", bpy.data.meshes.new("worn"))
    other = bpy.data.objects.new("other", None)
    for each in (skin, worn, other):
        bpy.context.scene.collection.objects.link(each)
    skin.parent = item
    worn.modifiers.new("m", "ARMATURE").object = item
    item.select_set(False)
    other.select_set(True)
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="POSE")
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 4, 44
    with addon.export._shown(item, 2, 7):
        assert {o.name for o in bpy.context.view_layer.objects if o.select_get()} == {
            "rig", "skin", "worn",
        }  # fmt: skip
        assert (scene.frame_start, scene.frame_end) == (2, 7)
        assert item.mode == "OBJECT"
    assert {o.name for o in bpy.context.view_layer.objects if o.select_get()} == {"other"}
    assert (scene.frame_start, scene.frame_end) == (4, 44)
    assert item.mode == "POSE"
    bpy.ops.object.mode_set(mode="OBJECT")


def test_a_writer_that_fails_is_one_line_and_leaves_nothing(addon, tmp_path: Path) -> None:
    error = importlib.import_module("lsmplify_extension.lsmplify_core.runtime.errors").InputError
    path = tmp_path / "x.fbx"
    path.write_text("before")

    def fails(_to: str) -> None:
        raise RuntimeError("\nError: no such thing\nmore")

    with pytest.raises(error, match=r"cannot be written: no such thing$"):
        addon.export._beside(path, fails)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    addon.export._beside(path, lambda to: Path(to).write_text("after"))
    assert path.read_text() == "after"
    with pytest.raises(
        error, match=r"the formats written are \.blend, \.fbx.*\.usda, \.bvh, \.npz"
    ):
        addon.export.check_format(Path("x.obj"), (".npz",))
    addon.export.check_format(Path("x.USDA"))
