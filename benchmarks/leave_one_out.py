# SPDX-License-Identifier: GPL-3.0-or-later
"""Leave one lab out: for every set of motions a network that never saw it, trained on rotations as
the files have them and in the anatomical convention, with the same lessons; then both solve the set
that was left out, from points alone, and are compared with the truth in the convention.

    python benchmarks/leave_one_out.py train [SET ...]
    python benchmarks/leave_one_out.py measure

Weights are kept in build/leave_one_out. The networks are narrower than the shipped one and learn
for minutes, not hours: what is compared is the two kinds of truth, not how good a network can get.
"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from common import OUT, SHARED, absent, publish

from lsmplify_core.evaluation.protocols import Conditions
from lsmplify_core.evaluation.run import evaluate
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.ik.learned.network import other_weights
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.learning.data import Clips, clips_of, is_validation
from lsmplify_core.learning.distributed import team
from lsmplify_core.learning.loop import Run, learn
from lsmplify_core.learning.train import Trained, TrainSettings

DATA: Final = SHARED / "motion" / "train"
KEPT: Final = OUT.parent / "leave_one_out"
KINDS: Final = ("source", "convention")
SETTINGS: Final = TrainSettings(
    steps=400, rate=1.5e-3, average=0.99, width=192, noisy=0.2, half=False
)
CLIPS: Final = 12
"""Clips of a set that are solved, spread over it by their names."""
ROWS: Final = (("BODY_25", 0.0, 0.0), ("CMU_41", 1.0, 0.0), ("BODY_25", 10.0, 0.2))
"""Layout, noise in mm and share of samples missing."""


def main() -> None:
    """Train what is not there yet, or measure what is."""
    if not DATA.is_dir():
        absent("leave_one_out", DATA)
    elif sys.argv[1:2] == ["train"]:
        for kind in KINDS:
            train(kind, sys.argv[2:] or sets())
    else:
        measure()


def sets() -> list[str]:
    """The labs: folders of the training data."""
    return sorted(folder.name for folder in DATA.iterdir() if folder.is_dir())


def weights(name: str, kind: str) -> Path:
    """The weights of the network that never saw a set."""
    return KEPT / f"without_{name}_{kind}.npz"


def train(kind: str, names: list[str]) -> None:
    """For each of some sets, train on all the others."""
    missing = [name for name in names if not weights(name, kind).exists()]
    if not missing:
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    parts = {name: of_set(name, kind == "convention") for name in sets()}
    for name in missing:
        trainee = Trained(joined([p for n, p in parts.items() if n != name]), None, SETTINGS)
        run = Run(weights(name, kind), checkpoint_every=0, validate_every=0)
        print(f"without {name}, {kind}", flush=True)
        with team("cpu") as here:
            learn(trainee, run, here)


def of_set(name: str, anatomical: bool) -> Clips:
    """A set's clips, but for those kept apart for tuning."""
    return clips_of([f for f in files_of(name) if not is_validation(f)], anatomical)


def files_of(name: str) -> list[Path]:
    """A set's files in the order of their names."""
    return sorted((DATA / name).rglob("*.npz"))


def joined(parts: list[Clips]) -> Clips:
    """Sets as one, each clip as likely as its frames and its set's weight make it."""
    lengths = torch.cat([p.lengths for p in parts])
    chance = torch.cat([p.chance / p.chance.sum() * share_of(p) for p in parts])
    return Clips(
        torch.cat([p.rotations for p in parts]),
        torch.cat([p.roots for p in parts]),
        torch.cumsum(lengths, 0) - lengths,
        lengths,
        chance / chance.sum(),
        torch.cat([p.trust for p in parts]),
        torch.cat([p.toes for p in parts]),
    )


def share_of(part: Clips) -> float:
    """How much a set counts beside others: its frames."""
    return float(part.lengths.sum())


def measure() -> None:
    """The set that was left out, solved by either network."""
    rows: list[dict[str, Any]] = []
    for name in sets():
        files = sorted(p.stem for p in (DATA / name).glob("*.npz"))
        chosen = [
            f"{files[i]}.npz" for i in np.linspace(0, len(files) - 1, CLIPS).round().astype(int)
        ]
        for kind in KINDS:
            if weights(name, kind).exists():
                rows += [measured(name, kind, chosen, *row) for row in ROWS]
    head = ["left out", "trained on", "layout", "noise", "observed", "all 22", "MPJPE", "% > 15°"]
    lines = [[str(v) if isinstance(v, str) else f"{v:.2f}" for v in r.values()] for r in rows]
    publish("leave_one_out", text_table(head, lines), {"settings": asdict(SETTINGS), "rows": rows})


def measured(
    name: str, kind: str, chosen: list[str], layout: str, noise: float, missing: float
) -> dict[str, Any]:
    """A line of the table: means over clips."""
    conditions = Conditions(load_layout(layout), noise_mm=noise, dropout=missing)
    found: list[dict[str, Any]] = []
    with other_weights(weights(name, kind)):
        for clip in chosen:
            (group,) = evaluate(DATA / name, conditions, subset=clip)
            found.append(group.row())

    def mean(key: str) -> float:
        return float(np.average([f[key] for f in found], weights=[f["frames"] for f in found]))

    return {
        "left_out": name, "trained_on": kind, "layout": layout, "noise_mm": noise,
        "observed": mean("geodesic_observed_deg"), "all": mean("geodesic_deg"),
        "mpjpe_mm": mean("mpjpe_mm"), "above_15_percent": 100 * mean("frames_above_15_deg"),
    }  # fmt: skip


if __name__ == "__main__":
    main()
