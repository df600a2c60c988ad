# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command lsmplify retarget`: a motion on a character, without a window."""

import argparse
import json
from pathlib import Path
from typing import Any

import bpy

from ....lsmplify_core.files.atomic import write_whole
from ....lsmplify_core.files.outputs import Output, check_outputs
from ....lsmplify_core.reading import is_take
from ....lsmplify_core.retarget import RetargetOptions
from ....lsmplify_core.retarget.rig.rig_motion import FINGER_MODES, ROOT_MODES
from ....lsmplify_core.runtime.console import say
from ....lsmplify_core.runtime.errors import InputError
from ....lsmplify_core.runtime.progress import run_steps
from ...bake import export
from ...bake.engines import ENGINES, RATES, ExportOptions
from ...bake.object_root import OBJECT, move_way_to_object, on_bones
from ..apply import job
from ..apply.proof import deviation_notes
from ..apply.source import Source, from_armature, from_file
from ..rig.character import CONTROLS
from . import batch, people


def add_parser(subparsers: Any) -> Any:
    """Add `retarget`; returns its parser."""
    p = subparsers.add_parser("retarget", help="a motion on a character's rig")
    p.add_argument("--source", required=True, nargs="+", action="extend", metavar="ARMATURE|FILE",
                   help="armature that moves, or a motion file; several, or a folder of them, go "
                        "into the folder OUT")  # fmt: skip
    p.add_argument("--target", required=True, nargs="+", action="extend", metavar="ARMATURE",
                   help="the character's armature; every motion goes on each of "
                        "several")  # fmt: skip
    p.add_argument("--takes", choices=("shown", "all"), default="shown",
                   help="of an armature that moves: the action that it shows, or every take of "
                        "its")  # fmt: skip
    p.add_argument("--together", action="store_true",
                   help="the first motion on the first character, the second on the second, as "
                        "people of one scene who may touch each other")  # fmt: skip
    p.add_argument("--map", default="auto", metavar="auto|NAME|FILE.json",
                   help="which bone is what: found, a shipped map, or a file")  # fmt: skip
    p.add_argument("--controls", choices=CONTROLS, default="fk")
    p.add_argument("--root", choices=(*ROOT_MODES, OBJECT), default="hips")
    p.add_argument("--contacts", choices=("keep", "off"), default="keep")
    p.add_argument("--fingers", choices=FINGER_MODES, default="transfer")
    p.add_argument("--start", type=int, metavar="F", help="first scene frame")
    p.add_argument("--end", type=int, metavar="F", help="last scene frame")
    p.add_argument("--engine", choices=ENGINES, default="none",
                   help="whose preset an FBX follows: axes, unit, root bone")  # fmt: skip
    p.add_argument("--fps", type=int, choices=RATES,
                   help="frames a second of .fbx, .glb, .usdc and .bvh; the scene's where not "
                        "given")  # fmt: skip
    p.add_argument("-o", "--out", type=Path, action="append", required=True,
                   help=".blend, .fbx, .glb, .usdc or .bvh; can be repeated")  # fmt: skip
    p.add_argument("--format", choices=batch.FORMATS, action="append",
                   help="what is written for each of several: fbx where not given")  # fmt: skip
    p.add_argument("--report", type=Path, help="JSON file for the report; a folder for several")
    p.set_defaults(call=run)
    return p


def run(args: argparse.Namespace) -> int:
    """Retarget and write the files; InputError says in one line what is wrong."""
    if args.together:
        return people.run(args)
    if batch.are_several(args):
        return batch.run(args)
    if args.format:
        raise InputError("--format is for several motions or characters; the ending of OUT says it")
    args.source, args.target = args.source[0], args.target[0]
    for path in args.out:
        export.check_format(path)
    _check_outputs(args)
    context = bpy.context
    target = batch.armature(args.target)
    source = _source(context, args)
    kept = args.contacts == "keep"
    options = RetargetOptions(on_bones(args.root), kept, kept, fingers=args.fingers)
    work = job.prepare(context, source, target, args.map, options, args.controls)
    result = run_steps(job.steps(work))
    job.write(work, result, f"{source.name} on {target.name}")
    first, last = int(source.frames[0]), int(source.frames[-1])
    context.scene.frame_start, context.scene.frame_end = first, max(last, first + 1)
    context.scene.frame_set(first)
    if args.root == OBJECT:
        move_way_to_object(target, first, max(last, first + 1))
    told = " ".join(result.report.warnings)
    result.report.warnings.extend(
        deviation_notes(context, target, work.character, result.motion, source.frames, told)
    )
    for path in args.out:
        export.write(path, target, first, last, ExportOptions(args.engine, args.fps))
        say(f"written: {path}")
    report = result.report.to_json()
    for sentence in report["warnings"]:
        say(f"warning: {target.name}: {sentence}", error=True)
    direction = report["limb_direction_deg"]["mean"]
    say(
        f"{report['map']}: {report['mapped_bones']} bones, {report['frames']} frames, limbs "
        f"{direction:.1f} degrees from the source's"
    )
    if args.report is not None:
        text = json.dumps(report, indent=2) + "\n"
        write_whole(args.report, lambda file: file.write(text.encode()))
    return 0


def _check_outputs(args: argparse.Namespace) -> None:
    """InputError where a file is to be written that is read, or two outputs are one file."""
    outputs = [Output("the output", path) for path in args.out]
    if args.report is not None:
        outputs.append(Output("--report", args.report))
    words = [Path(word) for word in (args.source, args.map) if Path(word).exists()]
    linked = [Path(bpy.path.abspath(library.filepath)) for library in bpy.data.libraries]
    check_outputs(outputs, [*words, *linked])


def _source(context: bpy.types.Context, args: argparse.Namespace) -> Source:
    found = bpy.data.objects.get(args.source)
    if found is not None and found.type == "ARMATURE":
        if args.source == args.target:
            raise InputError(f"armature {args.source!r} can't be source and target at once")
        return from_armature(context, found, args.start, args.end)
    path = Path(args.source)
    if not path.is_file() and not is_take(path):
        raise InputError(
            f"{args.source!r} is neither an armature in this file nor a file of motion or tracks"
        )
    return from_file(context, path, args.start, args.end)
