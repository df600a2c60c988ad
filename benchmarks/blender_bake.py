# SPDX-License-Identifier: GPL-3.0-or-later
"""From curves to baked curves in Blender: 1,000 frames × 25 tracks, and what each part takes.

Run with the bpy module: .venv-bpy/bin/python benchmarks/blender_bake.py [--json FILE]. The example
take is played there and back until it is long enough.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import bpy
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/addon")]

FRAMES = 1000


def main() -> int:
    """Import, read, solve, bake; print the seconds."""
    import conftest

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    extension = conftest.load_extension()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    extension.register()
    try:
        seconds = [measure() for _ in range(3)]
    finally:
        extension.unregister()
    middle = sorted(seconds, key=lambda s: s["total"])[1]
    print(
        f"Blender {bpy.app.version_string}, {FRAMES} frames, 25 tracks, the middle of three runs:"
    )
    for name, value in middle.items():
        print(f"  {name:8s} {value:6.3f} s")
    if args.json:
        args.json.write_text(json.dumps(middle, indent=1) + "\n")
    return 0


def measure() -> dict[str, float]:
    """Seconds of one whole run, import of the file left out."""
    from lsmplify_extension.addon.solve import job
    from lsmplify_extension.addon.tracks.empties import make_empties

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 60
    settings = bpy.context.scene.lsmplify
    settings.source, settings.collection = "COLLECTION", make_empties(bpy.context, take(), "take")
    clock = [time.perf_counter()]
    work = job.prepare(bpy.context)
    clock.append(time.perf_counter())
    steps = job.solve_job(work)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            solution = end.value
            break
    clock.append(time.perf_counter())
    job.finish(bpy.context, work, solution)
    clock.append(time.perf_counter())
    read, solve, bake = np.diff(clock)
    return {"read": read, "solve": solve, "bake": bake, "total": read + solve + bake}


def take():
    """The example keypoints, there and back, FRAMES long."""
    from dataclasses import replace

    from lsmplify_extension.lsmplify_core.reading import read_tracks

    tracks = read_tracks(ROOT / "examples/keypoints_body25.trc")
    upright = tracks.positions[..., [0, 2, 1]] * [1.0, -1.0, 1.0]
    there_and_back = np.concatenate((upright, upright[::-1]))
    repeats = -(-FRAMES // len(there_and_back))
    return replace(tracks, positions=np.tile(there_and_back, (repeats, 1, 1))[:FRAMES], up=None)


if __name__ == "__main__":
    raise SystemExit(main())
