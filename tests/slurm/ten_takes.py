# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten takes on a Slurm that is running: by farm/slurm/submit.sh, with a part killed and requeued,
and by submitit. Called by run.sh."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/farm")]


def main(folder: Path, python: str) -> None:
    """Raise where something is not as it should be."""
    from farm_takes import write_takes

    takes = write_takes(folder / "takes", 10, damaged=(9,), frames=60)
    by_script(takes, folder / "solved", python)
    by_submitit(takes, folder / "submitit", python)
    same = [p.name for p in (folder / "solved").glob("*.npz")]
    assert len(same) == 9
    for name in same:
        one, other = (folder / kind / name for kind in ("solved", "submitit"))
        assert one.read_bytes() == other.read_bytes(), f"{name} differs"
    print("ten takes by sbatch and by submitit: nine solved twice to the same bytes, one refused")


def by_script(takes: Path, out: Path, python: str) -> None:
    """submit.sh; the first part that starts is killed and put back into the queue."""
    environment = {**os.environ, "LSMPLIFY": f"{python} -m lsmplify_core",
                   "SBATCH_OPTIONS": "--cpus-per-task=1 --mem=0"}  # fmt: skip
    words = [str(ROOT / "farm/slurm/submit.sh"), str(takes), str(out), "5"]
    submitted = subprocess.run(words, env=environment, check=True, capture_output=True, text=True)
    summary = submitted.stdout.split()[-1]
    requeued = ""
    deadline = time.monotonic() + 600
    while jobs := rows("--format=%F_%K %T %A"):
        running = [j for j in jobs if " RUNNING " in f"{j} " and "N/A" not in j]
        if running and not requeued:
            requeued = running[0].split()[0]
            subprocess.run(["scontrol", "requeue", requeued], check=True)
            print(f"requeued {requeued} while it ran")
        assert time.monotonic() < deadline, jobs
        time.sleep(0.5)
    assert requeued
    print(f"the array and its summary ({summary}) have ended")
    table = json.loads((out / "summary.json").read_text())
    assert (out / "summary.html").exists()
    assert len(table["takes"] if isinstance(table, dict) else table) == 10


def by_submitit(takes: Path, out: Path, python: str) -> None:
    """The example, which finds Slurm by itself."""
    words = [python, str(ROOT / "farm/slurm/submit_takes.py"), str(takes), str(out)]
    more = ["--parts", "3", "--cpus", "1", "--memory-gb", "1", "--minutes", "10"]
    done = subprocess.run([*words, *more], check=False, capture_output=True, text=True)
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    assert "part 3 of 3 ended with code 0" in done.stdout
    assert list((out / "logs").glob("*_0_log.out")), "it ran on processes, not on Slurm"


def rows(*words: str) -> list[str]:
    """Slurm's queue, a row a job."""
    said = subprocess.run(["squeue", "--noheader", "--array", *words], check=True,
                          capture_output=True, text=True)  # fmt: skip
    return said.stdout.splitlines()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
