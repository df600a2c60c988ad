# SPDX-License-Identifier: GPL-3.0-or-later
"""What `lsmplify benchmark` measures, part by part."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...ik.backend import NUMPY, check_device
from ...runtime.errors import InputError
from .devices import compare_devices
from .floor import measure_floor
from .jobs import REPEATS, as_row, run_job
from .start import measure_start
from .takes import TakeSpec

PARTS: Final = ("floor", "start", "stages", "frames", "tracks", "people", "threads")
"""The parts that are measured where none is named."""
DEVICE: Final = "device"
"""The part that compares a device with NumPy; it needs PyTorch."""
_LAYOUTS: Final = ("BODY_25", "CMU_41")
_LONG: Final = 100_000
"""Frames from which on a take is solved once: what warms up is nothing beside it."""


@dataclass(frozen=True)
class Sizes:
    """What is measured. frames, tracks, people, threads: the curves' points. job: frames of the
    takes that are looked at by stage and of the curve over tracks. data: a folder of motions; None
    for somebody who strolls. device: where all takes are solved."""

    frames: tuple[int, ...] = (100, 1000, 10_000)
    tracks: tuple[int, ...] = (12, 25, 41, 53, 100, 150)
    people: tuple[int, ...] = (1, 2, 5, 10, 30)
    threads: tuple[int, ...] = tuple(
        n for n in (1, 2, 4, 8) if n == 1 or n <= (os.cpu_count() or 1)
    )
    job: int = 3000
    repeats: int = REPEATS
    data: Path | None = None
    device: str = NUMPY


QUICK: Final = Sizes((100, 1000), (12, 41), (1, 3), (1,), 600, 1)
"""A minute's worth."""


def measure(
    sizes: Sizes, parts: Sequence[str] = PARTS, tell: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """The figures of some parts by name, and the machine's.

    Args:
        sizes: what is measured.
        parts: of `PARTS`, and `DEVICE`.
        tell: is called with a line before each measurement.

    Raises:
        InputError: a part has no such name, the device is not there, or a take cannot be solved.
    """
    unknown = [part for part in parts if part not in (*PARTS, DEVICE)]
    if unknown:
        raise InputError(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}, {DEVICE}")
    if DEVICE in parts and sizes.device == NUMPY:
        raise InputError(
            "--only device compares a device with NumPy: give --device cuda, mps or cpu"
        )
    check_device(sizes.device)
    found: dict[str, Any] = {"machine": machine()}
    for part in parts:
        if part == "floor":
            tell("arithmetic")
            found[part] = measure_floor()
        elif part == "start":
            tell("start of a process")
            found[part] = measure_start(sizes.repeats)
        elif part == DEVICE:
            found[part] = [
                row
                for spec in _device_takes(sizes)
                for row in compare_devices(spec, sizes.device, sizes.repeats, tell)
            ]
        else:
            found[part] = [_job(*case, sizes, tell) for case in _cases(part, sizes)]
    return found


def _cases(part: str, sizes: Sizes) -> list[tuple[TakeSpec, int | None]]:
    """Takes and threads of a part that is made of jobs."""
    job = TakeSpec(sizes.job, data=sizes.data)
    if part == "stages":
        return [(replace(job, layout=name), None) for name in _LAYOUTS]
    if part == "frames":
        return [(replace(job, frames=n), None) for n in sizes.frames]
    if part == "tracks":
        return [(replace(job, layout=None, tracks=n), None) for n in sizes.tracks]
    if part == "people":
        return [(replace(job, frames=max(sizes.job // 5, 60), people=n), None)
                for n in sizes.people]  # fmt: skip
    return [(job, n) for n in sizes.threads]


def _device_takes(sizes: Sizes) -> list[TakeSpec]:
    """A take of each layout, twice as long as the others."""
    return [TakeSpec(2 * sizes.job, name, data=sizes.data) for name in _LAYOUTS]


def _job(
    spec: TakeSpec, threads: int | None, sizes: Sizes, tell: Callable[[str], None]
) -> dict[str, Any]:
    own = "" if threads is None else f", {threads} threads"
    tell(
        f"{spec.people} × {spec.frames} frames, {len(spec.points.names)} tracks at "
        f"{spec.rate:g} Hz{own}"
    )
    repeats = 1 if spec.frames >= _LONG else sizes.repeats
    found = run_job(spec, threads, repeats, sizes.device)
    return as_row(spec, found)


def machine() -> dict[str, Any]:
    """What a figure of speed was measured on, and how busy it was."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "load": _load(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def _load() -> float | None:
    """Processes that waited for a core in the last minute; None where the system does not tell."""
    try:
        return round(os.getloadavg()[0], 1)
    except (AttributeError, OSError):
        return None
