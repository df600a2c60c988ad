# SPDX-License-Identifier: GPL-3.0-or-later
"""The props of what the settings name: all of a take, or the selected tracks as one."""

from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ...lsmplify_core.layouts.matching import shows_a_body
from ...lsmplify_core.props.find import PropTracks, named
from ...lsmplify_core.props.prop import Prop, solve_prop
from ...lsmplify_core.props.take import PosedPerson, solve_props
from ...lsmplify_core.reading.systems.rigid_bodies import RigidBody, read_rigid_bodies
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.tracks.units_and_axes import World, converted, find_world
from ..bake.motion_keys import Timing
from ..common.units import scene_unit
from ..mapping.use import placed
from ..solve import reading
from ..tracks.empties import SOURCE_FILE
from ..tracks.files import world_of_file
from ..tracks.scene_tracks import SceneTracks, scene_rate

_FEW = 19
"""Selected objects that are no body: fewer than what tells one without names."""


@dataclass(frozen=True)
class FoundProps:
    """props: in metres, Z up. timing: where their samples lie in the scene."""

    props: tuple[Prop, ...]
    timing: Timing


def found_props(context: bpy.types.Context) -> FoundProps:
    """The props that the settings' tracks hold. Few selected objects that show no body are one
    prop. InputError where there is none."""
    settings = context.scene.lsmplify
    taken = reading.read_scene(context)
    timing = Timing(
        taken.first, scene_rate(context.scene) / taken.tracks.rate, settings.keys == "SCENE"
    )
    names = taken.tracks.names
    if settings.source == "SELECTED" and len(names) <= _FEW and not shows_a_body(names):
        return FoundProps((_selected(context, taken),), timing)
    posed = [
        PosedPerson(tracks, found[0])
        for tracks, found in (
            placed(settings, p.taken.tracks) for p in reading.read_people(context)
        )
    ]
    world = _world(context, posed[0])
    props = solve_props(taken.tracks, posed, world, _bodies(context, taken))
    if not props:
        raise InputError(
            "no prop was found: no three tracks beside the body move as one; select a prop's "
            "tracks, take Selected Objects as Tracks, and make it of them"
        )
    return FoundProps(props, timing)


def _selected(context: bpy.types.Context, taken: SceneTracks) -> Prop:
    """The selected tracks as one prop, whatever they are called."""
    tracks = converted(taken.tracks, _as_it_is(context))
    group: PropTracks = named([tuple(range(len(tracks.names)))], tracks.names)[0]
    return solve_prop(tracks.positions, tracks.names, tracks.rate, group.name)


def _world(context: bpy.types.Context, posed: PosedPerson) -> World:
    """A file's world is put right, as a solve does it; a scene's is what the artist sees."""
    if context.scene.lsmplify.source == "FILE":
        return find_world(posed.tracks, posed.match)
    return _as_it_is(context)


def _as_it_is(context: bpy.types.Context) -> World:
    return World("scene", scene_unit(context.scene), "+z")


def _bodies(context: bpy.types.Context, taken: SceneTracks) -> tuple[RigidBody, ...]:
    """The rigid bodies of the file that is the source. Those beside imported tracks are Z up and in
    metres as these are only where the file is."""
    settings = context.scene.lsmplify
    if settings.source == "FILE" and settings.filepath:
        bodies = read_rigid_bodies(Path(bpy.path.abspath(settings.filepath)))
        return tuple(b for b in bodies if len(b.location) == taken.tracks.frames)
    if settings.source != "COLLECTION" or settings.collection is None:
        return ()
    path = Path(str(settings.collection.get(SOURCE_FILE, "")))
    if not path.is_file():
        return ()
    return _as_imported(path, context, taken)


def _as_imported(
    path: Path, context: bpy.types.Context, taken: SceneTracks
) -> tuple[RigidBody, ...]:
    """A file's rigid bodies in the scene's unit and axes, as its tracks were imported."""
    bodies = [b for b in read_rigid_bodies(path) if len(b.location) == taken.tracks.frames]
    world = world_of_file(path) if bodies else None
    if world is None:
        return ()
    unit = scene_unit(context.scene)
    return tuple(
        replace(
            b, location=b.location * world.unit @ world.turn.T / unit,
            rotation=world.turn @ b.rotation,
        )
        for b in bodies
    )  # fmt: skip
