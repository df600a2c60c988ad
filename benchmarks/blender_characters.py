# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters in Blender, measured: ten takes on ten characters by one command; a real take solved
straight onto characters, and solved and then applied; what a newcomer presses.

Run with the bpy module: .venv-bpy/bin/python benchmarks/blender_characters.py [batch|user|solve]
[--json FILE]. Needs ../shared/rigs, and ../shared/markers or ../shared/motion.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
sys.path[:0] = [str(ROOT / "tests/addon")]
TAKE = SHARED / "markers" / "cmu_02_05.c3d"
RIGS = ("mixamo", "game_engine", "default", "cmu_mb")


def main() -> int:
    """Load the extension and run what is asked for."""
    import conftest

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", choices=tuple(PARTS), default=tuple(PARTS))
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    extension = conftest.load_extension()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    extension.register()
    found: dict[str, Any] = {}
    try:
        for name in args.what:
            found[name] = PARTS[name]()
            print(json.dumps({name: found[name]}, indent=1))
    finally:
        extension.unregister()
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


def rig(kind: str, name: str, size: float = 1.0) -> bpy.types.Object:
    """One of ../shared/rigs as an armature, in centimetres under a scale of 0.01 as FBX has it."""
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    path = SHARED / "rigs" / f"makehuman_{kind}.json"
    for bone in json.loads(path.read_text())["bones"]:
        edit = data.edit_bones.new(bone["name"])
        edit.head, edit.tail = 100 * Vector(bone["head"]), 100 * Vector(bone["tail"])
        edit.roll = bone["roll"]
        edit.parent = data.edit_bones.get(bone["parent"] or "")
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.scale = (0.01 * size,) * 3
    bpy.context.view_layer.update()
    return armature


def batch() -> dict[str, Any]:
    """Ten clips of motion/test on ten characters, one command, an FBX a pair and one .blend."""
    from lsmplify_extension.addon.cli import run

    bpy.ops.wm.read_factory_settings(use_empty=True)
    clips = sorted((SHARED / "motion" / "test").rglob("*.npz"))
    clips = sorted(clips, key=lambda p: p.stat().st_size)[:40:4]
    names = [f"Hero{i}" for i in range(10)]
    for i, name in enumerate(names):
        rig(RIGS[i % len(RIGS)], name, 0.6 + 0.1 * i)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        began, processor = time.perf_counter(), time.process_time()
        words = ["retarget", "--source", *map(str, clips), "--target", *names]
        outputs = ["-o", str(out / "takes"), "-o", str(out / "all.blend"), "--format", "bvh",
                   "--report", str(out / "reports")]  # fmt: skip
        code = run([*words, *outputs])
        seconds = time.perf_counter() - began
        reports = [json.loads(p.read_text()) for p in (out / "reports").iterdir()]
        written = len(list((out / "takes").iterdir()))
    return {
        "exit_code": code, "pairs": len(reports), "files": written,
        "frames": sum(r["frames"] for r in reports), "seconds": round(seconds, 1),
        "processor_seconds": round(time.process_time() - processor, 1),
        "direction_deg": round(float(np.mean([
            r["limb_direction_deg"]["mean"] for r in reports])), 2),
    }  # fmt: skip


def user() -> dict[str, Any]:
    """A newcomer in the default scene: import, solve, append a rig, apply. Each call is a press."""
    clicks: list[str] = []
    clock = [time.perf_counter()]

    def press(what: str, call: Callable[[], object]) -> None:
        call()
        clicks.append(what)
        clock.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        library = str(Path(folder) / "hero.blend")
        bpy.data.libraries.write(library, {rig("mixamo", "Hero")})
        bpy.ops.wm.read_factory_settings(use_empty=False)
        settings = bpy.context.scene.lsmplify
        press("Import Tracks", lambda: bpy.ops.lsmplify.import_tracks(filepath=str(TAKE)))
        press("Solve and Bake", bpy.ops.lsmplify.solve_and_bake)
        press(
            "File > Append",
            lambda: bpy.ops.wm.append(
                filepath=f"{library}/Object/Hero", directory=f"{library}/Object/", filename="Hero"
            ),
        )
        press("stage Character", lambda: setattr(settings, "stage", "CHARACTER"))
        press("Apply to Character", bpy.ops.lsmplify.apply_to_character)
    seconds = {c: round(b - a, 2) for c, a, b in zip(clicks, clock, clock[1:], strict=False)}
    return {"clicks": len(clicks), "seconds": seconds, "note": settings.character.note}


def solve() -> dict[str, Any]:
    """A real take solved straight onto each rig, on its own proportions and on the performer's."""
    found: dict[str, Any] = {}
    for kind in RIGS:
        for proportions in ("CHARACTER", "PERFORMER"):
            bpy.ops.wm.read_factory_settings(use_empty=True)
            hero = rig(kind, "Hero")
            settings = bpy.context.scene.lsmplify
            settings.source, settings.filepath = "FILE", str(TAKE)
            settings.target, settings.armature = "EXISTING", hero
            settings.character.solve_on = proportions
            began = time.process_time()
            bpy.ops.lsmplify.solve_and_bake()
            found[f"{kind}, {proportions.lower()}"] = {
                "processor_seconds": round(time.process_time() - began, 2),
                "track_error_mm": round(settings.result.mean_mm, 1),
                "grade": settings.result.verdict.grade,
                "notes": settings.result.notes.splitlines(),
            }
    return found


PARTS: dict[str, Callable[[], dict[str, Any]]] = {"batch": batch, "user": user, "solve": solve}

if __name__ == "__main__":
    sys.exit(main())
