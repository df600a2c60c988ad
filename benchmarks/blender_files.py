# SPDX-License-Identifier: GPL-3.0-or-later
"""Real files through Blender as an animator takes them: Import Tracks, Solve and Bake, then the
bake is measured against the empties as Blender evaluates both.

    .venv-bpy/bin/python benchmarks/blender_files.py ../shared/markers [--json FILE]
"""

import argparse
import importlib.util
import json
import sys
import time
from pathlib import Path

import bpy
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "lsmplify_extension"
LOOKED_AT = 12
"""Frames of each take at which the scene is evaluated."""


def main() -> int:
    """Every take in a folder, a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    extension = _extension()
    print(f"Blender {bpy.app.version_string}")
    rows = []
    for path in _takes(args.folder):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        extension.register()
        try:
            rows.append(row := measure(path))
        finally:
            extension.unregister()
        print("  ".join(f"{k} {v}" for k, v in row.items()), flush=True)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


def measure(path: Path) -> dict[str, object]:
    """One take: what was found, and how far the markers on the baked body are from the empties."""
    began = time.process_time()
    try:
        bpy.ops.lsmplify.import_tracks(filepath=str(path))
        bpy.ops.lsmplify.solve_and_bake()
    except RuntimeError as error:
        return {"file": path.name, "refused": str(error).strip().removeprefix("Error: ")[:110]}
    seconds = time.process_time() - began
    result = bpy.context.scene.lsmplify.result
    armature = bpy.data.objects[result.armature]
    return {
        "file": path.name, "layout": result.layout, "tracks": result.tracks,
        "frames": result.frames, "solver_mm": round(result.mean_mm, 1),
        "in_scene_mm": round(1000 * _apart(armature), 1), "cpu_s": round(seconds, 1),
    }  # fmt: skip


def _apart(armature: bpy.types.Object) -> float:
    """Metres, mean over some frames and all tracks that are keyed there."""
    calibration = sys.modules[f"{PACKAGE}.addon.calibration.store"].calibration_of(armature)
    names = sys.modules[f"{PACKAGE}.lsmplify_core.geometry.skeleton"].JOINT_NAMES
    actions = sys.modules[f"{PACKAGE}.addon.actions"]
    collection = bpy.context.scene.lsmplify.collection
    empties = {e.name: e for e in collection.all_objects}
    keyed = {n: actions.key_coordinates(actions.curves_of(e)[0])[:, 0] for n, e in empties.items()}
    scene = bpy.context.scene
    far: list[float] = []
    for frame in np.linspace(scene.frame_start, scene.frame_end - 1, LOOKED_AT).round().astype(int):
        scene.frame_set(int(frame))
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        for name, joint, offset in zip(
            calibration.names, calibration.joints, calibration.offsets, strict=True
        ):
            bone = posed.pose.bones[names[joint]]
            rest = np.array(bone.bone.matrix_local)
            own = rest[:3, :3].T @ np.array([offset[0], -offset[2], offset[1]])
            there = np.array(posed.matrix_world @ bone.matrix) @ [*own, 1.0]
            if np.abs(keyed[name] - frame).min() < 0.5:
                here = np.array(empties[name].matrix_world.translation)
                far.append(float(np.linalg.norm(there[:3] - here)))
    return float(np.mean(far))


def _takes(folder: Path) -> list[Path]:
    suffixes = (".c3d", ".trc", ".dat")
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in suffixes)


def _extension() -> object:
    """The checkout as Blender loads an extension."""
    spec = importlib.util.spec_from_file_location(
        PACKAGE, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    raise SystemExit(code)
