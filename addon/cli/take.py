# SPDX-License-Identifier: GPL-3.0-or-later
"""One of several takes: baked in a scene of its own, with its record and its report."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import bpy

from ...lsmplify_core.cli.takes.take import TakeJob
from ...lsmplify_core.files.atomic import write_whole
from ...lsmplify_core.files.manifest import append, content_hash
from ...lsmplify_core.runtime.console import say, shown
from ...lsmplify_core.runtime.errors import OUTSIDE, InputError, error_line
from ...lsmplify_core.runtime.guard import sentence
from ..bake import export
from ..bake.clean_scene import as_before

MANIFEST: Final = "baked.jsonl"
"""The record of what was baked, in the folder of results."""
FORMATS: Final = (*(f.ending[1:] for f in export.FORMATS), "npz")
"""What can be written of each take: kinds of files, without the dot."""
FAILED: Final = 2
"""Exit code where a take could not be baked."""

BakeOne = Callable[[argparse.Namespace], tuple[int, list[Path]]]
"""Bakes one take: its exit code and the files that it wrote."""


def tried(job: TakeJob, args: argparse.Namespace, bake_one: BakeOne) -> tuple[int, dict[str, Any]]:
    """Bake a take, say what came of it and keep a record.

    Args:
        job: the take; the files in its folder are called as it.
        args: of the command; `kept` is what the manifest keeps of them.
        bake_one: bakes one take into the open scene.

    Returns:
        The exit code, 2 where it failed, and the record.
    """
    own = _own(job, args)
    record = _record(job, args)
    code = FAILED
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
    _told(job, own.report, record)
    return code, record


def lost(job: TakeJob, args: argparse.Namespace, why: str) -> int:
    """Say, and keep a record, that a take's workers died; the exit code."""
    record = _record(job, args)
    record["error"] = why
    try:
        record["input"] = content_hash(job.path)
    except InputError:  # the take is gone; that its worker died is what is told
        record["input"] = ""
    _told(job, _own(job, args).report, record)
    return FAILED


def _own(job: TakeJob, args: argparse.Namespace) -> argparse.Namespace:
    """The options of this take alone."""
    report = None if args.report is None else args.report / f"{job.path.stem}.json"
    outs = [job.out.with_suffix(f".{kind}") for kind in args.format or FORMATS[:1]]
    props = args.props
    if props is not None and props != Path():
        props = props / f"{job.path.stem}.npz"
    changed = {
        "file": job.path, "out": outs, "report": report, "props": props,
        "separator": job.separator,
    }  # fmt: skip
    return argparse.Namespace(**{**vars(args), **changed})


def _record(job: TakeJob, args: argparse.Namespace) -> dict[str, Any]:
    return {"take": job.name, "settings": args.kept, "outputs": {}, "error": None}


def _told(job: TakeJob, report: Path | None, record: dict[str, Any]) -> None:
    """Say what went wrong, if anything did, in the report too, and append to the manifest."""
    if record["error"]:
        where = "" if record["error"].startswith(str(job.path)) else f"{shown(job.path)}: "
        say(f"error: {where}{record['error']}", error=True)
        if report is not None:
            text = json.dumps({"take": job.name, "error": record["error"]}, indent=2) + "\n"
            report.parent.mkdir(parents=True, exist_ok=True)
            write_whole(report, lambda file: file.write(text.encode()))
    append(job.out.parent / MANIFEST, record)
