# SPDX-License-Identifier: GPL-3.0-or-later
"""Toes of walking and running takes: what they extend by at push-off, and how far they are from
CMU's own truth.

`python benchmarks/toes.py`: real marker files, of which cmu_02_05 has a truth; and markers made
from the truth of CMU's walks, runs and others of motion/test, on toes that move as CMU's do. What a
rig bends its toes by in the median is taken off both, as `lsmplify evaluate` does.
"""

from typing import Any, Final

import numpy as np
from common import SHARED, absent, publish

from lsmplify_core.anatomy.toes import FEET, extension, toe_bend
from lsmplify_core.datasets import find_sources
from lsmplify_core.evaluation.clips import load_clips
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.evaluation.takes import make_take
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.array_types import Floats

REAL: Final = (
    "cmu_dribble_shoot_basketball.c3d", "opensim_walking2.c3d", "nick_freeform_001.c3d",
    "pycgm_Movement_trial.c3d", "cmu_02_05.c3d",
)  # fmt: skip
MADE: Final = ("cmu/02_01", "cmu/02_02", "cmu/02_03", "cmu/02_05", "cmu/02_07")
"""Two walks, a run, boxing, sword play: CMU's AMC files, whose toes move."""
LAYOUTS: Final = ("Vicon_53", "BODY_25", "CMU_41")
"""With a marker on the toes, with two keypoints on them, with none that shows them."""
TRUTH: Final = {"cmu_02_05.c3d": ("cmu/02_05", 4)}
"""The clip of motion/test that holds every so many'th frame of a marker file."""
PUSHES: Final = np.radians(8.0)
"""A foot pushes off where toes that stay level would extend by more."""
APART: Final = 0.1
"""Seconds without a push between two of them."""


def main() -> None:
    """One line a take."""
    if not (SHARED / "motion/test").is_dir() or not (SHARED / "markers").is_dir():
        absent("toes", SHARED)
        return
    clips = {
        source.name.removesuffix(".npz"): source for source in find_sources(SHARED / "motion/test")
    }
    rows: list[dict[str, Any]] = []
    for name in REAL:
        motion = solve(read_tracks(SHARED / "markers" / name)).motion
        truth, every = TRUTH.get(name, (None, 1))
        known = None if truth is None else load_clips(clips[truth])[0].motion
        rows.append({"take": name, "markers": "real"} | figures(motion, known, every))
    for layout in (load_layout(name) for name in LAYOUTS):
        for name in MADE:
            clip = load_clips(clips[name])[0]
            found = solve(make_take(clip, layout).tracks, layout=layout.name).motion
            rows.append({"take": name, "markers": layout.name} | figures(found, clip.motion, 1))
    lines = [[shown(value) for value in row.values()] for row in rows]
    publish("toes", text_table(list(rows[0]), lines), rows)


def figures(motion: Motion, truth: Motion | None, every: int) -> dict[str, Any]:
    """Peaks of all pushes of a take, degrees, and the mean error where a truth is known; every:
    frames of the take for one of the truth's."""
    bend = moved(motion)
    level = toe_bend(motion.rotations, motion.body.offsets, motion.root, motion.rate)
    peaks = push_offs(bend, level, motion.rate)
    row = {
        "pushes": len(peaks),
        "peak_deg": float(np.median(peaks)) if peaks else None,
        "most_deg": max(peaks, default=None),
        "level_toes_deg": max(push_offs(np.degrees(level), level, motion.rate), default=None),
    }
    if truth is None:
        return row | {"truth_peak_deg": None, "error_deg": None, "straight_deg": None}
    true = moved(truth)
    own = bend[::every][: len(true)]
    true = true[: len(own)]
    asked = toe_bend(truth.rotations, truth.body.offsets, truth.root, truth.rate)
    true_peaks = push_offs(true, asked, truth.rate)
    return row | {
        "truth_peak_deg": float(np.median(true_peaks)) if true_peaks else None,
        "error_deg": float(np.abs(own - true).mean()),
        "straight_deg": float(np.abs(true).mean()),
    }


def moved(motion: Motion) -> Floats:
    """(T, 2) degrees of extension, left and right, beyond what is usual in the take."""
    bend = np.stack([extension(motion.rotations[:, ball]) for _, ball in FEET], axis=1)
    return np.degrees(bend - np.median(bend, axis=0))


def push_offs(bend: Floats, level: Floats, rate: float) -> list[float]:
    """The largest of `bend` (T, 2) in every push of either foot."""
    peaks: list[float] = []
    for side in range(len(FEET)):
        frames = np.flatnonzero(level[: len(bend), side] > PUSHES)
        if len(frames):
            cuts = np.flatnonzero(np.diff(frames) > APART * rate) + 1
            peaks += [float(bend[part, side].max()) for part in np.split(frames, cuts)]
    return peaks


def shown(value: Any) -> str:
    """A number with one digit, a dash for none."""
    if isinstance(value, float):
        return f"{value:.1f}"
    return "–" if value is None else str(value)


if __name__ == "__main__":
    main()
