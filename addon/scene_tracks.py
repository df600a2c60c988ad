# SPDX-License-Identifier: GPL-3.0-or-later
"""Scene to Tracks: animated objects and bones, read from their curves where that is the truth and
evaluated by Blender where it is not. Nothing in the scene is changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from ..lsmplify_core.errors import InputError
from ..lsmplify_core.sampling import Keys, Sampled, sampled_on_grid
from ..lsmplify_core.tracks import Tracks, checked_tracks
from . import actions


@dataclass(frozen=True)
class SceneTracks:
    """tracks, and the scene frame (fractional) of their first sample."""

    tracks: Tracks
    first: float


def scene_rate(scene: bpy.types.Scene) -> float:
    """Frames per second of the scene."""
    return scene.render.fps / scene.render.fps_base


def from_objects(
    context: bpy.types.Context, objects: Sequence[bpy.types.Object], source: str,
    span: tuple[int, int] | None = None,
) -> SceneTracks:  # fmt: skip
    """Tracks of objects' origins. InputError where there are none.

    span: first and last scene frame, where Blender has to evaluate them; None for the scene's own.
    """
    if not objects:
        raise InputError(
            f"{source}: there are no objects; select the empties or choose a collection"
        )
    keys = [_object_keys(o) for o in objects]
    names = [o.name for o in objects]
    sampled = _on_grid(keys)
    if sampled is None:
        sampled = _evaluated(context, lambda graph: [_origin(o, graph) for o in objects], span)
    return _tracks(context, sampled, names, source)


def from_bones(
    context: bpy.types.Context, armature: bpy.types.Object, span: tuple[int, int] | None = None
) -> SceneTracks:
    """Tracks of an armature's bones, at their heads; `span` as above. InputError where it has none."""
    bones = list(armature.pose.bones) if armature.pose else []
    if not bones:
        raise InputError(f"armature {armature.name!r} has no bones")
    curves = actions.curves_of(armature)
    still = _is_still(armature) and all(c.data_path.startswith("pose.") for c in curves)
    sampled = None
    if still:
        sampled = _on_grid([_bone_keys(armature, b, curves) for b in bones])
    if sampled is None:
        sampled = _evaluated(
            context, lambda graph: [_bone_head(armature, b.name, graph) for b in bones], span
        )
    return _tracks(context, sampled, [b.name for b in bones], f"armature {armature.name!r}")


def _tracks(
    context: bpy.types.Context, sampled: Sampled, names: list[str], source: str
) -> SceneTracks:
    rate = scene_rate(context.scene) / sampled.step
    tracks = checked_tracks(sampled.positions, names, rate, source)
    return SceneTracks(tracks, sampled.first)


def _on_grid(keys: list[Keys | None]) -> Sampled | None:
    """All tracks from their keys, or None where one cannot be read so."""
    whole = [k for k in keys if k is not None]
    return sampled_on_grid(whole) if len(whole) == len(keys) else None


def _object_keys(item: bpy.types.Object) -> Keys | None:
    """Keys of an object that nothing but its own location curves moves, else None."""
    curves = actions.curves_of(item)
    if not _is_free(item) or any(c.data_path != "location" for c in curves):
        return None
    place = _still_place(item)
    if place is None:
        return None
    if not curves:
        return Keys(np.zeros(0), np.array([item.location[:]]), _array(place))
    found = actions.location_curves(curves, "location")
    return _keys(found, place) if found else None


def _bone_keys(
    armature: bpy.types.Object, bone: bpy.types.PoseBone, curves: list[bpy.types.FCurve]
) -> Keys | None:
    """Keys of a bone without parent and constraints, which are in the bone's own space."""
    path = bone.path_from_id("location")
    if bone.parent is not None or bone.constraints:
        return None
    place = armature.matrix_world @ bone.bone.matrix_local
    own = [c for c in curves if c.data_path == path]
    if not own:
        return Keys(np.zeros(0), np.array([bone.location[:]]), _array(place))
    found = actions.location_curves(own, path)
    return _keys(found, place) if found else None


def _keys(curves: dict[int, bpy.types.FCurve], place: Matrix) -> Keys | None:
    if any(c.modifiers for c in curves.values()):
        return None
    axes = [actions.key_coordinates(curves[i]) for i in range(3)]
    times = axes[0][:, 0]
    if any(len(a) != len(times) or np.abs(a[:, 0] - times).max(initial=0) > 1e-3 for a in axes):
        return None
    return Keys(times, np.stack([a[:, 1] for a in axes], axis=1), _array(place))


def _is_free(item: bpy.types.Object) -> bool:
    """Whether no constraint, driver, NLA strip or delta moves the object."""
    animation = item.animation_data
    driven = animation is not None and (len(animation.drivers) or len(animation.nla_tracks))
    delta = any(item.delta_location) or item.rigid_body is not None
    return not (item.constraints or driven or delta)


def _is_still(item: bpy.types.Object) -> bool:
    """Whether neither the object nor its parents are moved by anything."""
    while item is not None:
        animation = item.animation_data
        own = [c for c in actions.curves_of(item) if not c.data_path.startswith("pose.")]
        if item.constraints or own or (animation and (animation.drivers or animation.nla_tracks)):
            return False
        item = item.parent
    return True


def _still_place(item: bpy.types.Object) -> Matrix | None:
    """What turns the object's location into the world: its parents, if they stand still."""
    if item.parent is None:
        return Matrix.Identity(4)
    if item.parent_type != "OBJECT" or not _is_still(item.parent):
        return None
    return item.parent.matrix_world @ item.matrix_parent_inverse


def _evaluated(context: bpy.types.Context, places: object, span: tuple[int, int] | None) -> Sampled:
    """Every whole frame of the span, as Blender evaluates it; the current frame is restored."""
    scene = context.scene
    start, end = span or (scene.frame_start, scene.frame_end)
    if end < start:
        raise InputError(f"scene frames {start} to {end} end before they start")
    now, part = scene.frame_current, scene.frame_subframe
    rows: list[list[tuple[float, float, float]]] = []
    try:
        for frame in range(start, end + 1):
            scene.frame_set(frame)
            rows.append(places(context.evaluated_depsgraph_get()))
    finally:
        scene.frame_set(now, subframe=part)
    return Sampled(np.array(rows, dtype=np.float64), float(start), 1.0)


def _origin(item: bpy.types.Object, graph: bpy.types.Depsgraph) -> tuple[float, float, float]:
    return tuple(item.evaluated_get(graph).matrix_world.translation)


def _bone_head(
    armature: bpy.types.Object, name: str, graph: bpy.types.Depsgraph
) -> tuple[float, float, float]:
    posed = armature.evaluated_get(graph)
    return tuple(posed.matrix_world @ posed.pose.bones[name].head)


def _array(matrix: Matrix) -> NDArray[np.float64]:
    return np.array(matrix, dtype=np.float64)
