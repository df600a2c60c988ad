# SPDX-License-Identifier: GPL-3.0-or-later
"""People of one scene on a character each, by one command: they touch there as they do here."""

import argparse

import bpy

from ....lsmplify_core.files.outputs import file_names
from ....lsmplify_core.retarget import RetargetOptions
from ....lsmplify_core.runtime.console import say
from ....lsmplify_core.runtime.errors import InputError
from ....lsmplify_core.runtime.progress import run_steps
from ...bake.object_root import OBJECT, move_way_to_object, on_bones
from ..apply import job
from . import batch


def run(args: argparse.Namespace) -> int:
    """Bring the first motion to the first character, the second to the second, and so on.

    Args:
        args: of `retarget`; each `out` is a folder, in which every person gets its files, or one
            .blend that holds them all.

    Raises:
        InputError: as many motions as characters weren't given, or one of them can't be used;
            then nothing is written.
    """
    motions = list(batch.given_motions(args.source, args.takes))
    targets = [batch.armature(name) for name in args.target]
    _check(motions, targets)
    folders = [path for path in args.out if path.suffix.lower() != ".blend"]
    batch.check_folders(args, folders)
    context, kept = bpy.context, args.contacts == "keep"
    options = RetargetOptions(on_bones(args.root), kept, kept, fingers=args.fingers)
    sources = [motion.read(context, args) for motion in motions]
    jobs = [
        job.prepare(context, source, target, args.map, options, args.controls)
        for source, target in zip(sources, targets, strict=True)
    ]
    results = run_steps(job.people_steps(jobs))
    names = file_names([f"{m.name}_{t.name}" for m, t in zip(motions, targets, strict=True)])
    for work, result in zip(jobs, results, strict=True):
        job.write(work, result, f"{work.source.name} on {work.armature.name}")
        if args.root == OBJECT:
            first, last = int(work.source.frames[0]), int(work.source.frames[-1])
            move_way_to_object(work.armature, first, last + 1)
    for name, work, result in zip(names, jobs, results, strict=True):
        batch.write_files(folders, name, work.armature, work.source, result.report.to_json(), args)
    span = [int(f) for s in sources for f in (s.frames[0], s.frames[-1])]
    batch.write_blend(args, targets[0], span)
    say(f"{len(jobs)} people on {len(jobs)} characters")
    return 0


def _check(motions: list[batch.GivenMotion], targets: list[bpy.types.Object]) -> None:
    if len(motions) != len(targets):
        raise InputError(
            f"--together takes as many motions as characters: {len(motions)} and {len(targets)} "
            "were given; give one --source and one --target for each person"
        )
    for kind, names in (
        ("motion", [m.name if m.path is None else str(m.path) for m in motions]),
        ("character", [t.name for t in targets]),
    ):
        twice = [n for n in names if names.count(n) > 1]
        if twice:
            raise InputError(f"--together: {kind} {twice[0]!r} was given twice")
    moving = {m.armature.name for m in motions if m.armature is not None}
    both = [t.name for t in targets if t.name in moving]
    if both:
        raise InputError(f"armature {both[0]!r} can't be source and target at once")
