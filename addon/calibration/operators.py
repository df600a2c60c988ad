# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the calibrated body with its markers, and hide it again."""

from pathlib import Path
from typing import ClassVar

import bpy
from bpy.props import BoolProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ...lsmplify_core.calibration.calibration_file import save_calibration
from ...lsmplify_core.runtime.errors import InputError
from ..common.polls import allowed
from ..takes.baked_on import baked_on
from .figure import add_figure, figure_of, remove_figure
from .store import calibration_of


class LSMPLIFY_OT_show_markers(bpy.types.Operator):
    """Show the solved body in T-pose with the markers where they were found on it; again to hide it"""  # noqa: E501

    bl_idname = "lsmplify.show_markers"
    bl_label = "Show Markers"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    show_names: BoolProperty(name="Names", default=False, description="Write the names beside them")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey where no armature has been solved for."""
        return _solved(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Show it, or hide it where it is shown."""
        armature = solved_armature(context)
        shown = figure_of(armature)
        if shown is not None:
            remove_figure(shown)
            return {"FINISHED"}
        found = calibration_of(armature)
        collection = add_figure(context, armature, found, self.show_names)
        self.report({"INFO"}, f"{len(found.names)} markers in collection {collection.name}")
        return {"FINISHED"}


class LSMPLIFY_OT_save_calibration(bpy.types.Operator, ExportHelper):
    """Save the body and the markers' places on it, for other takes of the same person"""

    bl_idname = "lsmplify.save_calibration"
    bl_label = "Save Calibration"

    filename_ext = ".json"
    filter_glob: StringProperty(
        default="*.json", options={"HIDDEN"}, description="Endings of the files that are shown"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey where no armature has been solved for."""
        return _solved(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file."""
        found = calibration_of(solved_armature(context))
        try:
            save_calibration(found.saved(), Path(bpy.path.abspath(self.filepath)))
        except InputError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


def _solved(cls: type, context: bpy.types.Context) -> bool:
    found = solved_armature(context) is not None
    return allowed(cls, "" if found else "Select an armature that was baked with Solve and Bake")


def solved_armature(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active armature where it has a calibration, else that of the last result."""
    active = context.view_layer.objects.active
    if active is not None and active.type == "ARMATURE" and calibration_of(active) is not None:
        return active
    last = baked_on(context.scene)
    return last if last is not None and calibration_of(last) is not None else None


CLASSES = (LSMPLIFY_OT_show_markers, LSMPLIFY_OT_save_calibration)
