# SPDX-License-Identifier: GPL-3.0-or-later
"""Export Character: the character with its action as a file of another program."""

from contextlib import nullcontext
from pathlib import Path
from typing import Final

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ...lsmplify_core.runtime.errors import OUTSIDE, InputError
from ..bake import export
from ..bake.engines import ExportOptions
from ..bake.object_root import way_on_object
from ..translations import CONTEXT
from .apply.plan import target_of
from .operators import CharacterOperator
from .rig.armature import check_character

_ENGINES: Final = (
    ("none", "Blender's Own", "Axes and names as they are"),
    ("unreal", "Unreal", "Axes, unit and root bone as Unreal wants them, in an FBX"),
    ("unity", "Unity", "Axes, unit and root bone as Unity wants them, in an FBX"),
)


class LSMPLIFY_OT_export_character(CharacterOperator, bpy.types.Operator, ExportHelper):
    """Write the character with the action that it shows to a file"""

    bl_idname = "lsmplify.export_character"
    bl_label = "Export Character"

    filename_ext = ""
    check_extension = False
    form: EnumProperty(
        name="Format", items=export.OTHERS, translation_context=CONTEXT,
        description="What kind of file; a name that ends in one of these decides by itself",
    )  # fmt: skip
    engine: EnumProperty(
        name="Engine", items=_ENGINES, description="The game engine that the file is for"
    )
    root: EnumProperty(
        name="Root Motion",
        description="Where the file has the way over the ground; the action is not changed",
        items=(
            ("BONES", "On the Bones", "On the hips or the root bone, as the action has it"),
            ("OBJECT", "On the Object", "On the armature's object, where game engines look for it"),
        ),
    )  # fmt: skip
    filter_glob: StringProperty(
        default=";".join(f"*{f[0]}" for f in export.OTHERS), options={"HIDDEN"},
        description="Endings of the files that are shown",
    )  # fmt: skip

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the frames of the action."""
        path = Path(bpy.path.abspath(self.filepath))
        if path.suffix.lower() not in [f[0] for f in export.OTHERS]:
            path = path.with_name(f"{path.name}{self.form}")
        try:
            target = check_character(target_of(context))
            animation = target.animation_data
            action = animation.action if animation is not None else None
            if action is None:
                raise InputError(f"{target.name!r} shows no action; press Apply to Character first")
            first, last = (int(frame) for frame in action.frame_range)
            way = way_on_object(target, first, last) if self.root == "OBJECT" else nullcontext()
            with way:
                export.write(path, target, first, last, ExportOptions(self.engine, None))
        except OUTSIDE as error:
            return self.refused(error)
        self.report({"INFO"}, f"{path.name}: {action.name}")
        return {"FINISHED"}


CLASSES = (LSMPLIFY_OT_export_character,)
