# SPDX-License-Identifier: GPL-3.0-or-later
"""Rest offsets of labs' rigs: what joints are turned by all the time, and which of it can be told.

`python benchmarks/rests.py [EVERY]`: every so many'th clip of motion/train and motion/test. The
first table has the medians of a clip's turns in the convention, lab by lab: between labs and within
one. The second turns every clip's palms and feet as another rig would and counts who is recognised.
"""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from common import SHARED, absent, publish

from lsmplify_core.anatomy.convention import to_convention
from lsmplify_core.anatomy.doubtful import doubtful
from lsmplify_core.anatomy.hinges import hinge_frame
from lsmplify_core.anatomy.limbs import arms, legs, unit_bones
from lsmplify_core.anatomy.palms import palm_rest, palm_turns, without_palm_rest
from lsmplify_core.anatomy.turns import twist_angle
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.geometry.rotations import matrix_to_axis_angle
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.motion.motion import Motion, load_motion
from lsmplify_core.runtime.array_types import Floats

DATA = SHARED / "motion"
ANGLES = (
    "palms forward", "wrists' flexion", "wrists' side", "upper arms' turn", "collars' elevation",
    "arms from hanging, least", "thighs' turn", "feet turned out", "ankles' pitch", "neck's pitch",
)  # fmt: skip
QUARTERS = (-90, 90, 180)
OUT = (10, 15, 20, 30)
BOUND = 25
"""Degrees of both feet turned out from which on a clip would be said to be another rig's."""
LONG_ENOUGH = 2.0
"""Seconds of a clip that can be told at all."""
MIRRORED = np.array([1.0, -1.0, -1.0])


def main() -> None:
    """Both tables."""
    if not DATA.is_dir():
        absent("rests", DATA)
        return
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    labs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in sorted(DATA.rglob("*.npz"))[::every]:
        found = measured(file)
        if found is not None:
            labs[f"{file.parent.name} {file.parent.parent.name}"].append(found)
    text = "\n\n".join((constant_turns(labs), recognised(labs)))
    rows = [{"lab": lab, **clip} for lab, clips in labs.items() for clip in clips]
    publish("rests", text, rows)


def measured(file: Path) -> dict[str, Any] | None:
    """A clip's figures; None where its elbows bend backwards or it is too short."""
    motion = load_motion(file)
    if doubtful(motion.rotations, motion.body.offsets) or motion.frames < LONG_ENOUGH * motion.rate:
        return None
    turned = to_convention(motion.rotations, motion.body.offsets, motion.rate)
    return {"clip": file.stem, "medians": medians(motion, turned), "palms": palms(motion)}


def medians(motion: Motion, turned: Floats) -> list[list[float]]:
    """(10 angles, 2 sides) degrees, the right side mirrored; neck: the same twice."""
    bones = unit_bones(motion.body.offsets)
    forward = np.degrees(palm_turns(motion.rotations, motion.body.offsets, motion.rate))
    table: list[list[float]] = []
    for side in (0, 1):
        arm, leg, sign = arms(bones)[side], legs(bones)[side], 1.0 - 2.0 * side
        flip = MIRRORED if side else np.ones(3)
        wrist, collar, ankle, neck = (
            np.degrees(matrix_to_axis_angle(turned[:, joint])) * flip
            for joint in (arm.end, arm.root, leg.end, JOINT_INDEX["Neck"])
        )
        reach = (turned[:, arm.root] @ turned[:, arm.upper] @ arm.hinge.upper)[:, 1]
        frame, _, _ = hinge_frame(leg.hinge, turned[:, leg.middle])
        foot = np.swapaxes(frame, -1, -2) @ turned[:, leg.middle] @ turned[:, leg.end]
        table.append([
            float(value) for value in (
                forward[side], np.median(wrist[:, 2]), np.median(wrist[:, 1]),
                sign * np.degrees(np.median(twist_angle(turned[:, arm.upper], arm.hinge.upper))),
                np.median(collar[:, 2]),
                np.percentile(np.degrees(np.arccos(np.clip(-reach, -1, 1))), 5),
                sign * np.degrees(np.median(twist_angle(turned[:, leg.upper], leg.hinge.upper))),
                -sign * np.degrees(np.median(twist_angle(foot, leg.hinge.lower))),
                np.median(ankle[:, 0]), np.median(neck[:, 0]),
            )
        ])  # fmt: skip
    return np.transpose(table).tolist()


def palms(motion: Motion) -> dict[int, float]:
    """Degrees that are recognised where a rig turns the palms by so many."""
    told: dict[int, float] = {}
    for quarter in (0, *QUARTERS):
        rest = -np.radians(float(quarter))
        rig = without_palm_rest(motion.rotations, motion.body.offsets, rest)
        told[quarter] = float(np.degrees(palm_rest(rig, motion.body.offsets, motion.rate)))
    return told


def constant_turns(labs: dict[str, list[dict[str, Any]]]) -> str:
    """Means and standard deviations of the clips' medians, lab by lab."""
    lines: list[list[str]] = []
    for i, angle in enumerate(ANGLES):
        values = [
            np.mean([np.mean(clip["medians"][i]) for clip in clips]) for clips in labs.values()
        ]
        within = [
            np.std([np.mean(clip["medians"][i]) for clip in clips]) for clips in labs.values()
        ]
        cells = [f"{m:.0f} ± {s:.0f}" for m, s in zip(values, within, strict=True)]
        lines.append([angle, *cells, f"{np.std(values):.1f}", f"{np.mean(within):.1f}"])
    heads = [f"{lab} ({len(clips)})" for lab, clips in labs.items()]
    return text_table(["median, degrees", *heads, "between", "within"], lines)


def recognised(labs: dict[str, list[dict[str, Any]]]) -> str:
    """Shares of the clips that would be said to be a rig's with other rests, lab by lab."""
    lines: list[list[str]] = []
    for quarter in (0, *QUARTERS):
        share = [
            np.mean([abs(abs(c["palms"][quarter]) - abs(quarter)) < 1 for c in clips])
            for clips in labs.values()
        ]
        lines.append([f"palms turned by {quarter}°: told", *(f"{s:.1%}" for s in share)])
    out = ANGLES.index("feet turned out")
    for more in (0, *OUT):
        share = [
            np.mean([min(c["medians"][out]) + more > BOUND for c in clips])
            for clips in labs.values()
        ]
        lines.append([f"feet out by {more}°: beyond {BOUND}°", *(f"{s:.1%}" for s in share)])
    return text_table(["turned on purpose", *labs], lines)


if __name__ == "__main__":
    main()
