# SPDX-License-Identifier: GPL-3.0-or-later
"""Every Python block and every `blender …` line of the docs is run here, as it stands on the
page."""

import pickle
import re
import shutil
import sys
from itertools import pairwise, takewhile
from pathlib import Path

import bpy
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.glob("*.md") if "import bpy" in p.read_text(encoding="utf-8"))


def blocks(page: Path) -> list[str]:
    """The page's Python blocks that speak of bpy, in their order."""
    found = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M)
    return [b for b in found if "bpy." in b]


sys.path.append(str(ROOT / "tests/docs"))
from pages import PAGES as ALL_PAGES  # noqa: E402
from pages import Command, commands  # noqa: E402

LINES = {c.text: c for p in ALL_PAGES for c in commands(p) if c.kind == "BLENDER"}


def test_the_pages_that_are_run_here() -> None:
    assert {"scripts.md"} <= {p.name for p in PAGES}


def test_blocks_of_the_scripts_page(extension, tmp_path) -> None:
    """One after the other, in one Blender, with a take where the page has one."""
    takes = tmp_path / "takes"
    takes.mkdir()
    shutil.copy(ROOT / "examples/markers_cmu41.trc", takes / "take.trc")
    names: dict = {}
    for block in blocks(DOCS / "scripts.md"):
        if "import_tracks" in block:
            assert "Keys" in names["armature"].animation_data.action.name
            bpy.data.batch_remove(list(bpy.data.objects))
        exec(compile(block.replace('"/takes', f'"{takes}'), "scripts.md", "exec"), names)
    assert (takes / "mapping.json").stat().st_size > 1000
    assert bpy.context.scene.lsmplify.result.mean_mm < 10.0


@pytest.mark.parametrize("text", LINES)
def test_blender_lines(extension, tmp_path, monkeypatch, text) -> None:
    """What stands behind `--command lsmplify`, by the command's own function."""
    from lsmplify_extension.addon import cli

    monkeypatch.chdir(tmp_path)
    command: Command = LINES[text]
    words = command.words[command.words.index("lsmplify") + 1 :]
    if any(w.endswith(".blend") for w in command.words[: command.words.index("--command")]):
        a_scene_of_ones_own()
    make_inputs(words)
    assert cli.run(words) == 0
    for option, written in pairwise(words):
        if option in ("-o", "--out", "--report"):
            assert (tmp_path / written).stat().st_size > 100, written


def a_scene_of_ones_own() -> None:
    """Two people in the collection `duo`, markers as bones of `c3d_markers`, the armature
    `Body`, and the characters `Hero` and `Villain`."""
    from helpers import add_empties, waving

    add_empties(waving(24))
    bpy.context.scene.lsmplify.source = "SELECTED"
    bpy.ops.lsmplify.solve_and_bake()
    body = bpy.data.objects[bpy.context.scene.lsmplify.result.armature]
    bones = body.copy()
    body.name, bones.name = "Body", "c3d_markers"
    hero = bpy.data.objects.new("Hero", body.data.copy())
    villain = bpy.data.objects.new("Villain", body.data.copy())
    for item in (bones, hero, villain):
        bpy.context.scene.collection.objects.link(item)
    bpy.context.view_layer.update()
    duo = bpy.data.collections.new("duo")
    bpy.context.scene.collection.children.link(duo)
    for who in ("Anna", "Ben"):
        own = bpy.data.collections.new(who)
        duo.children.link(own)
        for empty in add_empties(waving(24), prefix=f"{who}:"):
            own.objects.link(empty)


def make_inputs(words: list[str]) -> None:
    """The take and the model file that the options name."""
    from helpers import points_of, save_model, waving

    given = dict(pairwise(words))
    for name in after(words, "--file"):
        names, points = points_of(waving(24))
        path = Path(name)
        if not path.suffix:
            path.mkdir()
            path = path / "walk.c3d"
        save_c3d(path, names, 1000.0 * points)
    for moving in after(words, "--source"):
        if moving.endswith((".npz", "/")):
            from lsmplify_extension.lsmplify_core.motion.motion import save_motion

            path = Path(moving)
            if moving.endswith("/"):
                path.mkdir()
                path = path / "walk.npz"
            save_motion(waving(24), path)
    if "--body" in given:
        arrays = np.load(save_model(Path("model.npz")), allow_pickle=True)
        with Path(given["--body"]).open("wb") as file:
            pickle.dump({n: np.array(arrays[n]) for n in arrays.files}, file, protocol=2)


def after(words: list[str], option: str) -> list[str]:
    """The words from an option up to the next one."""
    if option not in words:
        return []
    rest = words[words.index(option) + 1 :]
    return list(takewhile(lambda word: not word.startswith("-"), rest))


def save_c3d(path: Path, names: list[str], points: np.ndarray) -> None:
    """Points in millimetres as C3D."""
    import c3d

    writer = c3d.Writer(point_rate=30.0, analog_rate=0)
    for frame in points:
        rows = np.zeros((len(names), 5), dtype=np.float32)
        rows[:, :3] = frame
        writer.add_frames([(rows, np.zeros((0, 0)))])
    writer.set_point_labels(list(names))
    with path.open("wb") as file:
        writer.write(file)
