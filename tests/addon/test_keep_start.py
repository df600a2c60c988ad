# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes that begin later on their capture's clock: C3D, TRC and tables, imported and baked."""

from pathlib import Path

import bpy
import numpy as np
import pytest

RATE, FIRST = 24.0, 48
"""Frames per second, and frames before the take on the capture's clock: two seconds."""


def write(form: str, folder: Path) -> Path:
    from c3d_files import Odd, c3d_bytes
    from helpers import points_of, waving

    names, points = points_of(waving(12, RATE))
    times = (FIRST + np.arange(12)) / RATE
    path = folder / f"take.{form}"
    cells = [[f"{times[t]:.6f}", *(f"{x:.5f}" for x in f.ravel())] for t, f in enumerate(points)]
    if form == "c3d":
        path.write_bytes(c3d_bytes(1000.0 * points, names, Odd(rate=RATE, first=FIRST + 1)))
    elif form == "trc":
        rows = [
            "PathFileType\t4\t(X/Y/Z)\ttake.trc", "DataRate\tUnits", f"{RATE:g}\tm",
            "Frame#\tTime\t" + "\t\t\t".join(names), "\t\t" + "\t".join("XYZ" * len(names)),
            *("\t".join([str(t + 1), *row]) for t, row in enumerate(cells)),
        ]  # fmt: skip
        path.write_text("\n".join(rows) + "\n")
    else:
        head = "time," + ",".join(f"{n}_{a}" for n in names for a in "xyz")
        path.write_text("\n".join([head, *(",".join(row) for row in cells)]) + "\n")
    return path


def new_scene() -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)


@pytest.mark.parametrize("form", ["c3d", "trc", "csv"])
def test_in_the_scene(form, extension, tmp_path) -> None:
    """The empties begin later, and so does what is solved of them."""
    path = write(form, tmp_path)
    for keep, first in ((False, 1), (True, 1 + FIRST)):
        new_scene()
        bpy.context.scene.render.fps = int(RATE)
        assert bpy.ops.lsmplify.import_tracks(filepath=str(path), keep_start=keep) == {"FINISHED"}
        some = bpy.context.scene.lsmplify.collection.all_objects[0]
        assert round(some.animation_data.action.frame_range[0], 3) == first
        assert bpy.context.scene.frame_end == first + 11
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    armature = bpy.data.objects[bpy.context.scene.lsmplify.result.armature]
    assert tuple(armature.animation_data.action.frame_range) == (first, first + 11)


@pytest.mark.parametrize("form", ["c3d", "trc", "csv"])
def test_by_the_command(form, extension, tmp_path) -> None:
    from lsmplify_extension.addon import cli

    path = write(form, tmp_path)
    for words, first in (
        ([], 1), (["--keep-start"], 1 + FIRST), (["--keep-start", "--start", "4"], 5 + FIRST)
    ):  # fmt: skip
        new_scene()
        out = tmp_path / "out.blend"
        assert cli.run(["bake", "--file", str(path), "-o", str(out), *words]) == 0
        bpy.ops.wm.open_mainfile(filepath=str(out))
        armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
        begins, ends = armature.animation_data.action.frame_range
        assert (begins, ends) == (first, 12 + (FIRST if words else 0))
        assert bpy.context.scene.frame_start == first
