# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's bake of some takes in the bpy module, as arrays: a part of `same_results.py --save`.

Usage: results_baked.py CHECKOUT OUT TAKE…  For each take OUT/TAKE.npz (the motion), .json (the
report) and TAKE_bones.npz: every bone's pose in the world on every scene frame, and the curves'
keys.
"""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np

PACKAGE = "lsmplify_extension"


def main() -> int:
    """Bake every take; the exit code is the first that is not 0."""
    checkout, out = Path(sys.argv[1]), Path(sys.argv[2])
    bpy.ops.wm.read_factory_settings(use_empty=True)
    extension = _load(checkout)
    extension.register()
    try:
        codes = [_bake(Path(take), out) for take in sys.argv[3:]]
    finally:
        extension.unregister()
    return next((code for code in codes if code), 0)


def _load(checkout: Path) -> Any:
    """The checkout as a package of its own name, as Blender loads an extension."""
    spec = importlib.util.spec_from_file_location(
        PACKAGE, checkout / "__init__.py", submodule_search_locations=[str(checkout)]
    )
    if spec is None or spec.loader is None:
        raise SystemExit(f"error: {checkout} is no checkout of the extension")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)
    return module


def _bake(take: Path, out: Path) -> int:
    before = {item.name for item in bpy.data.objects}
    motion, report = out / f"{take.stem}.npz", out / f"{take.stem}.json"
    command = importlib.import_module(f"{PACKAGE}.addon.cli").run
    code = command(["bake", "--file", str(take), "-o", str(motion), "--report", str(report)])
    made = [i for i in bpy.data.objects if i.type == "ARMATURE" and i.name not in before]
    if code == 0:
        _save_bones(made[0], out / f"{take.stem}_bones.npz")
    return code


def _save_bones(armature: Any, path: Path) -> None:
    first, last = (round(x) for x in armature.animation_data.action.frame_range)
    names = sorted(bone.name for bone in armature.pose.bones)
    poses = []
    for frame in range(first, last + 1):
        bpy.context.scene.frame_set(frame)
        seen = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        world = [seen.matrix_world @ seen.pose.bones[name].matrix for name in names]
        poses.append([[list(row) for row in matrix] for matrix in world])
    matrices = np.array(poses)
    np.savez(
        path, names=np.array(names), frames=np.arange(first, last + 1),
        rotations=matrices[..., :3, :3], positions=matrices[..., :3, 3],
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
