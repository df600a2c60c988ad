# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify bake`: a folder of takes through `blender --background --command lsmplify bake`.

One Blender for each take, so that no take meets what another left behind, and a take that makes
Blender crash costs no other. Farms bake a part of the takes with it (`--shard`), after the part
was solved.
"""

import argparse
import shlex
import subprocess
from pathlib import Path
from typing import Any, Final

from ...files.manifest import NAME, read_manifest
from ...runtime.console import say, shown
from ...runtime.errors import InputError
from ..takes.shards import part_of
from .solve import named_takes

FORMATS: Final = ("blend", "fbx", "bvh")
"""What is written for each take, by the ending of its name."""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("bake", help="bake a folder of takes, a Blender for each")
    parser.add_argument("takes", type=Path, help="folder of takes")
    parser.add_argument("--solved", type=Path, required=True, metavar="OUT",
                        help="folder that `lsmplify solve` wrote, with its manifest")  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, help="folder to write; OUT/baked if not given")
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0])
    parser.add_argument("--blender", default="blender", help="Blender's executable")
    parser.add_argument("--shard", metavar="I/N", default="1/1", help="part I of N, from 1")
    parser.add_argument("--resume", action="store_true",
                        help="leave takes alone that were baked after they were "
                             "solved")  # fmt: skip
    parser.add_argument("--record-failures", action="store_true",
                        help="exit with 0 although takes failed; OUT/baked has a .log for "
                             "each")  # fmt: skip
    parser.add_argument("--options", default="", metavar="WORDS",
                        help='options of Blender\'s bake in one word: --options="--layout '
                             'CMU_41"')  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Bake one take after the other; a bad one does not stop the others."""
    manifest = args.solved / NAME
    if not manifest.is_file():
        raise InputError(
            f"{manifest}: there is no such file; solve the takes into that folder first"
        )
    if not args.takes.is_dir():
        raise InputError(f"{args.takes}: there is no such folder")
    records = read_manifest(manifest)
    takes = {take: name for name, take in named_takes([args.takes], args.solved)}
    out: Path = args.out or args.solved / "baked"
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for take in part_of(list(takes), args.shard):
        problem = _baked(take, records.get(takes[take], {}), out, args)
        failed += bool(problem)
        if problem:
            say(f"error: {shown(take)}: {problem}", error=True)
    return 2 if failed and not args.record_failures else 0


def _baked(take: Path, record: dict[str, Any], out: Path, args: argparse.Namespace) -> str:
    """Bake a take; what went wrong, or nothing."""
    target = out / f"{take.stem}.{args.format}"
    if record.get("error") or not record.get("outputs"):
        say(f"{shown(take)}: was not solved, so it is not baked")
        return ""
    motions = [args.solved / name for name in record["outputs"]]
    if args.resume and _newer(target, motions):
        say(f"{shown(take)}: is baked")
        return ""
    words = [args.blender, "--background", "--command", "lsmplify", "bake", "--file", str(take),
             "-o", str(target), *shlex.split(args.options)]  # fmt: skip
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise InputError(f"{args.blender}: cannot be run: {error.strerror}") from error
    if done.returncode == 0:
        say(f"{shown(take)}: → {target}")
        target.with_suffix(".log").unlink(missing_ok=True)
        return ""
    log = target.with_suffix(".log")
    log.write_text(f"{' '.join(words)}\n{done.stdout}\n{done.stderr}", encoding="utf-8")
    return f"{_told(done.stderr) or f'Blender ended with code {done.returncode}'} (see {log})"


def _newer(target: Path, motions: list[Path]) -> bool:
    """Whether the take's bakes are there and no older than its motions."""
    baked = [target] if target.exists() else []
    if len(motions) > 1:
        baked += target.parent.glob(f"{_literal(target.stem)}_*{target.suffix}")
    try:
        youngest = max(m.stat().st_mtime for m in motions)
    except OSError:  # a motion that is gone; its bake tells of nothing
        return False
    return bool(baked) and min(b.stat().st_mtime for b in baked) >= youngest


def _literal(text: str) -> str:
    """A name with the characters that glob knows taken as they are."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


def _told(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.startswith("error: ")]
    return lines[-1].removeprefix("error: ") if lines else ""
