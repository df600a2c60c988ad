# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a verdict is right: clean takes that are called good, and spoilt takes that are not.

`python benchmarks/verdict.py [FOLDER] [SPOILT] [--keep FILE] [--part I/N]`: a folder of clips
(`../shared/motion/test`; of `train` the validation clips) and how many spoilt takes (200). Clean
takes are every clip with no noise, and again with noise and gaps; spoilt ones have the faults of
`evaluation.faults` in turn, in layouts by turns. A spoilt take counts as wrong where the joints are
more than 60 mm off, after one turn about the vertical and one shift. The same seeds always.

`--keep FILE` appends each row to a file of JSON lines as it is found, and leaves out what stands
there already: a run that was stopped goes on. `--part 0/2` does the first of two parts, so that two
processes share one FILE each; `cat` the files into one to print the tables of all.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
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
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("words", nargs="*", help="a folder of clips, a count of spoilt takes")
    words.add_argument("--keep", type=Path, help="JSON lines of rows that are done")
    words.add_argument("--part", default="0/1", help="I/N, the I-th of N parts, from 0")
    given = words.parse_args()
    folder = next((Path(w) for w in given.words if Path(w).is_dir()), DATA)
    spoilt = next((int(w) for w in given.words if w.isdigit()), 200)
    if not folder.is_dir():
        absent("verdict", folder)
        return
    part, parts = (int(n) for n in given.part.split("/"))
    files = [f for f in chosen(folder) if load_clip(f, folder).motion.frames >= _LEAST_FRAMES]
    done = Rows(given.keep)
    jobs = [("spoilt", n) for n in range(spoilt)]
    jobs += [("clean", n) for n in range(len(files) * len(CLEAN))]
    for kind, number in jobs[part::parts]:
        make = spoilt_take if kind == "spoilt" else clean_take
        done.row(kind, number, lambda make=make, n=number: make(files, folder, n))
    clean, wrong = done.of("clean"), done.of("spoilt")
    publish("verdict", f"{clean_table(clean)}\n\n{spoilt_table(wrong)}", [*clean, *wrong])


class Rows:
    """Rows by kind and number, kept in a file where one is named."""

    def __init__(self, keep: Path | None) -> None:
        """Read what is done already.

        Args:
            keep: a file of JSON lines; it need not exist.
        """
        self._keep = keep
        self._rows: dict[tuple[str, int], dict[str, Any]] = {}
        if keep is not None and keep.exists():
            for line in keep.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self._rows[row["kind"], row["number"]] = row

    def row(self, kind: str, number: int, make: Callable[[], dict[str, Any]]) -> None:
        """Find a row, unless it is there."""
        if (kind, number) in self._rows:
            return
        row = {"kind": kind, "number": number, **make()}
        self._rows[kind, number] = row
        if self._keep is not None:
            with self._keep.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        print(".", end="", file=sys.stderr, flush=True)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The rows of a kind in order."""
        return [row for (own, _), row in sorted(self._rows.items()) if own == kind]


def clean_take(files: list[Path], folder: Path, number: int) -> dict[str, Any]:
    """A clip with an amount of noise: all clips with the first amount, then with the second; in
    layouts by turns."""
    turn, index = divmod(number, len(files))
    noise, dropout = CLEAN[turn]
    clip = load_clip(files[index], folder)
    layout = load_layout(LAYOUTS[(index + turn) % len(LAYOUTS)])
    take = make_take(clip, layout, noise, dropout)
    row = judged(take.tracks, layout, clip.motion)
    return {"take": clip.name, "noise_mm": noise, "layout": layout.name, **row}


def spoilt_take(files: list[Path], folder: Path, number: int) -> dict[str, Any]:
    """A take with a fault, the faults in turn."""
    random = np.random.default_rng([number, 15])
    clips = [short(load_clip(files[int(i)], folder)) for i in random.integers(0, len(files), 2)]
    layout = load_layout(LAYOUTS[int(random.integers(len(LAYOUTS)))])
    noise, dropout = CLEAN[int(random.integers(len(CLEAN)))]
    take, other = (make_take(clip, layout, noise, dropout) for clip in clips)
    names = list(FAULTS)
    fault = names[number % len(names)]
    tracks = FAULTS[fault](take.tracks, layout, other.tracks, random)
    row = judged(tracks, layout, clips[0].motion)
    return {"take": take.name, "fault": fault, "layout": layout.name, "noise_mm": noise, **row}


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
        "values": [r["value"] for r in solution.report["verdict"]["reasons"]],
        "notes": solution.report["warnings"],
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
