# SPDX-License-Identifier: GPL-3.0-or-later
"""Save, load, export and import the settings of the clean-up."""

from pathlib import Path
from typing import ClassVar

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ...lsmplify_core.runtime.errors import InputError
from ..takes.properties import LSMPLifyCleanUp
from ..translations import CONTEXT
from . import files as presets

_items: list[tuple[str, str, str]] = []
"""Blender wants the items of a changing list kept."""


def _names(_self: object, _context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    _items[:] = [(n, n, "") for n in presets.names()] or [("", "No presets yet", "")]
    return _items


class _Preset:
    """Reports one line where something is wrong."""

    bl_options: ClassVar = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it."""
        try:
            self.report({"INFO"}, self.act(context.scene.lsmplify.cleanup))
        except InputError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class LSMPLIFY_OT_save_preset(_Preset, bpy.types.Operator):
    """Keep the clean-up's settings under a name"""

    bl_idname = "lsmplify.save_preset"
    bl_label = "Save Preset"

    name: StringProperty(
        name="Name", default="My Clean-Up", description="The name to find the settings by later"
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the name."""
        return context.window_manager.invoke_props_dialog(self)

    def act(self, settings: LSMPLifyCleanUp) -> str:
        """Write it."""
        path = presets.path_of(self.name, make=True)
        presets.save(settings, path)
        return f"Saved {path.stem}"


class LSMPLIFY_OT_load_preset(_Preset, bpy.types.Operator):
    """Take the settings of a preset"""

    bl_idname = "lsmplify.load_preset"
    bl_label = "Load Preset"
    bl_property = "name"

    name: EnumProperty(name="Preset", items=_names, description="The preset to take settings from")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Show the list."""
        context.window_manager.invoke_search_popup(self)
        return {"FINISHED"}

    def act(self, settings: LSMPLifyCleanUp) -> str:
        """Read it."""
        presets.load(settings, presets.path_of(self.name))
        return f"Loaded {self.name}"


class LSMPLIFY_OT_export_preset(_Preset, bpy.types.Operator, ExportHelper):
    """Write the clean-up's settings to a file, to share them"""

    bl_idname = "lsmplify.export_preset"
    bl_label = "Export Settings"
    filename_ext = ".json"

    filter_glob: StringProperty(
        default="*.json", options={"HIDDEN"}, description="Endings of the files that are shown"
    )

    def act(self, settings: LSMPLifyCleanUp) -> str:
        """Write it."""
        path = Path(bpy.path.abspath(self.filepath))
        presets.save(settings, path)
        return f"Written {path.name}"


class LSMPLIFY_OT_import_preset(_Preset, bpy.types.Operator, ImportHelper):
    """Take the clean-up's settings from a file"""

    bl_idname = "lsmplify.import_preset"
    bl_label = "Import Settings"
    bl_translation_context = CONTEXT

    filter_glob: StringProperty(
        default="*.json", options={"HIDDEN"}, description="Endings of the files that are shown"
    )

    def act(self, settings: LSMPLifyCleanUp) -> str:
        """Read it."""
        path = Path(bpy.path.abspath(self.filepath))
        presets.load(settings, path)
        return f"Settings from {path.name}"


CLASSES = (
    LSMPLIFY_OT_save_preset, LSMPLIFY_OT_load_preset, LSMPLIFY_OT_export_preset,
    LSMPLIFY_OT_import_preset,
)  # fmt: skip
