# SPDX-License-Identifier: GPL-3.0-or-later
"""Long and rough use, as `make stress` runs it: nothing may be lost, half-written or left behind.

Usage: run.py [SHARE] [--only PART]…

SHARE: of all counts, 1 for 200 takes and 1,000 rounds in Blender (twenty minutes at rest). Parts:
kills, full, memory, together, and blender, which runs where `.venv-bpy` is, and in every Blender
that `make matrix` has set up; `--rounds` names some of what is done there. Prints a table; exit
code 1 where anything failed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import batches

import wheels

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 1200
"""Seconds after which a Blender is given up."""
PARTS: dict[str, Callable[[Path, float], batches.Row]] = {
    "kills": batches.killed,
    "full": batches.full_disk,
    "memory": batches.little_memory,
    "together": batches.two_at_once,
}
ROUNDS = ("wheels", "register", "undo", "playback", "scenes", "overrides")
"""What is done in each Blender; wheels need the extension's zip (`make extension`)."""


def main() -> int:
    """Run the parts, print what came of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("share", nargs="?", type=float, default=1.0)
    parser.add_argument("--only", action="append", choices=[*PARTS, "blender"])
    parser.add_argument("--rounds", action="append", choices=ROUNDS)
    args = parser.parse_args()
    chosen = args.only or [*PARTS, "blender"]
    failed = 0
    print(f"{'part':28}{'tries':>7}{'failures':>10}{'seconds':>9}  what")
    for row in _rows(chosen, args.share, args.rounds or ROUNDS):
        failed += len(row.failures)
        print(
            f"{row.part:28}{row.tries:7}{len(row.failures):10}{row.seconds:9.0f}  {row.what}",
            flush=True,
        )
        for failure in row.failures[:10]:
            print(f"    {failure}", flush=True)
    return 1 if failed else 0


def _rows(chosen: list[str], share: float, rounds: Sequence[str]) -> Iterator[batches.Row]:
    for name in chosen:
        if name == "blender":
            for python in _blenders():
                yield from _in_blender(python, share, rounds)
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="lsmplify-stress-") as folder:
            row = PARTS[name](Path(folder), share)
        row.seconds = time.monotonic() - began
        yield row


def _blenders() -> list[Path]:
    found = [ROOT / ".venv-bpy/bin/python"]
    found += sorted((ROOT / "build/matrix").glob("bpy-*/bin/python"))
    return [p for p in found if p.exists()]


def _in_blender(python: Path, share: float, rounds: Sequence[str]) -> Iterator[batches.Row]:
    """A process a part, so that a Blender that crashes takes nothing with it."""
    env = os.environ | {"PYTHONPATH": f"{ROOT}/tests/addon:{ROOT}"}
    zips = sorted((ROOT / "build").glob("lsmplify-*.zip"))
    if zips and "wheels" in rounds:
        began = time.monotonic()
        row = wheels.beside_others(python, zips[-1], share)
        row.seconds = time.monotonic() - began
        yield row
    for part in (r for r in rounds if r != "wheels"):
        began = time.monotonic()
        done = subprocess.run(
            [str(python), str(Path(__file__).with_name("in_blender.py")), part, str(share)],
            cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        lines = [x for x in done.stdout.splitlines() if x.startswith("stress\t")]
        row = batches.Row(f"blender {part}", 0)
        if not lines:
            said = (done.stderr or done.stdout).strip().splitlines()[-3:]
            row.failures.append(f"ended with code {done.returncode}: {' | '.join(said)}")
        else:
            _, tries, row.what, *row.failures = lines[-1].split("\t")
            row.tries = int(tries)
        row.seconds = time.monotonic() - began
        yield row


if __name__ == "__main__":
    sys.exit(main())
