# SPDX-License-Identifier: GPL-3.0-or-later
"""One take of a run: read, solved for everybody in it, written, and told of."""

import argparse
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ... import __version__
from ...files.atomic import write_whole
from ...files.manifest import append, content_hash
from ...files.outputs import Output, check_outputs, check_own, file_names
from ...long_takes import NotInBlocksError
from ...long_takes.sample import sample_of
from ...motion.motion import save_motion
from ...pipeline import solve
from ...props.prop_file import save_props
from ...runtime.console import shown
from ...runtime.errors import OUTSIDE, InputError, error_line
from ...runtime.guard import sentence
from ...tracks.blocks import TrackBlocks
from ...tracks.people import Person, find_people
from ...tracks.tracks import Tracks
from .. import options
from ..contacts import with_feet
from ..paths import read
from .long_take import long_in_memory, long_props, opened_if_long, solve_long_take
from .outcome import Line, Outcome, failure, solved, together


@dataclass(frozen=True)
class TakeJob:
    """A take and where its results go; all names are made before the first take is read.

    name: the take's, for messages and the manifest. out, report: files for someone alone; several
    people have `separator` and a name after the stem. props: of the take, whoever holds them.
    manifest: None where there is none. spelled: whether the user named `out` himself, so that a
    file there may be replaced.
    """

    name: str
    path: Path
    out: Path
    report: Path | None = None
    props: Path | None = None
    separator: str = "_"
    manifest: Path | None = None
    spelled: bool = True


def tried(job: TakeJob, args: argparse.Namespace) -> Outcome:
    """Solve a take and keep a record of it; whatever goes wrong is an outcome, not an exception."""
    began = time.perf_counter()
    digest = ""
    try:
        digest = content_hash(job.path) if job.manifest is not None else ""
        outcome = solve_take(job, args)
    except OUTSIDE as error:
        outcome = failure(error_line(error))
    except Exception as error:
        outcome = failure(f"{job.path}: {sentence(error)}")
    return _recorded(job, args, outcome, digest, time.perf_counter() - began)


def lost(job: TakeJob, args: argparse.Namespace, why: str) -> Outcome:
    """The outcome of a take whose worker died, with the record that the worker could not write."""
    try:
        digest = content_hash(job.path) if job.manifest is not None else ""
    except InputError:  # the take is gone; that its worker died is what is told
        digest = ""
    return _recorded(job, args, failure(f"{job.path}: {why}"), digest, 0.0)


def _recorded(
    job: TakeJob, args: argparse.Namespace, outcome: Outcome, digest: str, seconds: float
) -> Outcome:
    """Keep a record of an outcome in the manifest, where there is one."""
    if job.manifest is None:
        return outcome
    record = {
        "take": job.name, "input": digest, "settings": getattr(args, "kept", {}), "outputs": {},
        "report": None if job.report is None else str(job.report), "error": None, "verdict": None,
        "version": __version__, **outcome.record, "seconds": seconds,
    }  # fmt: skip
    try:
        append(job.manifest, record)
    except InputError as error:
        return failure(str(error))
    return outcome


def solve_take(job: TakeJob, args: argparse.Namespace) -> Outcome:
    """Solve a file's people and write what was asked for.

    One person who can't be solved does not stop the others. Raises InputError where nobody can be.
    """
    if job.out.suffix.lower() != ".npz":
        raise InputError(f"{job.out}: the motion is written as .npz; give a name that ends in .npz")
    began = time.perf_counter()
    people, long = _people_of(job.path, args)
    seconds = time.perf_counter() - began
    if len(people) > 1 and (args.init is not None or args.save_calibration or args.save_repairs):
        raise InputError(
            f"{job.path}: --init, --save-calibration and --save-repairs are for one of the "
            f"{len(people)} people in it; choose with --person"
        )
    places = _places(job, people)
    _check_places(places, job, args)
    outcomes: list[Outcome] = []
    for place, person in zip(places, people, strict=True):
        try:
            report = _report(job.path, long, person, place, args, seconds)
            outcomes.append(_written(job, place, args, report))
        except InputError as error:
            if len(people) == 1:
                raise
            outcomes.append(failure(f"{place.who}: {error}"))
    if job.props is not None:
        outcomes.append(_props_written(job, args, long))
    return together(outcomes)


def _props_written(job: TakeJob, args: argparse.Namespace, long: TrackBlocks | None) -> Outcome:
    """Pose the props of a take and write them. long: its frames, where they are many."""
    assert job.props is not None
    if long is not None:
        props, frames, rate = long_props(long, job.path, args), long.frames, long.head.rate
    else:
        tracks = options.read(job.path, args)
        posed = options.posed(find_people(tracks), args)
        props = options.props(job.path, tracks, posed, args)
        frames, rate = tracks.frames, tracks.rate
    save_props(props, job.props, frames, rate)
    name = shown(job.path)
    told = ", ".join(p.name for p in props) or "none were found"
    lines: list[Line] = [(False, f"{name}: props: {told} → {job.props}")]
    lines += [
        (True, f"warning: {name}: prop {p.name}: {repair}") for p in props for repair in p.repairs
    ]
    return Outcome(0, tuple(lines))


@dataclass(frozen=True)
class _Place:
    """Where a person's results go. who: empty for someone alone."""

    who: str
    out: Path
    report: Path | None


def _places(job: TakeJob, people: list[Person]) -> list[_Place]:
    if len(people) == 1:
        return [_Place("", job.out, job.report)]
    places: list[_Place] = []
    for name, person in zip(file_names([p.name for p in people]), people, strict=True):
        end = f"{job.separator}{name}"
        report = None if job.report is None else job.report.with_stem(job.report.stem + end)
        places.append(_Place(person.name, job.out.with_stem(job.out.stem + end), report))
    return places


def _check_places(places: list[_Place], job: TakeJob, args: argparse.Namespace) -> None:
    """Names that came of people's are no input's, and in a folder nobody else's file."""
    outputs = [Output(p.who or "the motion", p.out) for p in places]
    outputs += [Output(f"{p.who} report".strip(), p.report) for p in places if p.report is not None]
    if job.props is not None:
        outputs.append(Output("the props", job.props))
    check_outputs(outputs, [job.path, *read(args)])
    if not job.spelled or len(places) > 1:
        for output in outputs:
            check_own(output)


def _chosen(people: list[Person], name: str | None, path: Path) -> list[Person]:
    if name is None:
        return people
    found = [p for p in people if p.name.lower() == name.lower()]
    if not found:
        raise InputError(
            f"{path}: nobody named {name!r} is in it; there are {', '.join(p.name for p in people)}"
        )
    return found[:1]


def _people_of(path: Path, args: argparse.Namespace) -> tuple[list[Person], TrackBlocks | None]:
    """The people of a take that are asked for; and its frames, where it is so long that they are
    solved in blocks: the people's tracks are those of a sample then."""
    long = opened_if_long(path, args)
    if long is not None:
        return _chosen(find_people(sample_of(long)), args.person, path), long
    tracks = options.read(path, args)
    long = long_in_memory(tracks, args)
    return _chosen(find_people(tracks), args.person, path), long


def _report(
    path: Path, long: TrackBlocks | None, person: Person, place: _Place, args: argparse.Namespace,
    seconds: float,
) -> dict[str, Any]:  # fmt: skip
    """Solve one person as the take's length calls for; the report."""
    if long is None:
        return _solve_person(person.tracks, place.out, args, seconds)
    try:
        return solve_long_take(long, person, place.out, args, seconds)
    except NotInBlocksError:
        tracks = options.read(path, args)
        own = tracks.select([tracks.names.index(name) for name in person.tracks.names])
        return _solve_person(own, place.out, args, seconds)


def _solve_person(
    tracks: Tracks, out: Path, args: argparse.Namespace, seconds: float
) -> dict[str, Any]:
    """Solve one person, write the motion and return the report. seconds: that reading took."""
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
    options.save_found(args, solution)
    report = dict(solution.report)
    report["seconds"] = {"read": seconds, **report["seconds"], "write": written}
    return report


def _written(
    job: TakeJob, place: _Place, args: argparse.Namespace, report: dict[str, Any]
) -> Outcome:
    """Write the report of a person whose motion is written, and say what came of it."""
    if place.report is not None:
        text = json.dumps(report, indent=2) + "\n"
        write_whole(place.report, lambda file: file.write(text.encode()))
    error, name = report["track_error_mm"], shown(job.path)
    name = f"{name}: {place.who}" if place.who else name
    line = (
        f"{name}: {report['verdict']['grade']}, {report['layout']}, {report['frames']} frames, "
        f"{report['tracks']} tracks, "
        f"track error {error['mean']:.1f} mm (p95 {error['p95']:.1f}), "
        f"{report['frames_per_second']:.0f} frames/s → {place.out}"
    )
    outcome = solved(name, line, report, args.strict)
    if job.manifest is None:
        return outcome
    outputs = {place.out.name: content_hash(place.out)}
    return replace(outcome, record={**outcome.record, "outputs": outputs})
