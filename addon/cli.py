# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command lsmplify bake` and `retarget`: the same jobs without a window."""

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import bpy

from ..lsmplify_core.files.outputs import Output, check_outputs, file_names
from ..lsmplify_core.motion.motion import save_motion
from ..lsmplify_core.pipeline import Solution
from ..lsmplify_core.reading import read_tracks
from ..lsmplify_core.retarget.rig_motion import FINGER_MODES, ROOT_MODES
from ..lsmplify_core.runtime.console import say, say_lines
from ..lsmplify_core.runtime.errors import InputError
from ..lsmplify_core.runtime.guard import guarded, interrupt_raised
from ..lsmplify_core.runtime.progress import run_steps
from ..lsmplify_core.workflows.research_methods import DEVICES, METHODS, Research
from .bake import export, several
from .bake.clean_scene import clear_start_file, set_range, set_rate
from .bake.motion_keys import Timing
from .character import command as retarget
from .character.character import CONTROLS
from .character.command_options import set_options
from .people.solving import finish_all, prepare_all
from .props.command import bake_props
from .solve import job

_registered: list[object] = []


def register() -> None:
    """Make the command known."""
    _registered.append(bpy.utils.register_cli_command("lsmplify", run))


def unregister() -> None:
    """Take it back."""
    while _registered:
        bpy.utils.unregister_cli_command(_registered.pop())


_USAGE = (
    "usage: blender --background [FILE.blend] --command lsmplify bake "
    "(--file FILE | --collection NAME | --armature NAME) -o OUT [options], or retarget --source "
    "ARMATURE|FILE --target ARMATURE -o OUT [options]; bake --help and retarget --help list them"
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; {_USAGE}")

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            say_lines(message.rstrip("\n"), error=file is sys.stderr)


def run(words: list[str]) -> int:
    """Run the command; returns the exit code, 2 after one line of error."""
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]

    def work() -> int:
        parser, commands = _parsers()
        _check_options(commands.get(words[0] if words else "", commands["bake"]), words)
        try:
            args = parser.parse_args(words)
            return args.call(args)
        except RuntimeError as error:  # operators raise what they report
            raise InputError(_said(error)) from error

    with interrupt_raised():
        return guarded(work, debug)


def _check_options(bake: _Parser, words: list[str]) -> None:
    """Name an unknown option first; argparse would only speak of what is missing besides."""
    known = re.findall(r"--[a-z][a-z-]*", bake.format_help())
    for word in words:
        name = word.split("=")[0]
        if name.startswith("--") and not any(option.startswith(name) for option in known):
            bake.error(f"there is no option {name}")


def _said(error: RuntimeError) -> str:
    """One line of what an operator raised: its report, or how its traceback ends."""
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    if "Traceback" in lines[0]:
        ends = [line for line in lines if re.match(r"[A-Za-z_.]*(Error|Exception)\b", line)]
        return ends[-1] if ends else lines[-1]
    return lines[0].removeprefix("Error: ")


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    """The command's, and those of `bake` and `retarget` by name."""
    from ..lsmplify_core.cli import options

    parser = _Parser(prog="blender --command lsmplify")
    subparsers = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    bake = subparsers.add_parser("bake", help="tracks to a baked action, and files of it")
    source = bake.add_mutually_exclusive_group(required=True)
    source.add_argument("--file", type=Path, action="extend", nargs="+",
                        help="files with tracks, or folders of them; several go into the folder "
                             "OUT")  # fmt: skip
    source.add_argument("--collection", help="collection whose objects are the tracks")
    source.add_argument("--armature", help="armature whose bones are the tracks")
    bake.add_argument("--person", default="", help="whose tracks, where there are several people")
    bake.add_argument("--target", help="armature to bake on; a new one where not given")
    bake.add_argument("--map", default="auto", metavar="auto|NAME|FILE.json",
                      help="with a character as target: which bone is what")  # fmt: skip
    bake.add_argument("--controls", choices=CONTROLS, default="fk",
                      help="with a character as target: which controls get keys")  # fmt: skip
    bake.add_argument("--root", choices=ROOT_MODES, default="hips",
                      help="with a character as target: where the way over the ground "
                           "goes")  # fmt: skip
    bake.add_argument("--fingers", choices=FINGER_MODES, default="transfer",
                      help="with a character as target: what the fingers do")  # fmt: skip
    bake.add_argument("--proportions", choices=("character", "performer"), default="character",
                      help="with a character as target: whose lengths the tracks are solved "
                           "on")  # fmt: skip
    bake.add_argument("--keys", choices=("scene", "samples"), default="scene")
    bake.add_argument("-o", "--out", type=Path, action="append", required=True,
                      help="file to write: .blend, .npz, .fbx, .glb, .usdc or .bvh; can be "
                           "repeated")  # fmt: skip
    bake.add_argument("--format", choices=several.FORMATS, action="append",
                      help="what is written of each of several takes: blend where not "
                           "given")  # fmt: skip
    bake.add_argument("--scene-fps", type=float, metavar="RATE",
                      help="frames per second of the scene; the take's where no .blend is "
                           "open")  # fmt: skip
    bake.add_argument("--resume", action="store_true",
                      help="with several takes: leave those alone that were baked by the same "
                           "settings")  # fmt: skip
    bake.add_argument(
        "--report", type=Path, help="JSON file for the report; a folder for several takes"
    )
    bake.add_argument("--strict", action="store_true",
                      help="exit code 3 where a result's verdict is not good")  # fmt: skip
    bake.add_argument("--method", choices=METHODS, default=METHODS[0],
                      help="the solver, or a research method of the build with "
                           "PyTorch")  # fmt: skip
    bake.add_argument("--device", choices=DEVICES, default=DEVICES[0], help="of research methods")
    bake.add_argument("--weights", type=Path, help="of the paper's network: .npz or .pth.tar")
    options.add_solving(bake)
    options.add_people(bake)
    options.add_reading(bake)
    options.add_props(bake, blender=True)
    bake.set_defaults(call=_bake)
    return parser, {"bake": bake, "retarget": retarget.add_parser(subparsers)}


def _bake(args: argparse.Namespace) -> int:
    if args.file is not None:
        clear_start_file()
    if args.file is not None and several.are_several(args.file):
        return several.bake_several(args, _bake_one)
    if args.resume or args.format:
        raise InputError("--resume and --format are for several takes; give files or a folder")
    args.file = args.file[0] if args.file is not None else None
    return _bake_one(args)[0]


def _bake_one(args: argparse.Namespace) -> tuple[int, list[Path]]:
    """Bake one source; the exit code and the files written."""
    writers = [_writer(path) for path in args.out]
    own_rate = _set_scene_rate(args)
    works = _works(args)
    if len(works) > 1 and (
        args.init or args.save_calibration or args.save_repairs or args.repair.endswith(".json")
    ):
        names = ", ".join(w.person for w in works)
        raise InputError(
            "--init, --save-calibration, --save-repairs and a list of repairs are for one of the "
            f"people ({names}); choose with --person"
        )
    _check_outputs(args, works)
    solutions = [_solved(work, args) for work in works]
    everybody = finish_all(bpy.context, works, solutions)
    _tell_scene(everybody, own_rate)
    if args.props is not None:
        bake_props(args, works, everybody[0].timing)
    written: list[Path] = []
    for path, write in zip(args.out, writers, strict=True):
        for target, baked in _targets(path, works, everybody):
            if target is not None and target not in written:
                write(target, baked)
                written.append(target)
                say(f"written: {target}")
    for target, baked in _targets(args.report, works, everybody):
        _report(target, baked)
    grades = {b.solution.report["verdict"]["grade"] for b in everybody}
    return 3 if args.strict and grades != {"good"} else 0, written


def _set_scene_rate(args: argparse.Namespace) -> bool:
    """Give the scene the rate that is asked for; a file's own where no .blend is open. Whether the
    scene is the take's now."""
    own = args.file is not None and not bpy.data.filepath
    rate = args.scene_fps
    if rate is None and own:
        rate = args.fps or read_tracks(args.file, image=args.image_size).rate
    if rate is not None:
        set_rate(bpy.context.scene, rate)
    return own


def _tell_scene(everybody: list[job.Baked], own: bool) -> None:
    """Say the scene's rate and range, which is as long as its take where no .blend is open."""
    scene = bpy.context.scene
    if own:
        spans = [_span(baked) for baked in everybody]
        set_range(scene, min(s for s, _ in spans), max(e for _, e in spans))
    say(
        f"scene: {job.scene_rate(scene):g} frames per second, frames {scene.frame_start} to "
        f"{scene.frame_end}"
    )


def _targets(
    path: Path | None, works: list[job.Job], everybody: list[job.Baked]
) -> list[tuple[Path | None, job.Baked]]:
    """Each bake with the file that it goes to: OUT, or OUT_<person> where there are several people;
    a .blend holds everybody."""
    if path is None:
        return [(None, baked) for baked in everybody]
    return list(zip(_files(path, works), everybody, strict=False))


def _files(path: Path, works: list[job.Job]) -> list[Path]:
    """The files that an output comes to: one a person, or one for all."""
    if len(works) == 1 or path.suffix.lower() == ".blend":
        return [path]
    names = file_names([work.person for work in works])
    return [path.with_name(f"{path.stem}_{name}{path.suffix}") for name in names]


def _check_outputs(args: argparse.Namespace, works: list[job.Job]) -> None:
    """Refuse, before anything is solved, files that are read, the open .blend among them, and names
    that two people or two outputs share."""
    from ..lsmplify_core.cli.paths import read, written

    outputs = [Output(o.what, file) for o in written(args) for file in _files(o.path, works)]
    opened = [Path(bpy.data.filepath)] if bpy.data.filepath else []
    linked = [Path(bpy.path.abspath(library.filepath)) for library in bpy.data.libraries]
    check_outputs(outputs, [*read(args), *opened, *linked])


def _solved(work: job.Job, args: argparse.Namespace) -> Solution:
    from ..lsmplify_core.cli import options
    from ..lsmplify_core.cli.feet import with_feet

    research = Research(args.method, args.device, args.weights)
    work = replace(
        work, init=options.init(args, work.taken.tracks), settings=options.settings(args),
        repairs=options.repairs(args), research=research,
    )  # fmt: skip
    solution = run_steps(job.solve_job(work))
    options.save_found(args, solution)
    return with_feet(solution, work.taken.tracks, args.contacts)


def _works(args: argparse.Namespace) -> list[job.Job]:
    from ..lsmplify_core.cli import options

    settings = bpy.context.scene.lsmplify
    # What the file's panel was set to is no option of this command.
    settings.target, settings.into, settings.use_range = "NEW", "NEW", False
    settings.unit = settings.up = settings.layout = "auto"
    settings.calibration = ""
    settings.image_size = args.image_size or ""
    settings.keys, settings.person = args.keys.upper(), args.person
    if args.target:
        settings.target, settings.armature = "EXISTING", _object(args.target)
        set_options(settings.character, args)
    if args.file:
        settings.source, settings.filepath = "FILE", str(args.file.resolve())
    elif args.collection:
        settings.source = "COLLECTION"
        settings.collection = bpy.data.collections.get(args.collection)
        if settings.collection is None:
            raise InputError(f"there is no collection {args.collection!r} in this file")
    else:
        settings.source, settings.track_armature = "BONES", _object(args.armature)
    body = None if args.target else options.body(args)
    works = prepare_all(bpy.context, args.layout, body, options.calibration(args))
    return [_adjusted(work, args) for work in works]


def _adjusted(work: job.Job, args: argparse.Namespace) -> job.Job:
    """The options that the scene's settings don't have."""
    from ..lsmplify_core.reading.overrides import with_overrides

    tracks = with_overrides(
        work.taken.tracks, fps=args.fps, unit=args.unit, up=args.up, mirror=args.mirror
    )
    rate = job.scene_rate(bpy.context.scene)
    first = work.taken.first + (args.start or 0) * rate / tracks.rate
    tracks = tracks.between(args.start, args.end)
    return replace(work, taken=replace(work.taken, tracks=tracks, first=first))


def _object(name: str) -> bpy.types.Object:
    found = bpy.data.objects.get(name)
    if found is None or found.type != "ARMATURE":
        raise InputError(f"there is no armature {name!r} in this file")
    return found


def _report(path: Path | None, baked: job.Baked) -> None:
    import json

    from ..lsmplify_core.files.atomic import write_whole

    report = baked.solution.report
    error = report["track_error_mm"]
    for sentence in report["warnings"]:
        say(f"warning: {baked.armature.name}: {sentence}", error=True)
    say(
        f"{report['verdict']['grade']}, {report['layout']}: {report['frames']} frames, track error "
        f"{error['mean']:.1f} mm, baked on {baked.armature.name}"
    )
    if path is not None:
        text = json.dumps(report, indent=2) + "\n"
        write_whole(path, lambda file: file.write(text.encode()))


def _writer(path: Path) -> Callable[[Path, job.Baked], None]:
    if path.suffix.lower() == ".npz":
        return _write_npz
    export.check_format(path, (".npz",))
    return _write_exported


def _write_npz(path: Path, baked: job.Baked) -> None:
    save_motion(baked.solution.motion, path)


def _write_exported(path: Path, baked: job.Baked) -> None:
    export.write(path, baked.armature, *_span(baked))


def _span(baked: job.Baked) -> tuple[int, int]:
    """First and last scene frame of the take, two frames at least."""
    timing: Timing = baked.timing
    start = int(timing.first)
    end = int(timing.first + timing.step * (baked.solution.motion.frames - 1) + 0.999)
    return start, max(end, start + 1)
