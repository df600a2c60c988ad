# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics, one definition each, on plain arrays.

Positions are metres with Z up, results millimetres, degrees or what the name says. Most functions
return one number a frame (and joint): means over a whole split are then means over its frames.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.rotations import angle_between, matrix_to_quaternion, swing_twist, transpose
from ..geometry.skeleton import ANCESTORS, N_JOINTS, N_POSED, PARENTS
from ..layouts.layout import Layout
from ..runtime.array_types import Floats

Bools = NDArray[np.bool_]

AT_REST: Final = 0.01
"""Metres a frame: a foot that moves less stands."""
LOW: Final = 0.05
"""Metres: a foot under this height is on the floor."""
SKATES: Final = 0.5
"""Metres a second: a foot on the floor that moves faster skates."""
FAILED: Final = 15.0
"""Degrees: a frame whose mean rotation error passes this has failed."""
PARTS: Final = 10
"""Parts of a take that drift is told by."""


def mpjpe(joints: Floats, truth: Floats) -> Floats:
    """Mean joint error (T,) in mm of (T, 24, 3), the pelvises laid on each other."""
    return _mean_distance(joints - joints[:, :1], truth - truth[:, :1])


def mpkpe(points: Floats, tracks: Floats) -> Floats:
    """Keypoint errors (T, K) in mm, in the world, not aligned; NaN where a track is unseen."""
    return 1000 * np.linalg.norm(points - tracks, axis=-1)


def pve(vertices: Floats, truth: Floats, pelvis: Floats, true_pelvis: Floats) -> Floats:
    """Mean vertex error (T,) in mm of (T, V, 3), the pelvises (T, 3) laid on each other."""
    return _mean_distance(vertices - pelvis[:, None], truth - true_pelvis[:, None])


def pa_pve(vertices: Floats, truth: Floats) -> Floats:
    """Mean vertex error (T,) in mm of (T, V, 3), after the best similarity transform a frame."""
    return _mean_distance(similarity_aligned(vertices, truth), truth)


def similarity_aligned(points: Floats, target: Floats) -> Floats:
    """Turn, scale and move (T, V, 3) onto the target in least squares (Umeyama 1991)."""
    centre, goal = points.mean(axis=1, keepdims=True), target.mean(axis=1, keepdims=True)
    a, b = points - centre, target - goal
    covariance: Floats = np.swapaxes(b, 1, 2) @ a
    u, s, vt = np.linalg.svd(covariance)
    sign = np.where(np.linalg.det(u @ vt) < 0, -1.0, 1.0)
    u = u.copy()
    u[:, :, 2] *= sign[:, None]
    total = s[:, 0] + s[:, 1] + sign * s[:, 2]
    scale = total / np.maximum(np.sum(a * a, axis=(1, 2)), 1e-12)
    return scale[:, None, None] * (a @ np.swapaxes(u @ vt, 1, 2)) + goal


def geodesic(rotations: Floats, truth: Floats) -> Floats:
    """Angles (T, 22) in degrees between local rotations (T, 24, 3, 3) of the posed joints."""
    return np.degrees(angle_between(rotations[:, :N_POSED], truth[:, :N_POSED]))


def swing_twist_errors(rotations: Floats, truth: Floats, offsets: Floats) -> tuple[Floats, Floats]:
    """The rotation errors (T, 24, 3, 3) split: swing and twist (T, 22) in degrees.

    The error is the turn from the true pose to the estimate, in the joint's frame; twist is its
    part about the bone, swing what turns the bone. offsets: (24, 3) of the true body at rest.
    """
    error = transpose(truth[:, :N_POSED]) @ rotations[:, :N_POSED]
    swing, twist = swing_twist(matrix_to_quaternion(error), bone_axes(offsets)[:N_POSED])
    return _angle(swing), _angle(twist)


def bone_axes(offsets: Floats) -> Floats:
    """(24, 3) unit vectors at rest: from each joint to the mean of its children.

    Joints without children (head, feet, hands) go on along the bone that ends in them.
    """
    axes = np.zeros((N_JOINTS, 3))
    for joint in range(N_JOINTS):
        children = [j for j in range(N_JOINTS) if PARENTS[j] == joint]
        axes[joint] = offsets[children].mean(axis=0) if children else offsets[joint]
    return axes / np.linalg.norm(axes, axis=1, keepdims=True)


def observed_joints(layout: Layout, least: float = 0.001) -> Bools:
    """(22,) which joints' rotations move a keypoint: one on a joint below, or one beside it.

    A keypoint nearer than `least` metres to its joint does not show how that joint turns.
    """
    on = layout.joints
    moves = ANCESTORS[on].copy()
    centred = np.linalg.norm(layout.offsets, axis=1) < least
    moves[centred, on[centred]] = False
    return np.asarray(moves.any(axis=0))[:N_POSED]


def failed_frames(angles: Floats) -> Bools:
    """(T,) frames whose mean geodesic error (T, 22) passes 15 degrees."""
    return angles.mean(axis=1) > FAILED


def jitter(joints: Floats, rate: float) -> Floats:
    """Mean norm of the third difference (T - 3,) of (T, 24, 3), in km/s³."""
    return np.linalg.norm(np.diff(joints, n=3, axis=0), axis=-1).mean(axis=1) * rate**3 / 1000


def acceleration_error(joints: Floats, truth: Floats, rate: float) -> Floats:
    """Mean difference of accelerations (T - 2,) of (T, 24, 3), in m/s²."""
    return np.linalg.norm(np.diff(joints - truth, n=2, axis=0), axis=-1).mean(axis=1) * rate**2


def foot_sliding(feet: Floats, truth: Floats) -> Floats:
    """(N,) mm: how far toes and heels (T, P, 3) move horizontally in a frame, wherever the true
    point moves less than 1 cm in it."""
    stands = np.linalg.norm(np.diff(truth, axis=0), axis=-1) < AT_REST
    return 1000 * np.linalg.norm(np.diff(feet, axis=0)[..., :2], axis=-1)[stands]


def skating(feet: Floats, rate: float) -> Bools:
    """(T - 1,) frames where a point of the feet (T, P, 3) under 5 cm moves over 0.5 m/s."""
    speed = np.linalg.norm(np.diff(feet, axis=0)[..., :2], axis=-1) * rate
    return ((feet[:-1, :, 2] < LOW) & (speed > SKATES)).any(axis=1)


def penetration(feet: Floats) -> Floats:
    """(T,) mm: how deep the lowest point of the feet (T, P, 3) lies under the floor z = 0."""
    return 1000 * np.maximum(-feet[..., 2].min(axis=1), 0.0)


def by_frame_index(values: list[Floats], edges: tuple[int, ...]) -> list[tuple[int, int, float]]:
    """Drift: the mean of per-frame values by how far into its clip a frame lies.

    values: one array (T,) a clip. edges: rising frame indices, from 0. Returns (first frame, frames
    counted, mean) for every bin that holds frames; the last one is open.
    """
    index = np.concatenate([np.arange(len(v)) for v in values])
    flat = np.concatenate(values)
    bins = np.searchsorted(np.asarray(edges), index, side="right") - 1
    return [
        (edge, int((bins == i).sum()), float(flat[bins == i].mean()))
        for i, edge in enumerate(edges)
        if (bins == i).any()
    ]


def tenths(values: list[Floats]) -> Floats | None:
    """Drift: the mean (10,) of per-frame values in each tenth of their clips.

    values: one array (T,) a clip. A tenth has T // 10 frames, the first ones at the clip's begin,
    the last ones at its end; clips of fewer than 10 frames have none. None where no clip has.
    """
    long = [v for v in values if len(v) >= PARTS]
    if not long:
        return None
    return np.array([np.mean(np.concatenate([_tenth(v, i) for v in long])) for i in range(PARTS)])


def drift_ratio(values: list[Floats]) -> float | None:
    """The mean of the last tenths over that of the first ones; None where that is not defined."""
    means = tenths(values)
    return None if means is None or not means[0] > 0 else float(means[-1] / means[0])


def _tenth(values: Floats, part: int) -> Floats:
    size = len(values) // PARTS
    first = round(part * (len(values) - size) / (PARTS - 1))
    return values[first : first + size]


def _mean_distance(a: Floats, b: Floats) -> Floats:
    return 1000 * np.linalg.norm(a - b, axis=-1).mean(axis=-1)


def _angle(quaternions: Floats) -> Floats:
    sine = np.linalg.norm(quaternions[..., 1:], axis=-1)
    return np.degrees(2 * np.arctan2(sine, np.abs(quaternions[..., 0])))
