# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of poses as sequences of their own: turns and shifts, which can be interpolated and
smoothed without touching the poses that they change."""

import numpy as np

from ..body.markers import PoseSequence


def difference(before: PoseSequence, after: PoseSequence) -> PoseSequence:
    """The turns and shifts that lead from one pose sequence to another, frame by frame."""
    turns = np.swapaxes(before.rotations, -1, -2) @ after.rotations
    return PoseSequence(turns, after.root - before.root)


def changed(poses: PoseSequence, change: PoseSequence) -> PoseSequence:
    """The poses after a change."""
    kind = poses.root.dtype
    rotations = (poses.rotations @ change.rotations).astype(kind)
    return PoseSequence(rotations, (poses.root + change.root).astype(kind))
