# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether points are those of a body: neighbours keep their distances, in a person's
proportions."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import default_body
from ..geometry.kinematics import attached_points
from ..geometry.skeleton import JOINT_INDEX, PARENTS
from ..layouts.layout import Layout

Floats = NDArray[np.float64]

TORSO: Final = frozenset(
    JOINT_INDEX[n]
    for n in (
        "Pelvis", "L_Hip", "R_Hip", "Spine3", "L_Collar", "R_Collar", "L_Shoulder", "R_Shoulder",
    )
)  # fmt: skip
"""Joints between which distances hardly depend on the pose."""
_NEAREST: Final = 0.05
_FURTHEST: Final = 0.6
"""Metres on the resting body between which distances of two points are compared: shorter ones are
noise, longer ones bend."""


def rest_points(layout: Layout) -> Floats:
    """(K, 3) metres: the layout's points on the default body at rest, Y up."""
    return _rest_points(layout.joints.tobytes(), layout.offsets.tobytes()).copy()


@lru_cache(maxsize=64)
def _rest_points(joints: bytes, offsets: bytes) -> Floats:
    """(K, 3) metres: points at rest, by the bytes of their joints and offsets; kept, since they are
    asked for several times a take."""
    eye = np.broadcast_to(np.eye(3), (24, 3, 3))
    places = np.frombuffer(offsets, np.float64).reshape(-1, 3)
    return attached_points(eye, default_body().rest_joints, np.frombuffer(joints, np.intp), places)


def neighbours(a: int, b: int) -> bool:
    """Whether the distance of points on two joints hardly depends on the pose."""
    return a == b or PARENTS[a] == b or PARENTS[b] == a or {a, b} <= TORSO


def body_misfit(points: Floats, layout: Layout) -> float | None:
    """How badly points fit a body, whatever its size and wherever it is.

    Args:
        points: (T, K, 3) of the layout's points, NaN where unseen, in any unit and world.
        layout: what they are taken for.

    Returns:
        The mean over pairs of neighbouring points of how far their distance is from a person's
        (absolute logarithm of the ratio, at most 1), plus the mean share by which it changes over
        the take: about 0.1 for people, 0.5 and more for points that are something else. None where
        fewer than three pairs are seen.
    """
    rest = rest_points(layout)
    apart = np.linalg.norm(rest[:, None] - rest[None], axis=-1)
    logs: list[float] = []
    changes: list[float] = []
    for i, j in zip(*np.nonzero((apart > _NEAREST) & (apart < _FURTHEST)), strict=True):
        if i >= j or not neighbours(int(layout.joints[i]), int(layout.joints[j])):
            continue
        seen = np.linalg.norm(points[:, i] - points[:, j], axis=-1)
        seen = seen[np.isfinite(seen)]
        if len(seen) == 0:
            continue
        low, middle, high = np.percentile(seen, (10, 50, 90))
        logs.append(float(np.log(max(middle, 1e-12) / apart[i, j])))
        changes.append(min(float(high - low) / max(float(middle), 1e-12), 1.0))
    if len(logs) < 3:
        return None
    off = np.minimum(np.abs(np.array(logs) - np.median(logs)), 1.0)
    return float(off.mean() + np.mean(changes))
