# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's armature as the core knows it, and what of it can't be written to."""

from typing import Any

import bpy
import numpy as np

from ....lsmplify_core.retarget import Rig, checked_rig
from ....lsmplify_core.runtime.errors import InputError
from ...common.units import scene_unit


def check_character(armature: bpy.types.Object | None, what: str = "character") -> bpy.types.Object:
    """The armature; InputError says in one line why an object can't be keyed."""
    if armature is None:
        raise InputError(f"no {what} is chosen; choose an armature")
    if armature.type != "ARMATURE":
        raise InputError(f"{armature.name!r} is no armature; choose the armature of the character")
    if armature.library and not armature.override_library:
        raise InputError(
            f"armature {armature.name!r} is linked from another file; make a library override of "
            "it (Object > Library Override > Make), then run it again"
        )
    return armature


def rig_from(armature: bpy.types.Object) -> Rig:
    """The armature at rest, in metres of the world.

    Raises:
        InputError: no bones, or a scale that is uneven, negative or none.
    """
    bones = list(armature.data.bones)
    at = {bone.name: i for i, bone in enumerate(bones)}
    world = np.array(armature.matrix_world, dtype=np.float64)
    world[:3] *= scene_unit(bpy.context.scene)
    return checked_rig(
        [b.name for b in bones],
        [at[b.parent.name] if b.parent is not None else -1 for b in bones],
        np.array([b.matrix_local for b in bones], dtype=np.float64).reshape(-1, 4, 4),
        np.array([b.length for b in bones], dtype=np.float64),
        world,
        inherits=[b.use_inherit_rotation for b in bones],
        locked=[_is_locked(armature.pose.bones[b.name]) for b in bones],
        limits=np.array([_limits(armature.pose.bones[b.name]) for b in bones]),
        floor=_floor(armature),
        title=armature.name,
    )


def _is_locked(bone: bpy.types.PoseBone) -> bool:
    return all(bone.lock_rotation)


def _limits(bone: bpy.types.PoseBone) -> list[list[float]]:
    """(3, 2) radians from a Limit Rotation constraint in the bone's own axes."""
    free = [[-np.inf, np.inf]] * 3
    for constraint in bone.constraints:
        c: Any = constraint
        if c.type != "LIMIT_ROTATION" or c.mute or c.owner_space != "LOCAL" or not c.influence:
            continue
        return [
            [float(getattr(c, f"min_{x}")), float(getattr(c, f"max_{x}"))]
            if getattr(c, f"use_limit_{x}") else [-np.inf, np.inf]
            for x in "xyz"
        ]  # fmt: skip
    return free


def _floor(armature: bpy.types.Object) -> float | None:
    """Metres: the lowest point of the meshes that the armature bends, undeformed."""
    low = [
        float((_vertices(mesh) @ world[:3, :3].T + world[:3, 3])[:, 2].min())
        for mesh in bpy.data.objects
        if mesh.type == "MESH" and _is_skin(mesh, armature) and len(mesh.data.vertices)
        for world in [np.array(mesh.matrix_world, dtype=np.float64)]
    ]
    return min(low) * scene_unit(bpy.context.scene) if low else None


def _is_skin(mesh: bpy.types.Object, armature: bpy.types.Object) -> bool:
    return any(m.type == "ARMATURE" and m.object == armature for m in mesh.modifiers)


def _vertices(mesh: bpy.types.Object) -> np.ndarray:
    co = np.empty(3 * len(mesh.data.vertices), dtype=np.float32)
    mesh.data.vertices.foreach_get("co", co)
    return co.reshape(-1, 3).astype(np.float64)
