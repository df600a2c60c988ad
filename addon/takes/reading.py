# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature's action as a motion, on the frames of its keys."""

from dataclasses import dataclass, replace

import bpy
import numpy as np
from numpy.typing import NDArray

from ...lsmplify_core.cleanup.keys.key_frames import Grid, key_grid
from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.motion.bone_axes import Rig, body_of, joint_rotations
from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.runtime.errors import InputError
from ..bake import actions, channels, keys
from ..bake.object_root import MARK, OBJECT
from ..body.armature import check_target, rig_of
from ..tracks.scene_tracks import scene_rate

Curves = dict[tuple[str, int], bpy.types.FCurve]
Keyed = dict[tuple[str, int], NDArray[np.float32]]


@dataclass(frozen=True)
class Take:
    """An action of an armature, read.

    motion: (T) frames in metres, Z up. grid: their scene frames. quaternions: (T, 24, 4) as the
    bones' channels have them, with the signs of the curves. keyed: (N, 2) frame and value of the
    keys of each curve that moves the body.
    """

    armature: bpy.types.Object
    action: bpy.types.Action
    rig: Rig
    motion: Motion
    grid: Grid
    quaternions: NDArray[np.float64]
    keyed: Keyed


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
    keyed = _keyed(armature, action, curves)
    rate = scene_rate(context.scene)
    last = _last.same(curves, keyed, rig, rate)
    if last is not None and last.motion.body.name == armature.name:
        return replace(last, armature=armature, action=action)
    grid = key_grid(_different([k[:, 0] for k in keyed.values() if len(k)]))
    quaternions, locations = _channels(armature, curves, keyed, grid.frames)
    if not (np.isfinite(quaternions).all() and np.isfinite(locations).all()):
        raise InputError(f"action {action.name!r} has keys that are not numbers")
    rotations, root = joint_rotations(quaternions, locations, rig)
    motion = Motion(rotations, root, rate / grid.step, body_of(rig, armature.name))
    take = Take(armature, action, rig, motion, grid, quaternions, keyed)
    _last.remember(take, curves, rate)
    return take


class _LastRead:
    """The take that was read last from plain keys: a slider that is dragged asks for the same one
    again and again. Reading the keys is quick; what is made of them is kept."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._take: Take | None = None
        self._rate = 0.0

    def same(self, curves: Curves, keyed: Keyed, rig: Rig, rate: float) -> Take | None:
        """The last take, where keys, rig and rate are what they were. Its armature and action may
        be gone since."""
        last = self._take
        if last is None or rate != self._rate or keyed.keys() != last.keyed.keys():
            return None
        if not _is_plain(curves, keyed) or not _same_rig(rig, last.rig):
            return None
        alike = all(np.array_equal(k, last.keyed[path]) for path, k in keyed.items())
        return last if alike else None

    def remember(self, take: Take, curves: Curves, rate: float) -> None:
        """Keep a take, if nothing but its keys says what it is: with frames between the keys,
        interpolation and handles do too."""
        dense = all(keys.lie_on(k[:, 0], take.grid.frames) for k in take.keyed.values())
        self._take = take if dense and _is_plain(curves, take.keyed) else None
        self._rate = rate

    def forget(self) -> None:
        """Let go of what is kept, as where the file that it was in is closed."""
        self._take = None


_last = _LastRead()
forget = _last.forget
_ALL_CURVES = 4 * len(JOINT_NAMES) + 3


def _is_plain(curves: Curves, keyed: Keyed) -> bool:
    """Whether all bones have quaternions with keys on the same frames, and nothing changes what the
    curves show."""
    if len(keyed) != _ALL_CURVES:
        return False
    count = len(next(iter(keyed.values())))
    plain = all(len(k) == count for k in keyed.values())
    return plain and not any(c.mute or len(c.modifiers) for p, c in curves.items() if p in keyed)


def _same_rig(one: Rig, other: Rig) -> bool:
    return all(
        np.array_equal(mine, its)
        for mine, its in (
            (one.heads, other.heads), (one.axes, other.axes), (one.world, other.world),
        )
    )  # fmt: skip


def curves_by_channel(armature: bpy.types.Object, action: bpy.types.Action) -> Curves:
    """The action's curves for this armature by path and index."""
    return {(c.data_path, c.array_index): c for c in actions.curves_in(action, armature)}


def _keyed(armature: bpy.types.Object, action: bpy.types.Action, curves: Curves) -> Keyed:
    """The keys of every curve that moves the body. InputError where none does."""
    paths = {channels.path_of(armature.pose.bones[n]) for n in JOINT_NAMES}
    paths.add(location_path(armature))
    found = {key: keys.points(c) for key, c in curves.items() if key[0] in paths}
    if not any(len(k) for k in found.values()):
        raise InputError(
            f"action {action.name!r} has no keys for the bones of armature {armature.name!r}"
        )
    return found


def _different(times: list[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
    """The clocks without those that are as the first is, as nearly all of a bake are."""
    first = times[0]
    others = [t for t in times[1:] if not np.array_equal(t, first)]
    return [t.astype(np.float64) for t in (first, *others)]


def location_path(armature: bpy.types.Object) -> str:
    """The data path of the pelvis's location."""
    return armature.pose.bones[JOINT_NAMES[0]].path_from_id("location")


def _channels(
    armature: bpy.types.Object, curves: Curves, keyed: Keyed, frames: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Quaternions (T, 24, 4) of the bones and locations (T, 3) of the pelvis."""
    quaternions = np.empty((len(frames), len(JOINT_NAMES), 4))
    for joint, name in enumerate(JOINT_NAMES):
        bone = armature.pose.bones[name]
        values = _values(curves, keyed, channels.path_of(bone), channels.resting(bone), frames)
        quaternions[:, joint] = channels.to_quaternions(bone, values)
    pelvis = armature.pose.bones[JOINT_NAMES[0]]
    path = location_path(armature)
    return quaternions, _values(curves, keyed, path, list(pelvis.location), frames)


def _values(
    curves: Curves, keyed: Keyed, path: str, resting: list[float], frames: NDArray[np.floating]
) -> NDArray[np.float64]:
    """(T, C) what the channels hold: the curves', or what they hold where none animates them."""
    columns = [
        keys.sampled(curve, frames, keyed[path, i])
        if (curve := curves.get((path, i))) is not None and not curve.mute
        else np.full(len(frames), value)
        for i, value in enumerate(resting)
    ]
    return np.stack(columns, axis=1)
