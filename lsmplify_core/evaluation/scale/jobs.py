# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole jobs against the clock: a take's file to a motion's file by the command, in a process of
its own, which is warm: it has solved a short take before."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from ...files.json_files import parse_json
from ...ik.backend import NUMPY
from ...runtime.errors import InputError
from ...runtime.threads import THREADS, workers
from .takes import TakeSpec, layout_beside, write_take

REPEATS: Final = 3
_WARM: Final = TakeSpec(60)
"""The short take."""


@dataclass(frozen=True)
class JobFigures:
    """Medians of the repeats. seconds, processor: of a whole job. by_stage: seconds of each stage.
    peak_mb: of the process, its libraries included; None where the system does not tell."""

    seconds: float
    processor: float
    by_stage: dict[str, float]
    peak_mb: float | None
    threads: int
    track_error_mm: float


def run_job(
    spec: TakeSpec,
    threads: int | None = None,
    repeats: int = REPEATS,
    device: str = NUMPY,
    out: Path | None = None,
) -> JobFigures:
    """Make a take and solve it.

    Args:
        spec: the take.
        threads: that the process may use; None for as many as it would.
        repeats: how often it is solved.
        device: one of `ik.backend.DEVICES`.
        out: where one person's motion is kept; None to throw it away.

    Raises:
        InputError: the take could not be solved.
    """
    with tempfile.TemporaryDirectory(prefix="lsmplify-benchmark-") as name:
        folder = Path(name)
        take, report = folder / "take.c3d", folder / "report.json"
        write_take(spec, take)
        write_take(_WARM, folder / "warm.c3d")
        on = [] if device == NUMPY else ["--device", device]
        words = ["solve", str(take), "-o", str(out or folder / "out.npz"), *on]
        words += ["--report", str(report)]
        if spec.layout is None:
            words += ["--layout", str(layout_beside(take))]
        told = _timed(
            {
                "warm": ["solve", str(folder / "warm.c3d"), "-o", str(folder / "warm.npz"), *on],
                "words": words, "repeats": repeats,
                "reports": [str(p) for p in _reports(report, spec)],
            },
            threads,
        )  # fmt: skip
    runs = told["runs"]
    stages = {name for run in runs for name in run["stages"]}
    return JobFigures(
        median(r["seconds"] for r in runs), median(r["processor"] for r in runs),
        {s: median(r["stages"].get(s, 0.0) for r in runs) for s in sorted(stages)},
        told["peak_mb"], threads or workers(), median(r["track_error_mm"] for r in runs),
    )  # fmt: skip


def _reports(report: Path, spec: TakeSpec) -> list[Path]:
    if spec.people == 1:
        return [report]
    return [report.with_stem(f"{report.stem}_P{p + 1}") for p in range(spec.people)]


def _timed(task: dict[str, Any], threads: int | None) -> dict[str, Any]:
    """What the process tells; see `cli.commands.timed`."""
    environment = dict(os.environ)
    if threads is not None:
        environment[THREADS] = str(threads)
    command = [sys.executable, "-m", "lsmplify_core.cli.commands.timed", json.dumps(task)]
    found = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if found.returncode:
        lines = found.stderr.strip().splitlines() or ["the solving process ended"]
        raise InputError(lines[-1].removeprefix("error: "))
    return parse_json(found.stdout.splitlines()[-1], "the solving process", "figures")


def as_row(spec: TakeSpec, figures: JobFigures) -> dict[str, Any]:
    """Take and figures as plain values, with frames per second."""
    total = spec.frames * spec.people
    row = {**asdict(spec), "tracks": len(spec.points.names), **asdict(figures)}
    row["data"] = None if spec.data is None else str(spec.data)
    row["frames_per_second"] = total / figures.seconds
    row["processor_us_a_frame"] = 1e6 * figures.processor / total
    return row
