# SPDX-License-Identifier: GPL-3.0-or-later
"""`bake`: tracks of a file or of the open scene, solved, baked and written."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import bpy

from ...lsmplify_core.ik.backend import check_processes
from ...lsmplify_core.pipeline import Solution
from ...lsmplify_core.runtime.console import say
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.runtime.progress import run_steps
from ...lsmplify_core.workflows.research_methods import Research, device_of
from ..bake.clean_scene import clear_start_file
from ..bake.object_root import OBJECT, move_way_to_object
from ..people.solving import finish_all
from ..props.command import bake_props
from ..solve import job
from . import several
from .outputs import check_files, report, span, targets, writer
from .scene import set_scene_rate, tell_scene, works_of


def bake(args: argparse.Namespace) -> int:
    """Bake what the options say; the exit code."""
    if args.jobs < 1:
        raise InputError(f"--jobs {args.jobs}: give 1 or more takes at a time")
    check_processes(args.device, args.jobs)
    if args.file is not None:
        clear_start_file()
    if args.file is not None and several.are_several(args.file):
        return several.bake_several(args, bake_one)
    if args.resume or args.format:
        raise InputError("--resume and --format are for several takes; give files or a folder")
    args.file = args.file[0] if args.file is not None else None
    return bake_one(args)[0]


def bake_one(args: argparse.Namespace) -> tuple[int, list[Path]]:
    """Bake one source; the exit code and the files written."""
    writers = [writer(path) for path in args.out]
    own_rate = set_scene_rate(args)
    works = works_of(args)
    if len(works) > 1 and (
        args.init or args.save_calibration or args.save_repairs or args.repair.endswith(".json")
    ):
        names = ", ".join(w.person for w in works)
        raise InputError(
            "--init, --save-calibration, --save-repairs and a list of repairs are for one of the "
            f"people ({names}); choose with --person"
        )
    _check_root(args.root, works)
    check_files(args, works)
    solutions = [_solved(work, args) for work in works]
    everybody = finish_all(bpy.context, works, solutions)
    tell_scene(everybody, own_rate)
    if args.root == OBJECT:
        for baked in everybody:
            move_way_to_object(baked.armature, *span(baked))
    if args.props is not None:
        bake_props(args, works, everybody[0].timing)
    written: list[Path] = []
    for path, write in zip(args.out, writers, strict=True):
        for target, baked in targets(path, works, everybody, args.separator):
            if target is not None and target not in written:
                write(target, baked)
                written.append(target)
                say(f"written: {target}")
    for target, baked in targets(args.report, works, everybody, args.separator):
        report(target, baked)
    grades = {b.solution.report["verdict"]["grade"] for b in everybody}
    return 3 if args.strict and grades != {"good"} else 0, written


def _check_root(root: str, works: Sequence[job.Job]) -> None:
    """InputError where the way is to go where an SMPL body has no place for it."""
    if root in ("hips", OBJECT) or all(w.target.character is not None for w in works):
        return
    raise InputError(
        f"--root {root} is for a character as --target; an SMPL body's way is on its hips, or with "
        "--root object on its object"
        + ("; lsmplify clean --in-place takes it out" if root == "in-place" else "")
    )


def _solved(work: job.Job, args: argparse.Namespace) -> Solution:
    from ...lsmplify_core.cli import options
    from ...lsmplify_core.cli.contacts import with_feet

    research = Research(args.method, device_of(args.device), args.weights)
    work = replace(
        work, init=options.init(args, work.taken.tracks), settings=options.settings(args),
        repairs=options.repairs(args), research=research,
    )  # fmt: skip
    solution = run_steps(job.solve_job(work))
    options.save_found(args, solution)
    return with_feet(solution, work.taken.tracks, args.contacts)
