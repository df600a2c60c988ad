# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a take comes out the same whoever solves it: `python benchmarks/determinism.py`.

Each row solves takes twice and holds the results against each other: bytes, and the largest
differences of rotations and joints where they are not the same.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from common import ROOT, publish

from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import load_motion

LAYOUTS = ("BODY_25", "CMU_41", "Vicon_53")
_FRAMES = 300


def main() -> None:
    """Solve, compare, print."""
    with tempfile.TemporaryDirectory(prefix="lsmplify-same-") as name:
        folder = Path(name)
        for layout in LAYOUTS:
            for noise in (0.0, 0.006):
                _take(folder / f"takes/{layout}-{noise}.npz", layout, noise)
        first = _solved(folder, "first", 2)
        rows = [
            _row("again", first, _solved(folder, "again", 2)),
            _row("1 thread, not 2", first, _solved(folder, "one", 1)),
            _row("4 threads, not 2", first, _solved(folder, "four", 4)),
            _row("--jobs 2", first, _solved(folder, "jobs", 2, "--jobs", "2")),
            _row("another order of the takes", first, _solved(folder, "order", 2, reverse=True)),
        ]
    lines = [
        [r["what"], f"{r['same']} of {r['takes']}", f"{r['degrees']:.2g}", f"{r['mm']:.2g}"]
        for r in rows
    ]
    publish("determinism", text_table(["solved", "same bytes", "most °", "most mm"], lines), rows)


def _take(path: Path, layout: str, noise: float) -> None:
    path.parent.mkdir(exist_ok=True)
    motion, shown = strolling(_FRAMES, 60.0, seed=4), load_layout(layout)
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    points = attached_points(turned, placed, shown.joints, shown.offsets)
    points += noise * np.random.default_rng(1).standard_normal(points.shape)
    points[40:70, 5] = np.nan
    np.savez(path, points=points, names=np.array(shown.names), rate=60.0)


def _solved(
    folder: Path, out: str, threads: int, *words: str, reverse: bool = False
) -> dict[str, Path]:
    takes = sorted((folder / "takes").iterdir(), reverse=reverse)
    env = os.environ | {"PYTHONPATH": str(ROOT), "LSMPLIFY_THREADS": str(threads)}
    subprocess.run(
        [sys.executable, "-m", "lsmplify_core", "solve", *map(str, takes), "-o", out, *words],
        cwd=folder, env=env, check=True, capture_output=True,
    )  # fmt: skip
    return {p.name: p for p in sorted((folder / out).glob("*.npz"))}


def _row(what: str, first: dict[str, Path], second: dict[str, Path]) -> dict[str, Any]:
    same, degrees, mm = 0, 0.0, 0.0
    for name, path in first.items():
        if path.read_bytes() == second[name].read_bytes():
            same += 1
            continue
        a, b = load_motion(path), load_motion(second[name])
        degrees = max(degrees, float(np.degrees(angle_between(a.rotations, b.rotations)).max()))
        mm = max(mm, 1000.0 * float(np.linalg.norm(a.joints() - b.joints(), axis=-1).max()))
    return {"what": what, "takes": len(first), "same": same, "degrees": degrees, "mm": mm}


if __name__ == "__main__":
    sys.exit(main())
