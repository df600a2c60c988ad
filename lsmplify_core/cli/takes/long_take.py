# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes of a run that are solved in blocks, since they are long: an hour needs no more memory than
ten minutes."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...long_takes import LongRequest, solve_long
from ...long_takes.blocks import BLOCK
from ...long_takes.sample import sample_of
from ...props.prop import Prop
from ...props.take import found_among, pose_props
from ...reading import is_c3d_file, open_take
from ...tracks.blocks import TrackBlocks, blocks_of
from ...tracks.people import Person, find_people
from ...tracks.tracks import Tracks
from ...tracks.units_and_axes import find_world
from .. import options

LONG: Final = 40_000
"""Frames from which on a take is solved in blocks. Shorter ones are solved as a whole, at about
20 kB a frame."""


def opened_if_long(path: Path, args: argparse.Namespace) -> TrackBlocks | None:
    """A long take whose frames stay in its file until they are needed; None for all others."""
    if not _can_be_cut(args) or args.image_size is not None or not is_c3d_file(path):
        return None
    blocks = open_take(
        path, fps=args.fps, unit=args.unit, up=args.up, mirror=args.mirror
    ).between(args.start, args.end)  # fmt: skip
    return blocks if blocks.frames > LONG else None


def long_in_memory(tracks: Tracks, args: argparse.Namespace) -> TrackBlocks | None:
    """Tracks that are read already, where they are long; None for all others."""
    return blocks_of(tracks) if tracks.frames > LONG and _can_be_cut(args) else None


def _can_be_cut(args: argparse.Namespace) -> bool:
    """Whether nothing is asked for that looks at the whole take at once."""
    return (
        args.init is None
        and args.contacts == "off"
        and args.resample is None
        and args.repair in ("auto", "off")
        and args.layout != "none"
    )


def long_props(take: TrackBlocks, path: Path, args: argparse.Namespace) -> tuple[Prop, ...]:
    """The props of a long take: a sample of it says which tracks they are, and these alone are read
    whole.

    Args:
        take: everybody's frames.
        path: its file, whose rigid bodies are read too.
        args: the run's options.
    """
    sample = sample_of(take)
    posed = options.posed(find_people(sample), args)
    world = find_world(posed[0].tracks, posed[0].match)
    found = found_among(sample, posed, world)
    columns = sorted({t for prop in found for t in prop.tracks})
    bodies = options.rigid_bodies(path, take.frames, args)
    if not columns:
        return pose_props(take.select([0]).read(0, take.frames), (), world, bodies)
    own = [replace(p, tracks=tuple(columns.index(t) for t in p.tracks)) for p in found]
    return pose_props(_read_whole(take.select(columns)), own, world, bodies)


def _read_whole(take: TrackBlocks) -> Tracks:
    """All frames of a few tracks, block by block."""
    parts = [
        take.read(first, min(first + BLOCK, take.frames)) for first in range(0, take.frames, BLOCK)
    ]
    sure = [p.confidence for p in parts if p.confidence is not None]
    return replace(
        parts[0], positions=np.concatenate([p.positions for p in parts]),
        confidence=np.concatenate(sure) if len(sure) == len(parts) else None, segments=None,
    )  # fmt: skip


def solve_long_take(
    take: TrackBlocks, person: Person, out: Path, args: argparse.Namespace, seconds: float
) -> dict[str, Any]:
    """Solve a person of a long take, write the motion and return the report.

    Args:
        take: everybody's frames.
        person: whose tracks' names are those to solve.
        out: the motion's file.
        args: the run's options.
        seconds: that opening the take took.
    """
    columns = [take.head.names.index(name) for name in person.tracks.names]
    request = LongRequest(
        args.layout, options.body(args), options.settings(args), args.repair == "auto", args.known
    )
    found = solve_long(take.select(columns), out, request)
    options.save_found(args, replace(found.sample, repairs=found.repairs))
    report = dict(found.report)
    report["seconds"]["read"] += seconds
    return report
