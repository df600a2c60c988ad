# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command lsmplify bake`: files out, exit codes, one line for every error."""

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
    from lsmplify_extension.lsmplify_core.motion import load_motion

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
