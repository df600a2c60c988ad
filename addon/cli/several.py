# SPDX-License-Identifier: GPL-3.0-or-later
"""Several takes baked one after the other in one Blender; a bad one does not stop the others."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import bpy

from ...lsmplify_core.cli.shards import is_done, settings_of
from ...lsmplify_core.cli.solve import named_takes
from ...lsmplify_core.cli.take import TakeJob
from ...lsmplify_core.files.atomic import write_whole
from ...lsmplify_core.files.manifest import append, content_hash, read_manifest
from ...lsmplify_core.reading import is_take
from ...lsmplify_core.runtime.console import say, shown
from ...lsmplify_core.runtime.errors import OUTSIDE, InputError, error_line
from ...lsmplify_core.runtime.guard import sentence
from ..bake import export
from ..bake.clean_scene import as_before

MANIFEST: Final = "baked.jsonl"
"""The record of what was baked, in the folder of results."""
FORMATS: Final = (*(f.ending[1:] for f in export.FORMATS), "npz")
"""What can be written of each take: kinds of files, without the dot."""
_NO_SETTINGS: Final = ("file", "call", "report", "strict", "resume")
"""Options that no result depends on."""

BakeOne = Callable[[argparse.Namespace], tuple[int, list[Path]]]
"""Bakes one take: its exit code and the files that it wrote."""


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
    out = _folder(args)
    takes = named_takes(args.file, out)
    _check_names([take for _, take in takes])
    manifest = out / MANIFEST
    known = read_manifest(manifest) if args.resume and manifest.is_file() else {}
    kept = settings_of(_settings(args))
    codes: list[int] = []
    alone = 0
    try:
        for name, take in takes:
            job = TakeJob(name, take, out / f"{take.stem}.npz")
            if is_done(job, known.get(name), kept):
                say(f"{shown(take)}: is baked")
                alone += 1
                continue
            codes.append(_tried(job, args, kept, bake_one))
    finally:
        say(_counted(codes, alone))
    return 2 if 2 in codes else max(codes, default=0)


def _tried(job: TakeJob, args: argparse.Namespace, kept: dict[str, Any], bake_one: BakeOne) -> int:
    """Bake a take and keep a record of it; 2 where it failed."""
    report = None if args.report is None else args.report / f"{job.path.stem}.json"
    outs = [job.out.with_suffix(f".{kind}") for kind in args.format or FORMATS[:1]]
    props = args.props
    if props is not None and props != Path():
        props = props / f"{job.path.stem}.npz"
    changed = {"file": job.path, "out": outs, "report": report, "props": props}
    own = argparse.Namespace(**{**vars(args), **changed})
    record: dict[str, Any] = {"take": job.name, "settings": kept, "outputs": {}, "error": None}
    code = 2
    try:
        record["input"] = content_hash(job.path)
        target = bpy.data.objects.get(args.target) if args.target else None
        with as_before(bpy.context.scene, target):
            code, written = bake_one(own)
        record["outputs"] = {path.name: content_hash(path) for path in written}
    except OUTSIDE as error:
        record["error"] = error_line(error)
    except RuntimeError as error:  # operators raise what they report
        record["error"] = str(error).strip().splitlines()[0].removeprefix("Error: ")
    except Exception as error:
        record["error"] = sentence(error)
    if record["error"]:
        where = "" if record["error"].startswith(str(job.path)) else f"{shown(job.path)}: "
        say(f"error: {where}{record['error']}", error=True)
        if report is not None:
            text = json.dumps({"take": job.name, "error": record["error"]}, indent=2) + "\n"
            report.parent.mkdir(parents=True, exist_ok=True)
            write_whole(report, lambda file: file.write(text.encode()))
    append(job.out.parent / MANIFEST, record)
    return code


def _counted(codes: list[int], alone: int) -> str:
    failed = codes.count(2)
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


def _settings(args: argparse.Namespace) -> argparse.Namespace:
    return argparse.Namespace(**{k: v for k, v in vars(args).items() if k not in _NO_SETTINGS})


def _check_names(takes: list[Path]) -> None:
    """Two takes of one name would be written over each other."""
    by_name: dict[str, Path] = {}
    for take in takes:
        other = by_name.setdefault(take.stem.casefold(), take)
        if other != take:
            raise InputError(
                f"{other} and {take} have the same name and would be written to one file; bake "
                "them into different folders"
            )
