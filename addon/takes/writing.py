# SPDX-License-Identifier: GPL-3.0-or-later
"""A changed motion back into an action: only bones and frames that a step has changed."""

import bpy
import numpy as np
from numpy.typing import NDArray

from ...lsmplify_core.cleanup.key_frames import changed_frames, signed_like, span_of
from ...lsmplify_core.cleanup.keys import KeyPlan, curve_keys
from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.motion.bone_axes import pose_bones
from ...lsmplify_core.motion.motion import Motion
from ..bake import actions, channels, keys
from .reading import Take, curves_by_channel, location_path


def write_changes(take: Take, motion: Motion, action: bpy.types.Action) -> None:
    """Write what differs from the take's own motion into an action that has the take's keys.

    A bone that did not change is not touched; of the others, no key outside the frames that changed
    is, bit for bit. An action with few keys gets keys on every frame as far as the keys beside.
    """
    turned, moved = changed_frames(take.motion, motion)
    if not (turned.any() or moved.any()):
        return
    quaternions, locations = pose_bones(motion, take.rig)
    for joint in np.flatnonzero(turned.any(axis=0)):
        span = span_of(turned[:, joint])
        assert span is not None
        name = JOINT_NAMES[joint]
        bone = take.armature.pose.bones[name]
        old = take.quaternions[:, joint]
        path = channels.path_of(bone)
        spans = _to_the_keys(take, action, path, span, channels.width_of(bone))
        first, last = min(s[0] for s in spans), max(s[1] for s in spans)
        new = signed_like(quaternions[first : last + 1, joint], old, first)
        before = channels.from_quaternions(bone, old[max(first - 1, 0)][None], None)[0]
        values = channels.from_quaternions(bone, new, before)
        _put(take, action, path, name, values, first, spans)
    span = span_of(moved)
    if span is not None:
        path = location_path(take.armature)
        _put(take, action, path, JOINT_NAMES[0], locations, 0,
             _to_the_keys(take, action, path, span, 3))  # fmt: skip


def write_planned(take: Take, plan: KeyPlan, action: bpy.types.Action) -> None:
    """Replace the body's keys of an action by the planned ones, with Bézier handles in line."""
    frames = take.grid.frames
    _, locations = pose_bones(take.motion, take.rig)
    for joint, name in enumerate(JOINT_NAMES):
        bone = take.armature.pose.bones[name]
        values = channels.from_quaternions(bone, _continuous(take.quaternions[:, joint]), None)
        _plan(take, action, channels.path_of(bone), name, frames, values, plan.rotations[joint])
    path = location_path(take.armature)
    _plan(take, action, path, JOINT_NAMES[0], frames, locations, plan.location)


def restore(take: Take, action: bpy.types.Action) -> None:
    """Give the action's body curves the keys of the take's again, before a step is made anew."""
    ours = [channels.path_of(take.armature.pose.bones[n]) for n in JOINT_NAMES]
    ours.append(location_path(take.armature))
    before = curves_by_channel(take.armature, take.action)
    now = curves_by_channel(take.armature, action)
    for path, index in now:
        if path in ours and (path, index) not in before:
            actions.remove_curve(action, take.armature, path, index)
    for (path, index), curve in before.items():
        if path in ours:
            group = curve.group.name if curve.group else path
            target = actions.curve_for(action, take.armature, path, index, group)
            if actions.may_write(target):
                keys.copy(curve, target)


def _to_the_keys(
    take: Take, action: bpy.types.Action, path: str, span: tuple[int, int], width: int
) -> list[tuple[int, int]]:
    """For each of the path's curves the span drawn out to the frames beside its nearest keys, so
    that no curve between keys that stay bends where nothing changed."""
    curves = curves_by_channel(take.armature, action)
    last = take.grid.count - 1
    spans: list[tuple[int, int]] = []
    for index in range(width):
        curve = curves.get((path, index))
        if curve is None:
            spans.append((0, last))
            continue
        at = (keys.times(curve) - take.grid.first) / take.grid.step
        low, high = at[at < span[0] - 1e-3], at[at > span[1] + 1e-3]
        start = int(np.floor(low[-1] + 1e-3)) + 1 if len(low) else 0
        end = int(np.ceil(high[0] - 1e-3)) - 1 if len(high) else last
        spans.append((max(min(start, span[0]), 0), min(max(end, span[1]), last)))
    return spans


def _put(
    take: Take, action: bpy.types.Action, path: str, group: str,
    values: NDArray[np.floating], first: int, spans: list[tuple[int, int]],
) -> None:  # fmt: skip
    """values: (N, C) from sample `first` on; spans: first and last sample to write, a curve
    each."""
    frames = take.grid.frames
    for index, (start, end) in enumerate(spans):
        curve = actions.curve_for(action, take.armature, path, index, group)
        own = values[start - first : end + 1 - first, index]
        if actions.may_write(curve):
            keys.replace(curve, frames[start : end + 1], own)


def _plan(
    take: Take, action: bpy.types.Action, path: str, group: str,
    frames: NDArray[np.floating], values: NDArray[np.float64], chosen: NDArray[np.intp],
) -> None:  # fmt: skip
    made = curve_keys(frames, values, chosen)
    for index in range(values.shape[1]):
        curve = actions.curve_for(action, take.armature, path, index, group)
        handles = keys.Handles(made.left[:, index], made.right[:, index])
        if actions.may_write(curve):
            keys.replace(curve, made.times, made.values[:, index], handles)


def _continuous(quaternions: NDArray[np.float64]) -> NDArray[np.floating]:
    from ...lsmplify_core.geometry.rotations import continuous_quaternions

    return continuous_quaternions(quaternions)
