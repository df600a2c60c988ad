# SPDX-License-Identifier: GPL-3.0-or-later
"""`bake --props [FILE]`: the props of a take as empties, and as a file."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import bpy

from ...lsmplify_core.props.prop_file import check_ending, save_props
from ...lsmplify_core.props.take import PosedPerson
from ...lsmplify_core.reading.overrides import with_overrides
from ...lsmplify_core.runtime.console import say
from ..bake.motion_keys import Timing
from ..common.units import scene_unit
from ..solve import job, reading
from .empties import add_props


def bake_props(args: argparse.Namespace, works: Sequence[job.Job], timing: Timing) -> None:
    """Make an empty of each prop of the take, and write the file that is named.

    Args:
        args: of the command; `props` is the empty path where no file is asked for.
        works: the people of the take, as they were solved.
        timing: where the take lies in the scene.
    """
    from ...lsmplify_core.cli import options

    named = args.props != Path()
    if named:
        check_ending(args.props)
    tracks = with_overrides(
        reading.read_scene(bpy.context).tracks,
        fps=args.fps, unit=args.unit, up=args.up, mirror=args.mirror,
    ).between(args.start, args.end)  # fmt: skip
    posed = [PosedPerson(work.taken.tracks, work.match) for work in works]
    source = args.file if args.file is not None else Path()
    props = options.props(source, tracks, posed, args)
    made = add_props(bpy.context, props, timing, scene_unit(bpy.context.scene))
    for prop in props:
        for repair in prop.repairs:
            say(f"warning: prop {prop.name}: {repair}", error=True)
    say(f"props: {', '.join(o.name for o in made) or 'none were found'}")
    if named:
        save_props(props, args.props, tracks.frames, tracks.rate)
        say(f"written: {args.props}")
