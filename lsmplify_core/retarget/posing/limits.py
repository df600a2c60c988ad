# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig's own joint limits kept: Euler angles of bones drawn back to their ranges."""

from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ..rig.rig_motion import RigMotion
from .channels import pose_channels
from .figure import Figure

_NOTICED: Final = np.radians(0.1)
"""An angle past its limit by less than this isn't counted."""


def euler_of(turns: Floats) -> Floats:
    """(..., 3) radians about X, Y and Z, X first, of rotations (..., 3, 3): Blender's order XYZ,
    R = Rz · Ry · Rx."""
    y = np.arcsin(np.clip(-turns[..., 2, 0], -1.0, 1.0))
    x = np.arctan2(turns[..., 2, 1], turns[..., 2, 2])
    z = np.arctan2(turns[..., 1, 0], turns[..., 0, 0])
    return np.stack((x, y, z), axis=-1)


def from_euler(angles: Floats) -> Floats:
    """Rotations (..., 3, 3) from what `euler_of` returns."""
    c, s = np.cos(angles), np.sin(angles)
    cx, cy, cz = (c[..., i] for i in range(3))
    sx, sy, sz = (s[..., i] for i in range(3))
    rows = (
        (cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx),
        (sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx),
        (-sy, cy * sx, cy * cx),
    )
    return np.stack([np.stack(r, axis=-1) for r in rows], axis=-2)


def within_limits(figure: Figure, motion: RigMotion) -> tuple[RigMotion, int]:
    """The motion with every driven bone inside its rig's limits, and how many of its rotations (one
    a bone and frame) were drawn back."""
    limits = figure.rig.limits[figure.bones]
    limited = [i for i in range(len(figure.bones)) if np.isfinite(limits[i]).any()]
    turns = motion.turns.copy()
    count = 0
    for i in limited:
        angles = euler_of(turns[:, i])
        kept = np.clip(angles, limits[i, :, 0], limits[i, :, 1])
        past = np.abs(kept - angles).max(axis=-1) > _NOTICED
        if past.any():
            count += int(past.sum())
            turns[past, i] = from_euler(kept[past])
    if not count:
        return motion, 0
    return pose_channels(figure, turns, motion.shifts, motion.rate), count
