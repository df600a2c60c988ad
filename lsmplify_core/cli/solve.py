# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify solve`: files of tracks to motion npz.

A file with several people gives a motion for each, named OUT_<person>.npz beside where OUT.npz would
be; `--person NAME` solves that one to OUT.npz itself.
"""

import argparse
import json
import re
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from ..files.atomic import write_whole
from ..motion.motion import save_motion
from ..pipeline import solve
from ..reading import is_take, takes_in
from ..runtime.errors import OUTSIDE, InputError, told
from ..tracks.people import Person, people_of
from ..tracks.tracks import Tracks
from . import options
from .cluster import absolute, solved_on_dask
from .feet import with_feet
from .outcome import Outcome, failure, finished, shown, solved, together


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("solve", help="solve tracks and write SMPL motion (AMASS npz)")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE",
                        help="files, folders of files, or folders that are one take")  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, required=True,
                        help="OUT.npz, or a folder; several people in a file: OUT_NAME.npz each")  # fmt: skip
    parser.add_argument("--person", metavar="NAME", help="only this person, as inspect names them")
    parser.add_argument("--resample", type=float, metavar="RATE",
                        help="frames per second of the result, if not the file's")  # fmt: skip
    options.add_solving(parser)
    options.add_people(parser)
    options.add_reading(parser)
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="takes at a time")
    parser.add_argument("--dask", metavar="ADDRESS",
                        help="solve on the workers of this Dask scheduler (tcp://host:8786)")  # fmt: skip
    parser.add_argument("--report", type=Path, help="JSON file, or a folder with several takes")
    parser.add_argument("--strict", action="store_true",
                        help="exit code 3 where a result's verdict is not good")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Solve one file, or several into a folder; a bad one does not stop the others."""
    options.settings(args)
    several = len(args.files) > 1 or (args.files[0].is_dir() and not is_take(args.files[0]))
    if several and (args.save_calibration or args.save_repairs or args.repair.endswith(".json")):
        raise InputError("lists of repairs and calibrations are of one take; solve one file")
    args.known = options.calibration(args)
    if args.jobs < 1:
        raise InputError(f"--jobs {args.jobs} is not a number of takes")
    if args.resample is not None and not 0 < args.resample <= 10000:
        raise InputError(f"--resample {args.resample} is not a number of frames per second")
    files = _found(args.files)
    if not several and args.dask is None:
        return shown(_solve_one(files[0], args.out, args.report, args)).code
    if not several:
        return _over_dask([(files[0], args.out, args.report, args)], args.dask)
    if args.out.exists() and not args.out.is_dir():
        raise InputError(f"{args.out}: must be a folder for {len(files)} takes, and is a file")
    _check_names(files)
    jobs = [(f, _beside(args.out, f, ".npz"), _report_path(args, f), args) for f in files]
    if args.dask is not None:
        return _over_dask(jobs, args.dask)
    return finished(_outcomes(jobs, min(args.jobs, len(jobs))))


def _over_dask(jobs: list[tuple[Any, ...]], address: str) -> int:
    """The takes on a cluster's workers, which may run in another folder than this."""
    whole = [(f.resolve(), o.resolve(), r and r.resolve(), absolute(a)) for f, o, r, a in jobs]
    return finished(map(shown, solved_on_dask(address, _tried, whole)))


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


def _outcomes(jobs: list[tuple[Any, ...]], workers: int) -> list[Outcome]:
    if workers == 1:
        return [shown(_tried(job)) for job in jobs]
    with ProcessPoolExecutor(workers) as pool:
        return [shown(result) for result in pool.map(_tried, jobs)]


def _tried(job: tuple[Any, ...]) -> Outcome:
    try:
        return _solve_one(*job)
    except OUTSIDE as error:
        return failure(told(error))


def _solve_one(path: Path, out: Path, report: Path | None, args: argparse.Namespace) -> Outcome:
    """Solve a file's people and write what was asked for. One person who can't be solved does not stop the others."""
    if out.suffix.lower() != ".npz":
        raise InputError(f"{out}: the motion is written as .npz; give a name that ends in .npz")
    began = time.perf_counter()
    tracks = options.read(path, args)
    people = _chosen(people_of(tracks), args.person, path)
    read = time.perf_counter() - began
    if len(people) == 1:
        return _solve_person(path, people[0].tracks, out, report, args, read)
    if args.init is not None or args.save_calibration or args.save_repairs:
        raise InputError(
            f"{path}: --init, --save-calibration and --save-repairs are for one of the {len(people)} people in it; choose with --person"
        )
    outcomes: list[Outcome] = []
    for name, person in zip(_file_names(people), people, strict=True):
        own = None if report is None else report.with_stem(f"{report.stem}_{name}")
        try:
            target = out.with_stem(f"{out.stem}_{name}")
            found = _solve_person(path, person.tracks, target, own, args, read, person.name)
            outcomes.append(found)
        except InputError as error:
            outcomes.append(failure(f"{person.name}: {error}"))
    return together(outcomes)


def _chosen(people: list[Person], name: str | None, path: Path) -> list[Person]:
    if name is None:
        return people
    found = [p for p in people if p.name.lower() == name.lower()]
    if not found:
        raise InputError(
            f"{path}: nobody named {name!r} is in it; there are {', '.join(p.name for p in people)}"
        )
    return found[:1]


def _file_names(people: list[Person]) -> list[str]:
    """Names that any file system takes, all different."""
    names = [re.sub(r"[^\w.-]+", "_", p.name).strip("._") or "person" for p in people]
    return [n if names.count(n) == 1 else f"{n}_{i}" for i, n in enumerate(names, 1)]


def _solve_person(
    path: Path, tracks: Tracks, out: Path, report: Path | None, args: argparse.Namespace,
    read: float, who: str = "",
) -> Outcome:  # fmt: skip
    solution = solve(
        tracks, layout=args.layout, body=options.body(args), init=options.init(args, tracks),
        settings=options.settings(args), repairs=options.repairs(args), calibration=args.known,
    )  # fmt: skip
    began = time.perf_counter()
    solution = with_feet(solution, tracks, args.contacts)
    solution.report["seconds"]["clean"] += time.perf_counter() - began
    began = time.perf_counter()
    motion = solution.motion
    save_motion(motion if args.resample is None else motion.at_rate(args.resample), out)
    written = time.perf_counter() - began
    result = dict(solution.report)
    result["seconds"] = {"read": read, **result["seconds"], "write": written}
    options.save_found(args, solution)
    if report is not None:
        text = json.dumps(result, indent=2) + "\n"
        write_whole(report, lambda file: file.write(text.encode()))
    error = result["track_error_mm"]
    name = f"{path}: {who}" if who else str(path)
    line = (
        f"{name}: {result['verdict']['grade']}, {result['layout']}, {result['frames']} frames, "
        f"{result['tracks']} tracks, "
        f"track error {error['mean']:.1f} mm (p95 {error['p95']:.1f}), "
        f"{result['frames_per_second']:.0f} frames/s → {out}"
    )
    return solved(name, line, result, args.strict)


def _found(paths: list[Path]) -> list[Path]:
    """Files as given, and the takes in folders."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = takes_in(path)
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
