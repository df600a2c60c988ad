# SPDX-License-Identifier: GPL-3.0-or-later
"""*Level*: tracks that lean are righted by floor, stance and gait.

Objects hang on an empty that turns them, so that their own keys stay as they are; of files, bones
and vertices the direction is set that a solve takes as up.
"""

from collections.abc import Sequence
from typing import ClassVar

import bpy
from mathutils import Matrix

from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.tracks.vertical import Vertical, find_vertical
from ..common.polls import allowed
from ..mapping.use import placed
from ..people.reading import LEVEL, Taken, chosen
from ..solve import reading
from ..solve.operators import missing
from ..translations import said
from .sources.choose import source_objects

_OBJECTS = ("SELECTED", "COLLECTION")
"""Sources whose tracks are objects of the scene."""


class LSMPLIFY_OT_level_tracks(bpy.types.Operator):
    """Find the vertical and put tracks upright that lean"""

    bl_idname = "lsmplify.level_tracks"
    bl_label = "Level"
    bl_description = (
        "Find the vertical from floor, stance and gait, and put tracks upright that lean; objects "
        "hang on an empty that turns them and keep their keys"
    )
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey where there are no tracks, with the reason."""
        return allowed(cls, missing(context))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Find the vertical, then turn the tracks or set the direction."""
        settings = context.scene.lsmplify
        try:
            people = chosen(reading.read_people(context, believe_up=False), settings.person)
            vertical = _vertical(settings, people)
        except InputError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if vertical.degrees < 0.05:
            self.report({"INFO"}, said("The tracks stand upright: nothing shows that they lean"))
            settings.up = "auto"
            return {"FINISHED"}
        if settings.source in _OBJECTS:
            _turn(context, vertical)
            settings.up = "auto"
        else:
            settings.up, settings.up_direction = "DIRECTION", vertical.up
        self.report(
            {"INFO"},
            said("Levelled by {degrees}° ({evidence})", degrees=f"{vertical.degrees:.1f}",
                 evidence=vertical.evidence),
        )  # fmt: skip
        return {"FINISHED"}


def _vertical(settings: bpy.types.PropertyGroup, people: Sequence[Taken]) -> Vertical:
    """By the first person whose body shows it: all stand in one world. InputError where nobody's
    does."""
    problem: InputError | None = None
    for person in people:
        try:
            tracks, (match, _, _) = placed(settings, person.taken.tracks)
            return find_vertical(tracks, match)
        except InputError as error:
            problem = problem or error
    raise problem or InputError("there are no tracks to level")


def _turn(context: bpy.types.Context, vertical: Vertical) -> None:
    """Hang the objects that hang on nothing else on an empty that is turned; the one that they hang
    on already is turned further."""
    objects, _ = source_objects(context)
    rotation = Matrix(vertical.turn.tolist()).to_4x4()
    tops = {_top(item) for item in objects}
    levels = [item for item in tops if LEVEL in item]
    for level in levels:
        level.matrix_world = rotation @ level.matrix_world
    loose = [item for item in tops if LEVEL not in item]
    if not loose:
        return
    level = bpy.data.objects.new("Level", None)
    level[LEVEL] = True
    level.empty_display_size = 0.2
    (objects[0].users_collection or (context.scene.collection,))[0].objects.link(level)
    level.matrix_world = rotation
    for item in loose:
        own = item.matrix_parent_inverse.copy()
        item.parent, item.matrix_parent_inverse = level, own


def _top(item: bpy.types.Object) -> bpy.types.Object:
    """The object that nothing is above."""
    while item.parent is not None:
        item = item.parent
    return item


CLASSES = (LSMPLIFY_OT_level_tracks,)
