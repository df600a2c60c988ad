# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature's bones as Blender evaluates them, frame by frame, for files that are written
here."""

from collections.abc import Iterator

import bpy
import numpy as np
from numpy.typing import NDArray

from ...lsmplify_core.motion.rig_bvh import SampledRig
from ..common.units import scene_unit
from ..tracks.scene_tracks import scene_rate


def sampled_rig(armature: bpy.types.Object, start: int, end: int) -> SampledRig:
    """The bones that deform (all of them where none does) at rest and on scene frames start to end,
    in metres of the world; the scene stays on its frame."""
    scene = bpy.context.scene
    bones = [b for b in armature.data.bones if b.use_deform] or list(armature.data.bones)
    at = {b.name: i for i, b in enumerate(bones)}
    unit = scene_unit(scene)
    world = np.array(armature.matrix_world, dtype=np.float64)
    local = np.array([b.matrix_local for b in bones], dtype=np.float64).reshape(-1, 4, 4)
    rest = world @ local
    lengths = np.array([b.length for b in bones], dtype=np.float64)
    tails = local[:, :3, 3] + lengths[:, None] * local[:, :3, 1]
    now = scene.frame_current
    posed = np.array(list(_poses(armature, [b.name for b in bones], start, end)), dtype=np.float64)
    scene.frame_set(now)
    turns = _without_scale(posed) @ np.swapaxes(_without_scale(rest), -1, -2)
    return SampledRig(
        [b.name for b in bones], [_above(b, at) for b in bones], unit * rest[:, :3, 3],
        unit * (tails @ world[:3, :3].T + world[:3, 3]), turns, unit * posed[..., :3, 3],
        scene_rate(scene),
    )  # fmt: skip


def _above(bone: bpy.types.Bone, at: dict[str, int]) -> int:
    """The nearest of the bones above a bone, -1 for none."""
    above = bone.parent
    while above is not None and above.name not in at:
        above = above.parent
    return at[above.name] if above is not None else -1


def _poses(
    armature: bpy.types.Object, names: list[str], start: int, end: int
) -> Iterator[NDArray[np.float64]]:
    for frame in range(start, end + 1):
        bpy.context.scene.frame_set(frame)
        world = np.array(armature.matrix_world, dtype=np.float64)
        yield world @ np.array([armature.pose.bones[n].matrix for n in names], dtype=np.float64)


def _without_scale(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 3, 3) rotations of matrices (..., 4, 4)."""
    axes = matrices[..., :3, :3]
    return axes / np.maximum(np.linalg.norm(axes, axis=-2, keepdims=True), 1e-12)
