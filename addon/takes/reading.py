# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature's action as a motion, on the frames of its keys."""

from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from ...lsmplify_core.cleanup.key_frames import Grid, key_grid
from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.motion.bone_axes import Rig, body_of, joint_rotations
from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.runtime.errors import InputError
from ..bake import actions, channels, keys
from ..bake.object_root import MARK, OBJECT
from ..body.armature import check_target, rig_of
from ..tracks.scene_tracks import scene_rate

Curves = dict[tuple[str, int], bpy.types.FCurve]


@dataclass(frozen=True)
class Take:
    """An action of an armature, read.

    motion: (T) frames in metres, Z up. grid: their scene frames. quaternions: (T, 24, 4) as the
    bones' channels have them, with the signs of the curves.
    """

    armature: bpy.types.Object
    action: bpy.types.Action
    rig: Rig
    motion: Motion
    grid: Grid
    quaternions: NDArray[np.float64]


def shown_action(armature: bpy.types.Object | None) -> bpy.types.Action | None:
    """The action that the armature shows: its own, or that of the topmost NLA strip."""
    animation = armature.animation_data if armature is not None else None
    if animation is None:
        return None
    if animation.action is not None:
        return animation.action
    for track in reversed(animation.nla_tracks):
        if not track.mute and track.strips and track.strips[0].action is not None:
            return track.strips[0].action
    return None


def read_take(
    context: bpy.types.Context,
    armature: bpy.types.Object | None,
    action: bpy.types.Action | None = None,
) -> Take:
    """Read an action, the one shown where none is named. InputError says why it cannot be."""
    armature = check_target(armature)
    action = action or shown_action(armature)
    if action is None:
        raise InputError(f"armature {armature.name!r} has no action; solve, or assign one")
    if action.get(MARK) == OBJECT:
        raise InputError(
            f"action {action.name!r} has its way over the ground on the object; take the action "
            "that has it on the bones"
        )
    curves = curves_by_channel(armature, action)
    rig = rig_of(armature)
    grid = key_grid(_times(armature, action, curves))
    quaternions, locations = _channels(armature, curves, grid.frames)
    if not (np.isfinite(quaternions).all() and np.isfinite(locations).all()):
        raise InputError(f"action {action.name!r} has keys that are not numbers")
    rotations, root = joint_rotations(quaternions, locations, rig)
    rate = scene_rate(context.scene) / grid.step
    motion = Motion(rotations, root, rate, body_of(rig, armature.name))
    return Take(armature, action, rig, motion, grid, quaternions)


def curves_by_channel(armature: bpy.types.Object, action: bpy.types.Action) -> Curves:
    """The action's curves for this armature by path and index."""
    return {(c.data_path, c.array_index): c for c in actions.curves_in(action, armature)}


def _times(
    armature: bpy.types.Object, action: bpy.types.Action, curves: Curves
) -> list[NDArray[np.float64]]:
    """The keys' frames of every curve that moves the body. InputError where none does."""
    paths = {channels.path_of(armature.pose.bones[n]) for n in JOINT_NAMES}
    paths.add(location_path(armature))
    found = [keys.times(c) for (path, _), c in curves.items() if path in paths]
    found = [t for t in found if len(t)]
    if not found:
        raise InputError(
            f"action {action.name!r} has no keys for the bones of armature {armature.name!r}"
        )
    return found


def location_path(armature: bpy.types.Object) -> str:
    """The data path of the pelvis's location."""
    return armature.pose.bones[JOINT_NAMES[0]].path_from_id("location")


def _channels(
    armature: bpy.types.Object, curves: Curves, frames: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Quaternions (T, 24, 4) of the bones and locations (T, 3) of the pelvis."""
    quaternions = np.empty((len(frames), len(JOINT_NAMES), 4))
    for joint, name in enumerate(JOINT_NAMES):
        bone = armature.pose.bones[name]
        values = _values(curves, channels.path_of(bone), channels.resting(bone), frames)
        quaternions[:, joint] = channels.to_quaternions(bone, values)
    pelvis = armature.pose.bones[JOINT_NAMES[0]]
    return quaternions, _values(curves, location_path(armature), list(pelvis.location), frames)


def _values(
    curves: Curves, path: str, resting: list[float], frames: NDArray[np.floating]
) -> NDArray[np.float64]:
    """(T, C) what the channels hold: the curves', or what they hold where none animates them."""
    columns = [
        keys.sampled(curve, frames)
        if (curve := curves.get((path, i))) is not None and not curve.mute
        else np.full(len(frames), value)
        for i, value in enumerate(resting)
    ]
    return np.stack(columns, axis=1)
