# SPDX-License-Identifier: GPL-3.0-or-later
"""Several takes baked into a folder, in this Blender or side by side; a bad one does not stop the
others."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...lsmplify_core.cli.commands.solve import check_names, named_takes
from ...lsmplify_core.cli.takes.shards import is_done, settings_of
from ...lsmplify_core.cli.takes.take import TakeJob
from ...lsmplify_core.files.manifest import read_manifest
from ...lsmplify_core.files.outputs import separators
from ...lsmplify_core.reading import is_take
from ...lsmplify_core.runtime.console import say, shown
from ...lsmplify_core.runtime.errors import InputError
from . import side_by_side
from .take import FAILED, MANIFEST, BakeOne, tried

_NO_SETTINGS: Final = ("file", "call", "report", "strict", "resume", "jobs", "separator")
"""Options that no result depends on."""


@dataclass(frozen=True)
class _Plan:
    """jobs: still to be baked. alone: how many are left as they are."""

    jobs: list[TakeJob]
    alone: int


def are_several(files: list[Path]) -> bool:
    """Whether files mean more than one take."""
    return len(files) > 1 or (files[0].is_dir() and not is_take(files[0]))


def bake_several(args: argparse.Namespace, bake_one: BakeOne) -> int:
    """Bake files and folders into a folder.

    Args:
        args: of the command; `out` is the one folder.
        bake_one: bakes one take into the open scene.

    Returns:
        0; 2 where takes failed; 3 with `--strict` where one is not good.

    Raises:
        InputError: the options are not for several takes.
    """
    plan = _planned(args)
    codes: list[int] = []
    try:
        for code in _codes(plan.jobs, args, bake_one):
            codes.append(code)
    finally:
        say(_counted(codes, plan.alone))
    return FAILED if FAILED in codes else max(codes, default=0)


def _codes(jobs: list[TakeJob], args: argparse.Namespace, bake_one: BakeOne) -> Iterator[int]:
    """The takes' exit codes as they come, here or side by side; each is told of before."""
    if min(args.jobs, len(jobs)) > 1:
        yield from side_by_side.codes(jobs, args)
    else:
        yield from (tried(job, args, bake_one)[0] for job in jobs)


def _planned(args: argparse.Namespace) -> _Plan:
    """The takes that are left to bake; says which are baked. `args.kept` is set: what results
    depend on besides the take."""
    out = _folder(args)
    takes = named_takes(args.file, out)
    check_names([take for _, take in takes], "bake")
    args.kept = kept_of(args)
    known = _known(out / MANIFEST) if args.resume else {}
    ends = separators([take.stem for _, take in takes])
    jobs: list[TakeJob] = []
    for (name, take), end in zip(takes, ends, strict=True):
        job = TakeJob(name, take, out / f"{take.stem}.npz", separator=end)
        if is_done(job, known.get(name), args.kept):
            say(f"{shown(take)}: is baked")
        else:
            jobs.append(job)
    return _Plan(jobs, len(takes) - len(jobs))


def _known(manifest: Path) -> dict[str, dict[str, Any]]:
    return read_manifest(manifest) if manifest.is_file() else {}


def kept_of(args: argparse.Namespace) -> dict[str, Any]:
    """What a result depends on besides the take, for the manifest."""
    own = {k: v for k, v in vars(args).items() if k not in _NO_SETTINGS}
    return settings_of(argparse.Namespace(**own))


def _counted(codes: list[int], alone: int) -> str:
    failed = codes.count(FAILED)
    more = f", {alone} left alone" if alone else ""
    return f"{len(codes) - failed} baked, {failed} failed{more}"


def _folder(args: argparse.Namespace) -> Path:
    """The folder for the results, made where it is missing."""
    if len(args.out) > 1 or args.out[0].suffix or args.out[0].is_file():
        raise InputError(
            f"{args.out[0]}: several takes are baked into one folder; give one -o FOLDER, and "
            "--format for what is written"
        )
    for name in ("init", "save_calibration", "save_repairs"):
        if getattr(args, name):
            raise InputError(f"--{name.replace('_', '-')} is of one take; bake one file")
    if args.report is not None and args.report.is_file():
        raise InputError(f"{args.report}: must be a folder for several takes, and is a file")
    try:
        args.out[0].mkdir(parents=True, exist_ok=True)
        if args.report is not None:
            args.report.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{args.out[0]}: cannot be made: {error.strerror}") from error
    return args.out[0]
