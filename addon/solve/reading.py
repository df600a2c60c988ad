# SPDX-License-Identifier: GPL-3.0-or-later
"""The tracks that the scene's settings name."""

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ...lsmplify_core.geometry.resampling import frames_within
from ...lsmplify_core.reading import read_tracks
from ...lsmplify_core.reading.overrides import with_overrides
from ...lsmplify_core.runtime.errors import InputError
from ..people.reading import Taken, people_in
from ..tracks.scene_tracks import SceneTracks, from_bones, from_objects, from_vertices, scene_rate
from ..tracks.sources.choose import source_objects
from ..tracks.sources.vertices import Choice

if TYPE_CHECKING:
    from ..settings import LSMPLifySettings


def read_scene(context: bpy.types.Context, believe_up: bool = True) -> SceneTracks:
    """The tracks that the settings name, of everybody in them, within the chosen frames; as they
    lie where `believe_up` is off, whatever the settings say of up."""
    settings = context.scene.lsmplify
    if settings.source == "FILE":
        taken = _from_file(context, settings)
    elif settings.source == "BONES":
        if settings.track_armature is None:
            raise InputError("no armature with the tracks is chosen")
        taken = from_bones(context, settings.track_armature, _span(settings))
    elif settings.source == "VERTICES":
        if settings.point_cache is None:
            raise InputError("no mesh with the tracks is chosen")
        choice = Choice(settings.vertices_by, settings.vertex_attribute)
        taken = from_vertices(context, settings.point_cache, choice, _span(settings))
    else:
        taken = from_objects(context, *source_objects(context), _span(settings))
    unit = None if settings.unit == "auto" else settings.unit
    up = up_of(settings) if believe_up else None
    tracks = with_overrides(taken.tracks, unit=unit, up=up)
    taken = SceneTracks(tracks, taken.first)
    return _within(context, taken) if settings.use_range else taken


def up_of(settings: "LSMPLifySettings") -> str | None:
    """What the settings say of up, as `--up` takes it; None where it is to be found."""
    if settings.up == "DIRECTION":
        return ",".join(f"{v:.6f}" for v in settings.up_direction)
    return None if settings.up == "auto" else settings.up


def read_people(context: bpy.types.Context, believe_up: bool = True) -> list[Taken]:
    """The same, told apart by people: one at least."""
    settings, taken = context.scene.lsmplify, read_scene(context, believe_up)
    objects = source_objects(context)[0] if settings.source in ("SELECTED", "COLLECTION") else []
    collection = settings.collection if settings.source == "COLLECTION" else None
    return people_in(taken, objects, collection)


def _span(settings: "LSMPLifySettings") -> tuple[int, int] | None:
    """The scene frames asked for, None for the scene's own."""
    return (settings.frame_start, settings.frame_end) if settings.use_range else None


def _from_file(context: bpy.types.Context, settings: "LSMPLifySettings") -> SceneTracks:
    if not settings.filepath:
        raise InputError("no file with the tracks is chosen")
    path = Path(bpy.path.abspath(settings.filepath))
    tracks = read_tracks(path, image=settings.image_size or None)
    return SceneTracks(tracks, float(context.scene.frame_start))


def _within(context: bpy.types.Context, taken: SceneTracks) -> SceneTracks:
    settings, tracks = context.scene.lsmplify, taken.tracks
    step = scene_rate(context.scene) / tracks.rate
    part = frames_within(taken.first, step, tracks.frames, settings.frame_start, settings.frame_end)
    if part.stop <= part.start:
        raise InputError(
            f"scene frames {settings.frame_start} to {settings.frame_end} hold no samples of the "
            "take"
        )
    return SceneTracks(tracks.between(part.start, part.stop - 1), taken.first + step * part.start)
