# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a bake writes: their names, checked before anything is solved, and writers."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import bpy

from ...lsmplify_core.files.atomic import write_whole
from ...lsmplify_core.files.outputs import Output, check_outputs, file_names
from ...lsmplify_core.motion.motion import save_motion
from ...lsmplify_core.runtime.console import say
from ..bake import export
from ..bake.motion_keys import Timing
from ..solve import job
from ..solve.result import Baked


def targets(
    path: Path | None, works: list[job.Job], everybody: list[Baked], separator: str
) -> list[tuple[Path | None, Baked]]:
    """Each bake with the file that it goes to: OUT, or OUT_<person> where there are several people;
    a .blend holds everybody."""
    if path is None:
        return [(None, baked) for baked in everybody]
    return list(zip(_files(path, works, separator), everybody, strict=False))


def _files(path: Path, works: list[job.Job], separator: str) -> list[Path]:
    """The files that an output comes to: one a person, or one for all. separator: between an
    output's and a person's name."""
    if len(works) == 1 or path.suffix.lower() == ".blend":
        return [path]
    names = file_names([work.person for work in works])
    return [path.with_name(f"{path.stem}{separator}{name}{path.suffix}") for name in names]


def check_files(args: argparse.Namespace, works: list[job.Job]) -> None:
    """Refuse, before anything is solved, files that are read, the open .blend among them, and names
    that two people or two outputs share."""
    from ...lsmplify_core.cli.paths import read, written

    outputs = [
        Output(o.what, file)
        for o in written(args) for file in _files(o.path, works, args.separator)
    ]  # fmt: skip
    opened = [Path(bpy.data.filepath)] if bpy.data.filepath else []
    linked = [Path(bpy.path.abspath(library.filepath)) for library in bpy.data.libraries]
    check_outputs(outputs, [*read(args), *opened, *linked])


def report(path: Path | None, baked: Baked) -> None:
    """Say what came of a bake, and write its report where a file is named."""
    found = baked.solution.report
    error = found["track_error_mm"]
    for sentence in found["warnings"]:
        say(f"warning: {baked.armature.name}: {sentence}", error=True)
    say(
        f"{found['verdict']['grade']}, {found['layout']}: {found['frames']} frames, track error "
        f"{error['mean']:.1f} mm, baked on {baked.armature.name}"
    )
    if path is not None:
        text = json.dumps(found, indent=2) + "\n"
        write_whole(path, lambda file: file.write(text.encode()))


def writer(path: Path) -> Callable[[Path, Baked], None]:
    """What writes a file of this ending; InputError where nothing does."""
    if path.suffix.lower() == ".npz":
        return _write_npz
    export.check_format(path, (".npz",))
    return _write_exported


def _write_npz(path: Path, baked: Baked) -> None:
    save_motion(baked.solution.motion, path)


def _write_exported(path: Path, baked: Baked) -> None:
    export.write(path, baked.armature, *span(baked))


def span(baked: Baked) -> tuple[int, int]:
    """First and last scene frame of the take, two frames at least."""
    timing: Timing = baked.timing
    start = int(timing.first)
    end = int(timing.first + timing.step * (baked.solution.motion.frames - 1) + 0.999)
    return start, max(end, start + 1)
