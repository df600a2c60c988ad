# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the action that is shown to a file: by Blender's own exporters, or as a motion."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ...lsmplify_core.files.atomic import open_beside
from ...lsmplify_core.motion.motion import save_motion
from ...lsmplify_core.runtime.errors import InputError
from ..takes.armature_operator import ArmatureOperator
from ..takes.reading import read_take, shown_action
from ..translations import CONTEXT

FORMATS = (
    (".fbx", "FBX", "Armature and mannequin for game engines and other 3D programs"),
    (".glb", "glTF", "Armature and mannequin in one binary file"),
    (".usdc", "USD", "Armature and mannequin for USD stages"),
    (".bvh", "BVH", "Bones alone, for motion tools"),
    (".npz", "Motion npz", "SMPL rotations as in AMASS, for research code"),
)


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

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the file, with the panel's format and the action's name."""
        if not self.properties.is_property_set("form"):
            self.form = context.scene.lsmplify.export_form
        ExportHelper.invoke(self, context, _event)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Write it."""
        path = Path(bpy.path.abspath(self.filepath))
        forms = [f[0] for f in FORMATS]
        if path.suffix.lower() not in forms:
            path = path.with_name(f"{path.name}{self.form}")
        take = read_take(context, armature)
        if path.suffix.lower() == ".npz":
            save_motion(take.motion, path)
        else:
            span = take.grid.frames
            with alone(context, armature, int(span[0]), int(span[-1] + 0.999)) as frames:
                _by_blender(path, *frames)
        return f"{path.name}: {shown_action(armature).name}"


@contextmanager
def alone(
    context: bpy.types.Context, armature: bpy.types.Object, first: int, last: int
) -> Generator[tuple[int, int], None, None]:
    """The armature and its skin alone selected and the scene as long as the take, which Blender's
    exporters ask for; afterwards all as it was."""
    scene, view = context.scene, context.view_layer
    selected, active = [o for o in view.objects if o.select_get()], view.objects.active
    mode = active.mode if active is not None else "OBJECT"
    length = scene.frame_start, scene.frame_end
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    scene.frame_start, scene.frame_end = span = first, max(last, first + 1)
    for item in view.objects:
        item.select_set(item == armature or item.parent == armature)
    view.objects.active = armature
    try:
        yield span
    finally:
        scene.frame_start, scene.frame_end = length
        for item in view.objects:
            item.select_set(item in selected)
        view.objects.active = active
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)


def _by_blender(path: Path, start: int, end: int) -> None:
    """Have Blender write beside, and rename into place. InputError says what Blender said."""
    try:
        handle, made = open_beside(path.resolve())
        os.close(handle)
        made.unlink()  # Blender makes it anew
        try:
            _WRITERS[path.suffix.lower()](str(made), start, end)
            os.replace(made, path.resolve())
        finally:
            made.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    except RuntimeError as error:
        line = str(error).strip().splitlines()[0] if str(error).strip() else "Blender refused"
        raise InputError(f"{path}: cannot be written: {line.removeprefix('Error: ')}") from error


def _fbx(path: str, _start: int, _end: int) -> None:
    bpy.ops.export_scene.fbx(
        filepath=path, use_selection=True, add_leaf_bones=False,
        bake_anim_use_all_actions=False, bake_anim_use_nla_strips=False,
    )  # fmt: skip


def _gltf(path: str, _start: int, _end: int) -> None:
    bpy.ops.export_scene.gltf(
        filepath=path, export_format="GLB", use_selection=True, export_animation_mode="ACTIVE_ACTIONS",
        export_frame_range=True,
    )  # fmt: skip


def _usd(path: str, _start: int, _end: int) -> None:
    bpy.ops.wm.usd_export(filepath=path, selected_objects_only=True, export_animation=True)


def _bvh(path: str, start: int, end: int) -> None:
    bpy.ops.export_anim.bvh(filepath=path, frame_start=start, frame_end=end)


_WRITERS = {".fbx": _fbx, ".glb": _gltf, ".usdc": _usd, ".bvh": _bvh}


CLASSES = (LSMPLIFY_OT_export_take,)
