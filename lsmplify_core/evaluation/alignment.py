# SPDX-License-Identifier: GPL-3.0-or-later
"""An estimator's motion brought from its own world, often a camera's, to that of the tracks."""

from dataclasses import replace

import numpy as np

from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .takes import Take, keypoints


def set_on(start: Motion, take: Take) -> Motion:
    """The motion turned by one rotation for the whole take, and in every frame set on the tracks.

    The rotation is the least-squares one (Kabsch 1976) between the motion's keypoints and the
    tracks, each about their mean in the frame. Nothing of the pose changes. Frames without a track
    are placed where the frames beside them are.
    """
    given, own = take.tracks.positions, keypoints(start, take.layout)
    seen = np.isfinite(given[..., :1])
    count = seen.sum(axis=1)
    if not (count > 2).any():
        raise InputError(f"{take.name}: no frame shows three points to set the start on")
    target, middle = _centre(given, seen), _centre(own, seen)
    a = np.where(seen, own - middle[:, None], 0.0).reshape(-1, 3)
    b = np.where(seen, given - target[:, None], 0.0).reshape(-1, 3)
    u, _, vt = np.linalg.svd(b.T @ a)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    turn: Floats = u @ flip @ vt
    rotations = start.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    moved = (start.root - middle) @ turn.T + target
    return replace(start, rotations=rotations, root=_filled(moved, count[:, 0] > 0))


def _centre(points: Floats, seen: np.ndarray) -> Floats:
    """(T, 3) means of the points that are seen."""
    total = np.where(seen, points, 0.0).sum(axis=1)
    return total / np.maximum(seen.sum(axis=1), 1)


def _filled(places: Floats, known: np.ndarray) -> Floats:
    frames = np.arange(len(places))
    return np.stack(
        [np.interp(frames, frames[known], places[known, axis]) for axis in range(3)], axis=1
    )
