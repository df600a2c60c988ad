# SPDX-License-Identifier: GPL-3.0-or-later
"""BVH (Biovision hierarchy): the skeleton at rest and a row of Euler angles a frame.

Metres, Y up as is the custom of the format; importers that turn Y to Z bring the motion back to
where it was. Channels Z X Y: R = Rz · Rx · Ry.
"""

import numpy as np

from ..geometry.skeleton import JOINT_NAMES, N_JOINTS, PARENTS
from ..runtime.array_types import Floats
from .motion import Motion

_Z_TO_Y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


def bvh_text(motion: Motion) -> str:
    """The whole file for a motion (world Z up)."""
    rotations = motion.rotations.copy()
    rotations[:, 0] = _Z_TO_Y @ rotations[:, 0]
    angles = euler_zxy(rotations)[:, _ORDER].reshape(motion.frames, -1)
    rows = np.concatenate((motion.root @ _Z_TO_Y.T, angles), axis=1)
    lines = ["HIERARCHY", *_joint_lines(0, motion.body.offsets, 0), "MOTION"]
    lines += [f"Frames: {motion.frames}", f"Frame Time: {1.0 / motion.rate:.8f}"]
    lines += [" ".join(f"{x:.6f}" for x in row) for row in rows]
    return "\n".join(lines) + "\n"


def euler_zxy(m: Floats) -> Floats:
    """Rotations (..., 3, 3) = Rz · Rx · Ry -> degrees (..., 3) about z, x, y.

    At the poles (x at ± 90°) the turn about y is taken as none.
    """
    sine = np.clip(m[..., 2, 1], -1.0, 1.0)
    pole = np.abs(sine) > 1.0 - 1e-9
    z = np.where(
        pole, np.arctan2(m[..., 1, 0], m[..., 0, 0]), np.arctan2(-m[..., 0, 1], m[..., 1, 1])
    )
    y = np.where(pole, 0.0, np.arctan2(-m[..., 2, 0], m[..., 2, 2]))
    return np.degrees(np.stack((z, np.arcsin(sine), y), axis=-1))


def _joint_lines(joint: int, offsets: Floats, depth: int) -> list[str]:
    pad = "  " * depth
    offset = " ".join(f"{x:.6f}" for x in offsets[joint])
    channels = "Zrotation Xrotation Yrotation"
    places = "6 Xposition Yposition Zposition" if joint == 0 else "3"
    kind = "ROOT" if joint == 0 else "JOINT"
    lines = [f"{pad}{kind} {JOINT_NAMES[joint]}", f"{pad}{{"]
    lines += [f"{pad}  OFFSET {offset}", f"{pad}  CHANNELS {places} {channels}"]
    children = [c for c in range(N_JOINTS) if PARENTS[c] == joint]
    for child in children:
        lines += _joint_lines(child, offsets, depth + 1)
    if not children:
        tip = " ".join(f"{x:.6f}" for x in 0.5 * offsets[joint])
        lines += [f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET {tip}", f"{pad}  }}"]
    return [*lines, f"{pad}}}"]


def _depth_first(joint: int = 0) -> list[int]:
    order = [joint]
    for child in range(N_JOINTS):
        if PARENTS[child] == joint:
            order += _depth_first(child)
    return order


_ORDER = _depth_first()
