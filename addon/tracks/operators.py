# SPDX-License-Identifier: GPL-3.0-or-later
"""Import files of tracks as empties, so that one sees them before anything is solved."""

from pathlib import Path
from typing import ClassVar

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ...lsmplify_core.reading import SUFFIXES
from ...lsmplify_core.review.framing import tracks_bounds
from ...lsmplify_core.runtime.errors import OUTSIDE, error_line
from ..common import framing
from ..translations import CONTEXT
from .choice import hide_default_cube
from .empties import add_events, add_take, last_frame
from .files import Take, at_rate, from_start, read_take
from .properties import UNIT_ITEMS, UP_ITEMS
from .scene_tracks import scene_rate

_FAST = 32767
"""Most frames per second that a scene can have."""


class LSMPLIFY_OT_import_tracks(bpy.types.Operator, ImportHelper):
    """Import markers or keypoints as empties, a collection for each file and person"""

    bl_idname = "lsmplify.import_tracks"
    bl_label = "Import Tracks"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    files: CollectionProperty(
        type=bpy.types.OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"},
        description="Names of the files in the folder; several become a collection each",
    )  # fmt: skip
    directory: StringProperty(
        subtype="DIR_PATH", options={"HIDDEN", "SKIP_SAVE"},
        description="The folder of the files, or a folder that is one take",
    )  # fmt: skip
    filter_glob: StringProperty(
        default=";".join(f"*{suffix}" for suffix in SUFFIXES), options={"HIDDEN"},
        description="Endings of the files that are shown",
    )  # fmt: skip
    unit: EnumProperty(name="Unit", description="Unit of the files", items=UNIT_ITEMS)
    up: EnumProperty(name="Up", description="Axis of the files that points up", items=UP_ITEMS)
    image_size: StringProperty(
        name="Image Size",
        description="Width and height of the picture, as 1920x1080, for landmarks that are shares "
        "of it; empty for all others",
    )
    keys: EnumProperty(
        name="Keys", description="Where keys are set", translation_context=CONTEXT,
        items=(("SAMPLES", "Every Sample", "At the file's own rate, between frames too"),
               ("SCENE", "Every Frame", "At the scene's rate, interpolated between samples")),
    )  # fmt: skip
    set_rate: BoolProperty(
        name="Set Scene Rate", default=False,
        description="Let the scene have the file's frames per second, so that each sample is a "
                    "frame",
    )  # fmt: skip
    fit_range: BoolProperty(
        name="Fit Frame Range", default=True, description="Let the scene end where the take ends"
    )
    events: BoolProperty(
        name="Events as Markers", default=True,
        description="Mark the moments that the file names on the timeline",
    )  # fmt: skip

    keep_start: BoolProperty(
        name="Keep Start Time", default=False,
        description="Let takes begin on the timeline when their files say, so that several of one "
                    "capture stay together",
    )  # fmt: skip

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read everything, then make the empties."""
        takes = self._read()
        if not takes:
            return {"CANCELLED"}
        if self.set_rate:
            self._set_rate(context, takes)
        rate = scene_rate(context.scene)
        if self.keys == "SCENE":
            takes = [at_rate(take, rate) for take in takes]
        if not self.keep_start:
            takes = [from_start(take) for take in takes]
        made = [add_take(context, take) for take in takes]
        if self.fit_range:
            context.scene.frame_end = max(last_frame(context, take) for take in takes)
        if self.events:
            for take in takes:
                add_events(context, take.tracks)
        settings = context.scene.lsmplify
        settings.source, settings.collection, settings.person = "COLLECTION", made[0], ""
        settings.stage, settings.tracks_page = "TRACKS", "SOURCE"
        if context.window is not None and not bpy.app.background:
            hide_default_cube(context)
            framing.frame(context, *tracks_bounds([p.tracks for t in takes for p in t.people]))
        for take in takes:
            for warning in take.warnings:
                self.report({"WARNING"}, warning)
        self.report({"INFO"}, _told(takes))
        return {"FINISHED"}

    def _read(self) -> list[Take]:
        """What can be read of the chosen files; what cannot is reported."""
        unit = None if self.unit == "auto" else self.unit
        up = None if self.up == "auto" else self.up
        takes: list[Take] = []
        problems: list[str] = []
        for path in self._paths():
            try:
                takes.append(read_take(path, unit, up, self.image_size.strip() or None))
            except OUTSIDE as error:
                problems.append(error_line(error))
        for problem in problems:
            self.report({"WARNING"} if takes else {"ERROR"}, problem)
        return takes

    def _paths(self) -> list[Path]:
        """The files that were chosen, or the folder that was."""
        folder = Path(bpy.path.abspath(self.directory)) if self.directory else None
        named = [f.name for f in self.files if f.name]
        if named and folder is not None:
            return [folder / name for name in named]
        return [Path(bpy.path.abspath(self.filepath or self.directory))]

    def _set_rate(self, context: bpy.types.Context, takes: list[Take]) -> None:
        rates = [take.tracks.rate for take in takes]
        if max(rates) - min(rates) > 0.01:
            self.report({"WARNING"}, f"the files have several rates; the scene has {rates[0]:g}")
        whole = min(max(round(rates[0]), 1), _FAST)
        context.scene.render.fps, context.scene.render.fps_base = whole, whole / rates[0]


def _told(takes: list[Take]) -> str:
    if len(takes) > 1:
        people = sum(len(t.people) for t in takes)
        return f"{len(takes)} takes of {people} people"
    take = takes[0]
    tracks = sum(len(p.tracks.names) for p in take.people)
    people = f", {len(take.people)} people" if len(take.people) > 1 else ""
    return f"{tracks} tracks, {take.tracks.frames} frames{people}"


CLASSES = (LSMPLIFY_OT_import_tracks,)
