# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a verdict is right: clean takes that are called good, and spoilt takes that are not.

`python benchmarks/verdict.py [FOLDER] [SPOILT]`: a folder of clips (`../shared/motion/test`; of
`train` the validation clips) and how many spoilt takes (200). Clean takes are every clip with no
noise, and again with noise and gaps; spoilt ones have the faults of `evaluation.faults` in turn, in
layouts by turns. A spoilt take counts as wrong where the joints are more than 60 mm off, after one
turn about the vertical and one shift. The same seeds always.
"""

import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from common import SHARED, absent, publish
from repair import chosen

from lsmplify_core.evaluation.clips import Clip, load_clip
from lsmplify_core.evaluation.faults import FAULTS
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.evaluation.takes import cut, make_take
from lsmplify_core.layouts.layout import Layout, load_layout
from lsmplify_core.layouts.matching import match_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import Solution, solve
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.tracks import Tracks
from lsmplify_core.verdict import CHECK, DO_NOT_USE, GOOD

DATA: Final = SHARED / "motion" / "test"
LAYOUTS: Final = ("BODY_25", "CMU_41", "COCO_17", "Vicon_53", "PlugInGait_39", "MediaPipe_33")
CLEAN: Final = ((0.0, 0.0), (3.0, 0.02), (10.0, 0.1))
"""Noise in millimetres along each axis, and share of samples missing."""
WRONG_MM: Final = 60.0
_LEAST_FRAMES: Final = 30
_MOST_FRAMES: Final = 400
"""Frames of a spoilt take; clean ones are as long as the clip."""


def main() -> None:
    """Two tables."""
    words = [w for w in sys.argv[1:] if w != "verdict"]
    folder = next((Path(w) for w in words if Path(w).is_dir()), DATA)
    spoilt = next((int(w) for w in words if w.isdigit()), 200)
    if not folder.is_dir():
        absent("verdict", folder)
        return
    files = [f for f in chosen(folder) if load_clip(f, folder).motion.frames >= _LEAST_FRAMES]
    clean = clean_takes(files, folder)
    wrong = spoilt_takes(files, folder, spoilt)
    publish("verdict", f"{clean_table(clean)}\n\n{spoilt_table(wrong)}", [*clean, *wrong])


def clean_takes(files: list[Path], folder: Path) -> list[dict[str, Any]]:
    """Every clip with each amount of noise, in layouts by turns."""
    found: list[dict[str, Any]] = []
    for number, file in enumerate(files):
        clip = load_clip(file, folder)
        for turn, (noise, dropout) in enumerate(CLEAN):
            layout = load_layout(LAYOUTS[(number + turn) % len(LAYOUTS)])
            take = make_take(clip, layout, noise, dropout)
            row = judged(take.tracks, layout, clip.motion)
            found.append({"take": clip.name, "noise_mm": noise, "layout": layout.name, **row})
        print(".", end="", file=sys.stderr, flush=True)
    return found


def spoilt_takes(files: list[Path], folder: Path, count: int) -> list[dict[str, Any]]:
    """So many takes with a fault each, the faults in turn."""
    found: list[dict[str, Any]] = []
    names = list(FAULTS)
    for number in range(count):
        random = np.random.default_rng([number, 15])
        clips = [short(load_clip(files[int(i)], folder)) for i in random.integers(0, len(files), 2)]
        layout = load_layout(LAYOUTS[int(random.integers(len(LAYOUTS)))])
        noise, dropout = CLEAN[int(random.integers(len(CLEAN)))]
        take, other = (make_take(clip, layout, noise, dropout) for clip in clips)
        fault = names[number % len(names)]
        tracks = FAULTS[fault](take.tracks, layout, other.tracks, random)
        row = judged(tracks, layout, clips[0].motion)
        found.append({"take": take.name, "fault": fault, "layout": layout.name, **row})
        print(".", end="", file=sys.stderr, flush=True)
    return found


def short(clip: Clip) -> Clip:
    """The clip's first frames."""
    return replace(clip, motion=cut(clip.motion, 0, _MOST_FRAMES))


def judged(tracks: Tracks, layout: Layout, truth: Motion) -> dict[str, Any]:
    """Verdict and joint error of a take; a refusal is no wrong result."""
    try:
        solution = solve(tracks, match=match_layout(tracks.names, layout))
    except InputError as error:
        return {"grade": "refused", "codes": [], "mm": 0.0, "why": str(error)}
    return {
        "grade": solution.report["verdict"]["grade"],
        "codes": [r["code"] for r in solution.report["verdict"]["reasons"]],
        "mm": joints_off(solution, truth),
    }


def joints_off(solution: Solution, truth: Motion) -> float:
    """Mean distance of 22 joints in mm, after one turn about the vertical and one shift."""
    count = min(solution.motion.frames, truth.frames)
    ours = solution.motion.joints()[:count, :22].reshape(-1, 3)
    true = truth.joints()[:count, :22].reshape(-1, 3)
    ours, true = ours - ours.mean(axis=0), true - true.mean(axis=0)
    both = ours.T @ true
    yaw = np.arctan2(both[0, 1] - both[1, 0], both[0, 0] + both[1, 1])
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    return float(1000 * np.linalg.norm(ours @ turn.T - true, axis=1).mean())


def clean_table(rows: list[dict[str, Any]]) -> str:
    """Takes by their noise."""
    lines: list[list[str]] = []
    for noise in sorted({r["noise_mm"] for r in rows}):
        own = [r for r in rows if r["noise_mm"] == noise]
        grades = Counter(r["grade"] for r in own)
        share = 1.0 - grades[GOOD] / len(own)
        lines.append(
            [f"{noise:g} mm noise", str(len(own)), str(grades[CHECK]), str(grades[DO_NOT_USE]),
             f"{share:.1%}"]
        )  # fmt: skip
    grades = Counter(r["grade"] for r in rows)
    lines.append(
        ["all", str(len(rows)), str(grades[CHECK]), str(grades[DO_NOT_USE]),
         f"{1.0 - grades[GOOD] / len(rows):.1%}"]
    )  # fmt: skip
    text = text_table(["clean takes", "takes", CHECK, DO_NOT_USE, "false"], lines)
    told = [
        f"{r['take']} {r['layout']} {r['noise_mm']:g} mm: {r['grade']} ({', '.join(r['codes'])})"
        for r in rows
        if r["grade"] != GOOD
    ]
    return "\n".join([text, *told])


def spoilt_table(rows: list[dict[str, Any]]) -> str:
    """Takes by their fault; `noticed` is of those that are wrong."""
    by_fault: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_fault[row["fault"]].append(row)
    lines = [_line(fault, own) for fault, own in sorted(by_fault.items())]
    lines.append(_line("all", rows))
    head = ["fault", "takes", "refused", f"> {WRONG_MM:.0f} mm", CHECK, DO_NOT_USE, "noticed"]
    missed = [
        f"not noticed: {r['fault']}, {r['take']} {r['layout']}, {r['mm']:.0f} mm"
        for r in rows
        if r["mm"] > WRONG_MM and r["grade"] == GOOD
    ]
    return "\n".join([text_table(head, lines), *missed])


def _line(name: str, rows: list[dict[str, Any]]) -> list[str]:
    wrong = [r for r in rows if r["mm"] > WRONG_MM]
    grades = Counter(r["grade"] for r in wrong)
    noticed = grades[CHECK] + grades[DO_NOT_USE]
    refused = sum(r["grade"] == "refused" for r in rows)
    share = f"{noticed / len(wrong):.1%}" if wrong else ""
    return [
        name, str(len(rows)), str(refused), str(len(wrong)), str(grades[CHECK]),
        str(grades[DO_NOT_USE]), share,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
