# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up motions for the tests of the anatomical convention."""

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX, N_JOINTS
from lsmplify_core.runtime.array_types import Floats

OFFSETS = default_body().offsets


def still(frames: int) -> Floats:
    """(T, 24, 3, 3) the T-pose."""
    return np.broadcast_to(np.eye(3), (frames, N_JOINTS, 3, 3)).copy()


def turn(x: object = 0.0, y: object = 0.0, z: object = 0.0) -> Floats:
    """Rotations by rotation vectors in degrees, numbers or (T,)."""
    vectors = np.stack(np.broadcast_arrays(*(np.asarray(v, float) for v in (x, y, z))), axis=-1)
    return axis_angle_to_matrix(np.radians(vectors))


def lively(frames: int = 120, seed: int = 0, size: float = 25.0) -> Floats:
    """Smooth motions of all 22 posed joints, elbows and knees bent, 30 frames a second."""
    random = np.random.default_rng(seed)
    time = np.arange(frames)[:, None, None] / 30.0
    speed, phase = random.uniform(0.5, 3.0, (1, 22, 3)), random.uniform(0, 6.28, (1, 22, 3))
    vectors = np.radians(size) * np.sin(speed * time + phase)
    rotations = still(frames)
    rotations[:, :22] = axis_angle_to_matrix(vectors)
    for side, sign in (("L", -1.0), ("R", 1.0)):
        bend = 60.0 + 50.0 * np.sin(2.0 * time[:, 0, 0] + phase[0, 0, 0])
        set_joint(
            rotations,
            f"{side}_Elbow",
            turn(y=sign * bend) @ rotations[:, JOINT_INDEX[f"{side}_Elbow"]],
        )
        set_joint(rotations, f"{side}_Knee", turn(x=bend))
    return rotations


def set_joint(rotations: Floats, name: str, values: Floats) -> None:
    rotations[:, JOINT_INDEX[name]] = values


def joint(rotations: Floats, name: str) -> Floats:
    return rotations[:, JOINT_INDEX[name]]
