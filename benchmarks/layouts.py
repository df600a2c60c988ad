# SPDX-License-Identifier: GPL-3.0-or-later
"""Every shipped layout on a part of motion/test: how well a body is found from its points alone.

`python benchmarks/layouts.py [EVERY] [NAME …]`: every n-th clip (12), some layouts only. The first
ten seconds of each clip, people of other proportions, tracks that tremble by a millimetre.
"""

import sys
from typing import Any

from common import SHARED, absent, publish

from lsmplify_core.datasets import find_sources
from lsmplify_core.evaluation.clips import load_clips
from lsmplify_core.evaluation.methods import find_method
from lsmplify_core.evaluation.scores import row, score
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.evaluation.takes import between, make_take
from lsmplify_core.layouts.layout import load_layout, shipped_layouts

DATA = SHARED / "motion" / "test"
EVERY = 12
SECONDS = 10.0
NOISE_MM = 1.0
PROPORTIONS = 0.06
FIGURES = ("geodesic_deg", "geodesic_observed_deg", "mpjpe_mm", "mpkpe_mm", "frames_per_second")


def main() -> None:
    """One line a layout."""
    arguments = [a for a in sys.argv[1:] if a != "layouts"]
    every = next((int(a) for a in arguments if a.isdigit()), EVERY)
    names = [n for n in shipped_layouts() if n in arguments] or shipped_layouts()
    if not DATA.is_dir():
        absent("layouts", DATA)
        return
    rows = [measured(name, every) for name in names]
    lines = [
        [r["layout"], str(r["points"]), f"{r['frames']:,}", *(f"{r[k]:.1f}" for k in FIGURES)]
        for r in rows
    ]
    head = ["layout", "points", "frames", "geodesic 22", "of those observed", "MPJPE mm",
            "tracks mm", "frames/s"]  # fmt: skip
    publish("layouts", text_table(head, lines), rows)


def measured(name: str, every: int) -> dict[str, Any]:
    """The default method on every n-th clip."""
    layout, solve = load_layout(name), find_method("default")
    scores = []
    for source in find_sources(DATA, "")[::every]:
        for clip in load_clips(source, None, PROPORTIONS):
            take = make_take(clip, layout, NOISE_MM)
            take = between(take, 0, round(SECONDS * take.tracks.rate))
            scores.append(score(take, solve(take)))
    print(name, file=sys.stderr, flush=True)
    return {"layout": name, "points": len(layout.names), **row(scores, layout)}


if __name__ == "__main__":
    main()
