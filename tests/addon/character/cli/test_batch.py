# SPDX-License-Identifier: GPL-3.0-or-later
"""Several motions on several characters by one command."""

import json
from pathlib import Path

import bpy
import pytest
from characters import build, directions_off


@pytest.fixture
def motions(extension, tmp_path) -> Path:
    from helpers import waving
    from lsmplify_extension.lsmplify_core.motion.motion import save_motion

    bpy.context.scene.render.fps = 30
    folder = tmp_path / "motions"
    folder.mkdir()
    save_motion(waving(20), folder / "long.npz")
    save_motion(waving(10), folder / "short.npz")
    return folder


def retarget(*words: object) -> int:
    from lsmplify_extension.addon.cli import run

    return run(["retarget", *map(str, words)])


def test_a_folder_on_two_characters(motions, tmp_path) -> None:
    from helpers import waving

    build("First")
    second = build("Second", 0.5)
    out, reports, blend = tmp_path / "out", tmp_path / "reports", tmp_path / "all.blend"
    assert retarget("--source", motions, "--target", "First", "Second", "-o", out, "-o", blend,
                    "--format", "fbx", "--format", "bvh", "--report", reports) == 0  # fmt: skip
    pairs = {f"{m}_{t}" for m in ("long", "short") for t in ("First", "Second")}
    assert {f.name for f in out.iterdir()} == {f"{p}.{k}" for p in pairs for k in ("fbx", "bvh")}
    found = {f.stem: json.loads(f.read_text())["frames"] for f in reports.iterdir()}
    assert found == {p: 20 if p.startswith("long") else 10 for p in pairs}
    assert blend.stat().st_size > 1000
    assert len([a for a in bpy.data.actions if a.use_fake_user]) == 4
    assert directions_off(second, waving(10), range(1, 11)).mean() < 2.0


def test_every_take_of_an_armature(motions, tmp_path) -> None:
    bpy.ops.lsmplify.import_motion(filepath=str(motions / "long.npz"))
    moving = bpy.context.view_layer.objects.active
    copy = moving.animation_data.action.copy()
    copy.name, copy.use_fake_user = "Second take", True
    build("Hero")
    out = tmp_path / "out"
    assert retarget("--source", moving.name, "--takes", "all", "--target", "Hero", "-o", out) == 0
    assert len(list(out.glob("*.fbx"))) == 2
    assert moving.animation_data.action != copy


def test_what_fails_does_not_stop_the_others(motions, tmp_path, capsys) -> None:
    build("Hero")
    crooked = build("Crooked")
    crooked.scale = (1, 2, 1)
    bpy.context.view_layer.update()
    (motions / "broken.npz").write_bytes(b"no zip")
    out = tmp_path / "out"
    words = ("--source", motions, "--target", "Hero", "Crooked", "-o", out, "--format", "bvh")
    assert retarget(*words) == 2
    assert {f.name for f in out.iterdir()} == {"long_Hero.bvh", "short_Hero.bvh"}
    said = capsys.readouterr()
    errors = [line for line in said.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 3
    assert "scaled unevenly" in said.err
    assert "broken.npz" in said.err
    assert "2 of 6 done" in said.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("-o", "{tmp}/one.fbx"), "go into a folder"),
        (("-o", "{tmp}/out", "--report", "{tmp}/r.json"), "a folder for the reports"),
    ],
)
def test_files_for_several_are_refused(motions, tmp_path, capsys, words, says) -> None:
    build("Hero")
    filled = [w.format(tmp=tmp_path) for w in words]
    assert retarget("--source", motions, "--target", "Hero", *filled) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert says in error[0]
    assert not bpy.data.actions


def test_an_empty_folder_and_a_format_for_one(motions, tmp_path, capsys) -> None:
    build("Hero")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert retarget("--source", empty, "--target", "Hero", "-o", tmp_path / "out") == 2
    assert "no .npz or .bvh file" in capsys.readouterr().err
    one = motions / "long.npz"
    words = ("--source", one, "--target", "Hero", "-o", tmp_path / "a.bvh", "--format", "fbx")
    assert retarget(*words) == 2
    assert "--format is for several" in capsys.readouterr().err
