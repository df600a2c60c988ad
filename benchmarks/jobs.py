# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes side by side: `lsmplify solve FOLDER --jobs 1` and `--jobs 2` by the clock, and the bytes.

`python benchmarks/jobs.py`: eight takes of 41 markers and 3,000 frames; both runs begin with a
fresh process.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import publish

from lsmplify_core.evaluation.scale.suites import machine
from lsmplify_core.evaluation.scale.takes import TakeSpec, write_take
from lsmplify_core.evaluation.tables import text_table

TAKES = 8
FRAMES = 3000
JOBS = (1, 2)


def main() -> None:
    """A line a number of processes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(TAKES):
            write_take(TakeSpec(FRAMES + 60 * number), folder / f"takes/take_{number}.c3d")
        seconds = {jobs: solved(folder, jobs) for jobs in JOBS}
        first = [(folder / f"out_{JOBS[0]}/take_{n}.npz").read_bytes() for n in range(TAKES)]
        same = {
            jobs: first
            == [(folder / f"out_{jobs}/take_{n}.npz").read_bytes() for n in range(TAKES)]
            for jobs in JOBS
        }
    lines = [
        [f"--jobs {jobs}", f"{seconds[jobs]:.1f}", f"{seconds[1] / seconds[jobs]:.2f}",
         "yes" if same[jobs] else "no"]
        for jobs in JOBS
    ]  # fmt: skip
    head = [f"{TAKES} takes of {FRAMES} frames", "seconds", "times as fast", "same bytes"]
    load = machine()["load"]
    text = f"{os.cpu_count()} cores, load {load}\n\n{text_table(head, lines)}"
    publish("jobs", text, {"seconds": seconds, "same": same, "load": load})


def solved(folder: Path, jobs: int) -> float:
    """Seconds of a run over the folder."""
    command = [sys.executable, "-m", "lsmplify_core", "solve", folder / "takes", "-o",
               folder / f"out_{jobs}", "--jobs", str(jobs)]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
