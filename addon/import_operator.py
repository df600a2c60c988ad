# SPDX-License-Identifier: GPL-3.0-or-later
"""Import a file of tracks as empties, so that one sees them before anything is solved."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import bpy
import numpy as np
from bpy.props import BoolProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ..lsmplify_core.errors import OUTSIDE, InputError, told
from ..lsmplify_core.matching import best_match
from ..lsmplify_core.reading import read_tracks
from ..lsmplify_core.tracks import Tracks
from ..lsmplify_core.world import to_world
from . import actions
from .scene_tracks import scene_rate


class LSMPLIFY_OT_import_tracks(bpy.types.Operator, ImportHelper):
    """Import markers or keypoints as empties in a collection of their own, at the file's own rate"""

    bl_idname = "lsmplify.import_tracks"
    bl_label = "Import Tracks"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    filter_glob: StringProperty(
        default="*.c3d;*.trc;*.npy;*.npz;*.csv;*.tsv;*.txt;*.dat", options={"HIDDEN"}
    )
    fit_range: BoolProperty(
        name="Fit Frame Range", default=True, description="Let the scene end where the take ends"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read the file and make the empties."""
        path = Path(bpy.path.abspath(self.filepath))
        try:
            tracks = _upright(read_tracks(path))
        except OUTSIDE as error:
            self.report({"ERROR"}, told(error))
            return {"CANCELLED"}
        collection = make_empties(context, tracks, path.stem)
        if self.fit_range:
            length = (tracks.frames - 1) * scene_rate(context.scene) / tracks.rate
            context.scene.frame_end = int(np.ceil(context.scene.frame_start + length))
        settings = context.scene.lsmplify
        settings.source, settings.collection = "COLLECTION", collection
        for warning in tracks.warnings:
            self.report({"WARNING"}, warning)
        self.report({"INFO"}, f"{len(collection.objects)} tracks, {tracks.frames} frames")
        return {"FINISHED"}


def _upright(tracks: Tracks) -> Tracks:
    """In metres with Z up where a body tells how; as they are where none is found."""
    try:
        return to_world(tracks, best_match(tracks.names))
    except InputError as error:
        return replace(tracks, warnings=(*tracks.warnings, str(error)))


def make_empties(context: bpy.types.Context, tracks: Tracks, name: str) -> bpy.types.Collection:
    """Empties with a key for every sample that was seen, in a new collection."""
    collection = bpy.data.collections.new(name)
    context.scene.collection.children.link(collection)
    step = scene_rate(context.scene) / tracks.rate
    frames = context.scene.frame_start + step * np.arange(tracks.frames)
    seen = tracks.seen
    for column, track in enumerate(tracks.names):
        there = seen[:, column]
        if not there.any():
            continue
        empty = bpy.data.objects.new(track, None)
        empty.empty_display_type, empty.empty_display_size = "SPHERE", 0.012
        collection.objects.link(empty)
        positions = tracks.positions[there, column]
        empty.location = positions[0]
        actions.new_action(empty, f"{name} {track}")
        for axis in range(3):
            actions.write_curve(
                empty, "location", axis, "Location", frames[there], positions[:, axis]
            )
    return collection
