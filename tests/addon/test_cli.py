# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command lsmplify bake`: files out, exit codes, one line for every error."""

import json

import bpy
import numpy as np
import pytest


@pytest.fixture
def take(tmp_path):
    from helpers import points_of, waving

    names, points = points_of(waving(30, 60.0))
    path = tmp_path / "take.npz"
    np.savez(path, points=1000.0 * points, names=np.array(names), rate=60.0)
    return path


def test_writes_every_format(extension, take, tmp_path) -> None:
    from lsmplify_extension.addon import cli
    from lsmplify_extension.lsmplify_core.motion.motion import load_motion

    outs = [tmp_path / f"out.{kind}" for kind in ("npz", "blend", "fbx", "bvh")]
    words = ["bake", "--file", str(take), "--report", str(tmp_path / "report.json")]
    for out in outs:
        words += ["-o", str(out)]
    assert cli.run(words) == 0
    assert all(out.stat().st_size > 1000 for out in outs)
    assert load_motion(outs[0]).frames == 30
    assert (tmp_path / "report.json").exists()
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]
    bpy.ops.wm.open_mainfile(filepath=str(outs[1]))
    assert [o for o in bpy.data.objects if o.type == "ARMATURE" and o.animation_data.action]


def test_a_collection_in_the_open_file(extension, tmp_path) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon import cli

    room = bpy.data.collections.new("Markers")
    bpy.context.scene.collection.children.link(room)
    for empty in add_empties(waving(20, 24.0)):
        room.objects.link(empty)
    out = tmp_path / "out.npz"
    assert cli.run(["bake", "--collection", "Markers", "-o", str(out)]) == 0
    assert out.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["bake"], "required"),
        (["bake", "--file", "nothing.c3d", "-o", "out.npz"], "no such file"),
        (["bake", "--collection", "Nope", "-o", "out.npz"], "no collection 'Nope'"),
        (["bake", "--armature", "Nope", "-o", "out.npz"], "no armature 'Nope'"),
        (["bake", "--file", "nothing.c3d", "-o", "out.xyz"], "formats written"),
        (["brake"], "invalid choice"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(extension, capsys, words, says) -> None:
    from lsmplify_extension.addon import cli

    assert cli.run(words) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert says in lines[0]


def bake(take, out, *more) -> int:
    from lsmplify_extension.addon import cli

    return cli.run(["bake", "--file", str(take), "-o", str(out), *more])


def test_a_layout_of_ones_own(extension, tmp_path) -> None:
    """Names that no shipped layout knows are fine where the layout file knows them."""
    from helpers import points_of, waving
    from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_NAMES
    from lsmplify_extension.lsmplify_core.layouts.layout import load_layout

    shipped = load_layout("BODY_25")
    own = [f"q{i}zz" for i in range(len(shipped.names))]
    keypoints = [
        {"name": n, "aliases": [], "joint": JOINT_NAMES[j], "offset": [float(x) for x in o]}
        for n, j, o in zip(own, shipped.joints, shipped.offsets, strict=True)
    ]
    layout = tmp_path / "mine.json"
    layout.write_text(json.dumps({"name": "mine", "keypoints": keypoints}))
    take = tmp_path / "take.npz"
    np.savez(take, points=points_of(waving(20, 60.0))[1], names=np.array(own), rate=60.0)
    assert bake(take, tmp_path / "out.npz", "--layout", str(layout)) == 0


def test_what_the_panel_was_set_to_is_no_option(extension, take, tmp_path) -> None:
    from lsmplify_extension.lsmplify_core.motion.motion import load_motion

    settings = bpy.context.scene.lsmplify
    settings.use_range, settings.frame_start, settings.frame_end = True, 5, 6
    settings.target, settings.unit, settings.up = "EXISTING", "ft", "-y"
    assert bake(take, tmp_path / "out.npz") == 0
    assert load_motion(tmp_path / "out.npz").frames == 30


def test_a_written_blend_still_finds_its_libraries(extension, take, tmp_path) -> None:
    mesh = bpy.data.meshes.new("Mesh")
    bpy.data.libraries.write(str(tmp_path / "library.blend"), {mesh}, fake_user=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    path = str(tmp_path / "library.blend")
    with bpy.data.libraries.load(path, link=True, relative=True) as (_there, here):
        here.meshes = ["Mesh"]
    user = bpy.data.objects.new("user", here.meshes[0])
    bpy.context.scene.collection.objects.link(user)
    assert bake(take, tmp_path / "out.blend") == 0
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "out.blend"))
    assert bpy.data.libraries[0].filepath == "//library.blend"


def test_one_file_does_not_change_the_next(extension, take, tmp_path) -> None:
    """The exporters need another frame range; the .blend written after them keeps the scene's."""
    bpy.context.scene.frame_end = 77
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert bake(take, tmp_path / "out.bvh", "-o", str(tmp_path / "out.blend")) == 0
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "out.blend"))
    assert bpy.context.scene.frame_end == 77


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["bake", "--nonsense"], "there is no option --nonsense"),
        (["bake", "--nonsense=3", "-o", "x.npz"], "there is no option --nonsense"),
        (["bake"], "are required"),
        (["bake", "stray", "--file", "x.trc", "-o", "x.npz"], "stray"),
        (["cook"], "cook"),
        ([], "required"),
    ],
)
def test_wrong_words_are_one_line_with_the_usage(extension, capfd, words, says) -> None:
    from lsmplify_extension.addon import cli

    assert cli.run(words) == 2
    said = capfd.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert said[0].startswith("error: ")
    assert says in said[0]
    assert "usage: blender" in said[0]
    assert "-o OUT" in said[0]
