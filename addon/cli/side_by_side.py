# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes baked side by side (`--jobs`): each worker is a Blender of the same executable."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import bpy

from ...lsmplify_core.batch.serving import Work, serve
from ...lsmplify_core.batch.workers import Batch, side_by_side
from ...lsmplify_core.cli.takes.side_by_side import decoded, encoded
from ...lsmplify_core.cli.takes.take import TakeJob
from ...lsmplify_core.runtime.console import kept_lines, say
from .take import BakeOne, lost, tried

WORKER: Final = "bake-worker"
"""The command's word for a worker; nobody else calls it."""
_COMMAND: Final = ("--command", "-c")
"""Blender's own option before the command's name."""
_PACKAGE: Final = __package__.rpartition(".addon")[0]
"""The extension's name, as Blender or a script loaded it."""
_ROOT: Final = Path(__file__).resolve().parents[2]
_IN_MODULE: Final = """
import importlib, importlib.util, os, sys
name, root, blend, word, *sys.path[:] = sys.argv[1:]
import bpy
if blend:
    bpy.ops.wm.open_mainfile(filepath=blend)
if name.startswith("bl_ext."):
    import addon_utils
    addon_utils.enable(name)
else:
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(root, "__init__.py"), submodule_search_locations=[root])
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    sys.modules[name].register()
code = importlib.import_module(name + ".addon.cli").run([word])
sys.stderr.flush()
os._exit(code)
"""
"""What Python runs where Blender is a module of it and no program. The module crashes at times when
Python winds it up, so the process ends at once."""


def codes(jobs: list[TakeJob], args: argparse.Namespace) -> Iterator[int]:
    """Bake takes, `args.jobs` at a time; says what came of each, in their order.

    Args:
        jobs: the takes.
        args: of the command, with its `words`.

    Yields:
        Exit codes, in the takes' order.
    """
    batch = Batch(
        worker_command(sys.argv, bpy.app.binary_path, bpy.data.filepath),
        {"words": args.words}, [encoded(job) for job in jobs], [str(job.path) for job in jobs],
        sorted({job.out.parent for job in jobs}), _as_it_is,
        lambda index, why: _lost(jobs[index], args, why),
    )  # fmt: skip
    for answer in side_by_side(batch, args.jobs):
        yield _told(answer)


def worker_command(words: list[str], program: str, blend: str) -> list[str]:
    """What starts a Blender like this one that bakes for it.

    Args:
        words: that this process was started with: what stands before the command's name is said
            to the workers too, the .blend among it.
        program: Blender's executable; empty where Blender is a module of Python.
        blend: the open .blend, empty where there is none.
    """
    if not program:
        own = bpy.utils.resource_path("LOCAL")  # Blender adds these itself when it is imported
        paths = [os.path.abspath(p) for p in sys.path if not p.startswith(own)]
        return [sys.executable, "-c", _IN_MODULE, _PACKAGE, str(_ROOT), blend, WORKER, *paths]
    ours = [i for i, word in enumerate(words[:-1])
            if word in _COMMAND and words[i + 1] == "lsmplify"]  # fmt: skip
    before = words[1 : ours[0]] if ours else ["--background", *([blend] if blend else [])]
    return [program, *before, "--command", "lsmplify", WORKER]


def serve_bakes(parsed: Callable[[list[str]], argparse.Namespace], bake_one: BakeOne) -> None:
    """What a worker does: bake takes until there are no more.

    Args:
        parsed: the options that the command's words say.
        bake_one: bakes one take into the open scene.
    """

    def prepared(message: dict[str, Any]) -> Work:
        from ..bake.clean_scene import clear_start_file
        from .several import kept_of

        args = parsed(message["words"])
        args.kept = kept_of(args)
        clear_start_file()
        return lambda fields: _baked(decoded(fields), args, bake_one)

    serve(prepared)


def _baked(job: TakeJob, args: argparse.Namespace, bake_one: BakeOne) -> dict[str, Any]:
    with kept_lines() as lines:
        code, _ = tried(job, args, bake_one)
    return {"code": code, "lines": lines}


def _lost(job: TakeJob, args: argparse.Namespace, why: str) -> dict[str, Any]:
    """The answer for a take whose workers died."""
    with kept_lines() as lines:
        code = lost(job, args, why)
    return {"code": code, "lines": lines}


def _as_it_is(answer: dict[str, Any]) -> dict[str, Any]:
    return answer


def _told(answer: dict[str, Any]) -> int:
    """Say what a worker would have said; the exit code."""
    for error, line in answer["lines"]:
        say(line, error=bool(error))
    return int(answer["code"])
