# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify solve`: files of tracks to motion npz.

A file with several people gives a motion for each, named OUT_<person>.npz beside where OUT.npz
would be; `--person NAME` solves that one to OUT.npz itself.
"""

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ...files.manifest import NAME, read_manifest
from ...files.outputs import Output, check_outputs, separators
from ...ik.backend import check_processes
from ...props.prop_file import check_ending
from ...reading import is_take, takes_in
from ...runtime.console import shown as shown_name
from ...runtime.errors import InputError
from ...verdict import GOOD
from .. import options
from ..paths import read
from ..takes.cluster import absolute, solved_on_dask
from ..takes.outcome import FAILED, NOT_GOOD, Judged, Outcome, finished, shown
from ..takes.progress import Takes
from ..takes.shards import is_done, part_of, settings_of
from ..takes.side_by_side import solved_side_by_side
from ..takes.take import TakeJob, lost, tried


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("solve", help="solve tracks and write SMPL motion (AMASS npz)")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE",
                        help="files, folders of files, or folders that are one take")  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, required=True,
                        help="OUT.npz, or a folder; several people in a file: OUT_NAME.npz "
                             "each")  # fmt: skip
    parser.add_argument("--person", metavar="NAME", help="only this person, as inspect names them")
    parser.add_argument("--resample", type=float, metavar="RATE",
                        help="frames per second of the result, if not the file's")  # fmt: skip
    options.add_solving(parser)
    options.add_people(parser)
    options.add_reading(parser)
    options.add_props(parser)
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="takes at a time")
    parser.add_argument("--dask", metavar="ADDRESS",
                        help="solve on the workers of this Dask scheduler "
                             "(tcp://host:8786)")  # fmt: skip
    parser.add_argument("--report", type=Path, help="JSON file, or a folder with several takes")
    parser.add_argument("--strict", action="store_true",
                        help="exit code 3 where a result's verdict is not good")  # fmt: skip
    parser.add_argument("--shard", metavar="I/N",
                        help="only the I-th of N parts of the takes, for machines side by "
                             "side")  # fmt: skip
    parser.add_argument("--resume", action="store_true",
                        help="leave takes alone that OUT's manifest has as solved: the same "
                             "content by "
                        "the same settings")  # fmt: skip
    parser.add_argument("--record-failures", action="store_true",
                        help="exit with 0 although takes failed: the manifest has them, and a "
                             "farm's task "
                        "is none of theirs")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Solve one file, or several into a folder; a bad one does not stop the others."""
    several = len(args.files) > 1 or (args.files[0].is_dir() and not is_take(args.files[0]))
    _check(args, several)
    if not several:
        jobs = [TakeJob(args.files[0].name, args.files[0], args.out, args.report, args.props)]
        prepare(args)
        return max(shown(outcome).code for outcome in _solved(jobs, args))
    jobs = _planned(named_takes(args.files, args.out), args)
    prepare(args)
    kept = read_manifest(args.out / NAME) if args.resume else {}
    done = [job for job in jobs if is_done(job, kept.get(job.name), args.kept)]
    outcomes = [shown(_left_alone(job, kept[job.name], args)) for job in done]
    left = [job for job in jobs if job not in done]
    with Takes(len(left)) as takes:
        outcomes += [takes.tell(outcome) for outcome in _solved(left, args)]
    code = finished(outcomes)
    return 0 if args.record_failures and code == FAILED else code


def prepare(args: argparse.Namespace) -> None:
    """Read what all takes of a run share, once: `known` of the person, and `kept` for the manifest.

    Raises InputError for what is wrong with any of it.
    """
    options.settings(args)
    args.known = options.calibration(args)
    args.kept = settings_of(args)


def _check(args: argparse.Namespace, several: bool) -> None:
    if several and (args.save_calibration or args.save_repairs or args.repair.endswith(".json")):
        raise InputError("lists of repairs and calibrations are of one take; solve one file")
    if not several and (args.shard or args.resume or args.record_failures):
        raise InputError(
            "--shard, --resume and --record-failures are for several takes; give a folder of takes"
        )
    if args.jobs < 1:
        raise InputError(f"--jobs {args.jobs}: give 1 or more takes at a time")
    check_processes(args.device, args.jobs)
    if args.resample is not None and not 0 < args.resample <= 10000:
        raise InputError(f"--resample {args.resample} is not a number of frames per second")
    if several and args.out.exists() and not args.out.is_dir():
        raise InputError(f"{args.out}: must be a folder for several takes, and is a file")
    for folder in (args.report, args.props):
        if several and folder is not None and folder.exists() and not folder.is_dir():
            raise InputError(f"{folder}: must be a folder for several takes, and is a file")
    if not several and args.props is not None:
        check_ending(args.props)


def _solved(jobs: list[TakeJob], args: argparse.Namespace) -> Iterator[Outcome]:
    """The takes' outcomes as they come: here, side by side, or on a cluster."""
    if args.dask is not None:
        yield from _on_cluster(jobs, args)
    elif min(args.jobs, len(jobs)) > 1:
        gone = partial(_lost, args)
        yield from solved_side_by_side(args.words, jobs, args.jobs, gone)
    else:
        yield from (tried(job, args) for job in jobs)


def _on_cluster(jobs: list[TakeJob], args: argparse.Namespace) -> Iterator[Outcome]:
    """The takes on a cluster's workers, which may run in another folder than this."""
    whole = absolute(args)
    work = [(str(j.path), _absolute(j), whole) for j in jobs]
    yield from solved_on_dask(args.dask, _tried, work, lambda job, why: lost(job[1], job[2], why))


def _lost(args: argparse.Namespace, job: TakeJob, why: str) -> Outcome:
    return lost(job, args, why)


def _tried(work: tuple[str, TakeJob, argparse.Namespace]) -> Outcome:
    return tried(work[1], work[2])


def _absolute(job: TakeJob) -> TakeJob:
    made: dict[str, Any] = {
        name: value.resolve() if isinstance(value, Path) else value
        for name, value in vars(job).items()
    }
    return TakeJob(**made)


def _left_alone(job: TakeJob, record: dict[str, Any], args: argparse.Namespace) -> Outcome:
    """A take that was solved before, with the verdict that it got."""
    grade = record.get("verdict") or GOOD
    code = NOT_GOOD if args.strict and grade != GOOD else 0
    judged = Judged(shown_name(job.path), grade, "solved before")
    line = f"{shown_name(job.path)}: is done → {', '.join(record['outputs'])}"
    return Outcome(code, ((False, line),), (judged,))


def _planned(takes: list[tuple[str, Path]], args: argparse.Namespace) -> list[TakeJob]:
    """A job for each take of the part that is asked for, every name made and different from all
    others and from what is read, of the other parts too."""
    check_names([path for _, path in takes], "solve")
    ends = separators([path.stem for _, path in takes])
    jobs = [
        TakeJob(
            name, path, args.out / f"{path.stem}.npz",
            None if args.report is None else args.report / f"{path.stem}.json",
            None if args.props is None else args.props / f"{path.stem}.npz",
            end, args.out / NAME, False,
        )
        for (name, path), end in zip(takes, ends, strict=True)
    ]  # fmt: skip
    outputs = [Output("the motion", job.out) for job in jobs]
    outputs += [Output("the report", job.report) for job in jobs if job.report is not None]
    outputs += [Output("the props", job.props) for job in jobs if job.props is not None]
    check_outputs(outputs, [*(job.path for job in jobs), *read(args)])
    if args.shard is None:
        return jobs
    wanted = set(part_of([job.path for job in jobs], args.shard))
    return [job for job in jobs if job.path in wanted]


def check_names(files: list[Path], does: str) -> None:
    """Refuse takes whose results would be written over each other.

    Args:
        files: takes of one run.
        does: what the run does, a word for the message: solve or bake.

    Raises:
        InputError: two of them have the same name, but for upper and lower case.
    """
    by_name: dict[str, Path] = {}
    for file in files:
        other = by_name.setdefault(file.stem.casefold(), file)
        if other != file:
            raise InputError(
                f"{other} and {file} have the same name and would be written to one file; "
                f"{does} them into different folders"
            )


def named_takes(paths: list[Path], out: Path) -> list[tuple[str, Path]]:
    """Files as given, and the takes in folders, with their names below these. What lies in the
    folder of results is no take, where that is a folder in a folder of takes."""
    found: list[tuple[str, Path]] = []
    for path in paths:
        if not path.is_dir() or is_take(path):
            found.append((path.name, path))
            continue
        results = out.resolve()
        inside = [
            take for take in takes_in(path)
            if results == path.resolve() or not take.resolve().is_relative_to(results)
        ]  # fmt: skip
        if not inside:
            raise InputError(f"{path}: there are no files of tracks in this folder")
        found += [(take.relative_to(path).as_posix(), take) for take in inside]
    return found
