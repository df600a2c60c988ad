# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion made by code, where no recorded one is at hand: someone strolls, turns and swings."""

import numpy as np

from ..body.body import Body, default_body
from ..geometry.rotations import axis_angle_to_matrix, rotation_x
from ..geometry.skeleton import JOINT_INDEX, N_JOINTS
from ..motion.motion import Motion
from ..runtime.array_types import Floats

_SWING = {
    # joint: (turn at rest, swing), degrees about x, y, z in its parent's frame
    "L_Hip": ((-10, 0, 0), (28, 6, 5)), "R_Hip": ((-10, 0, 0), (28, 6, 5)),
    "L_Knee": ((32, 0, 0), (28, 0, 0)), "R_Knee": ((32, 0, 0), (28, 0, 0)),
    "L_Ankle": ((-5, 0, 0), (14, 5, 4)), "R_Ankle": ((-5, 0, 0), (14, 5, 4)),
    "Spine1": ((4, 0, 0), (6, 6, 4)), "Spine2": ((2, 0, 0), (4, 6, 4)),
    "Spine3": ((0, 0, 0), (3, 5, 3)), "Neck": ((5, 0, 0), (8, 12, 5)),
    "Head": ((0, 0, 0), (8, 12, 5)), "L_Collar": ((0, 0, -4), (0, 5, 5)),
    "R_Collar": ((0, 0, 4), (0, 5, 5)), "L_Shoulder": ((0, -10, -60), (12, 22, 18)),
    "R_Shoulder": ((0, 10, 60), (12, 22, 18)), "L_Elbow": ((0, -45, 0), (0, 38, 0)),
    "R_Elbow": ((0, 45, 0), (0, 38, 0)), "L_Wrist": ((0, 0, 0), (8, 8, 12)),
    "R_Wrist": ((0, 0, 0), (8, 8, 12)),
}  # fmt: skip


def strolling(frames: int, rate: float, seed: int = 0, body: Body | None = None) -> Motion:
    """`frames` frames at `rate` a second of smooth, bounded motion; knees and elbows only bend.

    World Z up, metres; the person wanders about the origin, hips at standing height.
    """
    body = body or default_body()
    random = np.random.default_rng(seed)
    seconds = np.arange(frames) / rate
    turns = np.zeros((frames, N_JOINTS, 3))
    for name, (middle, swing) in _SWING.items():
        for axis in range(3):
            wave = np.sin(_phase(seconds, random))
            turns[:, JOINT_INDEX[name], axis] = np.radians(middle[axis] + swing[axis] * wave)
    rotations = axis_angle_to_matrix(turns)
    heading = np.zeros((frames, 3))
    heading[:, 2] = 1.5 * np.sin(0.2 * seconds + random.uniform(0, 6))
    lean = np.radians(5) * np.sin(_phase(seconds, random))[:, None] * np.array([1.0, 0.0, 0.0])
    upright = axis_angle_to_matrix(heading) @ rotation_x(90) @ axis_angle_to_matrix(lean)
    rotations[:, 0] = upright
    height = body.rest_joints[0, 1] - body.rest_joints[:, 1].min() + 0.03
    root = np.stack(
        (
            1.5 * np.sin(0.15 * seconds),
            1.5 * np.cos(0.11 * seconds),
            height - 0.03 + 0.02 * np.sin(_phase(seconds, random)),
        ),
        axis=1,
    )
    return Motion(rotations, root, rate, body)


def _phase(seconds: Floats, random: np.random.Generator) -> Floats:
    """A rising phase of 0.3 to 1 turns a second that speeds up and slows down."""
    pace = 2 * np.pi * random.uniform(0.3, 1.0)
    return (
        pace * seconds + 0.8 * np.sin(0.9 * seconds + random.uniform(0, 6)) + random.uniform(0, 6)
    )
