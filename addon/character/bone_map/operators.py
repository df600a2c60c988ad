# SPDX-License-Identifier: GPL-3.0-or-later
"""Find Bones; Save, Load and Forget Bone Map."""

from pathlib import Path
from typing import ClassVar

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ....lsmplify_core.retarget import check_map, load_map, save_map
from ....lsmplify_core.runtime.errors import OUTSIDE, InputError
from .. import changes
from ..apply.plan import target_of
from ..operators import CharacterOperator, note_map, settings_of
from ..rig.armature import check_character, rig_from
from . import remember
from . import rows as bone_rows
from .choice import chosen_map, map_for


class LSMPLIFY_OT_find_bones(CharacterOperator, bpy.types.Operator):
    """Find out which bone of the character is what, and say what is missing"""

    bl_idname = "lsmplify.find_bones"
    bl_label = "Find Bones"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Look at names and structure; nothing but the list is changed."""
        settings = settings_of(context)
        try:
            target = check_character(target_of(context))
            rig = rig_from(target)
            rig_map = map_for(target, rig, chosen_map(settings, target))
        except OUTSIDE as error:
            return self.refused(error)
        note_map(settings, rig_map, rig.count)
        changes.note_change()
        self.report({"INFO"}, f"{rig_map.name}: {len(rig_map.mapped)} bones; {rig_map.evidence}")
        return {"FINISHED"}


class LSMPLIFY_OT_save_bone_map(CharacterOperator, bpy.types.Operator, ExportHelper):
    """Write the character's bone map as a JSON file, to correct it by hand or to share it"""

    bl_idname = "lsmplify.save_bone_map"
    bl_label = "Save Bone Map"
    filename_ext = ".json"
    filter_glob: StringProperty(
        default="*.json", options={"HIDDEN"}, description="Endings of the files that are shown"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Find it as Apply to Character would, and write it."""
        settings = settings_of(context)
        try:
            target = check_character(target_of(context))
            rig_map = map_for(target, rig_from(target), chosen_map(settings, target))
            save_map(rig_map, Path(bpy.path.abspath(self.filepath)))
        except OUTSIDE as error:
            return self.refused(error)
        return {"FINISHED"}


class LSMPLIFY_OT_load_bone_map(CharacterOperator, bpy.types.Operator, ImportHelper):
    """Read a bone map from a JSON file into the list, and keep it for rigs with the same names"""

    bl_idname = "lsmplify.load_bone_map"
    bl_label = "Load Bone Map"
    bl_options: ClassVar = {"REGISTER", "UNDO"}
    filter_glob: StringProperty(
        default="*.json", options={"HIDDEN"}, description="Endings of the files that are shown"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Hold it against the character, then take it."""
        settings = settings_of(context)
        try:
            target = check_character(target_of(context))
            rig = rig_from(target)
            rig_map = load_map(Path(bpy.path.abspath(self.filepath)))
            check_map(rig_map, rig)
        except OUTSIDE as error:
            return self.refused(error)
        note_map(settings, rig_map, rig.count)
        bone_rows.keep(settings, target, rig_map)
        return {"FINISHED"}


class LSMPLIFY_OT_forget_bone_map(CharacterOperator, bpy.types.Operator):
    """Drop what was corrected by hand, and find the bones anew"""

    bl_idname = "lsmplify.forget_bone_map"
    bl_label = "Forget Corrections"
    bl_options: ClassVar = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Names decide again."""
        settings = settings_of(context)
        try:
            target = check_character(target_of(context))
        except InputError as error:
            return self.refused(error)
        remember.forget(bone_rows.names_of(target))
        settings.own_map = settings.own_bones = ""
        return bpy.ops.lsmplify.find_bones()


CLASSES = (
    LSMPLIFY_OT_find_bones, LSMPLIFY_OT_save_bone_map, LSMPLIFY_OT_load_bone_map,
    LSMPLIFY_OT_forget_bone_map,
)  # fmt: skip
