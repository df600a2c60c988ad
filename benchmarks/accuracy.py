# SPDX-License-Identifier: GPL-3.0-or-later
"""Accuracy on motion/test: BODY_25 from the points alone, whole and by set, by joint, by frame."""

from common import SHARED, absent, publish

from lsmplify_core.evaluation.protocols import Conditions
from lsmplify_core.evaluation.run import evaluate
from lsmplify_core.evaluation.tables import (
    frame_table,
    joint_table,
    more_table,
    rows_table,
    text_table,
    worst_table,
)
from lsmplify_core.layouts.layout import load_layout

DATA = SHARED / "motion" / "test"


def main() -> None:
    """The table of every set and of all frames, with what stands behind it."""
    if not DATA.is_dir():
        absent("accuracy", DATA)
        return
    conditions = Conditions(load_layout("BODY_25"))
    groups = evaluate(DATA, conditions, methods=("default", "learned", "copy"))
    rows = [group.row() for group in groups]
    default = groups[0]
    sets = {}
    for one in sorted({s.name.split("/")[0] for s in default.scores}):
        part = [s for s in default.scores if s.name.startswith(f"{one}/")]
        sets[one] = {**type(default)(one, "sequential", None, conditions, part).row()}
    by_set = [
        [name, str(r["frames"]), *(f"{r[k]:.2f}" for k in _FIGURES)] for name, r in sets.items()
    ]
    text = "\n\n".join(
        (
            rows_table(rows),
            more_table(groups),
            text_table(["default, by set", "frames", *_FIGURES], by_set),
            joint_table(default),
            frame_table(default),
            worst_table(default, 10),
        )
    )
    publish("accuracy", text, {"rows": rows, "by_set": sets})


_FIGURES = ("geodesic_deg", "geodesic_observed_deg", "mpjpe_mm", "mpkpe_mm", "pve_mm")


if __name__ == "__main__":
    main()
