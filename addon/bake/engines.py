# SPDX-License-Identifier: GPL-3.0-or-later
"""What game engines ask of an FBX: axes, unit, root bone, frame rate, no leaf bones."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import bpy

from ..tracks.scene_tracks import scene_rate

ENGINES: Final = ("none", "unreal", "unity")
RATES: Final = (30, 60)
"""Frames a second that files for engines may have."""


@dataclass(frozen=True)
class ExportOptions:
    """engine: whose preset an FBX follows, one of ENGINES. fps: frames a second of the file, None
    for the scene's."""

    engine: str = "none"
    fps: int | None = None


def fbx_settings(options: ExportOptions) -> dict[str, object]:
    """Arguments of Blender's exporter.

    Keys are on every frame (the exporter would drop those that change a pose by a millimetre). For
    engines the unit stands in the file's header instead of a scale of 100 on the armature, which
    would end up on the root bone, and only bones that deform are written.
    """
    shared: dict[str, object] = {
        "use_selection": True, "add_leaf_bones": False, "bake_anim_use_all_actions": False,
        "bake_anim_use_nla_strips": False, "bake_anim_simplify_factor": 0.0,
        "axis_forward": "-Z", "axis_up": "Y", "primary_bone_axis": "Y",
        "secondary_bone_axis": "X",
    }  # fmt: skip
    if options.engine == "none":
        return shared
    return shared | {
        "apply_scale_options": "FBX_SCALE_ALL", "use_armature_deform_only": True,
        "bake_anim_force_startend_keying": True, "object_types": {"ARMATURE", "MESH"},
        "mesh_smooth_type": "FACE",
    }  # fmt: skip


@contextmanager
def named_for_engine(
    armature: bpy.types.Object, options: ExportOptions
) -> Generator[None, None, None]:
    """Unreal makes a root bone of the armature object, unless it is called "Armature": it is where
    the character has a root bone of its own, and "root" where it has none."""
    if options.engine != "unreal":
        yield
        return
    name = "Armature" if _has_root(armature) else "root"
    before = armature.name
    other = bpy.data.objects.get(name)
    if other is not None and other != armature:
        other.name = f"{name}.lsmplify"
    armature.name = name
    try:
        yield
    finally:
        armature.name = before
        if other is not None and other != armature:
            other.name = name


def _has_root(armature: bpy.types.Object) -> bool:
    """Whether one bone, near the armature's origin, carries all that deform."""
    tops = {_top(bone) for bone in armature.data.bones if bone.use_deform}
    if len(tops) != 1:
        return False
    top = armature.data.bones[tops.pop()]
    high = max(bone.head_local.z for bone in armature.data.bones)
    return bool(top.head_local.length < 0.1 * max(high, 1e-9))


def _top(bone: bpy.types.Bone) -> str:
    while bone.parent is not None:
        bone = bone.parent
    return bone.name


@contextmanager
def at_rate(options: ExportOptions) -> Generator[Fraction, None, None]:
    """Within it the scene runs at the file's frame rate, its animation stretched to keep its
    seconds; yields how many of its frames one was before."""
    scene = bpy.context.scene
    render = scene.render
    rate = scene_rate(scene)
    if options.fps is None or abs(rate - options.fps) < 1e-3:
        yield Fraction(1)
        return
    ratio = (Fraction(options.fps) / Fraction(rate).limit_denominator(1001)).limit_denominator(900)
    names = ("fps", "fps_base", "frame_map_old", "frame_map_new")
    before = {name: getattr(render, name) for name in names}
    old = Fraction(render.frame_map_new, render.frame_map_old) * ratio
    old = old.limit_denominator(900)
    render.fps, render.fps_base = options.fps, 1.0
    render.frame_map_old, render.frame_map_new = old.denominator, old.numerator
    try:
        yield ratio
    finally:
        for name, value in before.items():
            setattr(render, name, value)
