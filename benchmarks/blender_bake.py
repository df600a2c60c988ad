# SPDX-License-Identifier: GPL-3.0-or-later
"""From curves to baked curves in Blender, what each part takes, and how long the window waits.

Run with the bpy module: .venv-bpy/bin/python benchmarks/blender_bake.py [--frames N]
[--layout NAME] [--runs N] [--json FILE]. Somebody strolls; the points are empties with curves.
While the take is solved in a thread, this one looks every 10 ms as the window does: the longest
time between two looks is how long an event would wait.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median

import bpy
import numpy as np
from common import load_extension

RATE = 60
LOOK = 0.01
"""Seconds between two looks of the window at its events."""


def main() -> int:
    """Import, read, solve, bake; print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--layout", default="BODY_25")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    extension = load_extension()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    extension.register()
    try:
        seconds = [measure(args.frames, args.layout) for _ in range(args.runs)]
    finally:
        extension.unregister()
    middle = {name: median(run[name] for run in seconds) for name in seconds[0]}
    print(
        f"Blender {bpy.app.version_string}, {args.frames} frames, {args.layout}, "
        f"medians of {args.runs} runs in seconds:"
    )
    for name, value in middle.items():
        print(f"  {name:18s} {value:6.3f}")
    if args.json:
        args.json.write_text(json.dumps(middle, indent=1) + "\n")
    return 0


def measure(frames: int, layout: str) -> dict[str, float]:
    """Seconds of one whole run, import of the file left out."""
    from lsmplify_extension.addon.solve import job, writing
    from lsmplify_extension.addon.tracks.empties import make_empties
    from lsmplify_extension.lsmplify_core.runtime.in_thread import in_thread

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = RATE
    settings = bpy.context.scene.lsmplify
    settings.source = "COLLECTION"
    settings.collection = make_empties(bpy.context, take(frames, layout), "take")
    clock = [time.perf_counter()]
    processor = time.process_time()
    work = job.prepare(bpy.context)
    clock.append(time.perf_counter())
    steps = in_thread(job.solve_job(work), LOOK)
    looks = [time.perf_counter()]
    while True:
        try:
            next(steps)
            looks.append(time.perf_counter())
        except StopIteration as end:
            solution = end.value
            break
    began = time.perf_counter()
    stopping = in_thread(job.solve_job(work), LOOK)
    for _ in range(10):
        next(stopping)
    asked = time.perf_counter()
    stopping.close()
    stopped, lost = time.perf_counter() - asked, time.perf_counter() - began
    clock.append(time.perf_counter() - lost)
    writing.finish(bpy.context, work, solution)
    clock.append(time.perf_counter() - lost)
    read, solve, bake = np.diff(clock)
    waits = np.diff(looks)
    return {
        "read": read, "solve": solve, "bake": bake, "total": read + solve + bake,
        "processor": time.process_time() - processor,
        "longest wait": float(waits.max()), "usual wait": float(np.median(waits)), "Esc": stopped,
    }  # fmt: skip


def take(frames: int, layout: str):
    """Somebody who strolls, with half a millimetre of noise."""
    from lsmplify_extension.lsmplify_core.evaluation.synthetic import strolling
    from lsmplify_extension.lsmplify_core.evaluation.takes import keypoints
    from lsmplify_extension.lsmplify_core.layouts.layout import load_layout
    from lsmplify_extension.lsmplify_core.tracks.tracks import Tracks

    shown = load_layout(layout)
    points = keypoints(strolling(frames, float(RATE)), shown)
    points = points + 0.0005 * np.random.default_rng(1).standard_normal(points.shape)
    return Tracks(points, shown.names, float(RATE), "take", unit=1.0, up="+z")


if __name__ == "__main__":
    raise SystemExit(main())
