# SPDX-License-Identifier: GPL-3.0-or-later
"""Training on two processes of this machine (gloo) against one, with the same lessons in a step.

    .venv/bin/python benchmarks/distributed.py ../shared/motion/train

One thread a process. Told are lessons a second on the clock, which is only fair on two free cores,
and the processor time of a lesson: on two free cores twice its ratio is the most that the clock can
show, since waiting for the other process is not in it. Starts are taken out by a second, short run.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Run both in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--lessons", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for _ in range(args.repeats):
        for processes, results in found.items():
            long = run(args.data, processes, args.lessons + 2)
            short = run(args.data, processes, 2)
            wall, cpu = (a - b for a, b in zip(long, short, strict=True))
            results.append((args.lessons / wall, cpu / args.lessons))
            print(
                f"{processes}: {results[-1][0]:.3f} lessons/s, {results[-1][1]:.2f} s of processor"
            )
    one, two = (np.median(found[n], axis=0) for n in (1, 2))
    print(f"two processes to one: {two[0] / one[0]:.2f} times the lessons a second on the clock,")
    print(f"{2 * one[1] / two[1]:.2f} at most by processor time")


def run(data: Path, processes: int, lessons: int) -> tuple[float, float]:
    """Wall and processor time of a training from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "run.toml"
        config.write_text(f'network = "ours"\n[[cycle]]\nsteps = {lessons}\n')
        words = ["train", "--data", str(data), "--config", str(config), "--device", "cpu",
                 "--out", str(Path(folder) / "a.npz"), "--lessons-per-step", "2",
                 "--validate-every", "0", "--checkpoint-every", "0"]  # fmt: skip
        start = [sys.executable, "-m", "lsmplify_core"]
        if processes > 1:
            start = [sys.executable, "-m", "torch.distributed.run", "--standalone",
                     "--nproc-per-node", str(processes), "-m", "lsmplify_core"]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([*start, *words], env=environment, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return time.perf_counter() - began, cpu


if __name__ == "__main__":
    main()
