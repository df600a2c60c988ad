# SPDX-License-Identifier: GPL-3.0-or-later
"""A changed motion back into an action: only bones and frames that a step has changed."""

from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from ...lsmplify_core.cleanup.keys.bezier import CurveKeys, keys_of_curves
from ...lsmplify_core.cleanup.keys.key_frames import changed_frames, signed_like, span_of
from ...lsmplify_core.cleanup.keys.plan import KeyPlan
from ...lsmplify_core.geometry.rotations import continuous_quaternions
from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.motion.bone_axes import pose_bones
from ...lsmplify_core.motion.motion import Motion
from ..bake import actions, channels, keys
from .reading import Take, curves_by_channel, location_path


@dataclass(frozen=True)
class _Edit:
    """Values (M,) of one curve at frames (M,) in a row."""

    group: str
    frames: NDArray[np.floating]
    values: NDArray[np.floating]


def write_changes(take: Take, motion: Motion, action: bpy.types.Action) -> None:
    """Write what differs from the take's own motion into an action that has the take's keys.

    A bone that did not change is not touched; of the others, no key outside the frames that changed
    is, bit for bit. An action with few keys gets keys on every frame as far as the keys beside.
    """
    for (path, index), edit in _edits(take, motion).items():
        curve = actions.curve_for(action, take.armature, path, index, edit.group)
        if actions.may_write(curve):
            keys.replace(curve, edit.frames, edit.values)


def write_again(take: Take, motion: Motion, action: bpy.types.Action) -> None:
    """The same into an action that an earlier change of the take was written into: what does not
    differ any more has the take's keys again. Each curve is written once, if at all: sliders are
    dragged."""
    edits, before = _edits(take, motion), curves_by_channel(take.armature, take.action)
    _remove_others(take, action, set(edits))
    for key in dict.fromkeys((*take.keyed, *edits)):
        source, edit = before.get(key), edits.get(key)
        group = edit.group if edit is not None else _group_of(source, key[0])
        target = actions.curve_for(action, take.armature, *key, group)
        if actions.may_write(target):
            _write_one(source, target, take.keyed.get(key), edit)


def _write_one(
    source: bpy.types.FCurve | None, target: bpy.types.FCurve, keyed: NDArray[np.float32] | None,
    edit: _Edit | None,
) -> None:  # fmt: skip
    nothing = np.empty(0)
    frames, values = (edit.frames, edit.values) if edit is not None else (nothing, nothing)
    if source is not None and keyed is not None:
        if keys.rewritten(source, target, keyed, frames, values):
            return
        keys.copy(source, target)
    if len(frames):
        keys.replace(target, frames, values)


def _edits(take: Take, motion: Motion) -> dict[tuple[str, int], _Edit]:
    """What is to be written where, a curve each."""
    turned, moved = changed_frames(take.motion, motion)
    found: dict[tuple[str, int], _Edit] = {}
    if not (turned.any() or moved.any()):
        return found
    quaternions, locations = pose_bones(motion, take.rig)
    for joint in np.flatnonzero(turned.any(axis=0)):
        span = span_of(turned[:, joint])
        assert span is not None
        name = JOINT_NAMES[joint]
        bone = take.armature.pose.bones[name]
        old = take.quaternions[:, joint]
        path = channels.path_of(bone)
        spans = _to_the_keys(take, path, span, channels.width_of(bone))
        first, last = min(s[0] for s in spans), max(s[1] for s in spans)
        new = signed_like(quaternions[first : last + 1, joint], old, first)
        before = channels.from_quaternions(bone, old[max(first - 1, 0)][None], None)[0]
        values = channels.from_quaternions(bone, new, before)
        found.update(_cut(take, path, name, values, first, spans))
    span = span_of(moved)
    if span is not None:
        path = location_path(take.armature)
        spans = _to_the_keys(take, path, span, 3)
        found.update(_cut(take, path, JOINT_NAMES[0], locations, 0, spans))
    return found


def write_planned(take: Take, plan: KeyPlan, action: bpy.types.Action) -> None:
    """Replace the body's keys of an action by the planned ones, with Bézier handles in line."""
    frames = take.grid.frames
    _, locations = pose_bones(take.motion, take.rig)
    bones = [take.armature.pose.bones[name] for name in JOINT_NAMES]
    continuous = continuous_quaternions(take.quaternions)
    columns = [
        channels.from_quaternions(bone, continuous[:, joint], None)
        for joint, bone in enumerate(bones)
    ]
    columns.append(locations)
    values = np.zeros((len(columns), len(frames), 4))  # a channel that is missing stays at rest
    for own, column in zip(values, columns, strict=True):
        own[:, : column.shape[1]] = column
    paths = [*(channels.path_of(b) for b in bones), location_path(take.armature)]
    groups = [*JOINT_NAMES, JOINT_NAMES[0]]
    made = keys_of_curves(frames, values, [*plan.rotations, plan.location])
    for path, group, column, own in zip(paths, groups, columns, made, strict=True):
        _plan(take, action, path, group, column.shape[1], own)


def _remove_others(take: Take, action: bpy.types.Action, kept: set[tuple[str, int]]) -> None:
    """Take away the body's curves that neither the take has nor `kept` names."""
    ours = {channels.path_of(take.armature.pose.bones[n]) for n in JOINT_NAMES}
    ours.add(location_path(take.armature))
    for key in curves_by_channel(take.armature, action):
        if key[0] in ours and key not in take.keyed and key not in kept:
            actions.remove_curve(action, take.armature, *key)


def _group_of(curve: bpy.types.FCurve | None, path: str) -> str:
    return curve.group.name if curve is not None and curve.group is not None else path


def _to_the_keys(
    take: Take, path: str, span: tuple[int, int], width: int
) -> list[tuple[int, int]]:  # fmt: skip
    """For each of the path's curves the span drawn out to the frames beside its nearest keys, so
    that no curve between keys that stay bends where nothing changed."""
    last = take.grid.count - 1
    spans: list[tuple[int, int]] = []
    for index in range(width):
        keyed = take.keyed.get((path, index))
        if keyed is None:
            spans.append((0, last))
            continue
        at = (keyed[:, 0].astype(np.float64) - take.grid.first) / take.grid.step
        low, high = at[at < span[0] - 1e-3], at[at > span[1] + 1e-3]
        start = int(np.floor(low[-1] + 1e-3)) + 1 if len(low) else 0
        end = int(np.ceil(high[0] - 1e-3)) - 1 if len(high) else last
        spans.append((max(min(start, span[0]), 0), min(max(end, span[1]), last)))
    return spans


def _cut(
    take: Take, path: str, group: str,
    values: NDArray[np.floating], first: int, spans: list[tuple[int, int]],
) -> dict[tuple[str, int], _Edit]:  # fmt: skip
    """values: (N, C) from sample `first` on; spans: first and last sample to write, a curve
    each."""
    frames = take.grid.frames
    return {
        (path, index): _Edit(
            group, frames[start : end + 1], values[start - first : end + 1 - first, index]
        )
        for index, (start, end) in enumerate(spans)
    }


def _plan(
    take: Take, action: bpy.types.Action, path: str, group: str, width: int, made: CurveKeys
) -> None:
    for index in range(width):
        curve = actions.curve_for(action, take.armature, path, index, group)
        handles = keys.Handles(made.left[:, index], made.right[:, index])
        if actions.may_write(curve):
            keys.replace(curve, made.times, made.values[:, index], handles)
