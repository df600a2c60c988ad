# SPDX-License-Identifier: GPL-3.0-or-later
"""A batch on two workers that is killed at a random moment and run again: nothing is lost, nothing
goes on without its parent, and what was done is not done again."""

import hashlib
import os
import random as plain_random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import faults_files as files
import numpy as np
from common import ROOT

sys.path.append(str(ROOT / "tests"))
from processes import children, left

from lsmplify_core.files.manifest import NAME, read_manifest

PATIENCE = 5.0
"""Seconds after a kill in which the workers must be gone."""
_TAKES = 6
_BY = ("SIGKILL", "SIGTERM", "a worker's SIGKILL")


def killed(count: int, random: np.random.Generator) -> list[dict[str, Any]]:
    """So many kills, spread over the ways to kill; a row for each way."""
    whole = Path(tempfile.mkdtemp(prefix="lsmplify-kills-"))
    try:
        (whole / "takes").mkdir()
        for n in range(_TAKES):
            files.take(whole / f"takes/t{n}.npz", points=files.POINTS + 7.0 * n)
        began = time.monotonic()
        _batch(whole, "whole").communicate()
        seconds = time.monotonic() - began
        wanted = _results(whole / "whole")
        rows = {
            by: {"by": by, "kills": 0, "lost": 0, "damaged": 0, "orphans": 0, "twice": 0}
            for by in _BY
        }
        for index in range(count):
            by = _BY[index % len(_BY)]
            row = rows[by]
            row["kills"] += 1
            _once(whole, by, float(random.uniform(0.1, seconds)), wanted, row)
        return list(rows.values())
    finally:
        shutil.rmtree(whole, ignore_errors=True)


def _batch(whole: Path, out: str) -> "subprocess.Popen[bytes]":
    words = ["solve", "takes", "-o", out, "--jobs", "2", "--resume"]
    return subprocess.Popen(
        [sys.executable, "-m", "lsmplify_core", *words], cwd=whole, start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip


def _once(whole: Path, by: str, after: float, wanted: dict[str, str], row: dict[str, Any]) -> None:
    shutil.rmtree(whole / "out", ignore_errors=True)
    run = _batch(whole, "out")
    time.sleep(after)
    workers = children(run.pid)
    if by == "a worker's SIGKILL":
        if workers:
            os.kill(plain_random.choice(workers), signal.SIGKILL)
        run.communicate()
    else:
        run.send_signal(getattr(signal, by))
        run.wait()
        workers += children(run.pid)
    row["orphans"] += left(workers, PATIENCE)
    row["damaged"] += sum(wanted.get(n) != h for n, h in _results(whole / "out").items())
    before = read_manifest(whole / "out" / NAME)
    again = _batch(whole, "out").communicate()[0].decode()
    row["lost"] += _results(whole / "out") != wanted
    solved = [line for line in again.splitlines() if "frames/s" in line]
    row["twice"] += sum(line.split(":")[0].removeprefix("takes/") in before for line in solved)


def _results(folder: Path) -> dict[str, str]:
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.glob("*.npz"))
    }
