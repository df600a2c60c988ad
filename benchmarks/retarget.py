# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions on other characters: limb directions, standing feet, knees, touches, maps, seconds.

Twelve clips of ../shared/motion/test that walk, dance, tumble and touch themselves, on every
character of `retarget_rigs.py`; names scrambled for the maps by structure.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from common import SHARED, absent, publish
from retarget_rigs import all_rigs, made

from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.motion.motion import Motion, load_motion
from lsmplify_core.retarget import RetargetOptions, Rig, RigMap, find_map, retarget
from lsmplify_core.retarget.measure import joint_places
from lsmplify_core.retarget.posing.figure import figure_of
from lsmplify_core.retarget.rig.rig_motion import Retargeted
from lsmplify_core.retarget.transfer import source_leg
from lsmplify_core.runtime.array_types import Floats

CLIPS = (
    "cmu/02_01", "cmu/05_01", "cmu/06_01", "cmu/13_09", "cmu/13_18", "cmu/49_06", "cmu/49_08",
    "cmu/85_02", "cmu/85_06_part0", "reactidle/013_acted", "vsports/s_008_3_1_part0",
    "vsports/s_008_4_2_part0",
)  # fmt: skip
MOST_FRAMES = 900


@dataclass(frozen=True)
class Row:
    """What one clip on one character gave."""

    free: Retargeted
    held: Retargeted
    knee: tuple[float, float]
    frames: int


def knee_jolts(
    rig: Rig, rig_map: RigMap, result: Retargeted, motion: Motion
) -> tuple[float, float]:
    """How much harder the knees are accelerated than the source's scaled: in the mean, and at the
    99th percentile, the harder one."""
    figure = figure_of(rig, rig_map)
    places, joints = joint_places(figure, result.motion), motion.joints()
    size = figure.leg / source_leg(motion.body.offsets)
    ratios = [
        _jolts(places[f"{s}_Knee"]) / (size * _jolts(joints[:, JOINT_INDEX[f"{s}_Knee"]]))
        for s in "LR"
    ]
    return float(max(r[0] for r in ratios)), float(max(r[1] for r in ratios))


def _jolts(points: Floats) -> Floats:
    """Mean and 99th percentile of second differences (T, 3), metres a frame squared."""
    size = np.linalg.norm(np.diff(points, 2, axis=0), axis=1)
    return np.array([size.mean(), np.percentile(size, 99)])


def scrambled_right(rig: Rig, rig_map: RigMap) -> float:
    """Share of the bones whose role is found by structure, names and order scrambled."""
    order = np.random.default_rng(3).permutation(rig.count)
    place = {int(old): new for new, old in enumerate(order)}
    words = [f"뼈{i}" for i in range(rig.count)]
    parents = [place.get(int(rig.parents[old]), -1) for old in order]
    changed = made(words, parents, rig.heads[order], rig.tails[order], rig.title)
    found = {words.index(b): r for r, c in find_map(changed).bones.items() for b in c}
    wanted = {b: r for r, c in rig_map.bones.items() for b in c}
    return float(np.mean([
        found.get(new) == wanted.get(rig.names[int(old)]) for new, old in enumerate(order)
    ]))  # fmt: skip


def on_rig(rig: Rig, motions: list[Motion]) -> dict[str, Any]:
    """The figures of one character."""
    rig_map = find_map(rig)
    rows: list[Row] = []
    for motion in motions:
        free = retarget(motion, rig, rig_map, RetargetOptions(contacts=False, touches=False))
        held = retarget(motion, rig, rig_map)
        rows.append(Row(free, held, knee_jolts(rig, rig_map, held, motion), motion.frames))
    reports = [r.held.report for r in rows]
    weights = np.array([r.frames for r in rows], dtype=float)

    def mean(values: list[float]) -> float:
        return float(np.average(values, weights=weights))

    return {
        "rig": rig.title, "bones": rig.count, "map": rig_map.name,
        "structure_right": scrambled_right(rig, rig_map),
        "free_max_deg": max(r.free.report.limb_direction_deg["max"] for r in rows),
        "mean_deg": mean([r.limb_direction_deg["mean"] for r in reports]),
        "p95_deg": mean([r.limb_direction_deg["p95"] for r in reports]),
        "max_deg": max(r.limb_direction_deg["max"] for r in reports),
        "sliding_source_mm": mean([r.foot_sliding_mm["source"] for r in reports]),
        "sliding_mm": mean([r.foot_sliding_mm["target"] for r in reports]),
        "height_off_mm": max(
            abs(r.foot_height_mm["target"] - r.foot_height_mm["source"]) for r in reports
        ),
        "knee_mean": mean([r.knee[0] for r in rows]), "knee_p99": mean([r.knee[1] for r in rows]),
        "contacts": [sum(r.contacts[k] for r in reports) for k in ("found", "kept")],
        "touches": [sum(r.touches[k] for r in reports) for k in ("found", "kept")],
        "seconds_per_1000_frames": 1000 * sum(r.seconds for r in reports) / weights.sum(),
    }  # fmt: skip


def table(rows: list[dict[str, Any]]) -> str:
    """One line a character."""
    head = (
        f"{'rig':30} {'structure':>9} {'free max':>8} {'mean':>5} {'p95':>5} {'max':>5} "
        f"{'slide src':>9} {'target':>6} {'height':>6} {'knee':>5} {'p99':>5} {'contacts':>9} "
        f"{'touches':>8} {'s/1000':>6}"
    )
    lines = [
        f"{r['rig'][:30]:30} {100 * r['structure_right']:8.1f}% {r['free_max_deg']:7.2f}° "
        f"{r['mean_deg']:4.2f}° {r['p95_deg']:4.1f}° {r['max_deg']:4.0f}° "
        f"{r['sliding_source_mm']:9.2f} {r['sliding_mm']:6.2f} {r['height_off_mm']:6.2f} "
        f"{r['knee_mean']:5.2f} {r['knee_p99']:5.2f} {r['contacts'][1]:4}/{r['contacts'][0]:<4} "
        f"{r['touches'][1]:3}/{r['touches'][0]:<4} {r['seconds_per_1000_frames']:6.2f}"
        for r in rows
    ]
    return "\n".join([head, *lines])


def main() -> None:
    """Every character on every clip; nothing without ../shared."""
    if not (SHARED / "rigs").is_dir():
        absent("retarget", SHARED / "rigs")
        return
    paths = [SHARED / "motion" / "test" / f"{clip}.npz" for clip in CLIPS]
    motions = [load_motion(p).between(0, MOST_FRAMES) for p in paths]
    rows = [on_rig(rig, motions) for rig in all_rigs(SHARED / "rigs")]
    publish("retarget", table(rows), rows)


if __name__ == "__main__":
    main()
