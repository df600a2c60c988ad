# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify inspect`: what is in a file of tracks, or in a folder that is one take."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...layouts.matching import Match, best_match, is_a_body, rank_layouts
from ...props.find import PropTracks
from ...props.take import props_of
from ...reading import read_tracks
from ...repair import Repair, find_repairs
from ...repair.records import repair_from_json
from ...runtime.console import say, say_uncut, shown
from ...runtime.errors import InputError
from ...tracks.facing import facing
from ...tracks.frame_rate import rate_warning
from ...tracks.people import find_people
from ...tracks.tracks import Tracks
from ...tracks.units import UNITS
from ...tracks.units_and_axes import converted, find_world
from ...unnamed.assigning import matched
from ...unnamed.hand_points import with_hands
from ...unnamed.unused import unused_notes
from .. import options

_CANDIDATES = 5
_EVENTS = 50

HELP = """\
What is in a file: people, tracks, frames, rate, unit, up axis, gaps, and which layouts its
names fit, the best first. FILE is a C3D, TRC, BVH, CSV (Motive, Nexus, FreeMoCap or plain), TSV
(Qualisys or plain), JSON (OpenPose, MediaPipe, FreeMoCap), npy, npz (points or AMASS), rows of
numbers, a FreeMoCap recording folder, or a folder with a JSON file for each frame."""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "inspect", help="show what is in a file of tracks", description=HELP
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a file, or a folder that is a take"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, with every candidate layout")
    parser.add_argument("--repairs", action="store_true", help="list mistakes in the tracks")
    options.add_reading(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the findings."""
    tracks = read_tracks(
        args.file,
        fps=args.fps,
        unit=args.unit,
        up=args.up,
        mirror=args.mirror,
        image=args.image_size,
    )
    found = describe(tracks)
    if args.repairs:
        found["repairs"] = [r.to_json() for p in find_people(tracks) for r in repairs_of(p.tracks)]
    if args.json:
        say_uncut(json.dumps(found, indent=2))
        return 0
    for line in _lines(found):
        say(line)
    return 0


def repairs_of(tracks: Tracks) -> tuple[Repair, ...]:
    """What the tracks alone show to be wrong; a solve may find more beside the body."""
    named, match = matched(tracks)
    world = find_world(named, match)
    return find_repairs(converted(named.select([t for _, t in match.matched]), world))


def describe(tracks: Tracks) -> dict[str, Any]:
    """Everything that is known of a take before it is solved.

    people: how many; persons: what is known of each. Where there are several, what is said of the
    take as a whole (layout, unit, up, …) is that of the first.
    """
    people = find_people(tracks)
    persons = [{"name": p.name, **_person(p.tracks)} for p in people]
    seen: NDArray[np.bool_] = np.asarray(tracks.seen.any(axis=0))
    absent = [n for n, s in zip(tracks.names, seen.tolist(), strict=True) if not s]
    first = {k: v for k, v in persons[0].items() if k not in ("name", "tracks", "gaps")}
    warnings = [w for p in persons for w in p["warnings"]]
    return {
        "file": tracks.source,
        "people": len(people),
        "frames": tracks.frames,
        "rate": tracks.rate,
        "seconds": tracks.frames / tracks.rate,
        "tracks": len(tracks.names),
        "names": list(tracks.names),
        "absent": absent,
        "gaps": tracks.gaps,
        **first,
        "longest_gaps": _longest_gaps(tracks),
        "events": [{"seconds": t, "name": n} for t, n in tracks.events[:_EVENTS]],
        "warnings": list(dict.fromkeys([*tracks.warnings, *warnings])),
        "persons": persons,
    }


def _person(tracks: Tracks) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tracks": len(tracks.names),
        "gaps": tracks.gaps,
        "unit": next((n for n, u in UNITS.items() if u == tracks.unit), None),
        "up": tracks.up,
        "facing_degrees": None,
        "layout": None,
        "matched": 0,
        "evidence": "",
        "candidates": [],
        "props": [],
        "warnings": list(rate_warning(tracks)),
    }
    ranked = rank_layouts(tracks.names)
    found["candidates"] = [_candidate(m) for m in ranked if m.matched]
    try:
        match = best_match(tracks.names)
        match, notes = with_hands(tracks, match)
        props = props_of(tracks, match)
        found["props"] = [_prop(p, tracks.names) for p in props]
        found["warnings"] += [*notes, *unused_notes(tracks, match, props)]
        world = find_world(tracks, match)
    except InputError as error:
        found["evidence"] = str(error)
        return found
    found.update(
        unit=world.unit_name, up=world.up, layout=match.layout.name, matched=len(match.matched),
        evidence=match.evidence, warnings=[*found["warnings"], *world.warnings],
        facing_degrees=facing(converted(replace(tracks, warnings=()), world), match),
    )  # fmt: skip
    return found


def _prop(prop: PropTracks, names: Sequence[str]) -> dict[str, Any]:
    return {"name": prop.name, "tracks": [names[t] for t in prop.tracks]}


def _candidate(match: Match) -> dict[str, Any]:
    return {
        "layout": match.layout.name,
        "score": round(match.score, 4),
        "matched": len(match.matched),
        "points": len(match.layout.keypoints),
        "body": is_a_body(match),
    }


def _longest_gaps(tracks: Tracks, most: int = 5) -> list[dict[str, Any]]:
    """The longest runs of missing samples among the points that are seen at all."""
    gaps: list[dict[str, Any]] = []
    for name, seen in zip(tracks.names, tracks.seen.T, strict=True):
        if not seen.any():
            continue
        start = None
        for frame, there in enumerate([*seen.tolist(), True]):
            if not there and start is None:
                start = frame
            elif there and start is not None:
                gaps.append({"track": name, "start": start, "frames": frame - start})
                start = None
    return sorted(gaps, key=lambda g: -g["frames"])[:most]


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [
        shown(found["file"]),
        f"  {found['frames']} frames at {found['rate']:g} per second ({found['seconds']:.1f} s)",
        f"  {found['tracks']} tracks, {100 * found['gaps']:.2f} % of samples missing",
    ]
    if found["people"] > 1:
        names = ", ".join(p["name"] for p in found["persons"])
        lines.append(f"  {found['people']} people: {names}")
    for person in found["persons"]:
        lines += _person_lines(person, found["people"] > 1)
    if found["absent"]:
        lines.append(f"  never seen: {', '.join(found['absent'])}")
    for gap in found["longest_gaps"]:
        lines.append(f"  gap: {gap['track']} for {gap['frames']} frames from frame {gap['start']}")
    for repair in found.get("repairs", []):
        lines.append(f"  {repair_from_json(repair, found['file']).sentence()}")
    lines += [f"  event: {e['name']} at {e['seconds']:g} s" for e in found["events"]]
    return lines + [f"  note: {w}" for w in found["warnings"]]


def _person_lines(person: dict[str, Any], several: bool) -> list[str]:
    who = f"{person['name']}: " if several else ""
    turned = person["facing_degrees"]
    facing = "" if turned is None else f", faces {turned:g}° (0 = +X, 90 = +Y with Z up) at first"
    lines = [
        f"  {who}unit {person['unit'] or 'unknown'}, up {person['up'] or 'unknown'}{facing}",
        f"  {who}layout {person['layout'] or 'none found'}: {person['evidence']}",
    ]
    others = [c for c in person["candidates"] if c["body"] and c["layout"] != person["layout"]]
    if others:
        listed = ", ".join(
            f"{c['layout']} {c['matched']}/{c['points']}" for c in others[: _CANDIDATES - 1]
        )
        lines.append(f"  {who}other layouts: {listed}")
    return lines
