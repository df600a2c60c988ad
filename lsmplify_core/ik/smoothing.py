# SPDX-License-Identifier: GPL-3.0-or-later
"""Clean-up of solved states: frames without points, smoothing."""

import numpy as np
from numpy.typing import NDArray

from ..body.markers import State
from ..geometry.rotations import (
    axis_angle_to_matrix,
    continuous_quaternions,
    matrix_to_axis_angle,
    matrix_to_quaternion,
    quaternion_to_matrix,
    slerp,
)
from ..runtime.array_types import Floats


def fill_frames(state: State, good: NDArray[np.bool_]) -> State:
    """Frames that are not `good` (T,) get the pose between their nearest good neighbours.

    Rotations by slerp, root linearly; held before the first and after the last. At least one frame
    must be good.
    """
    if good.all():
        return state
    known = np.flatnonzero(good)
    bad = np.flatnonzero(~good)
    after = np.searchsorted(known, bad)
    low = known[np.clip(after - 1, 0, len(known) - 1)]
    high = known[np.clip(after, 0, len(known) - 1)]
    low = np.where(after == 0, high, low)
    t = np.where(high > low, (bad - low) / np.maximum(high - low, 1), 0.0)
    q = matrix_to_quaternion(state.rotations)
    joints = q.shape[1]
    turned = slerp(q[low], q[high], np.broadcast_to(t[:, None], (len(t), joints)))
    rotations, root = state.rotations.copy(), state.root.copy()
    rotations[bad] = quaternion_to_matrix(turned)
    root[bad] = root[low] + t[:, None] * (root[high] - root[low])
    return State(rotations, root)


def part_way(before: State, after: State, share: Floats) -> State:
    """So much (T,), 0 to 1, of the way from one state to the other, every joint on its shortest turn."""
    way = matrix_to_axis_angle(np.swapaxes(before.rotations, -1, -2) @ after.rotations)
    part = share[:, None, None].astype(way.dtype)
    turned = before.rotations @ axis_angle_to_matrix(part * way)
    moved = before.root + part[:, 0] * (after.root - before.root)
    return State(turned.astype(before.rotations.dtype), moved.astype(before.root.dtype))


def smoothed(state: State, rate: float, seconds: float) -> State:
    """Zero-phase Gaussian smoothing of rotations and root.

    seconds: the standard deviation of the filter; 0 leaves everything as it is. Quaternions are
    made continuous, averaged and brought back to unit length, which for the few hundredths of a
    second that a filter spans is the mean rotation.
    """
    width = seconds * rate
    if width < 0.1 or len(state.root) < 3:
        return state
    q = continuous_quaternions(matrix_to_quaternion(state.rotations))
    frames, joints = q.shape[:2]
    q = gaussian(q.reshape(frames, -1), width).reshape(frames, joints, 4)
    q /= np.linalg.norm(q, axis=-1, keepdims=True)
    return State(quaternion_to_matrix(q), gaussian(state.root, width))


def gaussian(values: Floats, width: float) -> Floats:
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
