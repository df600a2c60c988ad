# SPDX-License-Identifier: GPL-3.0-or-later
"""Marker sets without names: calibrated on ten seconds, then the whole take solved with that.

`python benchmarks/unnamed.py [FOLDER] [EVERY]`: another folder of clips, every n-th clip. Four sets
of 41 to 53 markers that the network for nameless points never learned from, taken in turn; the
markers are shuffled and called M01, M02 and so on, and every person has other proportions.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from common import SHARED, absent, publish
from repair import chosen, off_by

from lsmplify_core.evaluation.clips import load_clip
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.evaluation.takes import Take, make_take
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.pipeline import calibration_of, solve
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.tracks import Tracks

DATA = SHARED / "motion" / "test"
SETS = ("Vicon_53", "OptiTrack_Core_50", "Qualisys_Animation_44", "OptiTrack_Baseline_41")
SECONDS = 10.0
PROPORTIONS = 0.06
WELL = 15.0
"""Millimetres: a take with no more is well solved."""


@dataclass(frozen=True)
class Row:
    """What a take came to. known: mm of the same tracks with their names."""

    name: str
    markers: str
    frames: int
    seconds: float
    right: float
    mpjpe: float
    geodesic: float
    known: float


def main() -> None:
    """Two tables: by marker set, and by take."""
    arguments = [a for a in sys.argv[1:] if a != "unnamed"]
    folder = Path(arguments[0]) if arguments and Path(arguments[0]).is_dir() else DATA
    every = next((int(a) for a in arguments if a.isdigit()), 1)
    if not folder.is_dir():
        absent("unnamed", folder)
        return
    rows: list[Row] = []
    for number, file in enumerate(chosen(folder)[::every]):
        clip = load_clip(file, folder, None, PROPORTIONS)
        take = make_take(clip, load_layout(SETS[number % len(SETS)]), noise_mm=1.0)
        if take.tracks.frames >= SECONDS * take.tracks.rate:
            rows.append(measure(take, clip.seed))
            print(f"{rows[-1].name} {rows[-1].mpjpe:.1f}", file=sys.stderr, flush=True)
    publish("unnamed", f"{set_table(rows)}\n\n{take_table(rows)}", [vars(r) for r in rows])


def measure(take: Take, seed: int) -> Row:
    """Take the names away, calibrate on the first ten seconds, solve everything."""
    tracks, order = nameless(take.tracks, seed)
    part = tracks.between(0, round(SECONDS * tracks.rate) - 1)
    known = solve(take.tracks, layout=take.layout.name)
    common = (take.name, take.layout.name, take.truth.frames)
    try:
        first = solve(part, layout="none")
    except InputError as error:
        print(f"{take.name}: {error}", file=sys.stderr)
        return Row(*common, SECONDS, 0.0, np.inf, np.inf, off_by(known.motion, take)[1])
    solution = solve(tracks, calibration=calibration_of(first))
    geodesic, mpjpe = off_by(solution.motion, take)
    joints = dict(zip(first.motion.track_names, first.joints, strict=True))
    true = take.layout.joints[order]
    right = np.mean([joints.get(n) == j for n, j in zip(tracks.names, true, strict=True)])
    return Row(*common, SECONDS, float(right), mpjpe, geodesic, off_by(known.motion, take)[1])


def nameless(tracks: Tracks, seed: int) -> tuple[Tracks, np.ndarray]:
    """The tracks in another order under names that say nothing, and which was which."""
    order = np.random.default_rng([seed, 7]).permutation(len(tracks.names))
    names = tuple(f"M{i:02d}" for i in range(1, len(order) + 1))
    return replace(tracks, positions=tracks.positions[:, order], names=names), order


def set_table(rows: list[Row]) -> str:
    """Means by frame, a line a marker set."""
    lines = [line(name, [r for r in rows if r.markers == name]) for name in SETS]
    lines.append(line("all", rows))
    head = ["markers", "takes", "frames", "on their joint", "MPJPE mm", "geodesic 22",
            "with names mm", f"takes above {WELL:.0f} mm"]  # fmt: skip
    return text_table(head, lines)


def line(name: str, rows: list[Row]) -> list[str]:
    """One line of it."""
    if not rows:
        return [name, "0", *[""] * 6]
    frames = np.array([r.frames for r in rows])
    means = [
        float(np.average([getattr(r, k) for r in rows], weights=frames))
        for k in ("right", "mpjpe", "geodesic", "known")
    ]
    above = sum(r.mpjpe > WELL for r in rows)
    return [
        name, str(len(rows)), f"{frames.sum():,}", f"{means[0]:.1%}",
        *(f"{m:.1f}" for m in means[1:]), str(above),
    ]  # fmt: skip


def take_table(rows: list[Row]) -> str:
    """The worst first."""
    ordered = sorted(rows, key=lambda r: -r.mpjpe)
    lines = [
        [r.name, r.markers, str(r.frames), f"{r.right:.0%}", f"{r.mpjpe:.1f}", f"{r.known:.1f}"]
        for r in ordered
    ]
    return text_table(["take", "markers", "frames", "on their joint", "mm", "with names"], lines)


if __name__ == "__main__":
    main()
