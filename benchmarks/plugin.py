# SPDX-License-Identifier: GPL-3.0-or-later
"""Plug-in use: poses disturbed as image estimators disturb them, brought to the tracks.

`python benchmarks/plugin.py [EVERY]`: every so many'th clip of motion/test, all if not said. Every
joint is 8 to 15 degrees off, half of that slowly; the root drifts; limbs freeze and change sides
(`evaluation/takes.py`, `disturbed`). Beside each mean stands the clip that fared worst: its error
as a share of the start's. Above 1 a clip would have been better left alone; there must be none.
"""

import sys
from dataclasses import dataclass, replace
from typing import Any

from common import SHARED, absent, publish

from lsmplify_core.cleanup.resolve.plugin import blended
from lsmplify_core.datasets import find_sources
from lsmplify_core.evaluation.clips import Clip, load_clips
from lsmplify_core.evaluation.methods import find_method
from lsmplify_core.evaluation.scores import Score, row, score
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.evaluation.takes import Take, disturbed, make_take
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.errors import InputError

DATA = SHARED / "motion" / "test"
METHODS = ("copy", "default", "paper")
FIGURES = (
    "geodesic_deg", "geodesic_observed_deg", "frames_above_15_deg", "mpjpe_mm", "pve_mm",
    "jitter_km_s3", "frames_per_second",
)  # fmt: skip
HELD = ("geodesic_deg", "mpjpe_mm")
"""What is held against the start's, clip by clip."""


@dataclass(frozen=True)
class Case:
    """name: in the table. share: of the disturbance. noise_mm, dropout: of the tracks."""

    name: str
    share: float = 1.0
    noise_mm: float = 0.0
    dropout: float = 0.0


CASES = (
    Case("clean tracks"),
    Case("tracks with 10 mm noise, 20 % missing", 1.0, 10.0, 0.2),
    Case("poses a quarter as wrong, clean tracks", 0.25),
)


def main() -> int:
    """A line a case and method."""
    if not DATA.is_dir():
        absent("plugin", DATA)
        return 0
    every = int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdigit() else 1
    clips = [clip for source in find_sources(DATA)[::every] for clip in load_clips(source)]
    find_method("default")(take_of(clips[0], CASES[0]))  # weights are read before the clock runs
    rows = [found for case in CASES for found in measured(case, clips)]
    head = ["tracks, method", *FIGURES, *(f"{k} worst clip" for k in HELD), "clips raised",
            "not halved"]  # fmt: skip
    publish("plugin", text_table(head, [shown(r) for r in rows]), rows)
    return 0


def take_of(clip: Clip, case: Case) -> Take:
    """A clip's tracks, and the disturbed poses to start from."""
    take = make_take(clip, load_layout("BODY_25"), case.noise_mm, case.dropout)
    start = blended(clip.motion, disturbed(clip.motion, clip.seed), case.share)
    return replace(take, start=start)


def measured(case: Case, clips: list[Clip]) -> list[dict[str, Any]]:
    """Every method on every clip, the start itself first."""
    takes = [take_of(clip, case) for clip in clips]
    rows: list[dict[str, Any]] = []
    starts: list[Score] = []
    for name in METHODS:
        try:
            method = find_method(name)
            scores = [score(take, method(take)) for take in takes]
        except InputError as error:
            print(f"{name} left out: {error}")
            continue
        starts = starts or scores
        rows.append(
            {"case": case.name, "method": name, **row(scores, takes[0].layout),
             **held(scores, starts)}
        )  # fmt: skip
    return rows


def held(scores: list[Score], starts: list[Score]) -> dict[str, Any]:
    """Errors as shares of the start's, clip by clip: the worst of each kind, and how many clips are
    raised and not halved in either."""
    layout = load_layout("BODY_25")
    own, before = ([row([s], layout) for s in some] for some in (scores, starts))
    shares = {k: [a[k] / b[k] for a, b in zip(own, before, strict=True)] for k in HELD}
    most = [max(each) for each in zip(*shares.values(), strict=True)]
    worst = {k: max(zip(v, (s.name for s in scores), strict=True)) for k, v in shares.items()}
    return {
        "worst": worst, "raised": sum(s > 1 for s in most),
        "not_halved": sum(s > 0.5 for s in most),
    }  # fmt: skip


def shown(found: dict[str, Any]) -> list[str]:
    """A row as text."""
    figures = ["–" if found[k] is None else f"{found[k]:.2f}" for k in FIGURES]
    label = f"{found['case']}: {found['method']}"
    if found["method"] == "copy":
        return [f"{found['case']}: the start", *figures, *["–"] * (len(HELD) + 2)]
    worst = [f"{found['worst'][k][0]:.2f}" for k in HELD]
    return [label, *figures, *worst, str(found["raised"]), str(found["not_halved"])]


if __name__ == "__main__":
    raise SystemExit(main())
