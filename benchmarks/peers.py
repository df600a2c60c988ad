# SPDX-License-Identifier: GPL-3.0-or-later
"""Ours beside the others on the same frames in one run: SMPLify, the paper's network, momentum.

`python benchmarks/peers.py [FRAMES] [EVERY]`: every so many'th clip of motion/test is cut to its
first frames, since SMPLify needs a second for each. What that costs ours, whose clips are mostly
long, stands beside it: its frames/s on the whole clips, and on one long take. Every method may use
the processors as it likes; SMPLify's and the paper's small tensors are quickest on one thread
(`OMP_NUM_THREADS=1`).
"""

import sys
from typing import Any

from common import SHARED, absent, publish
from momentum import take as momentum

from lsmplify_core.datasets import Source, find_sources
from lsmplify_core.evaluation.clips import Clip, load_clips
from lsmplify_core.evaluation.joining import joined
from lsmplify_core.evaluation.methods import find_method
from lsmplify_core.evaluation.scores import Score, row, score
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.evaluation.takes import Take, between, make_take
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.errors import InputError

DATA = SHARED / "motion/test"
LONG = 20_000
"""Frames of the long take."""
OURS = ("default, whole clips", "default, one long take")
EVERY = 9
FRAMES = 40
METHODS = ("default", "learned", "gauss-newton", "smplify-skeleton", "smplify", "paper")
FIGURES = (
    "geodesic_deg", "geodesic_observed_deg", "frames_above_15_deg", "mpjpe_mm", "mpkpe_mm",
    "pve_mm", "jitter_km_s3", "frames_per_second",
)  # fmt: skip


def main() -> None:
    """One line a method."""
    if not DATA.is_dir():
        absent("peers", DATA)
        return
    layout = load_layout("BODY_25")
    told = [int(word) for word in sys.argv[1:] if word.isdigit()]
    frames, every = (*told, *(FRAMES, EVERY)[len(told) :])
    whole = [take_of(source, layout) for source in find_sources(DATA)[::every]]
    takes = [between(take, 0, min(frames, take.truth.frames)) for take in whole]
    find_method("default")(whole[0])  # weights are read once, before the clock runs
    rows = [measured(name, takes) for name in METHODS]
    rows.append(measured("default", whole, OURS[0]))
    rows.append(measured("default", [long_take(takes[0].layout)], OURS[1]))
    if momentum.available():
        scores = [score(t, a) for t, a in zip(takes, momentum.solve_all(takes), strict=True)]
        rows.append({"method": "momentum, true body given", **figures(scores, layout)})
    lines = [
        [r["method"], *("–" if r[k] is None else f"{r[k]:.2f}" for k in FIGURES)]
        if FIGURES[0] in r
        else [r["method"], r["error"]]
        for r in rows
    ]
    text = f"{text_table(['method', *FIGURES], lines)}\n\n{ratios(rows)}"
    publish("peers", text, rows)


def long_take(layout: Any) -> Take:
    """The clips one behind the other, as one take."""
    clips: list[Clip] = []
    for source in find_sources(DATA):
        clips += load_clips(source)
        if sum(c.motion.frames for c in clips) >= LONG:
            break
    whole, _ = joined([c.motion for c in clips])
    return make_take(Clip("joined", whole.between(0, min(LONG, whole.frames)), 1), layout)


def ratios(rows: list[dict[str, Any]]) -> str:
    """How many times as many frames a second ours solves as each of the others."""
    speed = {r["method"]: r["frames_per_second"] for r in rows if r.get("frames_per_second")}
    ours = ("default", *OURS)
    lines = [
        [name, *(f"{speed[own] / fps:,.1f}" if own in speed else "–" for own in ours)]
        for name, fps in speed.items()
        if name not in ours
    ]
    return text_table(["ours is so many times as fast as", *ours], lines)


def take_of(source: Source, layout: Any) -> Take:
    """A clip's tracks and truth."""
    return make_take(load_clips(source)[0], layout)


def measured(name: str, takes: list[Take], label: str = "") -> dict[str, Any]:
    """A method's figures over all takes, or why there are none."""
    try:
        method = find_method(name)
        scores = [score(take, method(take)) for take in takes]
    except InputError as error:
        return {"method": label or name, "error": str(error)}
    return {"method": label or name, **figures(scores, takes[0].layout)}


def figures(scores: list[Score], layout: Any) -> dict[str, Any]:
    """The row of `lsmplify evaluate`."""
    return row(scores, layout)


if __name__ == "__main__":
    main()
