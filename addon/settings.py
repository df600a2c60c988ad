# SPDX-License-Identifier: GPL-3.0-or-later
"""`scene.lsmplify`: all that a scene keeps. Each feature brings its own fields."""

import bpy
from bpy.props import BoolProperty, PointerProperty

from .body.properties import BodyFields
from .character.properties import LSMPLifyCharacter
from .export.properties import ExportFields
from .review.properties import LSMPLifySeeing
from .solve.properties import SolveFields
from .stages.properties import StageFields
from .takes import repair_marks
from .takes.properties import LSMPLifyCleanUp
from .tracks.properties import TracksFields


def _mark_repairs(settings: bpy.types.PropertyGroup, _context: object) -> None:
    repair_marks.refresh_all(settings.id_data)


class LSMPLifySettings(
    ExportFields, StageFields, TracksFields, BodyFields, SolveFields, bpy.types.PropertyGroup
):
    """Everything that the panel sets."""

    mark_repairs: BoolProperty(
        name="Mark on Timeline", default=True, update=_mark_repairs,
        description="Show what was repaired, but for filled gaps, as markers on the timeline",
    )  # fmt: skip
    seeing: PointerProperty(type=LSMPLifySeeing, description="What is drawn over the viewport")
    character: PointerProperty(
        type=LSMPLifyCharacter, description="The motion on an artist's own character"
    )
    cleanup: PointerProperty(
        type=LSMPLifyCleanUp, description="Settings of the next clean-up steps"
    )


CLASSES = (LSMPLifySettings,)


def register() -> None:
    """Hang them on scenes."""
    bpy.types.Scene.lsmplify = PointerProperty(type=LSMPLifySettings)


def unregister() -> None:
    """Take them back."""
    del bpy.types.Scene.lsmplify
