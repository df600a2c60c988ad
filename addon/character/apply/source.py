# SPDX-License-Identifier: GPL-3.0-or-later
"""What is brought to the character: an SMPL action, any humanoid armature, or a motion file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from ....lsmplify_core.geometry.resampling import key_frames
from ....lsmplify_core.retarget import (
    Performance,
    RigPoses,
    find_map,
    performance_of,
    performance_of_rig,
)
from ....lsmplify_core.runtime.errors import InputError
from ....lsmplify_core.workflows.performance_file import read_performance
from ...bake.actions import showing
from ...common.units import scene_unit
from ...takes.reading import read_take
from ...tracks.scene_tracks import scene_rate
from ..rig.armature import rig_from
from ..rig.hindrances import check_scene
from ..rig.smpl_names import bears_smpl_names


@dataclass(frozen=True)
class Source:
    """performance: a frame of it for each of the scene frames (N,). name: for the action. notes:
    sentences about how it was read."""

    performance: Performance
    frames: NDArray[np.float64]
    name: str
    notes: tuple[str, ...] = ()


def from_armature(
    context: bpy.types.Context, armature: bpy.types.Object, start: int | None, end: int | None,
    action: bpy.types.Action | None = None,
) -> Source:  # fmt: skip
    """Whatever an armature does, on whole scene frames.

    start, end: scene frames, both included; None for those of its action. action: another one than
    it shows.
    """
    if bears_smpl_names(armature):
        take = read_take(context, armature, action)
        first, step = float(take.grid.frames[0]), float(take.grid.step)
        frames, samples = _chosen(first, step, take.motion.frames, start, end)
        return Source(performance_of(take.motion.at(samples)), frames, take.action.name)
    check_scene(context, armature)
    with showing(armature, action):
        return _of_any(context, armature, start, end)


def _of_any(
    context: bpy.types.Context, armature: bpy.types.Object, start: int | None, end: int | None
) -> Source:
    """What an armature shows that is no SMPL body."""
    rig = rig_from(armature)
    rig_map = find_map(rig)
    frames = _frames_of(armature, start, end)
    poses = RigPoses(rig, *_sampled(context, armature, frames), scene_rate(context.scene))
    animation = armature.animation_data
    name = animation.action.name if animation and animation.action else armature.name
    return Source(performance_of_rig(poses, rig_map), frames, name)


def from_file(context: bpy.types.Context, path: Path, start: int | None, end: int | None) -> Source:
    """A file of motion, or of tracks, from the scene's first frame on."""
    performance, notes = read_performance(path)
    motion, scene = performance.motion, context.scene
    step = scene_rate(scene) / motion.rate
    frames, samples = _chosen(float(scene.frame_start), step, motion.frames, start, end)
    return Source(performance.at(samples), frames, path.stem, notes)


def _chosen(
    first: float, step: float, count: int, start: int | None, end: int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if start is not None and end is not None and end < start:
        raise InputError(f"the range from frame {start} to {end} holds no frame")
    frames, samples = key_frames(first, step, count, True)
    keep = np.ones(len(frames), dtype=bool)
    if start is not None:
        keep &= frames >= start
    if end is not None:
        keep &= frames <= end
    if not keep.any():
        raise InputError(
            f"no frame of the source lies in the range; it goes from frame {frames[0]:.0f} to "
            f"{frames[-1]:.0f}"
        )
    return frames[keep].astype(np.float64), samples[keep].astype(np.float64)


def _frames_of(
    armature: bpy.types.Object, start: int | None, end: int | None
) -> NDArray[np.float64]:
    animation = armature.animation_data
    if animation is None or (animation.action is None and not animation.nla_tracks):
        raise InputError(f"armature {armature.name!r} has no action to take the motion from")
    if animation.action is not None:
        low, high = animation.action.frame_range
    else:
        strips = [s for t in animation.nla_tracks for s in t.strips]
        if not strips:
            raise InputError(f"armature {armature.name!r} has no action to take the motion from")
        low, high = min(s.frame_start for s in strips), max(s.frame_end for s in strips)
    first = int(np.ceil(low)) if start is None else start
    last = int(np.floor(high)) if end is None else end
    if last < first:
        raise InputError(f"the range from frame {first} to {last} holds no frame")
    return np.arange(first, last + 1, dtype=np.float64)


def _sampled(
    context: bpy.types.Context, armature: bpy.types.Object, frames: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """World axes (T, B, 3, 3) and heads (T, B, 3) metres of all bones as Blender evaluates them."""
    scene = context.scene
    now, part = scene.frame_current, scene.frame_subframe
    unit = scene_unit(scene)
    found = np.array(list(_poses(scene, armature, frames)), dtype=np.float64)
    scene.frame_set(now, subframe=part)
    axes = found[..., :3, :3]
    return axes / np.linalg.norm(axes, axis=-2, keepdims=True), found[..., :3, 3] * unit


def _poses(
    scene: bpy.types.Scene, armature: bpy.types.Object, frames: NDArray[np.float64]
) -> Iterator[NDArray[np.float64]]:
    names = [bone.name for bone in armature.data.bones]
    for frame in frames:
        scene.frame_set(int(frame))
        pose = np.array([armature.pose.bones[n].matrix for n in names], dtype=np.float64)
        yield np.array(armature.matrix_world, dtype=np.float64) @ pose
