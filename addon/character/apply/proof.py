# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender shows of a character held against what was computed for it: whatever fights the keys
in a way that nobody thought of is said."""

from typing import Final

import bpy
import numpy as np
from numpy.typing import NDArray

from ....lsmplify_core.geometry.rotations import angle_between
from ....lsmplify_core.retarget import RigMotion
from ...common.units import scene_unit
from ..rig import hindrances
from ..rig.character import Character
from .keying import replaced_bones

_LOOKED_AT: Final = 5
"""Frames of a take that are looked at."""
_AWAY: Final = 0.01
"""Share of the character's height that a bone may stand off."""
_TURNED: Final = np.radians(3.0)
"""Radians that a bone may be turned off."""
_MOST: Final = 4
"""Bones that a sentence lists."""


def deviation_notes(
    context: bpy.types.Context, armature: bpy.types.Object, character: Character,
    motion: RigMotion, frames: NDArray[np.float64], known: str = "",
) -> list[str]:  # fmt: skip
    """A sentence about keyed bones that don't stand where they should; the scene stays on its
    frame.

    Args:
        context: whose scene is looked at.
        armature, character: with its keys.
        motion: what was keyed, a frame each of `frames`.
        known: bones that are named in it, and what hangs on them, were told of already.
    """
    if armature.data.pose_position == "REST":
        return []
    away, turned = _off(context, armature, motion, frames)
    size = max(character.rig.height, 1e-6)
    bad = (away > _AWAY * size) | (turned > _TURNED)
    names = [motion.rig.names[b] for b in motion.bones]
    left_out = replaced_bones(character)
    off = {n: i for i, n in enumerate(names) if bad[:, i].any() and n not in left_out}
    told = [
        n for n in off
        if n not in known
        and not any(a in off or a in known for a in _above(armature, n) if a in names)
    ]  # fmt: skip
    if not told:
        return []
    said = [_said(armature, n, away[:, off[n]], turned[:, off[n]]) for n in told[:_MOST]]
    more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
    return [
        f"not where the keys should bring them: {'; '.join(said)}{more}; see what else moves them, "
        "and mute or unlock it"
    ]


def _said(
    armature: bpy.types.Object, name: str, away: NDArray[np.float64], turned: NDArray[np.float64]
) -> str:
    held = hindrances.held_by(armature, name)
    by = f" ({held})" if held else ""
    return f"{name} by {1000 * away.max():.0f} mm and {np.degrees(turned.max()):.0f} degrees{by}"


def _above(armature: bpy.types.Object, name: str) -> list[str]:
    return [b.name for b in armature.pose.bones[name].parent_recursive]


def _off(
    context: bpy.types.Context, armature: bpy.types.Object, motion: RigMotion,
    frames: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Metres and radians (n frames, bones) between what is shown and what was computed."""
    scene, unit = context.scene, scene_unit(context.scene)
    now = scene.frame_current
    at = np.unique(np.linspace(0, len(frames) - 1, _LOOKED_AT).round().astype(int))
    names = [motion.rig.names[b] for b in motion.bones]
    shown: list[NDArray[np.float64]] = []
    for frame in frames[at]:
        scene.frame_set(int(frame), subframe=float(frame % 1.0))
        world = np.array(armature.matrix_world, dtype=np.float64)
        pose = np.array([armature.pose.bones[n].matrix for n in names], dtype=np.float64)
        shown.append(world @ pose)
    scene.frame_set(now)
    found = np.array(shown)
    axes = found[..., :3, :3] / np.maximum(
        np.linalg.norm(found[..., :3, :3], axis=-2, keepdims=True), 1e-12
    )
    away = np.linalg.norm(unit * found[..., :3, 3] - motion.heads[at], axis=-1)
    return away, angle_between(axes, motion.axes[at])
