# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions on a generated Rigify rig in Blender: seconds of a thousand frames, and how far its bones
under IK are from those under FK.

Run with the bpy module: .venv-bpy/bin/python benchmarks/retarget_rigify.py [CLIP …]; a clip is a
path under ../shared/motion/test without its ending.
Seconds are of the processor; OMP_NUM_THREADS=1 for one thread.
"""

import os
import sys
import time
from typing import Any

import bpy
import numpy as np
from common import SHARED, load_extension

MOTIONS = SHARED / "motion" / "test"
FRAMES = 1000
CLIPS = ("cmu/02_01", "cmu/05_01", "cmu/85_02", "cmu/49_06", "reactidle/013_acted")
BONES = {
    "hands": "DEF-hand", "elbows": "DEF-forearm", "feet": "DEF-foot", "knees": "DEF-shin",
}  # fmt: skip


def main() -> int:
    """Make the rig, then measure."""
    import addon_utils

    if not MOTIONS.is_dir():
        print(f"retarget_rigify: {MOTIONS} is not here")
        return 0
    extension = load_extension()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    meta = bpy.context.object
    bpy.ops.pose.rigify_generate()
    rig = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != meta)
    bpy.data.objects.remove(meta)
    extension.register()
    bpy.context.scene.render.fps = 30
    for controls in ("fk", "ik", "both"):
        print(speed(rig, controls))
    for clip in sys.argv[1:] or CLIPS:
        print(ik_beside_fk(rig, clip))
    return 0


def _applied(rig: bpy.types.Object, motion: Any, controls: str) -> tuple[float, float, float]:
    """Processor seconds of reading the rig, of the core, and of the keys."""
    from lsmplify_extension.addon.character.apply import job, source
    from lsmplify_extension.lsmplify_core.retarget import RetargetOptions, performance_of
    from lsmplify_extension.lsmplify_core.runtime.progress import run_steps

    frames = np.arange(1.0, motion.frames + 1.0)
    given = source.Source(performance_of(motion), frames, "take")
    times = [time.process_time()]
    work = job.prepare(bpy.context, given, rig, "auto", RetargetOptions(), controls)
    times.append(time.process_time())
    result = run_steps(job.steps(work))
    times.append(time.process_time())
    job.write(work, result, "take")
    times.append(time.process_time())
    return times[1] - times[0], times[2] - times[1], times[3] - times[2]


def _motion(clip: str) -> Any:
    from lsmplify_extension.lsmplify_core.motion.motion import load_motion

    return load_motion(MOTIONS / f"{clip}.npz")


def speed(rig: bpy.types.Object, controls: str) -> str:
    """A line on a thousand frames, the better of two runs."""
    motion = _motion("cmu/85_02")
    motion = motion.at(np.linspace(0, motion.frames - 1, FRAMES))
    best = min((_applied(rig, motion, controls) for _ in range(2)), key=sum)
    parts = f"rig {best[0]:.2f}, core {best[1]:.2f}, keys {best[2]:.2f}"
    return f"{controls}: {FRAMES} frames in {sum(best):.2f} processor seconds ({parts})"


def ik_beside_fk(rig: bpy.types.Object, clip: str) -> str:
    """A line on how far joints under IK are from those under FK."""
    motion = _motion(clip)
    shown = []
    for controls in ("fk", "ik"):
        _applied(rig, motion, controls)
        shown.append(_heads(rig, motion.frames))
    off = 1000.0 * np.linalg.norm(shown[1] - shown[0], axis=-1)
    parts = [
        f"{name} {off[:, i].mean():.3f} (most {off[:, i].max():.2f})"
        for i, name in enumerate(BONES)
    ]
    return f"{clip}, {motion.frames} frames, mm between IK and FK: {', '.join(parts)}"


def _heads(rig: bpy.types.Object, frames: int) -> np.ndarray:
    """(T, joints, 2, 3) metres in the world."""
    found = []
    for frame in range(1, frames + 1):
        bpy.context.scene.frame_set(frame)
        found.append([
            [rig.matrix_world @ rig.pose.bones[f"{bone}.{side}"].head for side in "LR"]
            for bone in BONES.values()
        ])  # fmt: skip
    return np.array(found)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # Blender hangs on its way out with Rigify switched on
