#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of takes on Slurm from Python, by submitit; without Slurm, on processes of this machine.

python farm/slurm/submit_takes.py takes/ solved/ --parts 20 --cpus 2 --options="--layout CMU_41"

Needs `pip install lsmplify[cluster]`. Every part can be run again; what is solved is left alone.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

import submitit

from lsmplify_core.cli.main import main as lsmplify


def solve_part(takes: str, out: str, part: int, parts: int, jobs: int, options: list[str]) -> int:
    """What runs on a node: one part of the takes; the exit code of `lsmplify solve`."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    words = ["solve", takes, "-o", out, "--shard", f"{part}/{parts}", "--resume"]
    return lsmplify([*words, "--record-failures", "--jobs", str(jobs), *options])


def submit(args: argparse.Namespace) -> int:
    """Submit all parts as one array, wait for them, and write the summary; the worst exit code."""
    executor = submitit.AutoExecutor(folder=args.out / "logs", cluster=args.cluster)
    executor.update_parameters(
        name="lsmplify", timeout_min=args.minutes, cpus_per_task=args.cpus, mem_gb=args.memory_gb,
        slurm_array_parallelism=args.at_once,
    )  # fmt: skip
    parts = range(1, args.parts + 1)
    jobs = executor.map_array(
        solve_part, *zip(*((str(args.takes), str(args.out), part, args.parts, args.cpus,
                            shlex.split(args.options)) for part in parts), strict=True),
    )  # fmt: skip
    worst = 0
    for part, job in zip(parts, jobs, strict=True):
        try:
            code = job.result()
        except Exception as error:  # a node that died, a limit of time or memory
            last = str(error).strip().splitlines()[-1:] or [type(error).__name__]
            print(f"error: part {part} of {args.parts}: {last[0]}", file=sys.stderr)
            code = 2
        worst = max(worst, code)
        print(f"part {part} of {args.parts} ended with code {code}", flush=True)
    summary = lsmplify(["summary", str(args.out), "--json", str(args.out / "summary.json"),
                        "--html", str(args.out / "summary.html")])  # fmt: skip
    return max(worst, summary)


def main() -> int:
    """Read the options and submit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("takes", type=Path, help="folder of takes that every node sees")
    parser.add_argument("out", type=Path, help="folder for motions, manifest and summary")
    parser.add_argument("--parts", type=int, default=10, help="tasks of the array")
    parser.add_argument("--at-once", type=int, default=256, help="of them at the same time")
    parser.add_argument("--cpus", type=int, default=2, help="a task: as many takes side by side")
    parser.add_argument("--memory-gb", type=int, default=4, help="a task")
    parser.add_argument("--minutes", type=int, default=480, help="a task's limit")
    parser.add_argument("--cluster", help="slurm, local or debug; found where not given")
    parser.add_argument("--options", default="", help='of solve: --options="--layout CMU_41"')
    return submit(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
