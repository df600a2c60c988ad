# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of takes split between machines, and takes that are done left alone."""

import argparse
import heapq
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ... import __version__
from ...files.manifest import content_hash
from ...files.regular import files_below
from ...ik.backend import NUMPY
from ...runtime.errors import InputError
from .take import TakeJob

_NO_SETTINGS: Final = frozenset((
    "files", "out", "report", "jobs", "dask", "shard", "resume", "strict", "run", "command",
    "debug", "words", "record_failures", "known", "kept", "save_calibration", "save_repairs",
))  # fmt: skip
"""Options that no result depends on."""
_WEIGHTS: Final = Path(__file__).parents[2] / "weights"
_MOST_PATH: Final = 4096
"""Characters of the longest path; longer words are none."""
_DEFAULT_DEVICES: Final = (None, NUMPY, "cpu")
"""What manifests have as the device where none was asked for: those of older versions nothing, and
of older bakes "cpu", which said where research methods compute."""


def part_of(takes: Sequence[Path], shard: str) -> list[Path]:
    """The takes of one of N parts, in their order.

    Every take is in one part, whatever machine asks: parts are made from the takes' names below the
    folder that all have in common, and their sizes, the largest take first and always to the part
    that has the least yet.

    Args:
        takes: all of them.
        shard: "I/N", I from 1 to N.

    Raises:
        InputError: it is no such part.
    """
    number, count = _numbers(shard)
    root = os.path.commonpath([t.parent for t in takes]) if takes else ""
    named = sorted((-_size(take), os.path.relpath(take, root), i) for i, take in enumerate(takes))
    loads = [(0, part) for part in range(count)]
    chosen: list[int] = []
    for size, _, index in named:
        load, part = heapq.heappop(loads)
        heapq.heappush(loads, (load - size, part))
        if part == number - 1:
            chosen.append(index)
    return [takes[i] for i in sorted(chosen)]


def _numbers(shard: str) -> tuple[int, int]:
    first, _, count = shard.partition("/")
    if all(n.isascii() and n.isdecimal() and len(n) < 7 for n in (first, count)):
        number, parts = int(first), int(count)
        if 1 <= number <= parts:
            return number, parts
    raise InputError(f"--shard {shard} is not I/N with I from 1 to N")


def _size(take: Path) -> int:
    """Bytes of a take; one at least, so that empty ones are spread too."""
    try:
        files = files_below(take) if take.is_dir() else (take,)
        return 1 + sum(file.stat().st_size for file in files)
    except OSError:
        return 1


def settings_of(args: argparse.Namespace) -> dict[str, Any]:
    """What a result depends on besides the take: options, contents of files that they name,
    weights."""
    kept: dict[str, Any] = {
        name: _setting(value)
        for name, value in sorted(vars(args).items())
        if name not in _NO_SETTINGS
    }
    return {**kept, "weights": _weights(), "version": __version__}


def _setting(value: object) -> object:
    if isinstance(value, Path):
        return _file(value)
    if isinstance(value, str) and 0 < len(value) < _MOST_PATH and "\0" not in value:
        return _file(Path(value)) if os.path.isfile(value) else value
    if isinstance(value, list | tuple):
        return [_setting(one) for one in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _file(path: Path) -> dict[str, str]:
    found = content_hash(path) if path.exists() else ""
    return {"file": path.name, "sha256": found}


@lru_cache(maxsize=1)
def _weights() -> str:
    return content_hash(_WEIGHTS)[:16]


def is_done(job: TakeJob, record: dict[str, Any] | None, kept: dict[str, Any]) -> bool:
    """Whether a take was solved: the same content by the same settings, and its results are there
    as they were written."""
    if record is None or record.get("error") or not _same(record.get("settings"), kept):
        return False
    outputs = record.get("outputs")
    if not isinstance(outputs, dict) or not outputs:
        return False
    try:
        there = all(content_hash(job.out.parent / str(n)) == h for n, h in outputs.items())
        return (
            there and _report_there(job, outputs) and record.get("input") == content_hash(job.path)
        )
    except InputError:
        return False


def _same(known: Any, kept: dict[str, Any]) -> bool:
    """Whether a manifest's settings are those of now. One of an older version, which knew no
    devices or had another default, is as good as one of the default device."""
    if not isinstance(known, dict):
        return False
    older = kept.get("device") == NUMPY and known.get("device") in _DEFAULT_DEVICES
    return (known | {"device": NUMPY} if older else known) == kept


def _report_there(job: TakeJob, outputs: dict[str, Any]) -> bool:
    """Whether the reports that are asked for lie beside, one for each motion."""
    if job.report is None:
        return True
    ends = (Path(name).stem.removeprefix(job.out.stem) for name in outputs)
    return all(job.report.with_stem(job.report.stem + end).is_file() for end in ends)
