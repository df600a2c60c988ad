# SPDX-License-Identifier: GPL-3.0-or-later
"""The way over the ground on the armature's object, where engines look for root motion.

The bones go back by what the object goes ahead, so that every pose in the world stays as it was.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import bpy
import numpy as np
from numpy.typing import NDArray

from ...lsmplify_core.cleanup.placing import way_of
from ...lsmplify_core.runtime.errors import InputError
from ..tracks.scene_tracks import scene_rate
from . import actions, keys

OBJECT: Final = "object"
"""What `--root` calls it."""
MARK: Final = "lsmplify_root"
"""Custom property of an action whose way is on the object."""
_TRANSFORM: Final = ("location", "rotation", "scale")
"""How the paths of an object's own transform begin."""
_LEGS_AND_SPINE: Final = 3
"""Children of the bone that is the hips."""


def on_bones(root: str) -> str:
    """Where the bones have the way while they are keyed, for what `--root` says."""
    return "hips" if root == OBJECT else root


def move_way_to_object(armature: bpy.types.Object, start: int, end: int) -> None:
    """Key the way over the ground on the object and take it off the bones, in the action in use.

    Args:
        armature: its action has the motion on its bones.
        start, end: first and last scene frame.

    Raises:
        InputError: the object moves already, has constraints or a parent, or curves that would
            change are locked.
    """
    action = _action_of(armature)
    frames = np.arange(start, end + 1, dtype=np.float64)
    world = np.array(armature.matrix_world, dtype=np.float64)
    way = way_of(_hips(armature, start, end), scene_rate(bpy.context.scene))
    ahead = way - world[:3, 3] * np.array([1.0, 1.0, 0.0])
    back = ahead @ np.linalg.inv(world[:3, :3]).T
    curves = {(c.data_path, c.array_index): c for c in actions.curves_in(action, armature)}
    with actions.locked_noted() as locked:
        for bone in armature.pose.bones:
            if bone.parent is None:
                _take_back(armature, bone, frames, back, curves)
        base = np.array(armature.location, dtype=np.float64)
        for index in range(0 if locked else 2):
            values = base[index] + ahead[:, index]
            actions.write_curve(armature, "location", index, "Object Transforms", frames, values)
    if locked:
        raise InputError(
            f"armature {armature.name!r}: curves of {', '.join(sorted(locked))} are locked in "
            f"action {action.name!r}; unlock them, or keep the way on the bones"
        )
    action[MARK] = OBJECT


@contextmanager
def way_on_object(armature: bpy.types.Object, start: int, end: int) -> Generator[None, None, None]:
    """Within it the armature shows a copy of its action whose way is on the object. Curves that are
    locked are so in the action; in the copy they give way."""
    action = _action_of(armature)
    location = armature.location.copy()
    places = {b.name: b.location.copy() for b in armature.pose.bones if b.parent is None}
    copy = action.copy()
    try:
        actions.assign(armature, copy)
        _unlock(armature, copy)
        move_way_to_object(armature, start, end)
        yield
    finally:
        actions.assign(armature, action)
        bpy.data.actions.remove(copy)
        armature.location = location
        for name, place in places.items():  # those without keys in the action keep what they had
            armature.pose.bones[name].location = place


def _unlock(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    for curve in actions.curves_in(action, armature):
        curve.lock = False
        if curve.group is not None:
            curve.group.lock = False


def _action_of(armature: bpy.types.Object) -> bpy.types.Action:
    animation = armature.animation_data
    if animation is None or animation.action is None:
        raise InputError(f"armature {armature.name!r} has no action whose way could be moved")
    if armature.parent is not None:
        raise InputError(
            f"armature {armature.name!r} is parented to {armature.parent.name!r}; clear the parent "
            "(Alt P), or keep the way on the bones"
        )
    moved = {c.data_path for c in actions.curves_in(animation.action, armature)}
    moved |= {driver.data_path for driver in animation.drivers}
    if any(path.removeprefix("delta_").startswith(_TRANSFORM) for path in moved):
        raise InputError(
            f"armature {armature.name!r}: its object is animated already in action "
            f"{animation.action.name!r}; delete those keys or drivers, or keep the way on the bones"
        )
    if any(not constraint.mute for constraint in armature.constraints):
        raise InputError(
            f"armature {armature.name!r}: its object has constraints; remove them, or keep the way "
            "on the bones"
        )
    return animation.action


def _hips(armature: bpy.types.Object, start: int, end: int) -> NDArray[np.float64]:
    """(F, 3) where the hips are in the world on each scene frame."""
    name, scene = _hips_name(armature), bpy.context.scene
    now, places = scene.frame_current, []
    for frame in range(start, end + 1):
        scene.frame_set(frame)
        places.append(armature.matrix_world @ armature.pose.bones[name].head)
    scene.frame_set(now)
    return np.array(places, dtype=np.float64)


def _hips_name(armature: bpy.types.Object) -> str:
    """The first bone from the top that carries legs and a spine; the top one where none does."""
    bones = [b for b in armature.data.bones if b.use_deform] or list(armature.data.bones)
    return next((b.name for b in bones if len(b.children) >= _LEGS_AND_SPINE), bones[0].name)


def _take_back(
    armature: bpy.types.Object, bone: bpy.types.PoseBone, frames: NDArray[np.float64],
    back: NDArray[np.float64], curves: dict[tuple[str, int], bpy.types.FCurve],
) -> None:  # fmt: skip
    """Move a bone without a parent against the object. back: (F, 3) in the armature's axes.

    On every frame, since the object is keyed on every frame, and on the bone's own keys."""
    shifts = back
    if bone.bone.use_local_location:
        shifts = back @ np.array(bone.bone.matrix_local.to_3x3(), dtype=np.float64)
    path = bone.path_from_id("location")
    for index in range(3):
        if not np.abs(shifts[:, index]).max() > 0.0:
            continue
        curve = curves.get((path, index))
        if curve is None or not len(curve.keyframe_points):
            at, values = frames, np.full(len(frames), bone.location[index])
        else:
            at = np.union1d(keys.points(curve)[:, 0].astype(np.float64), frames)
            values = keys.sampled(curve, at)
        moved = values - np.interp(at, frames, shifts[:, index])
        actions.write_curve(armature, path, index, bone.name, at, moved)
