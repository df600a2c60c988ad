# SPDX-License-Identifier: GPL-3.0-or-later
"""The action that is shown as a file."""

from pathlib import Path

import bpy
import numpy as np
import pytest


def body():
    from kept_takes import body_with, waving

    return body_with(waving(20, 24.0))


@pytest.mark.parametrize("suffix", ["fbx", "glb", "usdc", "bvh", "npz"])
def test_every_format_is_written(extension, tmp_path: Path, suffix) -> None:
    module = {"glb": "io_scene_gltf2", "fbx": "io_scene_fbx", "bvh": "io_anim_bvh"}.get(suffix)
    if module is not None and module not in bpy.context.preferences.addons:
        pytest.skip(f"{module} is not switched on in this Blender")
    armature, path = body(), tmp_path / f"take.{suffix}"
    other = bpy.data.objects.new("Other", None)
    bpy.context.scene.collection.objects.link(other)
    other.select_set(True)
    assert bpy.ops.lsmplify.export_take(filepath=str(path)) == {"FINISHED"}
    assert path.stat().st_size > 500
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert other.select_get()
    assert not armature.select_get()


def test_a_motion_is_what_is_shown(extension, tmp_path: Path) -> None:
    from kept_takes import shown
    from lsmplify_extension.lsmplify_core.motion.motion import load_motion

    armature = body()
    assert bpy.ops.lsmplify.export_take(filepath=str(tmp_path / "take"), form=".npz")
    motion = load_motion(tmp_path / "take.npz")
    np.testing.assert_allclose(motion.rotations, shown(armature).rotations, atol=1e-5)


def test_what_cannot_be_written_is_one_line(extension, tmp_path: Path) -> None:
    body()
    (tmp_path / "file").write_text("")
    with pytest.raises(RuntimeError, match="cannot be written"):
        bpy.ops.lsmplify.export_take(filepath=str(tmp_path / "file" / "take.bvh"))
