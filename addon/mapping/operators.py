# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill, correct, save and load the mapping list."""

from pathlib import Path
from typing import ClassVar

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ...lsmplify_core.layouts.mapping import load_mapping, mapping_of, save_mapping
from ...lsmplify_core.runtime.errors import InputError
from ..common.polls import allowed
from . import remember, rows, use


class LSMPLIFY_OT_match_tracks(bpy.types.Operator):
    """Match the tracks with the layout's body points and list them, to be corrected by hand"""

    bl_idname = "lsmplify.match_tracks"
    bl_label = "Match Tracks"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    anew: BoolProperty(
        name="By Names Only", default=False,
        description="Forget what was mapped by hand for these names",
    )  # fmt: skip

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read the tracks' names and fill the list."""
        settings = context.scene.lsmplify
        try:
            names = track_names(context)
            rows.clear(settings)
            if self.anew:
                remember.forget(names)
        except InputError as error:
            return _refused(self, error)
        try:
            found = use.match_tracks(settings, names)
        except InputError:
            found = use.Found(use.nearest(settings, names))
            self.report({"WARNING"}, "the names show too little of a body; map the points by hand")
        evidence = found.match.evidence
        rows.fill(settings, mapping_of(found.match, names), names, evidence, found.by_hand)
        self.report({"INFO"}, evidence)
        return {"FINISHED"}


class LSMPLIFY_OT_map_track(bpy.types.Operator):
    """Say which track shows a body point"""

    bl_idname = "lsmplify.map_track"
    bl_label = "Map Track"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    point: StringProperty(name="Body Point", description="The body point's name in the layout")
    track: StringProperty(name="Track", description="Empty to leave the point without a track")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Change one row."""
        try:
            rows.assign(context.scene.lsmplify.mapping, self.point, self.track)
        except KeyError as error:
            reason = f"there is no {error.args[0]!r} in the mapping list; press Match Tracks first"
            return _refused(self, InputError(reason))
        return {"FINISHED"}


class LSMPLIFY_OT_clear_mapping(bpy.types.Operator):
    """Empty the mapping list: the tracks' names decide again"""

    bl_idname = "lsmplify.clear_mapping"
    bl_label = "Clear Mapping"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Empty it, and forget what was kept for these names."""
        settings = context.scene.lsmplify
        remember.forget([t.name for t in settings.mapping.tracks])
        rows.clear(settings)
        return {"FINISHED"}


class LSMPLIFY_OT_save_mapping(bpy.types.Operator, ExportHelper):
    """Save the mapping list as a layout file, for other files and other people"""

    bl_idname = "lsmplify.save_mapping"
    bl_label = "Save Mapping"

    filename_ext = ".json"
    filter_glob: StringProperty(
        default="*.json", options={"HIDDEN"}, description="Endings of the files that are shown"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey while there is nothing to save."""
        full = len(context.scene.lsmplify.mapping.rows) > 0
        return allowed(cls, "" if full else "The mapping list is empty; press Match Tracks first")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file."""
        mapping = rows.mapping_in(context.scene.lsmplify.mapping)
        if mapping is None:
            return _refused(self, InputError("the mapping list is empty; press Match Tracks first"))
        try:
            save_mapping(mapping, Path(bpy.path.abspath(self.filepath)))
        except InputError as error:
            return _refused(self, error)
        return {"FINISHED"}


class LSMPLIFY_OT_load_mapping(bpy.types.Operator, ImportHelper):
    """Load a mapping or a layout file into the mapping list"""

    bl_idname = "lsmplify.load_mapping"
    bl_label = "Load Mapping"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    filter_glob: StringProperty(
        default="*.json", options={"HIDDEN"}, description="Endings of the files that are shown"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read the file and hold it against the tracks there are."""
        settings, path = context.scene.lsmplify, Path(bpy.path.abspath(self.filepath))
        try:
            names = track_names(context)
            mapping = load_mapping(path, names)
            match = use.match_of(mapping, names)
        except InputError as error:
            return _refused(self, error)
        found = mapping_of(match, names)
        rows.fill(settings, found, names, f"{match.evidence} in {path.name}", True)
        settings.layout = "auto"
        remember.keep(found, names)
        self.report({"INFO"}, match.evidence)
        return {"FINISHED"}


def track_names(context: bpy.types.Context) -> tuple[str, ...]:
    """Names of the tracks of the chosen person, or of the first."""
    from ..people.reading import chosen
    from ..solve.reading import read_people

    people = chosen(read_people(context), context.scene.lsmplify.person)
    return people[0].taken.tracks.names


def _refused(operator: bpy.types.Operator, error: Exception) -> set[str]:
    operator.report({"ERROR"}, str(error))
    return {"CANCELLED"}


CLASSES = (
    LSMPLIFY_OT_match_tracks,
    LSMPLIFY_OT_map_track,
    LSMPLIFY_OT_clear_mapping,
    LSMPLIFY_OT_save_mapping,
    LSMPLIFY_OT_load_mapping,
)
