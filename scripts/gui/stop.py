# SPDX-License-Identifier: GPL-3.0-or-later
"""In the Debian chroot: Ctrl-C while the real executable bakes a folder of takes; facts as JSON.

Usage: stop.py TAKES OUT. For one Blender and for two side by side: the exit code, the seconds from
the signal to the end, the processes and half-written files that are left, and what was said.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

BAKE = ("blender", "--background", "--command", "lsmplify", "bake")


def main() -> int:
    """Every run; facts go to OUT/stopped.json."""
    takes, out = Path(sys.argv[1]), Path(sys.argv[2])
    facts = {f"jobs {jobs}": stopped(takes, out / f"stopped{jobs}", jobs) for jobs in (1, 2)}
    for jobs in (1, 2):  # to the end, the second on what the stopped run left
        facts[f"whole {jobs}"] = whole(takes, out / f"stopped{jobs}", jobs)
    (out / "stopped.json").write_text(json.dumps(facts, indent=1) + "\n")
    return 0


def stopped(takes: Path, out: Path, jobs: int) -> dict[str, Any]:
    """Start, wait until a take is baked, press Ctrl-C."""
    words = [*BAKE, "--file", str(takes), "-o", str(out), "--format", "npz", "--format", "blend",
             "--jobs", str(jobs)]  # fmt: skip
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    manifest = out / "baked.jsonl"
    while running.poll() is None and not (manifest.exists() and manifest.stat().st_size):
        time.sleep(0.05)
    time.sleep(1.0)  # into the next take
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    said, errors = running.communicate()
    seconds = time.monotonic() - began
    return {
        "code": running.returncode, "seconds": round(seconds, 2), "processes": blenders(),
        "half": [p.name for p in out.glob(".lsmplify-*")], "damaged": damaged(out),
        "said": said.splitlines()[-3:], "errors": [e for e in errors.splitlines() if "rror" in e],
    }  # fmt: skip


def whole(takes: Path, out: Path, jobs: int) -> dict[str, Any]:
    """The same to its end, with what was baked left alone."""
    words = [*BAKE, "--file", str(takes), "-o", str(out), "--format", "npz", "--format", "blend",
             "--jobs", str(jobs), "--resume"]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    hashes = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.glob("*.npz"))}
    return {"code": done.returncode, "said": done.stdout.splitlines()[-1:], "npz": hashes}


def blenders() -> list[str]:
    """Processes of Blender that run now, but for those that nobody has waited for."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "comm").read_text().strip()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if "blender" in name and state != "Z" and int(folder.name) != os.getpid():
            found.append(f"{folder.name} {name}")
    return found


def damaged(out: Path) -> list[str]:
    """Files that are not as their record has them."""
    wrong = []
    for line in (out / "baked.jsonl").read_text().splitlines():
        for name, digest in json.loads(line)["outputs"].items():
            if hashlib.sha256((out / name).read_bytes()).hexdigest() != digest:
                wrong.append(name)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
