# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes put into whole CMU_41 tracks and found again; what they cost the solve, with repair and
without. `python benchmarks/repair.py [FOLDER] [EVERY]`: another folder of clips, every n-th
clip."""

import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from common import SHARED, absent, publish

from lsmplify_core.evaluation.clips import load_clip
from lsmplify_core.evaluation.damage import damaged
from lsmplify_core.evaluation.scores import in_one_convention
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.evaluation.takes import Take, make_take
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.matching import match_layout
from lsmplify_core.learning.data import is_validation
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import Solution, solve
from lsmplify_core.repair import apply

DATA = SHARED / "motion" / "test"
SHARE = 0.05
_RIGHT = 0.02
"""Metres: a mended sample this near the true one is right."""


def main() -> None:
    """Two tables: what is found, and what the solve comes to."""
    arguments = [a for a in sys.argv[1:] if a != "repair"]
    folder = Path(arguments[0]) if arguments and Path(arguments[0]).is_dir() else DATA
    every = next((int(a) for a in arguments if a.isdigit()), 1)
    if not folder.is_dir():
        absent("repair", folder)
        return
    counts: dict[str, int] = defaultdict(int)
    errors: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
    for file in chosen(folder)[::every]:
        clip = load_clip(file, folder, None, 0.0)
        take = make_take(clip, load_layout("CMU_41"))
        if take.tracks.frames >= 30:
            measure(take, clip.seed, counts, errors)
            print(".", end="", file=sys.stderr, flush=True)
    publish("repair", f"{found_table(counts)}\n\n{solve_table(errors)}", figures(counts, errors))


def chosen(folder: Path) -> list[Path]:
    """All clips; of the training folder those kept apart for tuning."""
    files = sorted(folder.rglob("*.npz"))
    return [f for f in files if is_validation(f)] if folder.name == "train" else files


def measure(
    take: Take, seed: int, counts: dict[str, int], errors: dict[str, list[tuple[int, float, float]]]
) -> None:
    """Solve a take clean, damaged and mended, and damaged without repair."""
    hurt = damaged(take.tracks.positions, take.layout, SHARE, np.random.default_rng([seed, 5]))
    broken = replace(take.tracks, positions=hurt.positions)
    clean, mended, raw = (
        solved(take, take.tracks),
        solved(take, broken),
        solved(take, broken, off=True),
    )
    for name, solution in (("clean", clean), ("mended", mended), ("not mended", raw)):
        errors[name].append((take.truth.frames, *off_by(solution.motion, take)))
    touched = covered(mended, take)
    right = np.linalg.norm(apply(broken, mended.repairs).positions - take.tracks.positions, axis=-1)
    for kind in ("swap", "spike", "gap", ""):
        own = hurt.kind == kind
        counts[f"{kind} all"] += int(own.sum())
        counts[f"{kind} found"] += int((own & touched).sum())
        counts[f"{kind} right"] += int((own & ~(right > _RIGHT)).sum())
    counts["clean all"] += hurt.kind.size
    counts["clean found"] += int(covered(clean, take).sum())
    counts["frames"] += take.truth.frames
    for kind in ("swap", "spike", "gap"):
        counts[f"{kind} frames"] += int((hurt.kind == kind).any(axis=1).sum())


def solved(take: Take, tracks: Any, off: bool = False) -> Solution:
    """The default solver."""
    match = match_layout(tracks.names, take.layout)
    return solve(tracks, match=match, repairs=() if off else None)


def off_by(motion: Motion, take: Take) -> tuple[float, float]:
    """Mean angle over 22 joints in degrees, both in the anatomical convention, and mean distance of
    joints about the pelvis in mm."""
    motion, truth = in_one_convention(motion, take.truth, take.layout)
    angle = angle_between(motion.rotations[:, :22], truth.rotations[:, :22])
    ours, true = motion.joints(), truth.joints()
    apart = (ours - ours[:, :1]) - (true - true[:, :1])
    return float(np.degrees(angle).mean()), float(1000 * np.linalg.norm(apart, axis=-1).mean())


def covered(solution: Solution, take: Take) -> np.ndarray:
    """(T, K): samples that a repair other than the filling of a gap concerns."""
    table = np.zeros(take.tracks.positions.shape[:2], dtype=bool)
    for repair in solution.repairs:
        for name in repair.tracks if repair.kind != "gap" else ():
            table[repair.first : repair.last + 1, take.tracks.names.index(name)] = True
    return table


def found_table(counts: dict[str, int]) -> str:
    """Shares of samples."""
    lines = [
        [
            kind or "left alone", f"{counts[f'{kind} all']:,}",
            f"{counts.get(f'{kind} frames', 0) / counts['frames']:.1%}" if kind else "",
            f"{counts[f'{kind} found'] / max(counts[f'{kind} all'], 1):.2%}",
            f"{counts[f'{kind} right'] / max(counts[f'{kind} all'], 1):.2%}",
        ]
        for kind in ("swap", "spike", "gap", "")
    ]  # fmt: skip
    clean = counts["clean found"] / max(counts["clean all"], 1)
    lines.append(["undamaged takes", f"{counts['clean all']:,}", "", f"{clean:.3%}", ""])
    head = ["samples", "number", "of frames", "found", "right or missing after"]
    return text_table(head, lines)


def solve_table(errors: dict[str, list[tuple[int, float, float]]]) -> str:
    """Means by frame."""
    lines = []
    for name, rows in errors.items():
        frames, degrees, mm = (np.array(c) for c in zip(*rows, strict=True))
        mean = [float(np.average(c, weights=frames)) for c in (degrees, mm)]
        lines.append([name, f"{frames.sum():,}", f"{mean[0]:.2f}", f"{mean[1]:.2f}"])
    return text_table(["tracks", "frames", "geodesic 22", "MPJPE mm"], lines)


def figures(
    counts: dict[str, int], errors: dict[str, list[tuple[int, float, float]]]
) -> dict[str, Any]:
    """The same for the JSON."""
    return {"counts": dict(counts), "errors": {k: [list(r) for r in v] for k, v in errors.items()}}


if __name__ == "__main__":
    main()
