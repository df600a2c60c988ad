# SPDX-License-Identifier: GPL-3.0-or-later
"""How accuracy falls with noise, gaps, other bodies, other layouts and other protocols."""

from typing import Any

from common import SHARED, absent, publish

from lsmplify_core.evaluation.protocols import Conditions
from lsmplify_core.evaluation.run import evaluate
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.layouts.layout import load_layout

DATA = SHARED / "motion" / "test"
SUBSET = "cmu/"

CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("as it is", {}),
    ("noise 5 mm", {"noise_mm": 5.0}),
    ("noise 20 mm", {"noise_mm": 20.0}),
    ("10% missing", {"dropout": 0.1}),
    ("30% missing", {"dropout": 0.3}),
    ("other bodies, 8%", {"proportions": 0.08}),
    ("120 Hz", {"rate": 120.0}),
    ("COCO_17", {"layout": "COCO_17"}),
    ("MEDIAPIPE_33", {"layout": "MediaPipe_33"}),
    ("CMU_41", {"layout": "CMU_41"}),
    ("plug-in", {"protocol": "plugin"}),
    ("pairs", {"protocol": "pairs"}),
)
FIGURES = (
    "geodesic_deg", "geodesic_observed_deg", "frames_above_15_deg", "mpjpe_mm", "mpkpe_mm",
    "jitter_km_s3", "jitter_truth_km_s3", "foot_sliding_mm", "frames_per_second",
)  # fmt: skip


def main() -> None:
    """One line a condition, on the CMU clips of motion/test."""
    if not DATA.is_dir():
        absent("conditions", DATA)
        return
    lines: list[list[str]] = []
    data: list[dict[str, Any]] = []
    for name, case in CASES:
        layout = load_layout(case.get("layout", "BODY_25"))
        conditions = Conditions(layout, case.get("noise_mm", 0.0), case.get("dropout", 0.0))
        groups = evaluate(
            DATA, conditions, case.get("protocol", "sequential"), subset=SUBSET,
            rate=case.get("rate"), proportions=case.get("proportions", 0.0),
        )  # fmt: skip
        for group in groups:
            row = group.row()
            label = name if group.stride is None else f"{name}, stride {group.stride}"
            data.append({"case": label, **row})
            lines.append([label, *("–" if row[k] is None else f"{row[k]:.2f}" for k in FIGURES)])
    publish("conditions", text_table(["case", *FIGURES], lines), data)


if __name__ == "__main__":
    main()
