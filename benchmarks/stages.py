# SPDX-License-Identifier: GPL-3.0-or-later
"""Processor time of each stage of a solve, from a file of tracks to an npz, on a busy machine too.

    OMP_NUM_THREADS=1 .venv/bin/python benchmarks/stages.py take.c3d [REPEATS]
    OMP_NUM_THREADS=1 .venv/bin/python benchmarks/stages.py CMU_41 [REPEATS]

The name of a layout stands for 6,000 frames at 120 Hz of the motions in ../shared/motion/test. What
the main thread does has nothing beside it; what the pool does is shared by as many threads as there
are (`LSMPLIFY_THREADS`), so that the last column is what the clock says at the best on two free
cores. A stage lasts from when it is first told of to when the next one is.
"""

import sys
import tempfile
import time
from pathlib import Path

from lsmplify_core.evaluation.scale.takes import TakeSpec, write_take
from lsmplify_core.motion.motion import save_motion
from lsmplify_core.pipeline import solve, solve_steps
from lsmplify_core.reading import read_tracks

DATA = Path(__file__).resolve().parents[2] / "shared" / "motion" / "test"
FRAMES = 6000
WARM = 60


class Clock:
    """Seconds of processor time by stage: of the main thread, and of all others."""

    def __init__(self) -> None:
        """Begin to count."""
        self.main: dict[str, float] = {}
        self.pool: dict[str, float] = {}
        self._last = (time.thread_time(), time.process_time())

    def end(self, stage: str) -> None:
        """What passed since the last stage ended was this one."""
        now = (time.thread_time(), time.process_time())
        main, total = (n - b for n, b in zip(now, self._last, strict=True))
        self.main[stage] = self.main.get(stage, 0.0) + main
        self.pool[stage] = self.pool.get(stage, 0.0) + max(total - main, 0.0)
        self._last = now


def run(take: Path, out: Path) -> tuple[Clock, int]:
    """Solve a take and write its motion; the time that it took, and its frames."""
    clock, stage = Clock(), "read"
    tracks = read_tracks(take)
    clock.end(stage)
    steps = solve_steps(tracks)
    stage = "match"
    while True:
        try:
            told = next(steps)
        except StopIteration as end:
            solution = end.value
            break
        clock.end(stage)
        stage = told.step
    clock.end(stage)
    save_motion(solution.motion, out)
    clock.end("write")
    return clock, tracks.frames


def main(words: list[str]) -> None:
    """Print a row a stage: microseconds a frame, the least of some repeats."""
    with tempfile.TemporaryDirectory() as folder:
        take = Path(words[0])
        if not take.exists():
            take = Path(folder) / "take.c3d"
            write_take(TakeSpec(FRAMES, words[0], data=DATA), take)
        tracks = read_tracks(take)
        solve(tracks.between(0, min(WARM, tracks.frames) - 1))
        repeats = int(words[1]) if len(words) > 1 else 1
        runs = [run(take, Path(folder) / "out.npz") for _ in range(repeats)]
    frames = runs[0][1]
    total = [0.0, 0.0]
    print(f"{words[0]}, {frames} frames, microseconds a frame")
    print(f"{'stage':12s} {'main':>7s} {'pool':>7s} {'two cores':>10s}")
    for stage in runs[0][0].main:
        parts = [1e6 / frames * min(getattr(c, p)[stage] for c, _ in runs)
                 for p in ("main", "pool")]  # fmt: skip
        total = [t + p for t, p in zip(total, parts, strict=True)]
        print(f"{stage:12s} {parts[0]:7.1f} {parts[1]:7.1f} {parts[0] + parts[1] / 2:10.1f}")
    wall = total[0] + total[1] / 2
    print(f"{'all':12s} {total[0]:7.1f} {total[1]:7.1f} {wall:10.1f}"
          f"   {sum(total):.0f} of processor time, {1e6 / wall:,.0f} frames/s at best")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
