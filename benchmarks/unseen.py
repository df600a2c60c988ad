# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes of every kind that goes wrong in silence, in forms that ../shared/cases does not have: read
and solved, and held against the truth that they were made of.

`python benchmarks/unseen.py [REGEX]`: one line an input, "ok" or "FAIL". What is asked: joints
within so many millimetres (after a turn about the vertical and a shift, and scaled where the input
has no unit), or a refusal that says what is wrong, or a verdict that is not good.
"""

import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from common import publish
from unseen_takes import Input, inputs

from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import Solution, solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.people import find_people


def main(wanted: str = "") -> int:
    """The table; the number of inputs that failed."""
    rows: list[dict[str, Any]] = []
    for take in inputs():
        if not re.search(wanted, f"{take.kind}: {take.name}"):
            continue
        began = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            path = take.write(Path(folder))
            outcome, good = tried(take, path)
        seconds = time.process_time() - began
        rows.append(
            {"kind": take.kind, "input": take.name, "ok": good, "outcome": outcome.replace(
                str(path.parent) + "/", ""), "seconds": seconds}
        )  # fmt: skip
        print("ok  " if good else "FAIL", f"{take.kind}: {take.name}: {rows[-1]['outcome'][:300]}",
              flush=True)  # fmt: skip
    kinds = sorted({r["kind"] for r in rows})
    lines = [
        [k, str(sum(r["kind"] == k for r in rows)),
         str(sum(r["ok"] for r in rows if r["kind"] == k))] for k in kinds
    ]  # fmt: skip
    lines.append(["all", str(len(rows)), str(sum(r["ok"] for r in rows))])
    publish("unseen", text_table(["kind", "inputs", "right"], lines), rows)
    return sum(not r["ok"] for r in rows)


def tried(take: Input, path: Path) -> tuple[str, bool]:
    """What came of it in words, and whether that is right."""
    try:
        tracks = read_tracks(path, **take.options)
        solutions = [solve(p.tracks, layout=take.layout) for p in find_people(tracks)]
    except InputError as error:
        text = str(error)
        good = bool(take.refusal and re.search(take.refusal, text, re.IGNORECASE))
        return f"refused: {text}", good and "\n" not in text
    except Exception as error:
        return f"{type(error).__name__}: {error}", False
    return judged(take, solutions)


def judged(take: Input, solutions: list[Solution]) -> tuple[str, bool]:
    """The same of what was solved."""
    grades = [s.report["verdict"]["grade"] for s in solutions]
    notes = " | ".join(dict.fromkeys(w for s in solutions for w in s.report["warnings"]))
    said = f"{', '.join(grades)}; {notes}"
    if not take.truths:
        return said, bool(take.untrusted) and "good" not in grades
    if len(solutions) != len(take.truths):
        return f"{len(solutions)} people; {said}", False
    away = [min(off(s.motion, t, take.any_size) for s in solutions) for t in take.truths]
    rates = [s.motion.rate for s in solutions]
    right = max(away) <= take.most_mm and (
        take.rate is None or all(abs(r / take.rate - 1) < 0.01 for r in rates)
    )
    if take.tells:
        right = right and re.search(take.tells, said, re.IGNORECASE) is not None
    if take.untrusted and "good" not in grades:
        right = True
    figures = ", ".join(f"{mm:.0f} mm" for mm in away)
    return f"{figures}, {rates[0]:.4g} Hz, {solutions[0].motion.frames} frames; {said}", right


def off(found: Motion, truth: Motion, any_size: bool) -> float:
    """Mean distance of 22 joints in mm after one turn about the vertical and one shift; infinite
    where the frames are not as many."""
    if found.frames != truth.frames:
        return float("inf")
    ours, true = found.joints()[:, :22].reshape(-1, 3), truth.joints()[:, :22].reshape(-1, 3)
    ours, true = ours - ours.mean(axis=0), true - true.mean(axis=0)
    if any_size:
        ours = ours * np.sqrt((true**2).sum() / (ours**2).sum())
    both = ours.T @ true
    yaw = np.arctan2(both[0, 1] - both[1, 0], both[0, 0] + both[1, 1])
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    return float(1000 * np.linalg.norm(ours @ turn.T - true, axis=1).mean())


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1] if len(sys.argv) > 1 else "") else 0)
