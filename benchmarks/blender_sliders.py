# SPDX-License-Identifier: GPL-3.0-or-later
"""What it takes in Blender from a dragged slider to 1,000 frames with new curves, errors and spans.

Run with the bpy module: .venv-bpy/bin/python benchmarks/blender_sliders.py MOTION.npz
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import bpy
from common import load_extension

FRAMES = 1000
EVERYWHERE = dict.fromkeys(
    ("root", "spine", "head", "left_arm", "right_arm", "left_leg", "right_leg"), 0.05
)
SLIDERS: dict[str, tuple[Callable[[], object], str, str, tuple[float, ...]]] = {
    "smooth, one arm": (lambda: bpy.ops.lsmplify.smooth(left_arm=0.05), "smooth", "left_arm",
                        (0.06, 0.07, 0.08, 0.09, 0.1)),
    "smooth, everywhere": (lambda: bpy.ops.lsmplify.smooth(**EVERYWHERE), "smooth", "root",
                           (0.06, 0.07, 0.08, 0.09, 0.1)),
    "limits and twist": (lambda: bpy.ops.lsmplify.limits(limits=0.5, twist=1.0), "limits", "twist",
                         (0.6, 0.7, 0.8, 0.9, 0.5)),
    "calm": (lambda: bpy.ops.lsmplify.limits(limits=0.5, calm=0.2), "limits", "calm",
             (0.25, 0.3, 0.35, 0.4, 0.45)),
    "feet": (lambda: bpy.ops.lsmplify.lock_feet(), "feet", "ease", (0.1, 0.11, 0.12, 0.13, 0.14)),
    "fewest keys": (lambda: bpy.ops.lsmplify.reduce_keys(), "keys", "most_mm",
                    (2.1, 2.2, 2.3, 2.4, 2.5)),
    "strength": (lambda: bpy.ops.lsmplify.refine_from_tracks(), "refine", "strength",
                 (0.9, 0.8, 0.7, 0.6, 0.5)),
}  # fmt: skip


def main() -> int:
    """Each slider, dragged over five values; the least by the clock and of processor time."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    extension = load_extension()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    extension.register()
    try:
        lines = [f"  {name:20s} {_dragged(name)}" for name in SLIDERS]
    finally:
        extension.unregister()
    print(f"Blender {bpy.app.version_string}, {FRAMES} frames, seconds by the clock, of processor")
    print("\n".join(lines))
    return 0


def _dragged(name: str) -> str:
    import kept_takes
    from lsmplify_extension.lsmplify_core.motion.motion import Motion, load_motion

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 24
    whole = load_motion(Path(sys.argv[1]))
    motion = Motion(whole.rotations[:FRAMES], whole.root[:FRAMES], 24.0, whole.body)
    armature = kept_takes.body_with(motion)
    make, group, field, values = SLIDERS[name]
    make()
    settings = getattr(armature.animation_data.action.lsmplify_step, group)
    runs: list[tuple[float, float]] = []
    for value in values:
        clock, processor = time.perf_counter(), time.process_time()
        setattr(settings, field, value)
        runs.append((time.perf_counter() - clock, time.process_time() - processor))
    return f"{min(r[0] for r in runs):.3f} {min(r[1] for r in runs):.3f}"


if __name__ == "__main__":
    raise SystemExit(main())
