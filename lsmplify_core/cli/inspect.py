# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify inspect`: what is in a file of tracks."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..matching import best_match
from ..reading import read_tracks
from ..repair import Repair, find_repairs
from ..repair.records import repair_from_json
from ..solver import matched
from ..tracks import Tracks
from ..world import UNITS, converted, find_world
from . import options


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("inspect", help="show what is in a file of tracks")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--repairs", action="store_true", help="list mistakes in the tracks")
    options.add_reading(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the findings."""
    tracks = read_tracks(args.file, fps=args.fps, unit=args.unit, up=args.up)
    found = describe(tracks)
    if args.repairs:
        found["repairs"] = [r.to_json() for r in repairs_of(tracks)]
    print(json.dumps(found, indent=2) if args.json else "\n".join(_lines(found)))
    return 0


def repairs_of(tracks: Tracks) -> tuple[Repair, ...]:
    """What the tracks alone show to be wrong; a solve may find more beside the body."""
    told, match = matched(tracks)
    world = find_world(told, match)
    return find_repairs(converted(told.select([t for _, t in match.matched]), world))


def describe(tracks: Tracks) -> dict[str, Any]:
    """Everything that is known of a take before it is solved."""
    seen: NDArray[np.bool_] = tracks.seen
    found: dict[str, Any] = {
        "file": tracks.source,
        "people": 1,
        "frames": tracks.frames,
        "rate": tracks.rate,
        "seconds": tracks.frames / tracks.rate,
        "tracks": len(tracks.names),
        "names": list(tracks.names),
        "absent": [
            n
            for n, s in zip(tracks.names, np.asarray(seen.any(axis=0)).tolist(), strict=True)
            if not s
        ],
        "gaps": tracks.gaps,
        "unit": next((n for n, u in UNITS.items() if u == tracks.unit), None),
        "up": tracks.up,
        "layout": None,
        "matched": 0,
        "evidence": "",
        "warnings": list(tracks.warnings),
    }
    try:
        match = best_match(tracks.names)
        world = find_world(tracks, match)
    except InputError as error:
        found["evidence"] = str(error)
        return found
    found.update(
        unit=world.unit_name, up=world.up, layout=match.layout.name, matched=len(match.matched),
        evidence=match.evidence, warnings=[*tracks.warnings, *world.warnings],
        longest_gaps=_longest_gaps(tracks),
    )  # fmt: skip
    return found


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
    layout = found["layout"] or "none found"
    lines = [
        found["file"],
        f"  {found['frames']} frames at {found['rate']:g} per second ({found['seconds']:.1f} s)",
        f"  {found['tracks']} tracks, {100 * found['gaps']:.2f} % of samples missing",
        f"  unit {found['unit'] or 'unknown'}, up {found['up'] or 'unknown'}",
        f"  layout {layout}: {found['evidence']}",
    ]
    if found["absent"]:
        lines.append(f"  never seen: {', '.join(found['absent'])}")
    for gap in found.get("longest_gaps", []):
        lines.append(f"  gap: {gap['track']} for {gap['frames']} frames from frame {gap['start']}")
    for repair in found.get("repairs", []):
        lines.append(f"  {repair_from_json(repair, found['file']).sentence()}")
    return lines + [f"  note: {w}" for w in found["warnings"]]
