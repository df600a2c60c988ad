# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of takes on a machine that is killed, full, short of memory, or shared with another run
of the same folder."""

import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from processes import children, left  # noqa: E402
from takes import points_of, waving  # noqa: E402

from lsmplify_core.files.manifest import NAME, read_manifest  # noqa: E402
from lsmplify_core.layouts.layout import load_layout  # noqa: E402

TAKES = 200
RUNS = 40
"""Times that the run over all takes is killed."""
_FRAMES = 10
_LEFT_SECONDS = 5.0
"""Seconds after a kill in which all workers must be gone."""
_BYTES = (0, 200, 3000, 9000)
"""Sizes that no file may exceed: a disk that is full at once, or in the middle of a result."""
_MEGABYTES = (60, 100, 200, 250, 260, 300, 350, 400, 500, 700, 1000, 2000)


@dataclass
class Row:
    """A part of the stress: how often it was tried, what failed."""

    part: str
    tries: int
    failures: list[str] = field(default_factory=list[str])
    what: str = ""
    seconds: float = 0.0


def killed(folder: Path, share: float) -> Row:
    """A run with two workers, killed at random moments by each of three ways, until it is done."""
    takes, runs = _takes(folder, max(6, round(TAKES * share))), max(6, round(RUNS * share))
    row = Row("kills", 0)
    chance = random.Random(0)
    wanted = _wanted(folder)
    began = time.monotonic()
    _solve(folder, "out").communicate()
    whole = time.monotonic() - began
    for index in range(runs):
        # so that every part of the way is met, whatever was done before
        if index % 4 == 0:
            _empty(folder / "out")
        run = _solve(folder, "out")
        time.sleep(chance.uniform(0.2, max(0.5, 0.6 * whole)))
        workers = children(run.pid)
        how = (signal.SIGKILL, signal.SIGTERM, None)[index % 3]
        if how is not None:
            run.send_signal(how)
            run.wait()
            workers += children(run.pid)
        else:
            for worker in workers[:1]:
                _kill(worker)
            run.wait()
        row.tries += 1
        orphans = left(workers, _LEFT_SECONDS)
        if orphans:
            row.failures.append(f"kill {index}: {orphans} workers stayed")
        row.failures += _wrong(folder / "out", wanted, f"kill {index}")
    done = _solve(folder, "out")
    done.communicate()
    row.failures += _whole(folder / "out", wanted, len(takes), done.returncode)
    row.what = f"{len(takes)} takes, {runs} kills; 0 lost where nothing failed"
    return row


def full_disk(folder: Path, share: float) -> Row:
    """No file may grow beyond a few bytes; then there is room again, and the run goes on."""
    takes = _takes(folder, max(4, round(20 * share)))
    row = Row("full", 0)
    wanted = _wanted(folder)
    for size in _BYTES:
        _empty(folder / "out")
        run = _solve(folder, "out", jobs=1, limit=_at_most(resource.RLIMIT_FSIZE, size))
        said = run.communicate()[0].decode()
        row.tries += len(takes)
        row.failures += _said_wrong(said, run.returncode, f"{size} bytes")
        row.failures += _wrong(folder / "out", wanted, f"{size} bytes")
        again = _solve(folder, "out", jobs=1)
        again.communicate()
        row.failures += _whole(folder / "out", wanted, len(takes), again.returncode)
    row.what = f"files of at most {', '.join(map(str, _BYTES))} bytes, then room again"
    return row


def little_memory(folder: Path, share: float) -> Row:
    """A take with so much memory: a result, or one line."""
    count = len(_takes(folder, 3))
    row = Row("memory", 0)
    wanted = _wanted(folder)
    sizes = _MEGABYTES if share >= 0.5 else _MEGABYTES[::2]
    results = 0
    for size in sizes:
        _empty(folder / "out")
        run = _solve(folder, "out", jobs=1, limit=_at_most(resource.RLIMIT_AS, size << 20))
        said = run.communicate()[0].decode()
        row.tries += 1
        results += run.returncode == 0
        row.failures += _wrong(folder / "out", wanted, f"{size} MB")
        row.failures += _said_wrong(said, run.returncode, f"{size} MB")
    again = _solve(folder, "out", jobs=1)
    again.communicate()
    row.failures += _whole(folder / "out", wanted, count, again.returncode)
    row.what = f"{sizes[0]} to {sizes[-1]} MB of address space: {results} of {len(sizes)} solved"
    return row


def two_at_once(folder: Path, share: float) -> Row:
    """Two runs over the same takes into one folder at the same time."""
    takes = _takes(folder, max(4, round(20 * share)))
    row = Row("together", 0)
    wanted = _wanted(folder)
    for _ in range(max(1, round(5 * share))):
        _empty(folder / "out")
        runs = [_solve(folder, "out", jobs=jobs) for jobs in (1, 2)]
        said = [run.communicate()[0].decode() for run in runs]
        row.tries += 1
        for text, run in zip(said, runs, strict=True):
            row.failures += _said_wrong(text, run.returncode, "together")
            row.failures += _whole(folder / "out", wanted, len(takes), run.returncode)
    row.what = f"{len(takes)} takes, two runs, three workers"
    return row


# --- runs ------------------------------------------------------------------------------------


def _takes(folder: Path, count: int) -> list[Path]:
    """Short takes, each of another place and size."""
    points, names = points_of(waving(_FRAMES)), np.array(load_layout("BODY_25").names)
    (folder / "takes").mkdir()
    made: list[Path] = []
    for n in range(count):
        made.append(folder / f"takes/t{n:03}.npz")
        own = (1.0 + 0.0005 * n) * points + [0.01 * n, 0.0, 0.0]
        np.savez(made[-1], points=own, names=names, rate=30.0)
    return made


def _wanted(folder: Path) -> dict[str, str]:
    """What an undisturbed run makes, by name."""
    run = _solve(folder, "undisturbed")
    run.communicate()
    return _results(folder / "undisturbed")


def _solve(
    folder: Path, out: str, jobs: int = 2, limit: Callable[[], None] | None = None
) -> "subprocess.Popen[bytes]":
    words = ["solve", "takes", "-o", out, "--jobs", str(jobs), "--resume"]
    env = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    if limit is not None:  # as a user has it: libraries take what they want
        del env["OMP_NUM_THREADS"]
    return subprocess.Popen(
        [sys.executable, "-m", "lsmplify_core", *words], cwd=folder, env=env, preexec_fn=limit,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def _at_most(kind: int, size: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(kind, (size, size))
        if kind == resource.RLIMIT_FSIZE:  # as a full disk: an error, and not a signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    return limit


# --- what came of them -----------------------------------------------------------------------


def _results(folder: Path) -> dict[str, str]:
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.glob("*.npz"))
    }


def _wrong(folder: Path, wanted: dict[str, str], when: str) -> list[str]:
    """Results that are not what an undisturbed run makes."""
    found = _results(folder)
    return [f"{when}: {n} is not whole" for n, h in found.items() if wanted.get(n) != h]


def _whole(folder: Path, wanted: dict[str, str], count: int, code: int | None) -> list[str]:
    """What is missing of a folder in which everything should be done."""
    problems = [] if code == 0 else [f"exit code {code} at the end"]
    found = _results(folder)
    problems += [f"{n} is lost" for n in wanted.keys() - found.keys()]
    problems += _wrong(folder, wanted, "at the end")
    kept = read_manifest(folder / NAME)
    if len(kept) != count or any(r["error"] for r in kept.values()):
        problems.append(f"the manifest has {len(kept)} takes of {count}, or errors")
    left = [p.name for p in folder.iterdir() if p.name not in {*wanted, NAME}]
    problems += [f"{name} was left behind" for name in left]
    return problems


def _said_wrong(said: str, code: int | None, when: str) -> list[str]:
    """Whether what was printed is within the contract: no traceback, an error where it failed."""
    if "Traceback" in said:
        return [f"{when}: a traceback: {said.strip().splitlines()[-1][:120]}"]
    if code not in (0, 2, 3):
        last = (said.strip().splitlines() or ["nothing said"])[-1]
        return [f"{when}: exit code {code}: {last[:120]}"]
    if code == 2 and "error:" not in said:
        return [f"{when}: exit code 2 without a word"]
    return []


def _empty(folder: Path) -> None:
    if folder.is_dir():
        for path in folder.iterdir():
            path.unlink()


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return
