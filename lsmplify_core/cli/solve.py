# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify solve`: files of tracks to motion npz."""

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from ..errors import OUTSIDE, InputError, told
from ..motion import save_motion, write_whole
from ..reading import SUFFIXES
from ..solver import solve
from . import options


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("solve", help="solve tracks and write SMPL motion (AMASS npz)")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files or folders")
    parser.add_argument("-o", "--out", type=Path, required=True, help="OUT.npz, or a folder")
    options.add_solving(parser)
    options.add_reading(parser)
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="takes at a time")
    parser.add_argument("--report", type=Path, help="JSON file, or a folder with several takes")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Solve one file, or several into a folder; a bad one does not stop the others."""
    options.settings(args)
    if args.jobs < 1:
        raise InputError(f"--jobs {args.jobs} is not a number of takes")
    several = len(args.files) > 1 or args.files[0].is_dir()
    files = _found(args.files)
    if not several:
        print(_solve_one(files[0], args.out, args.report, args))
        return 0
    if args.out.exists() and not args.out.is_dir():
        raise InputError(f"{args.out}: must be a folder for {len(files)} takes, and is a file")
    _check_names(files)
    jobs = [(f, _beside(args.out, f, ".npz"), _report_path(args, f), args) for f in files]
    return 2 if sum(_failures(jobs, min(args.jobs, len(jobs)))) else 0


def _check_names(files: list[Path]) -> None:
    """Two takes of one name would be written over each other."""
    by_name: dict[str, Path] = {}
    for file in files:
        other = by_name.setdefault(file.stem, file)
        if other != file:
            raise InputError(
                f"{other} and {file} have the same name and would be written to one file; "
                "solve them into different folders"
            )


def _failures(jobs: list[tuple[Any, ...]], workers: int) -> list[bool]:
    if workers == 1:
        return [_told(_tried(job)) for job in jobs]
    with ProcessPoolExecutor(workers) as pool:
        return [_told(result) for result in pool.map(_tried, jobs)]


def _tried(job: tuple[Any, ...]) -> tuple[bool, str]:
    try:
        return True, _solve_one(*job)
    except OUTSIDE as error:
        return False, told(error)


def _told(result: tuple[bool, str]) -> bool:
    good, text = result
    print(text if good else f"error: {text}", file=sys.stdout if good else sys.stderr, flush=True)
    return not good


def _solve_one(path: Path, out: Path, report: Path | None, args: argparse.Namespace) -> str:
    """Solve a file and write what was asked for; returns the line that tells of it."""
    if out.suffix.lower() != ".npz":
        raise InputError(f"{out}: the motion is written as .npz; give a name that ends in .npz")
    began = time.perf_counter()
    tracks = options.read(path, args)
    read = time.perf_counter() - began
    solution = solve(
        tracks, layout=args.layout, body=options.body(args), init=options.init(args, tracks),
        settings=options.settings(args),
    )  # fmt: skip
    began = time.perf_counter()
    save_motion(solution.motion, out)
    written = time.perf_counter() - began
    result = dict(solution.report)
    result["seconds"] = {"read": read, **result["seconds"], "write": written}
    if report is not None:
        text = json.dumps(result, indent=2) + "\n"
        write_whole(report, lambda file: file.write(text.encode()))
    error = result["track_error_mm"]
    line = (
        f"{path}: {result['layout']}, {result['frames']} frames, {result['tracks']} tracks, "
        f"track error {error['mean']:.1f} mm (p95 {error['p95']:.1f}), "
        f"{result['frames_per_second']:.0f} frames/s → {out}"
    )
    return "\n".join([line, *(f"  note: {w}" for w in result["warnings"])])


def _found(paths: list[Path]) -> list[Path]:
    """Files as given, and those of a known format in folders."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [f for f in sorted(path.rglob("*")) if f.suffix.lower() in SUFFIXES]
            if not inside:
                raise InputError(f"{path}: there are no files of tracks in this folder")
            files += inside
        else:
            files.append(path)
    return files


def _beside(folder: Path, file: Path, suffix: str) -> Path:
    return folder / (file.stem + suffix)


def _report_path(args: argparse.Namespace, file: Path) -> Path | None:
    return None if args.report is None else _beside(args.report, file, ".json")
