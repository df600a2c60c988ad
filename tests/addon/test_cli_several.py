# SPDX-License-Identifier: GPL-3.0-or-later
"""`bake` of several files and folders in one Blender: clean scenes, resume, failures, the count."""

import json
import os
import signal

import bpy
import numpy as np
import pytest


@pytest.fixture
def folder(tmp_path):
    from helpers import points_of, waving

    takes = tmp_path / "takes"
    takes.mkdir()
    for name, frames, rate in (("walk", 30, 60.0), ("run", 20, 119.88)):
        names, points = points_of(waving(frames, rate))
        np.savez(takes / f"{name}.npz", points=points, names=np.array(names), rate=rate)
    (takes / "bad.trc").write_text("no take\n")
    return takes


def _bake(*words) -> int:
    from lsmplify_extension.addon import cli

    return cli.run(["bake", *map(str, words)])


def test_a_folder_in_one_blender(extension, folder, tmp_path, capsys) -> None:
    out, reports = tmp_path / "out", tmp_path / "reports"
    words = (
        "--file",
        folder,
        "-o",
        out,
        "--report",
        reports,
        "--format",
        "blend",
        "--format",
        "npz",
    )
    assert _bake(*words) == 2
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == "2 baked, 1 failed"
    assert "bad.trc" in told.err
    assert "bad" in json.loads((reports / "bad.json").read_text())["take"]
    assert json.loads((reports / "walk.json").read_text())["frames"] == 30
    assert sorted(p.name for p in out.iterdir()) == [
        "baked.jsonl", "run.blend", "run.npz", "walk.blend", "walk.npz"
    ]  # fmt: skip
    assert not bpy.data.armatures
    assert not bpy.data.actions
    stamp = (out / "walk.blend").stat().st_mtime_ns
    assert _bake(*words, "--resume") == 2
    assert capsys.readouterr().out.splitlines()[-1] == "0 baked, 1 failed, 2 left alone"
    assert (out / "walk.blend").stat().st_mtime_ns == stamp
    assert _bake(*words, "--resume", "--refine", "2") == 2
    assert capsys.readouterr().out.splitlines()[-1] == "2 baked, 1 failed"


def test_the_scene_is_the_takes(extension, folder, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    assert _bake("--file", folder / "walk.npz", folder / "run.npz", "-o", out) == 0
    assert "scene: 119.88 frames per second, frames 1 to 20" in capsys.readouterr().out
    bpy.ops.wm.open_mainfile(filepath=str(out / "run.blend"))
    scene = bpy.context.scene
    assert scene.render.fps / scene.render.fps_base == pytest.approx(119.88, abs=1e-3)
    assert (scene.frame_start, scene.frame_end) == (1, 20)
    assert [o.type for o in bpy.data.objects].count("ARMATURE") == 1


def test_nothing_of_the_start_file_is_left(extension, folder, tmp_path) -> None:
    for name, data in (
        ("Camera", bpy.data.cameras.new("Camera")), ("Light", bpy.data.lights.new("Light", "POINT"))
    ):  # fmt: skip
        bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, data))
    bpy.ops.mesh.primitive_cube_add()
    out = tmp_path / "walk.blend"
    assert _bake("--file", folder / "walk.npz", "-o", out, "--scene-fps", "30") == 0
    bpy.ops.wm.open_mainfile(filepath=str(out))
    assert not {"Cube", "Camera", "Light"} & set(bpy.data.objects.keys())
    assert bpy.context.scene.render.fps == 30
    assert bpy.context.scene.frame_end == 16


def test_sigint_stops_it(extension, folder, tmp_path, monkeypatch, capsys) -> None:
    from lsmplify_extension.addon.cli import bake

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as Blender, which keeps it to itself
    real = bake.works_of

    def pressed(args):
        os.kill(os.getpid(), signal.SIGINT)
        return real(args)

    monkeypatch.setattr(bake, "works_of", pressed)
    try:
        assert _bake("--file", folder, "-o", tmp_path / "out") == 130
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    told = capsys.readouterr()
    assert "stopped by the user" in told.err
    assert not list((tmp_path / "out").glob("*.blend"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "a.blend"], "one folder"),
        (["-o", "out", "--save-repairs", "r.json"], "of one take"),
        (["-o", "out", "--scene-fps", "0"], "frames per second"),
    ],
)
def test_what_is_not_for_several(
    extension, folder, tmp_path, monkeypatch, capsys, words, says
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _bake("--file", folder, *words) == 2
    assert says in capsys.readouterr().err
