# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the action that is shown to a file: by Blender's own exporters, or as a motion."""

from contextlib import nullcontext
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ...lsmplify_core.motion.motion import save_motion
from ...lsmplify_core.runtime.errors import InputError
from ..bake import export
from ..bake.object_root import way_on_object
from ..takes.armature_operator import ArmatureOperator
from ..takes.reading import read_take, shown_action
from ..translations import CONTEXT

FORMATS = (
    *export.OTHERS,
    (".npz", "Motion npz", "SMPL rotations as in AMASS, for research code"),
)
"""Kinds of files for the panel: those of an armature, and a motion."""


class LSMPLIFY_OT_export_take(ArmatureOperator, bpy.types.Operator, ExportHelper):
    """Write the motion of the action that is shown to a file"""

    bl_idname = "lsmplify.export_take"
    bl_label = "Export Motion"

    filename_ext = ""
    check_extension = False
    form: EnumProperty(
        name="Format", items=FORMATS, translation_context=CONTEXT,
        description="What kind of file; a name that ends in one of these decides by itself",
    )  # fmt: skip
    filter_glob: StringProperty(
        default=";".join(f"*{f[0]}" for f in FORMATS), options={"HIDDEN"},
        description="Endings of the files that are shown",
    )  # fmt: skip

    root: EnumProperty(
        name="Root Motion",
        description="Where the file has the way over the ground; the action is not changed",
        items=(
            ("BONES", "On the Bones", "On the pelvis, as the action has it"),
            ("OBJECT", "On the Object", "On the armature's object, where game engines look for it"),
        ),
    )  # fmt: skip

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the file, with the panel's format and the action's name."""
        if not self.properties.is_property_set("form"):
            self.form = context.scene.lsmplify.export_form
        ExportHelper.invoke(self, context, _event)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Write it."""
        path = Path(bpy.path.abspath(self.filepath))
        if not path.name:
            raise InputError("no file is named to write the motion to")
        forms = [f[0] for f in FORMATS]
        if path.suffix.lower() not in forms:
            path = path.with_name(f"{path.name}{self.form}")
        take = read_take(context, armature)
        if path.suffix.lower() == ".npz":
            save_motion(take.motion, path)
        else:
            span = take.grid.frames
            first, last = int(span[0]), int(span[-1] + 0.999)
            way = way_on_object(armature, first, last) if self.root == "OBJECT" else nullcontext()
            with way:
                export.write(path, armature, first, last)
        return f"{path.name}: {shown_action(armature).name}"


CLASSES = (LSMPLIFY_OT_export_take,)
