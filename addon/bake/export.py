# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature with its meshes and action as a file of another program, whole or not at all."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from ...lsmplify_core.files.atomic import open_beside, place_of
from ...lsmplify_core.runtime.errors import InputError


def check_format(path: Path, others: tuple[str, ...] = ()) -> None:
    """InputError where no writer knows the file's ending; others: endings written elsewhere."""
    if path.suffix.lower() not in _WRITERS:
        raise InputError(f"{path}: the formats written are {', '.join((*_WRITERS, *others))}")


def write(path: Path, armature: bpy.types.Object, start: int, end: int) -> None:
    """Write an armature and what hangs on it.

    Args:
        path: .blend, .fbx, .glb, .usdc (.usd, .usda) or .bvh.
        armature: the object; for .blend everything in the file is written.
        start, end: first and last scene frame.
    """
    check_format(path)
    if path.suffix.lower() == ".blend":
        return _beside(path, lambda to: _blend(to, path, armature.name))
    with _shown(armature, start, max(end, start + 1)):
        return _beside(path, lambda to: _WRITERS[path.suffix.lower()](to, start, end))


def _blend(to: str, path: Path, name: str) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=to, copy=True, compress=True)
    # Blender calls a compressed file saved that a full disk cut off; one that opens is whole.
    try:
        opened: Any = bpy.data.libraries.load(to)
        with opened as (inside, _):
            whole = name in inside.objects
    except OSError:
        whole = False
    if not whole:
        raise InputError(f"{path}: was not written whole; is the disk full?")


def _fbx(to: str, _start: int, _end: int) -> None:
    bpy.ops.export_scene.fbx(
        filepath=to, use_selection=True, add_leaf_bones=False,
        bake_anim_use_all_actions=False, bake_anim_use_nla_strips=False,
    )  # fmt: skip


def _glb(to: str, _start: int, _end: int) -> None:
    bpy.ops.export_scene.gltf(
        filepath=to, export_format="GLB", use_selection=True, export_animations=True,
        export_animation_mode="ACTIVE_ACTIONS", export_force_sampling=True,
        export_frame_range=True,
    )  # fmt: skip


def _usd(to: str, _start: int, _end: int) -> None:
    bpy.ops.wm.usd_export(filepath=to, selected_objects_only=True, export_animation=True)


def _bvh(to: str, start: int, end: int) -> None:
    bpy.ops.export_anim.bvh(filepath=to, frame_start=start, frame_end=max(end, start + 1))


def _unused(_to: str, _start: int, _end: int) -> None:
    """.blend is written whole, without a selection."""


_WRITERS: dict[str, Callable[[str, int, int], None]] = {
    ".blend": _unused, ".fbx": _fbx, ".glb": _glb, ".usdc": _usd, ".usd": _usd,
    ".usda": _usd, ".bvh": _bvh,
}  # fmt: skip


@contextmanager
def _shown(armature: bpy.types.Object, start: int, end: int) -> Generator[None, None, None]:
    """The armature and its meshes alone selected and the scene as long as the motion, which
    exporters ask for; afterwards all as it was."""
    scene, view = bpy.context.scene, bpy.context.view_layer
    selected, active = [o for o in view.objects if o.select_get()], view.objects.active
    mode = active.mode if active is not None else "OBJECT"
    length = scene.frame_start, scene.frame_end
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    scene.frame_start, scene.frame_end = start, end
    for item in view.objects:
        item.select_set(item == armature or _is_skin(item, armature))
    view.objects.active = armature
    try:
        yield
    finally:
        scene.frame_start, scene.frame_end = length
        for item in view.objects:
            item.select_set(item in selected)
        view.objects.active = active
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)


def _is_skin(item: bpy.types.Object, armature: bpy.types.Object) -> bool:
    return item.parent == armature or any(
        m.type == "ARMATURE" and getattr(m, "object", None) == armature for m in item.modifiers
    )


def _beside(path: Path, write_to: Callable[[str], object]) -> None:
    """Have Blender write a file beside and rename it into place.

    Blender takes relative paths from the PWD variable, which a caller need not have set. The file
    is written in its own folder, since a .blend's paths to libraries and images start there.
    """
    try:
        path, _ = place_of(path.resolve())
        handle, made = open_beside(path)
        os.close(handle)
        made.unlink()  # Blender would keep a file that is there as the version before
        try:
            write_to(str(made))
            os.replace(made, path)
        finally:
            made.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    except RuntimeError as error:
        line = next((s for s in str(error).splitlines() if s.strip()), type(error).__name__)
        raise InputError(f"{path}: cannot be written: {line.removeprefix('Error: ')}") from error
