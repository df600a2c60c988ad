# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene to Tracks: animated objects, bones and vertices, read from their curves where that is the
truth and evaluated by Blender where it is not. Nothing in the scene is changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import bpy

from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.tracks.tracks import Tracks, checked_tracks
from ..common.units import scene_unit
from .sources.bones import bone_points
from .sources.objects import object_points
from .sources.points import Points
from .sources.sampling import sampled
from .sources.vertices import Choice, vertex_points


@dataclass(frozen=True)
class SceneTracks:
    """tracks, and the scene frame (fractional) of their first sample."""

    tracks: Tracks
    first: float


def scene_rate(scene: bpy.types.Scene) -> float:
    """Frames per second of the scene."""
    return scene.render.fps / scene.render.fps_base


def from_objects(
    context: bpy.types.Context, objects: Sequence[bpy.types.Object], source: str,
    span: tuple[int, int] | None = None,
) -> SceneTracks:  # fmt: skip
    """Tracks of objects' origins. InputError where there are none.

    span: first and last scene frame, where Blender has to evaluate them; None for the whole take.
    """
    if not objects:
        raise InputError(
            f"{source}: there are no objects; select the empties or choose a collection"
        )
    return _tracks(context, object_points(objects), source, span)


def from_bones(
    context: bpy.types.Context, armature: bpy.types.Object, span: tuple[int, int] | None = None
) -> SceneTracks:
    """Tracks of an armature's bones, at their heads; `span` as above. InputError where it has
    none."""
    return _tracks(context, bone_points(armature), f"armature {armature.name!r}", span)


def from_vertices(
    context: bpy.types.Context, item: bpy.types.Object, choice: Choice,
    span: tuple[int, int] | None = None,
) -> SceneTracks:  # fmt: skip
    """Tracks of a mesh's or point cloud's vertices; `span` as above. InputError where none are
    named so."""
    points = vertex_points(context, item, choice)
    return _tracks(context, points, f"{item.type.lower()} {item.name!r}", span)


def _tracks(
    context: bpy.types.Context, points: Points, source: str, span: tuple[int, int] | None
) -> SceneTracks:
    found = sampled(context, points, span)
    rate = scene_rate(context.scene) / found.step
    unit = scene_unit(context.scene)
    tracks = checked_tracks(
        found.positions, points.names, rate, source, None if unit == 1.0 else unit
    )
    return SceneTracks(replace(tracks, warnings=(*tracks.warnings, *points.notes)), found.first)
