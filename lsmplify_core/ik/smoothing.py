# SPDX-License-Identifier: GPL-3.0-or-later
"""Filling and smoothing of pose sequences."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.markers import PoseSequence
from ..geometry.rotations import (
    axis_angle_to_matrix,
    continuous_quaternions,
    matrix_to_quaternion,
    quaternion_to_matrix,
    slerp,
    turn_between,
)
from ..runtime.array_types import Floats


def fill_frames(poses: PoseSequence, valid: NDArray[np.bool_]) -> PoseSequence:
    """Frames that are not `good` (T,) get the pose between their nearest good neighbours.

    Rotations by slerp, root linearly; held before the first and after the last. At least one frame
    must be good.
    """
    if valid.all():
        return poses
    valid_indices = np.flatnonzero(valid)
    missing = np.flatnonzero(~valid)
    after = np.searchsorted(valid_indices, missing)
    low = valid_indices[np.clip(after - 1, 0, len(valid_indices) - 1)]
    high = valid_indices[np.clip(after, 0, len(valid_indices) - 1)]
    low = np.where(after == 0, high, low)
    t = np.where(high > low, (missing - low) / np.maximum(high - low, 1), 0.0)
    q = matrix_to_quaternion(poses.rotations)
    joints = q.shape[1]
    quaternions = slerp(q[low], q[high], np.broadcast_to(t[:, None], (len(t), joints)))
    rotations, root = poses.rotations.copy(), poses.root.copy()
    rotations[missing] = quaternion_to_matrix(quaternions)
    root[missing] = root[low] + t[:, None] * (root[high] - root[low])
    return PoseSequence(rotations, root)


_WHOLE: Final = 1.0 - 1e-6
"""A share from which on nothing is left of where the way began."""


def interpolate_poses(before: PoseSequence, after: PoseSequence, share: Floats) -> PoseSequence:
    """Poses at a share (T,), 0 to 1, of the way from `before` to `after`: R_b exp(s · log(R_bᵀ
    R_a)). Frames whose share is all of it are those of `after`."""
    rotations = after.rotations.astype(before.rotations.dtype)
    root = after.root.astype(before.root.dtype)
    part = np.flatnonzero(share < _WHOLE)
    own = before.rotations[part]
    vectors = turn_between(own, after.rotations[part])
    fraction = share[part, None, None].astype(vectors.dtype)
    rotations[part] = own @ axis_angle_to_matrix(fraction * vectors)
    start = before.root[part]
    root[part] = start + fraction[:, 0] * (after.root[part] - start)
    return PoseSequence(rotations, root)


def smooth_poses(poses: PoseSequence, rate: float, seconds: float) -> PoseSequence:
    """Zero-phase Gaussian smoothing of rotations and root.

    seconds: the standard deviation of the filter; 0 leaves everything as it is. Quaternions are
    made continuous, averaged and brought back to unit length, which for the few hundredths of a
    second that a filter spans is the mean rotation.
    """
    width = seconds * rate
    if width < 0.1 or len(poses.root) < 3:
        return poses
    q = continuous_quaternions(matrix_to_quaternion(poses.rotations))
    frames, joints = q.shape[:2]
    q = gaussian_filter(q.reshape(frames, -1), width).reshape(frames, joints, 4)
    q /= np.linalg.norm(q, axis=-1, keepdims=True)
    return PoseSequence(quaternion_to_matrix(q), gaussian_filter(poses.root, width))


def gaussian_filter(values: Floats, width: float) -> Floats:
    """Filter (T, C) along time by a Gaussian of `width` frames; the ends are mirrored at the end
    point, so that positions keep their slope there."""
    reach = min(int(np.ceil(3.0 * width)), len(values) - 1)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    taps /= taps.sum()
    before = 2.0 * values[:1] - values[reach:0:-1]
    after = 2.0 * values[-1:] - values[-2 : -2 - reach : -1]
    padded = np.concatenate((before, values, after))
    result = np.zeros_like(values)
    for i, tap in enumerate(taps):
        result += tap * padded[i : i + len(values)]
    return result
