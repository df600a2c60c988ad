# SPDX-License-Identifier: GPL-3.0-or-later
"""Ours beside the paper's network in the paper's own protocols: pairs of frames, and in sequence.

`python benchmarks/pairs.py [EVERY]`: every so many'th clip of motion/test (4 if not said). Pairs:
the true pose of frame t and the points of frame t + stride, strides 1 to 9, the true body given to
both. In sequence: as published (the true body, first pose and every frame's place given), and from
the points alone, where both get the body that ours calibrates. `copy` is the start left as it is;
in sequence the true frame before.
"""

import sys
from typing import Any

from common import SHARED, absent, publish

from lsmplify_core.datasets import find_sources
from lsmplify_core.evaluation.clips import Clip, load_clips
from lsmplify_core.evaluation.methods import find_method
from lsmplify_core.evaluation.protocols import STRIDES, Conditions, takes
from lsmplify_core.evaluation.run import given
from lsmplify_core.evaluation.scores import Score, row, score
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.errors import InputError

DATA = SHARED / "motion" / "test"
METHODS = ("default", "paper", "copy")
FIGURES = (
    "geodesic_deg", "geodesic_observed_deg", "mpjpe_mm", "pve_mm", "pa_pve_mm", "frames_per_second",
)  # fmt: skip
CASES = (
    *(f"pairs, stride {stride}" for stride in STRIDES),
    "in sequence, first pose, body and places given",
    "in sequence, points alone",
)


def main() -> int:
    """A line a protocol and method."""
    if not DATA.is_dir():
        absent("pairs", DATA)
        return 0
    every = int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdigit() else 4
    clips = [clip for source in find_sources(DATA)[::every] for clip in load_clips(source)]
    conditions = Conditions(load_layout("BODY_25"))
    find_method("default")(next(takes(clips[0], "sequential", conditions))[1])  # reads weights
    found: dict[tuple[str, str], list[Score]] = {}
    for method in METHODS:
        try:
            for clip in clips:
                for case, one in scored(method, clip, conditions):
                    found.setdefault((case, method), []).append(one)
        except InputError as error:
            print(f"{method} left out: {error}")
    keys = [(c, m) for c in CASES for m in METHODS if (c, m) in found]
    rows = [{"case": c, "method": m, **row(found[c, m], conditions.layout)} for c, m in keys]
    publish("pairs", text_table(["protocol, method", *FIGURES], [shown(r) for r in rows]), rows)
    return 0


def scored(method: str, clip: Clip, conditions: Conditions) -> list[tuple[str, Score]]:
    """A method's scores on a clip in every protocol."""
    run = find_method(method)
    scores: list[tuple[str, Score]] = []
    for stride, take in takes(clip, "pairs", conditions):
        take = given(take, clip, body=True)
        scores.append((f"pairs, stride {stride}", score(take, run(take))))
    _, take = next(takes(clip, "sequential", conditions))
    for case, told in zip(CASES[-2:], (True, False), strict=True):
        own = given(take, clip, body=told, first=told)
        scores.append((case, score(own, run(own))))
    return scores


def shown(found: dict[str, Any]) -> list[str]:
    """A row as text."""
    figures = ["–" if found[k] is None else f"{found[k]:.2f}" for k in FIGURES]
    return [f"{found['case']}: {found['method']}", *figures]


if __name__ == "__main__":
    raise SystemExit(main())
