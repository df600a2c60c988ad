# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people of one scene on two characters of other sizes: their hands meet there too."""

import json
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest
from characters import build, heads

sys.path.insert(0, str(Path(__file__).parents[4]))

FRAMES = range(1, 61)
SHAKE = slice(24, 42)
"""Rows of FRAMES in which the two shake hands."""


@pytest.fixture
def shaking(extension, tmp_path) -> list[Path]:
    """Two files of people who shake hands."""
    from tests.retarget import pairs, test_people

    bpy.context.scene.render.fps = 30
    paths = []
    from lsmplify_core.motion.motion import save_motion

    share = pairs.held(60, 20, 45, 12)
    a = test_people._standing()
    for name, motion in zip("ab", pairs.shaking_hands(a, pairs.facing(a, a, 0.7), share),
                            strict=True):  # fmt: skip
        paths.append(tmp_path / f"{name}.npz")
        save_motion(motion, paths[-1])
    return paths


def small(name: str) -> bpy.types.Object:
    """A character of three quarters the size."""
    made = build(name)
    made.scale = (0.75, 0.75, 0.75)
    bpy.context.view_layer.update()
    return made


def apart(first, second) -> float:
    """Metres between their right hands while they shake them, on the average."""
    found = [heads(c, ["hand_r"], FRAMES)[SHAKE, 0] for c in (first, second)]
    return float(np.linalg.norm(found[1] - found[0], axis=-1).mean())


def test_reapply_on_both_brings_their_hands_together(shaking) -> None:
    first, second = build("First"), small("Second")
    settings = bpy.context.scene.lsmplify.character
    for path, character in zip(shaking, (first, second), strict=True):
        bpy.ops.lsmplify.import_motion(filepath=str(path))
        settings.source = bpy.context.view_layer.objects.active
        settings.target = character
        assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}
    alone = apart(first, second)
    settings.several = True
    for item in bpy.data.objects:
        item.select_set(item in (first, second))
    assert bpy.ops.lsmplify.reapply_to_character() == {"FINISHED"}
    together = apart(first, second)
    assert alone > 0.25
    assert together < 0.12, (alone, together)


def retarget(*words: object) -> int:
    from lsmplify_extension.addon.cli import run

    return run(["retarget", *map(str, words)])


def test_one_command_for_both(shaking, tmp_path, capsys) -> None:
    first, second = build("First"), small("Second")
    reports = tmp_path / "reports"
    assert retarget("--source", *shaking, "--target", "First", "Second", "--together",
                    "-o", tmp_path / "both.blend", "--report", reports) == 0  # fmt: skip
    assert apart(first, second) < 0.12
    found = [json.loads((reports / f"{n}.json").read_text()) for n in ("a_First", "b_Second")]
    assert all(r["touches"]["kept"] == r["touches"]["found"] >= 1 for r in found)
    assert (tmp_path / "both.blend").stat().st_size > 1000


@pytest.mark.parametrize(
    ("sources", "targets", "says"),
    [
        ((0, 1), ("First",), "as many motions as characters: 2 and 1"),
        ((0, 0), ("First", "Second"), "given twice"),
        ((0, 1), ("First", "First"), "'First' was given twice"),
    ],
)
def test_people_that_do_not_fit_are_refused(
    shaking, tmp_path, capsys, sources, targets, says
) -> None:
    build("First"), build("Second")
    words = ["--source", *(shaking[i] for i in sources), "--target", *targets, "--together"]
    assert retarget(*words, "-o", tmp_path / "both.blend") == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert says in error
    assert not (tmp_path / "both.blend").exists()
