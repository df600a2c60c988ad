# SPDX-License-Identifier: GPL-3.0-or-later
"""A start from segments' measured rotations (Theia, Visual3D), whatever axes their frames have.

A segment S and the bone B that it is turn together, so that the rotation between their frames is
the same in every frame of a take:

    R_S = R_B A .

A is the mean of R_Bᵀ R_S over a first solve from the places alone, whose twists are right on
average; R_B = R_S Aᵀ then has the twist of every frame.
"""

from typing import Final

import numpy as np

from ..geometry.kinematics import forward
from ..geometry.rotations import angle_between, mean_rotation, nearest_rotation
from ..geometry.skeleton import N_JOINTS, PARENTS
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..tracks.segments import Segments

_TOGETHER: Final = 35.0
"""Degrees from their mean of the middle four fifths of R_Bᵀ R_S: beyond, the segment is no bone of
ours, or its axes are mixed up, and its rotations are left alone."""
_LEAST_FRAMES: Final = 5


def start_from_segments(solved: Motion, segments: Segments) -> tuple[Motion, int] | None:
    """A motion to start from, and how many of the segments are in it.

    Args:
        solved: from the segments' places alone, in metres with Z up.
        segments: their rotations in the same axes, frame for frame.

    Returns:
        None where no segment turns with its bone.
    """
    turned = np.array(forward(solved.rotations, solved.body.offsets, solved.root)[0])
    used = 0
    for column, joint in enumerate(segments.joints):
        measured = segments.rotations[:, column]
        seen = np.isfinite(measured).all(axis=(1, 2))
        if seen.sum() < _LEAST_FRAMES:
            continue
        between = np.swapaxes(turned[seen, joint], -1, -2) @ measured[seen]
        middle = mean_rotation(between)
        away = np.degrees(angle_between(between, np.broadcast_to(middle, between.shape)))
        if np.percentile(away, 80) > _TOGETHER:
            continue
        turned[seen, joint] = nearest_rotation(measured[seen] @ middle.T)
        used += 1
    return (_local(solved, turned), used) if used else None


def _local(solved: Motion, turned: Floats) -> Motion:
    """The motion with these world rotations (T, 24, 3, 3)."""
    local = np.array(turned)
    for joint in range(1, N_JOINTS):
        local[:, joint] = np.swapaxes(turned[:, PARENTS[joint]], -1, -2) @ turned[:, joint]
    return Motion(local, solved.root, solved.rate, solved.body)
