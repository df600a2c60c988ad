# SPDX-License-Identifier: GPL-3.0-or-later
"""The clean-up tools on motion/test: re-solving spoiled spans, feet, keys, plug-in, and their pace.

By itself: `python benchmarks/cleanup.py [re-solve] [feet] [keys] [plug-in] [pace] [--validation]
[--every N] [--data DIR]`. --validation measures on the subjects that training leaves out, for
tuning; --every N takes every N-th clip.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from common import SHARED, absent, publish

from lsmplify_core.cleanup.attached import Attached, attached_of
from lsmplify_core.cleanup.feet.lock import find_and_lock_feet
from lsmplify_core.cleanup.keys.plan import KeySettings, plan_keys, played_back
from lsmplify_core.cleanup.resolve.plugin import blended
from lsmplify_core.cleanup.resolve.pose_keys import pose_key
from lsmplify_core.cleanup.resolve.spans import resolve_steps
from lsmplify_core.cleanup.smoothing import compared, smooth_regions
from lsmplify_core.datasets import find_sources
from lsmplify_core.evaluation import metrics
from lsmplify_core.evaluation.clips import Clip, load_clips
from lsmplify_core.evaluation.protocols import Conditions
from lsmplify_core.evaluation.run import evaluate
from lsmplify_core.evaluation.scores import feet_points
from lsmplify_core.evaluation.spoiled import SPOILS
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.evaluation.takes import make_take
from lsmplify_core.geometry.rotations import matrix_to_axis_angle
from lsmplify_core.layouts.layout import Layout, load_layout
from lsmplify_core.layouts.matching import match_layout
from lsmplify_core.motion.anatomical import in_convention, with_toes_at_rest
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import solve
from lsmplify_core.runtime.progress import run_steps

DATA = SHARED / "motion" / "test"
SPAN = 300
"""Frames spoiled: 10 seconds."""
LONG = 600
"""Frames that a clip must have for it."""
MOST = 1200
"""Frames taken of longer clips."""
KNEES = [4, 5]
Table = tuple[list[str], list[list[str]]]
"""A head, and rows."""


def main() -> None:
    """All tables on all of motion/test."""
    if not DATA.is_dir():
        absent("cleanup", DATA)
        return
    publish("cleanup", *_tables(DATA, _clips(DATA), TABLES))


def _chosen() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--validation", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--data", type=Path, default=SHARED / "motion")
    args = parser.parse_args()
    data: Path = args.data / ("train" if args.validation else "test")
    clips = _clips(data, args.validation)[:: args.every]
    publish("cleanup-chosen", *_tables(data, clips, args.tables or TABLES))


def _clips(data: Path, validation: bool = False) -> list[Clip]:
    sources = find_sources(data)
    if validation:
        from lsmplify_core.learning.data import is_validation

        sources = [s for s in sources if is_validation(s.files[0])]
    return [clip for source in sources for clip in load_clips(source)]


def _tables(
    data: Path, clips: list[Clip], wanted: Iterable[str]
) -> tuple[str, dict[str, dict[str, Any]]]:
    tables: dict[str, Table] = {}
    for name in wanted:
        title, make = TABLES[name]
        tables[title] = plugin_table(data) if name == "plug-in" else make(clips)
    text = "\n\n".join(f"{name}\n{text_table(*table)}" for name, table in tables.items())
    return text, {name: {"head": h, "rows": r} for name, (h, r) in tables.items()}


def resolve_table(clips: list[Clip]) -> Table:
    """A span of 10 s spoiled in the middle, the take solved as it is, one true pose keyed in the
    middle of the span, the span solved anew; with noise on all points also ten poses, one a second.
    Every clip counts once; the rest is the same take's other frames."""
    rows: list[list[str]] = []
    for name in ("BODY_25", "CMU_41"):
        layout = load_layout(name)
        for spoil, how in SPOILS.items():
            counts = (1, 10) if "all points" in spoil else (1,)
            found = [_resolved(c, layout, how, counts) for c in clips if c.motion.frames >= LONG]
            for column, count in enumerate(counts):
                rows.append([name, spoil, str(count), *_row([f[column] for f in found])])
    head = ["layout", "spoiled", "keys", "clips", "outside identical", "geo° before", "after",
            "rest", "ratio", "MPJPE before", "after", "rest", "ratio"]  # fmt: skip
    return head, rows


Result = tuple[list[list[float]], bool]


def _row(found: list[Result]) -> list[str]:
    before, after, rest = np.mean([f[0] for f in found], axis=0)
    row = [str(len(found)), "yes" if all(f[1] for f in found) else "NO"]
    for k in range(2):
        row += [f"{x[k]:.1f}" for x in (before, after, rest)] + [f"{after[k] / rest[k]:.2f}"]
    return row


def _resolved(
    clip: Clip, layout: Layout, how: Callable[..., Any], counts: tuple[int, ...]
) -> list[Result]:
    """The errors of one take, for each number of keys."""
    truth = with_toes_at_rest(in_convention(clip.motion.between(0, MOST)))  # as a solve has it
    clip = replace(clip, motion=truth)
    take, truth = make_take(clip, layout), clip.motion
    first = (truth.frames - SPAN) // 2
    inside = slice(first, first + SPAN)
    tracks = replace(take.tracks, positions=how(take.tracks.positions, layout, inside, clip.seed))
    solution = solve(tracks, match=match_layout(tracks.names, layout))
    points = attached_of(solution, tracks)
    return [_once(solution.motion, truth, points, first, count) for count in counts]


def _once(before: Motion, truth: Motion, points: Attached, first: int, count: int) -> Result:
    frames = [first + SPAN * (2 * k + 1) // (2 * count) for k in range(count)]
    keys = {frame: pose_key(truth, frame) for frame in frames}
    after = run_steps(resolve_steps(before, points, (first, first + SPAN - 1), keys)).motion
    outside = np.ones(truth.frames, dtype=bool)
    outside[first : first + SPAN] = False
    same = np.array_equal(before.rotations[outside], after.rotations[outside])
    same = same and np.array_equal(before.root[outside], after.root[outside])
    errors = [_errors(before, truth), _errors(after, truth)]
    return [
        [float(e[~outside].mean()) for e in errors[0]],
        [float(e[~outside].mean()) for e in errors[1]],
        [float(e[outside].mean()) for e in errors[0]],
    ], same


def _errors(motion: Motion, truth: Motion) -> tuple[Any, Any]:
    return (
        metrics.geodesic(motion.rotations, truth.rotations).mean(axis=1),
        metrics.mpjpe(motion.joints(), truth.joints()),
    )


def feet_table(clips: list[Clip]) -> Table:
    """Every clip, BODY_25 with 10 mm of noise: the truth, as solved, and with feet held. Frames
    count once; the knees' spike is each clip's hardest angular acceleration, means over the
    clips."""
    layout = load_layout("BODY_25")
    scores: list[list[dict[str, Any]]] = []
    for clip in clips:
        take = make_take(clip, layout, 10.0)
        found = solve(take.tracks, match=match_layout(take.tracks.names, layout)).motion
        scores.append(
            [_feet(m, clip.motion) for m in (clip.motion, found, find_and_lock_feet(found))]
        )
    rows: list[list[str]] = []
    for column, name in enumerate(("truth", "solved", "feet held")):
        own = [s[column] for s in scores]
        row = [name]
        for key in ("skating", "sliding", "mpjpe", "penetration"):
            row.append(f"{float(np.concatenate([s[key] for s in own]).mean()):.3f}")
        row.append(f"{np.mean([s['knee'] for s in own]):.0f}")
        spiked = [s[column]["knee"] > 1.5 * max(s[0]["knee"], 1e-9) for s in scores]
        rows.append([*row, f"{sum(spiked)} of {len(scores)}"])
    head = ["", "skating ratio", "sliding mm", "MPJPE", "penetration mm", "knee spike rad/s²",
            "clips with a spike > 1.5 × truth's"]  # fmt: skip
    return head, rows


def _feet(motion: Motion, truth: Motion) -> dict[str, Any]:
    feet = feet_points(motion)
    return {
        "skating": metrics.skating(feet, truth.rate).astype(float),
        "sliding": metrics.foot_sliding(feet, feet_points(truth)),
        "mpjpe": metrics.mpjpe(motion.joints(), truth.joints()),
        "penetration": metrics.penetration(feet),
        "knee": _knee_spike(motion),
    }


def _knee_spike(motion: Motion) -> float:
    """rad/s², the hardest angular acceleration of a knee."""
    knees = motion.rotations[:, KNEES]
    turns = matrix_to_axis_angle(np.swapaxes(knees[:-1], -1, -2) @ knees[1:]) * motion.rate
    hard = np.linalg.norm(np.diff(turns, axis=0), axis=-1) * motion.rate
    return float(hard.max(initial=0.0))


def keys_table(clips: list[Clip]) -> Table:
    """The share of keys left of a key on every frame of 24 quaternions and a location."""
    layout = load_layout("BODY_25")
    rows: list[list[str]] = []
    for name in ("truth", "solved"):
        keys = every = 0
        worst: list[tuple[float, float]] = []
        for clip in clips:
            motion = clip.motion.between(0, MOST)
            if name == "solved":
                take = make_take(replace(clip, motion=motion), layout)
                motion = solve(take.tracks, match=match_layout(take.tracks.names, layout)).motion
            plan = plan_keys(motion, KeySettings(most_mm=2.0, most_degrees=0.5))
            found = compared(motion, played_back(motion, plan))
            worst.append((found["moved_mm"][1], found["turned_deg"][1]))
            keys, every = keys + plan.keys, every + 99 * motion.frames
        most = np.max(worst, axis=0)
        rows.append([name, str(every), f"{keys / every:.1%}", f"{most[0]:.2f}", f"{most[1]:.2f}"])
    return ["motion", "keys before", "keys left", "most mm", "most °"], rows


def plugin_table(data: Path) -> Table:
    """Disturbed poses refined: mean error by frame, and the clip that gains least."""
    conditions = Conditions(load_layout("BODY_25"))
    groups = evaluate(data, conditions, "plugin", ("copy", "default"))
    start, refined = (
        {s.name: (float(s.angles.mean()), float(s.mpjpe.mean()), s.frames) for s in g.scores}
        for g in groups
    )
    rows: list[list[str]] = []
    for column, name in enumerate(("geodesic °", "MPJPE mm")):
        ratios = {clip: refined[clip][column] / start[clip][column] for clip in start}
        frames = sum(s[2] for s in start.values())
        before, after = (
            sum(s[column] * s[2] for s in side.values()) / frames for side in (start, refined)
        )
        last = max(ratios, key=lambda clip: ratios[clip])
        raised = sum(r > 1.0 for r in ratios.values())
        rows.append([name, f"{before:.2f}", f"{after:.2f}", f"{after / before:.2f}",
                     f"{raised} of {len(ratios)}", f"{last} ({ratios[last]:.2f})"])  # fmt: skip
    return ["", "disturbed", "refined", "ratio", "clips raised", "clip that gains least"], rows


def pace_table(clips: list[Clip]) -> Table:
    """Seconds by the clock, the least and the middle of nine runs, and of processor time."""
    layout = load_layout("BODY_25")
    longest = max(clips, key=lambda c: c.motion.frames)
    take = make_take(replace(longest, motion=longest.motion.between(0, 1000)), layout)
    solution = solve(take.tracks, match=match_layout(take.tracks.names, layout))
    motion, points = solution.motion, attached_of(solution, take.tracks)
    keys = {500: pose_key(take.truth, 500)}
    jobs: dict[str, Callable[[], object]] = {
        "re-solve 300 frames": lambda: run_steps(resolve_steps(motion, points, (350, 649), keys)),
        "smooth all, 1,000 frames": lambda: smooth_regions(motion, {"all": 0.05}),
        "strength, 1,000 frames": lambda: blended(take.truth, motion, 0.5),
        "feet, 1,000 frames": lambda: find_and_lock_feet(motion),
        "keys, 1,000 frames": lambda: plan_keys(motion, KeySettings(most_mm=2.0, most_degrees=0.5)),
    }
    rows: list[list[str]] = []
    for name, job in jobs.items():
        runs = sorted(_timed(job) for _ in range(9))
        rows.append([name, f"{runs[0][0]:.3f}", *(f"{x:.3f}" for x in runs[4])])
    return ["", "least seconds", "seconds", "processor s"], rows


def _timed(job: Callable[[], object]) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - clock, time.process_time() - processor


TABLES: dict[str, tuple[str, Callable[..., Table]]] = {
    "re-solve": ("re-solve", resolve_table),
    "feet": ("feet, 10 mm noise", feet_table),
    "keys": ("keys, at most 2 mm and 0.5°", keys_table),
    "plug-in": ("plug-in", plugin_table),
    "pace": ("pace", pace_table),
}


if __name__ == "__main__":
    _chosen()
