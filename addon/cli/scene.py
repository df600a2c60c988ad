# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene that a bake reads and writes: its settings by the options, its rate and range."""

import argparse
from dataclasses import replace

import bpy

from ...lsmplify_core.reading import read_tracks
from ...lsmplify_core.runtime.console import say
from ...lsmplify_core.runtime.errors import InputError
from ..bake.clean_scene import set_range, set_rate
from ..character.cli.options import set_options
from ..people.solving import prepare_all
from ..solve import job
from ..solve.result import Baked
from ..tracks.scene_tracks import scene_rate
from .outputs import span


def set_scene_rate(args: argparse.Namespace) -> bool:
    """Give the scene the rate that is asked for; a file's own where no .blend is open. Whether the
    scene is the take's now."""
    own = args.file is not None and not bpy.data.filepath
    rate = args.scene_fps
    if rate is None and own:
        rate = args.fps or read_tracks(args.file, image=args.image_size).rate
    if rate is not None:
        set_rate(bpy.context.scene, rate)
    return own


def tell_scene(everybody: list[Baked], own: bool) -> None:
    """Say the scene's rate and range, which is as long as its take where no .blend is open."""
    scene = bpy.context.scene
    if own:
        spans = [span(baked) for baked in everybody]
        set_range(scene, min(s for s, _ in spans), max(e for _, e in spans))
    say(
        f"scene: {scene_rate(scene):g} frames per second, frames {scene.frame_start} to "
        f"{scene.frame_end}"
    )


def works_of(args: argparse.Namespace) -> list[job.Job]:
    """A job for each person, by the options."""
    from ...lsmplify_core.cli import options

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
    from ...lsmplify_core.reading.overrides import with_overrides

    tracks = with_overrides(
        work.taken.tracks, fps=args.fps, unit=args.unit, up=args.up, mirror=args.mirror
    )
    rate = scene_rate(bpy.context.scene)
    first = work.taken.first + (args.start or 0) * rate / tracks.rate
    if args.keep_start:
        first += tracks.start * rate
    tracks = tracks.between(args.start, args.end)
    return replace(work, taken=replace(work.taken, tracks=tracks, first=first))


def _object(name: str) -> bpy.types.Object:
    found = bpy.data.objects.get(name)
    if found is None or found.type != "ARMATURE":
        raise InputError(f"there is no armature {name!r} in this file")
    return found
