# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature with its meshes and action as a file of another program, whole or not at all."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Any, Final

import bpy

from ...lsmplify_core.files.atomic import open_beside, place_of
from ...lsmplify_core.motion.rig_bvh import rig_bvh_text
from ...lsmplify_core.runtime.errors import InputError
from .engines import ExportOptions, at_rate, fbx_settings, named_for_engine
from .sampled_rig import sampled_rig


def check_format(path: Path, others: tuple[str, ...] = ()) -> None:
    """InputError where no writer knows the file's ending; others: endings written elsewhere."""
    if path.suffix.lower() not in _WRITERS:
        raise InputError(f"{path}: the formats written are {', '.join((*_WRITERS, *others))}")


def write(
    path: Path,
    armature: bpy.types.Object,
    start: int,
    end: int,
    options: ExportOptions | None = None,
) -> None:
    """Write an armature and what hangs on it.

    Args:
        path: its ending is one of FORMATS; for .blend everything in the file is written.
        armature: the object.
        start, end: first and last scene frame.
        options: what an engine asks of the file.
    """
    check_format(path)
    options = options or ExportOptions()
    if path.suffix.lower() == ".blend":
        return _beside(path, lambda to: _blend(to, path, armature.name))
    end = max(end, start + 1)
    with at_rate(options) as ratio:
        first, last = floor(start * ratio), ceil(end * ratio)
        with _shown(armature, first, last), named_for_engine(armature, options):
            job = _Export(armature, first, last, options)
            return _beside(path, lambda to: _WRITERS[path.suffix.lower()](to, job))


@dataclass(frozen=True)
class _Export:
    """What is written: an armature on scene frames start to end."""

    armature: bpy.types.Object
    start: int
    end: int
    options: ExportOptions


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


def _fbx(to: str, job: _Export) -> None:
    bpy.ops.export_scene.fbx(filepath=to, **fbx_settings(job.options))


def _glb(to: str, job: _Export) -> None:
    # An action's own range knows nothing of a stretched scene.
    mode = "ACTIVE_ACTIONS" if job.options.fps is None else "SCENE"
    bpy.ops.export_scene.gltf(
        filepath=to, export_format="GLB", use_selection=True, export_animations=True,
        export_animation_mode=mode, export_force_sampling=True,
        export_frame_range=True, export_optimize_animation_size=False,
    )  # fmt: skip


def _usd(to: str, _job: _Export) -> None:
    bpy.ops.wm.usd_export(filepath=to, selected_objects_only=True, export_animation=True)


def _bvh(to: str, job: _Export) -> None:
    """Blender's own exporter knows neither the armature's place and scale nor which way is up."""
    text = rig_bvh_text(sampled_rig(job.armature, job.start, job.end))
    Path(to).write_text(text, encoding="utf-8")


def _unused(_to: str, _job: _Export) -> None:
    """.blend is written whole, without a selection."""


@dataclass(frozen=True)
class FileFormat:
    """A kind of file that an armature is written to. ending: with its dot. title, description: for
    the screen. write: called with a path and what to write. others: endings of the same kind."""

    ending: str
    title: str
    description: str
    write: Callable[[str, _Export], None]
    others: tuple[str, ...] = ()


FORMATS: Final = (
    FileFormat(".blend", "Blender", "Everything in the file", _unused),
    FileFormat(
        ".fbx", "FBX", "Armature and mannequin for game engines and other 3D programs", _fbx
    ),
    FileFormat(".glb", "glTF", "Armature and mannequin in one binary file", _glb),
    FileFormat(".usdc", "USD", "Armature and mannequin for USD stages", _usd, (".usd", ".usda")),
    FileFormat(".bvh", "BVH", "Bones alone, for motion tools", _bvh),
)
"""Every kind of file that is written of an armature: the only list of them."""

OTHERS: Final = tuple((f.ending, f.title, f.description) for f in FORMATS if f.ending != ".blend")
"""Formats of other programs, as items of a panel's list."""
_WRITERS = {ending: f.write for f in FORMATS for ending in (f.ending, *f.others)}


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
