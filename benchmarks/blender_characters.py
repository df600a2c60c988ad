# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters in Blender, measured: ten takes on ten characters by one command; a real take solved
straight onto characters, and solved and then applied; what a newcomer presses.

Run with the bpy module: .venv-bpy/bin/python benchmarks/blender_characters.py
[batch|user|solve|proportions] [--json FILE]. Needs ../shared/rigs, and ../shared/markers or
../shared/motion.
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
from common import SHARED, load_extension
from mathutils import Vector

TAKE = SHARED / "markers" / "cmu_02_05.c3d"
RIGS = ("mixamo", "game_engine", "default", "cmu_mb")


def main() -> int:
    """Load the extension and run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", choices=tuple(PARTS), default=tuple(PARTS))
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    extension = load_extension()
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


def proportions() -> dict[str, Any]:
    """Solved on the character's lengths, and on the performer's and then transferred: how far hands
    and feet are from the performer's, brought to the character's size, and how limbs point."""
    from lsmplify_extension.addon.character.rig.armature import rig_from
    from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_INDEX
    from lsmplify_extension.lsmplify_core.pipeline import solve as solve_take
    from lsmplify_extension.lsmplify_core.reading import read_tracks
    from lsmplify_extension.lsmplify_core.retarget import (
        RetargetOptions,
        body_of,
        find_map,
        retarget,
    )
    from lsmplify_extension.lsmplify_core.runtime.progress import run_steps
    from lsmplify_extension.lsmplify_core.unnamed.assigning import matched
    from lsmplify_extension.lsmplify_core.workflows.character_solve import (
        character_steps,
        leg_length,
    )

    found: dict[str, Any] = {}
    for take in ("cmu_02_05.c3d", "opencap_sample_markers.trc"):
        tracks = read_tracks(SHARED / "markers" / take)
        tracks, match = matched(tracks.between(0, min(tracks.frames, 400) - 1), "auto", None)
        person = solve_take(tracks, match=match).motion
        joints = person.joints()
        for kind in ("mixamo", "game_engine"):
            bpy.ops.wm.read_factory_settings(use_empty=True)
            bones = rig_from(rig(kind, "Hero"))
            bone_map = find_map(bones)
            body = body_of(bones, bone_map)
            size = leg_length(body) / leg_length(person.body)
            own = run_steps(character_steps(tracks, body, match=match)).motion
            results = {
                "character": retarget(own, bones, bone_map, RetargetOptions(size=1.0)),
                "performer": retarget(person, bones, bone_map),
            }
            start = np.array([*joints[0, 0, :2], 0.0])
            for name, result in results.items():
                heads = {r: result.motion.world_heads[:, bones.index(bone_map.bones[r][0])]
                         for r in (*LIMB_ENDS, *LIMB_ENDS.values())}  # fmt: skip
                at = {r: start + size * (joints[:, JOINT_INDEX[r]] - start) for r in heads}
                off = {r: float(1000 * np.linalg.norm(heads[r] - at[r], axis=-1).mean() / size)
                       for r in ("L_Wrist", "R_Wrist", "L_Ankle", "R_Ankle")}  # fmt: skip
                limbs = [_angle(heads[b] - heads[a], at[b] - at[a]) for a, b in LIMB_ENDS.items()]
                found[f"{take}, {kind}, {name}"] = {
                    "ends_off_mm": {r: round(v) for r, v in off.items()},
                    "limbs_deg": round(float(np.mean(limbs)), 1),
                    "worst_limb_deg": round(max(float(np.mean(v)) for v in limbs), 1),
                }
    return found


LIMB_ENDS = {
    f"{s}_{a}": f"{s}_{b}" for s in "LR"
    for a, b in (("Shoulder", "Elbow"), ("Elbow", "Wrist"), ("Hip", "Knee"), ("Knee", "Ankle"))
}  # fmt: skip


def _angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(T,) degrees between vectors (T, 3)."""
    across = np.linalg.norm(np.cross(a, b), axis=-1)
    return np.degrees(np.arctan2(across, np.sum(a * b, axis=-1)))


PARTS: dict[str, Callable[[], dict[str, Any]]] = {"batch": batch, "user": user, "solve": solve,
                                                    "proportions": proportions}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
