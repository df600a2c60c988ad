# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes side by side: `lsmplify solve FOLDER --jobs 1` and `--jobs 2` by the clock, and the bytes.

`python benchmarks/jobs.py`: twelve takes of 41 markers and 6,000 frames; every run begins with a
fresh process. A single process uses all cores by its threads; so it is measured with one thread
too, which is what two processes are twice as fast as at best.
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
from lsmplify_core.runtime.threads import THREADS

TAKES = 12
FRAMES = 6000
RUNS = {"--jobs 1, one thread": (1, 1), "--jobs 1": (1, None), "--jobs 2": (2, None)}
"""Processes, and threads of all of them together; None for as many as there are cores."""


def main() -> None:
    """A line a number of processes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(TAKES):
            write_take(TakeSpec(FRAMES + 60 * number), folder / f"takes/take_{number}.c3d")
        spent = {name: solved(folder / f"out_{i}", *run)
                 for i, (name, run) in enumerate(RUNS.items())}  # fmt: skip
        results = [
            [(folder / f"out_{i}/take_{n}.npz").read_bytes() for n in range(TAKES)]
            for i in range(len(RUNS))
        ]
    same = [found == results[0] for found in results]
    first = next(iter(spent.values()))
    lines = [
        [name, f"{clock:.1f}", f"{first[0] / clock:.2f}", f"{processor:.1f}",
         "yes" if equal else "no"]
        for (name, (clock, processor)), equal in zip(spent.items(), same, strict=True)
    ]  # fmt: skip
    head = [f"{TAKES} takes of {FRAMES} frames", "seconds", "times as fast", "processor s",
            "same bytes"]  # fmt: skip
    load = machine()["load"]
    text = f"{os.cpu_count()} cores, load {load}\n\n{text_table(head, lines)}"
    publish("jobs", text, {"seconds": spent, "same": same, "load": load})


def solved(out: Path, jobs: int, threads: int | None) -> tuple[float, float]:
    """Seconds of a run over the takes beside `out`, by the clock and of processor time."""
    command = [sys.executable, "-m", "lsmplify_core", "solve", out.parent / "takes", "-o", out,
               "--jobs", str(jobs)]  # fmt: skip
    own = {} if threads is None else {THREADS: str(threads), "OMP_NUM_THREADS": str(threads)}
    began, before = time.perf_counter(), processor_seconds()
    subprocess.run(command, check=True, capture_output=True, env=os.environ | own)
    return time.perf_counter() - began, processor_seconds() - before


def processor_seconds() -> float:
    """Of all processes that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
