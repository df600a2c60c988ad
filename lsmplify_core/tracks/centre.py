# SPDX-License-Identifier: GPL-3.0-or-later
"""The body's centre of mass and its feet, of what points show of them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.skeleton import JOINT_INDEX, among
from ..geometry.vectors import all_finite

Floats = NDArray[np.float64]

_MASS: Final = {
    "Pelvis": 0.14, "Spine1": 0.1, "Spine2": 0.1, "Spine3": 0.15, "Neck": 0.02, "Head": 0.08,
    "L_Hip": 0.08, "R_Hip": 0.08, "L_Knee": 0.08, "R_Knee": 0.08, "L_Ankle": 0.03, "R_Ankle": 0.03,
    "L_Shoulder": 0.04, "R_Shoulder": 0.04, "L_Elbow": 0.025, "R_Elbow": 0.025, "L_Wrist": 0.015,
    "R_Wrist": 0.015,
}  # fmt: skip
"""Shares of a body's mass about each joint, after Winter's table of segments."""


def feet_of(points: Floats, joints: NDArray[np.intp]) -> Floats | None:
    """(T, 2, 3): where each foot bears, the middle of what is seen of it."""
    found: list[Floats] = []
    for side in ("L", "R"):
        own = among(joints, [JOINT_INDEX[f"{side}_Ankle"], JOINT_INDEX[f"{side}_Foot"]])
        if not own.any():
            return None
        found.append(mean_of_seen(points[:, own]))
    return np.stack(found, axis=1)


def centre_of_mass(points: Floats, joints: NDArray[np.intp]) -> Floats | None:
    """(T, 3): the body's centre of mass, of what is seen of it."""
    total, mass = np.zeros((len(points), 3)), 0.0
    for name, share in _MASS.items():
        own = joints == JOINT_INDEX[name]
        if own.any():
            total = total + share * mean_of_seen(points[:, own])
            mass += share
    return total / mass if mass > 0.4 else None


def mean_of_seen(points: Floats) -> Floats:
    """(T, K, 3) to (T, 3): the mean of what is seen, NaN where nothing is."""
    seen = all_finite(points)
    if seen.all():
        total = points[:, 0]
        for k in range(1, points.shape[1]):
            total = total + points[:, k]
        return total if points.shape[1] == 1 else total / points.shape[1]
    count = seen.sum(axis=1)[:, None]
    known = np.where(seen[..., None], points, 0.0).sum(axis=1)
    return np.where(count > 0, known / np.maximum(count, 1), np.nan)
