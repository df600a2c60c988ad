# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift: the error of the last tenth of a long take beside that of the first, BODY_25 points alone.

`python benchmarks/long_takes.py`. The tenths of a real take hold other motions, hard ones and easy
ones. So the longest takes of motion/test are solved once more from their last frame to their first,
where the last tenth comes first; and two long takes are made of the clips of motion/test: two
minutes of them ten times over, where every tenth holds the same frames, and all of them once,
beside each clip solved by itself. Frames between joined clips are in the take and do not count.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from common import SHARED, absent, publish

from lsmplify_core.datasets import find_sources
from lsmplify_core.evaluation import metrics
from lsmplify_core.evaluation.clips import Clip, load_clips
from lsmplify_core.evaluation.joining import joined
from lsmplify_core.evaluation.methods import find_method
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.evaluation.takes import make_take
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.array_types import Floats

DATA = SHARED / "motion" / "test"
LONGEST = 6
REPEATS = 10
EVERY = 7
"""Of the clips every so many'th goes into the two minutes that are repeated."""
MINUTES = 2.0
LAYOUT = load_layout("BODY_25")
OBSERVED = metrics.observed_joints(LAYOUT)
UNITS = ("geodesic°", "observed°", "MPJPE mm")


def main() -> None:
    """A line a take: minutes, then first tenth, last tenth and their ratio in each unit."""
    if not DATA.is_dir():
        absent("long_takes", DATA)
        return
    clips = [clip for source in find_sources(DATA) for clip in load_clips(source)]
    alone = {clip.name: errors(clip) for clip in clips}
    longest = sorted(clips, key=lambda c: -c.motion.frames)[:LONGEST]
    rows = [line(c.name, minutes(c), alone[c.name]) for c in longest]
    rows.append(line(f"these {LONGEST} together", minutes(*longest),
                     *(alone[c.name] for c in longest)))  # fmt: skip
    back = [errors(backwards(clip)) for clip in longest]
    rows.append(line("the same, run backwards", minutes(*longest), *back))
    rows.append(repeated(clips))
    rows += all_joined(clips, alone)
    head = ["take", "min", *(f"{part} {unit}" for unit in UNITS for part in ("first", "last", "×"))]
    publish("long_takes", text_table(head, [shown(row) for row in rows]), rows)


def errors(clip: Clip) -> Floats:
    """(3, T): every frame's errors in UNITS."""
    take = make_take(clip, LAYOUT)
    motion = find_method("default")(take).motion
    angles = metrics.geodesic(motion.rotations, take.truth.rotations)
    places = metrics.mpjpe(motion.joints(), take.truth.joints())
    return np.stack((angles.mean(axis=1), angles[:, OBSERVED].mean(axis=1), places))


def backwards(clip: Clip) -> Clip:
    """The clip from its last frame to its first."""
    turned = clip.motion.at(np.arange(clip.motion.frames)[::-1])
    return Clip(clip.name, turned, clip.seed)


def line(name: str, length: float, *takes: Floats) -> dict[str, Any]:
    """A row from the errors (3, T) of some takes: means of their tenths."""
    means = [metrics.tenths([take[unit] for take in takes]) for unit in range(len(UNITS))]
    return {
        "take": name, "minutes": length,
        "tenths": {u: None if m is None else m.tolist() for u, m in zip(UNITS, means, strict=True)},
    }  # fmt: skip


def repeated(clips: list[Clip]) -> dict[str, Any]:
    """Two minutes of clips of all kinds, ten times over."""
    some = first_minutes(clips[::EVERY], MINUTES)
    whole, seams = joined([c.motion for c in some] * REPEATS)
    found = errors(Clip("repeated", whole, seed=1))[:, ~seams]
    return line(
        f"the same {len(some)} clips {REPEATS} times", whole.frames / whole.rate / 60, found
    )


def first_minutes(clips: Iterable[Clip], wanted: float) -> list[Clip]:
    """Clips until there are so many minutes, the last one cut."""
    some: list[Clip] = []
    left = wanted
    for clip in clips:
        rate = clip.motion.rate
        part = clip.motion.between(0, min(clip.motion.frames, round(left * 60 * rate)))
        if part.frames:
            some.append(Clip(clip.name, part, clip.seed))
            left -= part.frames / rate / 60
    return some


def all_joined(clips: list[Clip], alone: dict[str, Floats]) -> list[dict[str, Any]]:
    """All clips once, shuffled, in one take; and the same frames of the clips solved alone."""
    order = np.random.default_rng(7).permutation(len(clips))
    mixed = [clips[i] for i in order]
    whole, seams = joined([c.motion for c in mixed])
    found = errors(Clip("joined", whole, seed=1))[:, ~seams]
    same = np.concatenate([alone[c.name] for c in mixed], axis=1)
    length = whole.frames / whole.rate / 60
    return [
        line(f"all {len(clips)} clips joined", length, found),
        line("the same frames, each clip alone", length, same),
    ]


def minutes(*clips: Clip) -> float:
    """How long clips are together."""
    return sum(c.motion.frames / c.motion.rate for c in clips) / 60


def shown(row: dict[str, Any]) -> list[str]:
    """A row as text."""
    cells = [row["take"], f"{row['minutes']:.1f}"]
    for unit in UNITS:
        tenths = row["tenths"][unit]
        cells += [f"{tenths[0]:.2f}", f"{tenths[-1]:.2f}", f"{tenths[-1] / tenths[0]:.2f}"]
    return cells


if __name__ == "__main__":
    main()
