# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones as tracks: their heads. C3D importers make a bone for each marker, without parents;
skeletons of other tools have parents, and Blender poses them."""

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from ....lsmplify_core.geometry.resampling import Keys
from ....lsmplify_core.runtime.errors import InputError
from ...bake import actions
from .points import NO_TIMES, Points, key_times, location_keys, standing
from .still import acting, has_strips, world_of


def bone_points(armature: bpy.types.Object) -> Points:
    """The heads of all bones as points. InputError where there are none, or where they are shown at
    rest and so do not move."""
    bones = list(armature.pose.bones) if armature.pose else []
    if not bones:
        raise InputError(f"armature {armature.name!r} has no bones")
    if armature.data.pose_position == "REST":
        raise InputError(
            f"armature {armature.name!r} is shown in its rest position; set it to Pose Position"
        )
    curves = _curves_by_bone(armature)
    world = None if has_strips(armature) else world_of(armature)
    driven = _driven(armature)
    plain = [b.parent is None and not acting(b.constraints) and b.name not in driven for b in bones]
    names = [b.name for b in bones]
    keys = [
        _keys(b, world, curves.get(b.name, [])) if world is not None and free else None
        for b, free in zip(bones, plain, strict=True)
    ]
    return Points(
        names, keys, [_times(b, curves) for b in bones],
        [f and _keyed(curves.get(n, [])) for f, n in zip(plain, names, strict=True)],
        [armature] * len(bones),
        lambda graph, wanted: _read(graph, armature, [names[i] for i in wanted]),
    )  # fmt: skip


def _curves_by_bone(armature: bpy.types.Object) -> dict[str, list[bpy.types.FCurve]]:
    """Curves that move each bone; thousands of curves are gone through once."""
    found: dict[str, list[bpy.types.FCurve]] = {}
    for curve in actions.curves_of(armature):
        name = actions.bone_of(curve.data_path)
        if name is not None:
            found.setdefault(name, []).append(curve)
    return found


def _driven(armature: bpy.types.Object) -> set[str | None]:
    animation = armature.animation_data
    drivers = animation.drivers if animation is not None else ()
    return {actions.bone_of(d.data_path) for d in drivers if not d.mute}


def _keyed(curves: list[bpy.types.FCurve]) -> bool:
    return any(c.data_path.endswith(".location") for c in curves)


def _keys(bone: bpy.types.PoseBone, world: Matrix, curves: list[bpy.types.FCurve]) -> Keys | None:
    """Keys of a bone without parent and constraints: in the bone's own axes, or in the armature's
    where Local Location is off."""
    path = bone.path_from_id("location")
    if any(".constraints" in c.data_path for c in curves):
        return None
    rest = bone.bone.matrix_local
    place = world @ (rest if bone.bone.use_local_location else Matrix.Translation(rest.translation))
    own = [c for c in curves if c.data_path == path]
    if not own:
        return standing(bone.location, place)
    found = actions.location_curves(own, path)
    return location_keys(found, place) if found else None


def _times(
    bone: bpy.types.PoseBone | None, curves: dict[str, list[bpy.types.FCurve]]
) -> NDArray[np.float64]:
    """When the bone is keyed, or else the nearest bone above it that is."""
    while bone is not None:
        times = key_times(curves.get(bone.name, []))
        if len(times):
            return times
        bone = bone.parent
    return NO_TIMES


def _read(
    graph: bpy.types.Depsgraph, armature: bpy.types.Object, names: list[str]
) -> NDArray[np.float64]:
    posed = armature.evaluated_get(graph)
    bones = posed.pose.bones
    heads = np.array([bones[n].head[:] for n in names], dtype=np.float64).reshape(-1, 3)
    world = np.array(posed.matrix_world, dtype=np.float64)
    return heads @ world[:3, :3].T + world[:3, 3]
