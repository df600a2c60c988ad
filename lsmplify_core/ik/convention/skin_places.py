# SPDX-License-Identifier: GPL-3.0-or-later
"""Where markers lie on bones that were turned about themselves, and how far their tracks are then.

Looked at on a sample of the frames, since places are medians and distances means over a take.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.kinematics import forward
from ...runtime.array_types import Floats
from ..learned.predictor import select_observations, select_poses

_SAMPLE: Final = 600
"""Frames that are looked at, at the most, spread over the take."""
_FEW: Final = 20.0
"""Frames whose word counts half beside the marker's place before."""
_MOVED: Final = 3e-4
"""Metres (root mean square) that a point must move to be calibrated anew."""


def sampled(frames: int, most: int = _SAMPLE) -> slice:
    """Frames at even distances, at most `most` of them."""
    return slice(None, None, max(1, -(-frames // most)))


def track_distance(poses: PoseSequence, observed: MarkerObservations) -> float:
    """The mean distance of seen points from their tracks, in a sample of the frames."""
    frames = sampled(len(poses.root))
    some = select_observations(observed, frames)
    tracks = _in_joint_frames(*_posed(select_poses(poses, frames), some), some)
    return _mean_distance(tracks, np.asarray(observed.offsets), some)


def places_on_turned(
    old: PoseSequence,
    new: PoseSequence,
    observed: MarkerObservations,
    known: NDArray[np.bool_],
    stand_for: int = 1,
) -> tuple[Floats, float]:
    """The points' places on turned bones.

    Args:
        old: T frames before.
        new: the same frames, the bones turned, and knees perhaps moved.
        observed: the points with the places that they had.
        known: (K,) points whose places stay.
        stand_for: how many frames of the take each of these stands for.

    Returns:
        (K, 3) the places: where the tracks are in the median; with few frames more where the points
        were before, and just there for those that hardly move. And the tracks' mean distance then.
    """
    frames = sampled(len(old.root))
    some = select_observations(observed, frames)
    turned, placed = _posed(select_poses(new, frames), some)
    tracks = _in_joint_frames(turned, placed, some)
    seen = some.weights > 0
    places = np.asarray(observed.offsets).copy()
    carried, moved = _carried(_posed(select_poses(old, frames), some), (turned, placed), some, seen)
    counts = seen.sum(axis=0) * (stand_for * frames.step)
    for k in np.flatnonzero(~known & (moved > _MOVED) & seen.any(axis=0)):
        share = counts[k] / (counts[k] + _FEW)
        middle = np.median(tracks[seen[:, k], k], axis=0)
        places[k] = carried[k] + share * (middle - carried[k])
    return places, _mean_distance(tracks, places, some)


def _posed(poses: PoseSequence, observed: MarkerObservations) -> tuple[Floats, Floats]:
    return forward(poses.rotations, observed.bones, poses.root)


def _in_joint_frames(turned: Floats, placed: Floats, observed: MarkerObservations) -> Floats:
    """(N, K, 3) the tracks as their joints see them."""
    joints = np.asarray(observed.joints)
    tracks = np.empty_like(observed.points)
    for joint in np.unique(joints):
        on = np.flatnonzero(joints == joint)
        away = observed.points[:, on] - placed[:, joint, None]
        tracks[:, on] = away @ np.ascontiguousarray(turned[:, joint])
    return tracks


def _carried(
    before: tuple[Floats, Floats],
    after: tuple[Floats, Floats],
    observed: MarkerObservations,
    seen: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    """(K, 3) where points fixed to the joints before are in their frames after, in the mean over
    the frames that show them; (K,) how far they move in the root mean square.

    before, after: the joints' rotations (N, 24, 3, 3) and places (N, 24, 3) in the world.
    """
    joints, offsets = np.asarray(observed.joints), np.asarray(observed.offsets)
    back = np.swapaxes(after[0], -1, -2)
    relative = back @ before[0]
    shift = (back @ (before[1] - after[1])[..., None])[..., 0]
    frames, flat = len(relative), relative.reshape(len(relative), -1)
    counts = seen.sum(axis=0)
    share = (seen / np.maximum(counts, 1)).astype(flat.dtype)
    every = np.arange(len(joints))
    shown = (share.T @ flat).reshape(len(joints), *relative.shape[1:])[every, joints]
    shifted = (share.T @ shift.reshape(frames, -1)).reshape(len(joints), -1, 3)[every, joints]
    carried = (shown @ offsets[..., None])[..., 0] + shifted
    middle = (flat.sum(axis=0, dtype=np.float64) / frames).reshape(relative.shape[1:])[joints]
    along = (offsets * (middle @ offsets[..., None])[..., 0]).sum(axis=-1)
    squared = 2.0 * (np.square(offsets).sum(axis=-1) - along)
    squared = squared + np.square(shift).sum(axis=-1).mean(axis=0)[joints]
    return carried, np.sqrt(np.maximum(squared, 0.0))


def _mean_distance(tracks: Floats, places: Floats, observed: MarkerObservations) -> float:
    seen = observed.weights > 0
    away = np.linalg.norm(tracks - places, axis=-1)[seen]
    return float(away.mean(dtype=np.float64)) if away.size else 0.0
