# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes as empties with keys, in collections by file and person."""

import bpy
import numpy as np

from ...lsmplify_core.tracks.tracks import Tracks
from ..bake import actions
from ..common.units import scene_unit
from .files import Take
from .scene_tracks import scene_rate

SOURCE_FILE = "lsmplify_file"
"""Property of a collection: the file that it was imported from."""
_SIZE = 0.012
"""Radius of an empty in metres."""


def add_take(context: bpy.types.Context, take: Take) -> bpy.types.Collection:
    """Empties of everybody in a take: in a collection of its name, with one for each person in it
    where there are several."""
    if len(take.people) == 1:
        made = make_empties(context, take.tracks, take.name)
        made[SOURCE_FILE] = take.path
        return made
    whole = bpy.data.collections.new(take.name)
    context.scene.collection.children.link(whole)
    whole[SOURCE_FILE] = take.path
    for person in take.people:
        own = make_empties(context, person.tracks, f"{take.name} {person.name}")
        context.scene.collection.children.unlink(own)
        whole.children.link(own)
    return whole


def make_empties(context: bpy.types.Context, tracks: Tracks, name: str) -> bpy.types.Collection:
    """Empties with a key for every sample that was seen, in a new collection."""
    collection = bpy.data.collections.new(name)
    context.scene.collection.children.link(collection)
    step = scene_rate(context.scene) / tracks.rate
    frames = first_frame(context.scene, tracks) + step * np.arange(tracks.frames)
    unit = scene_unit(context.scene)
    seen = tracks.seen
    for column, track in enumerate(tracks.names):
        there = seen[:, column]
        if not there.any():
            continue
        empty = bpy.data.objects.new(track, None)
        empty.empty_display_type, empty.empty_display_size = "SPHERE", _SIZE / unit
        collection.objects.link(empty)
        positions = tracks.positions[there, column] / unit
        empty.location = positions[0]
        actions.new_action(empty, f"{name} {track}")
        for axis in range(3):
            actions.write_curve(
                empty, "location", axis, "Location", frames[there], positions[:, axis]
            )
    return collection


def add_events(context: bpy.types.Context, tracks: Tracks) -> int:
    """Marks on the timeline for the moments that the file names; their number."""
    scene = context.scene
    for seconds, name in tracks.events:
        frame = first_frame(scene, tracks) + seconds * scene_rate(scene)
        scene.timeline_markers.new(name, frame=round(frame))
    return len(tracks.events)


def last_frame(context: bpy.types.Context, take: Take) -> int:
    """The scene frame at which the take ends."""
    scene = context.scene
    length = (take.tracks.frames - 1) * scene_rate(scene) / take.tracks.rate
    return int(np.ceil(first_frame(scene, take.tracks) + length - 1e-6))


def first_frame(scene: bpy.types.Scene, tracks: Tracks) -> float:
    """The scene frame of the first sample: the scene's first, and the file's start after it."""
    return scene.frame_start + tracks.start * scene_rate(scene)
