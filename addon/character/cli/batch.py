# SPDX-License-Identifier: GPL-3.0-or-later
"""Several motions on several characters by one command; what fails does not stop the others."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import bpy

from ....lsmplify_core.files.atomic import write_whole
from ....lsmplify_core.files.outputs import file_names
from ....lsmplify_core.retarget import RetargetOptions
from ....lsmplify_core.runtime.console import say
from ....lsmplify_core.runtime.errors import OUTSIDE, InputError, error_line
from ....lsmplify_core.runtime.progress import run_steps
from ...bake import export
from ...bake.engines import ExportOptions
from ...bake.object_root import OBJECT, move_way_to_object, on_bones
from ..apply import job
from ..apply.plan import takes_of
from ..apply.source import Source, from_armature, from_file
from ..rig.character import Character, read_character

FORMATS: Final = tuple(f.ending[1:] for f in export.FORMATS)
MOTIONS: Final = (".npz", ".bvh")
"""Endings of the files that a folder of motions is searched for."""


@dataclass(frozen=True)
class GivenMotion:
    """A motion that is still to be read: an armature's, or a file's. name: what files are called
    by."""

    name: str
    armature: bpy.types.Object | None = None
    action: bpy.types.Action | None = None
    path: Path | None = None

    def read(self, context: bpy.types.Context, args: argparse.Namespace) -> Source:
        """The motion on the scene's frames."""
        if self.armature is not None:
            return from_armature(context, self.armature, args.start, args.end, self.action)
        assert self.path is not None
        return from_file(context, self.path, args.start, args.end)


def are_several(args: argparse.Namespace) -> bool:
    """Whether the command asks for more than one motion on one character."""
    many = len(args.source) > 1 or len(args.target) > 1 or args.takes == "all"
    return many or (bpy.data.objects.get(args.source[0]) is None and Path(args.source[0]).is_dir())


def run(args: argparse.Namespace) -> int:
    """Bring every motion to every character.

    Args:
        args: of `retarget`; each `out` is a folder, in which every pair gets its files, or one
            .blend that holds them all.

    Returns:
        0; 2 where one failed.

    Raises:
        InputError: the options are not for several, or nothing was found.
    """
    folders = [path for path in args.out if path.suffix.lower() != ".blend"]
    check_folders(args, folders)
    motions = list(given_motions(args.source, args.takes))
    targets = [armature(name) for name in args.target]
    names = file_names([f"{m.name}_{t.name}" for m in motions for t in targets])
    failed = done = 0
    characters: dict[str, Character | str] = {}
    places = {target.name: target.location.copy() for target in targets}
    span: list[int] = []
    for number, motion in enumerate(motions):
        try:
            source = motion.read(bpy.context, args)
        except OUTSIDE as error:
            say(f"error: {error_line(error)}", error=True)
            failed += len(targets)
            continue
        for place, target in enumerate(targets):
            name = names[number * len(targets) + place]
            try:
                target.location = places[target.name]  # where an action with its way left it
                character = known_character(characters, target, args)
                report = _apply(source, target, character, args)
                span += [int(source.frames[0]), int(source.frames[-1])]
                write_files(folders, name, target, source, report, args)
                done += 1
            except OUTSIDE as error:
                say(f"error: {name}: {error_line(error)}", error=True)
                failed += 1
    write_blend(args, targets[0], span)
    say(f"{done} of {done + failed} done: {len(motions)} motions on {len(targets)} characters")
    return 2 if failed else 0


def check_folders(args: argparse.Namespace, folders: Sequence[Path]) -> None:
    """Make the folders of results and reports; InputError where one is a file."""
    for path in folders:
        if path.suffix or path.is_file():
            raise InputError(
                f"{path}: several motions or characters go into a folder, or into one .blend; what "
                "is written for each says --format"
            )
        path.mkdir(parents=True, exist_ok=True)
    if args.report is not None:
        if args.report.suffix or args.report.is_file():
            raise InputError(f"{args.report}: give a folder for the reports of several")
        args.report.mkdir(parents=True, exist_ok=True)


def given_motions(sources: Sequence[str], takes: str) -> Iterator[GivenMotion]:
    """The motions that words of the command name: armatures, files, folders of files."""
    for source in sources:
        found, path = bpy.data.objects.get(source), Path(source)
        if found is not None and found.type == "ARMATURE":
            if takes == "all":
                yield from (GivenMotion(a.name, found, a) for a in takes_of(found))
            else:
                yield GivenMotion(source, found)
        elif path.is_dir():
            files = sorted(f for f in path.iterdir() if f.suffix.lower() in MOTIONS)
            if not files:
                raise InputError(f"{path}: no {' or '.join(MOTIONS)} file is in this folder")
            yield from (GivenMotion(f.stem, path=f) for f in files)
        elif path.is_file():
            yield GivenMotion(path.stem, path=path)
        else:
            raise InputError(
                f"{source!r} is neither an armature in this file nor a motion file or a folder"
            )


def known_character(
    known: dict[str, Character | str], target: bpy.types.Object, args: argparse.Namespace
) -> Character:
    """A character, read once; InputError, the same each time, where it can't be."""
    if target.name not in known:
        try:
            known[target.name] = read_character(bpy.context, target, args.map, args.controls)
        except OUTSIDE as error:
            known[target.name] = error_line(error)
    found = known[target.name]
    if isinstance(found, str):
        raise InputError(found)
    return found


def _apply(
    source: Source, target: bpy.types.Object, character: Character, args: argparse.Namespace
) -> dict[str, Any]:
    kept = args.contacts == "keep"
    options = RetargetOptions(on_bones(args.root), kept, kept, fingers=args.fingers)
    work = job.CharacterJob(source, target, character, options)
    result = run_steps(job.steps(work))
    action = job.write(work, result, f"{source.name} on {target.name}")
    action.use_fake_user = True
    if args.root == OBJECT:
        move_way_to_object(target, int(source.frames[0]), int(source.frames[-1]) + 1)
    return result.report.to_json()


def write_files(
    folders: Sequence[Path], name: str, target: bpy.types.Object, source: Source,
    report: dict[str, Any], args: argparse.Namespace,
) -> None:  # fmt: skip
    """Files and report of one motion on one character."""
    first, last = int(source.frames[0]), int(source.frames[-1])
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = first, max(last, first + 1)
    scene.frame_set(first)
    for folder in folders:
        for kind in args.format or ("fbx",):
            path = folder / f"{name}.{kind}"
            export.write(path, target, first, last, ExportOptions(args.engine, args.fps))
    for sentence in report["warnings"]:
        say(f"warning: {name}: {sentence}", error=True)
    say(f"{name}: limbs {report['limb_direction_deg']['mean']:.1f} degrees from the source's")
    if args.report is not None:
        text = json.dumps(report, indent=2) + "\n"
        write_whole(args.report / f"{name}.json", lambda file: file.write(text.encode()))


def write_blend(args: argparse.Namespace, target: bpy.types.Object, span: Sequence[int]) -> None:
    """One file with all characters and actions."""
    blends = [path for path in args.out if path.suffix.lower() == ".blend"]
    if not (blends and span):
        return
    first, last = min(span), max(span)
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = first, max(last, first + 1)
    for path in blends:
        export.write(path, target, first, last)
        say(f"written: {path}")


def armature(name: str) -> bpy.types.Object:
    """The armature of this name; InputError lists those that are there."""
    found = bpy.data.objects.get(name)
    if found is None or found.type != "ARMATURE":
        some = ", ".join(o.name for o in bpy.data.objects if o.type == "ARMATURE") or "none"
        raise InputError(f"there is no armature {name!r} in this file; it has {some}")
    return found
