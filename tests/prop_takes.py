# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes with props: sticks, rackets and boxes that are carried, lie there or are thrown."""

from dataclasses import dataclass

import numpy as np

from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
    nearest_rotation,
    quaternion_to_matrix,
)
from lsmplify_core.motion.motion import Motion
from lsmplify_core.props.prop import Prop

SHAPES = {
    "stick 3": [(0.0, 0.02, -0.2), (-0.02, -0.02, 0.3), (0.02, 0.0, 0.9)],
    "stick 4": [(0.0, 0.03, -0.2), (-0.03, -0.01, 0.1), (0.03, 0.0, 0.55), (0.0, -0.03, 0.9)],
    "racket 5": [(0, 0, 0.1), (0.1, 0, 0.35), (-0.1, 0.01, 0.4), (0, -0.01, 0.6), (0.05, 0, 0.2)],
    "box 6": [(0.2, 0.15, 0.1), (-0.2, 0.15, 0.1), (0.2, -0.15, 0.1), (0.2, 0.15, -0.1),
              (-0.2, -0.1, 0.1), (-0.1, -0.15, -0.1)],
}  # fmt: skip
"""Markers in metres in the prop's own axes."""


@dataclass(frozen=True)
class TruePose:
    """rotation: (T, 3, 3). location: (T, 3) metres. markers: (k, 3) metres on the prop."""

    rotation: np.ndarray
    location: np.ndarray
    markers: np.ndarray

    def points(self, noise: float = 0.0, seed: int = 0) -> np.ndarray:
        """(T, k, 3) world positions of the markers."""
        at = np.einsum("tij,kj->tki", self.rotation, self.markers) + self.location[:, None]
        return at + noise * np.random.default_rng(seed).normal(size=at.shape)


def moved(motion: Motion, shape: str, how: str) -> TruePose:
    """A prop in somebody's hand ("held", loosely; "fixed", as if grown on), in both ("both"), on
    the floor, or thrown up and caught."""
    turned, at = forward(motion.rotations, motion.body.offsets, motion.root)
    time = np.arange(motion.frames) / motion.rate
    if how in ("held", "fixed"):
        wobble = np.stack([np.sin(3 * time), np.cos(2.1 * time), np.sin(1.3 * time)], axis=-1)
        wobble *= 0.15 if how == "held" else 0.0
        rotation = turned[:, 21] @ axis_angle_to_matrix(np.array([0.2, 1.4, 0.1]))
        rotation = rotation @ axis_angle_to_matrix(wobble)
        location = at[:, 21] + turned[:, 21] @ np.array([-0.08, -0.02, 0.02])
    elif how == "both":
        across = at[:, 23] - at[:, 22]
        across /= np.linalg.norm(across, axis=-1, keepdims=True)
        side = np.cross([0.0, 0.0, 1.0], across)
        side /= np.linalg.norm(side, axis=-1, keepdims=True)
        rotation = np.stack([across, side, np.cross(across, side)], axis=-1)
        location = (at[:, 22] + at[:, 23]) / 2
    elif how == "floor":
        rotation = np.tile(axis_angle_to_matrix(np.array([0.0, 1.5, 0.7])), (len(time), 1, 1))
        location = np.tile(at[:, 0].mean(axis=0) * [1, 1, 0] + [0.9, 0.4, 0.02], (len(time), 1))
    else:
        flight = time % 1.0
        up = 0.3 + 4.9 * flight - 4.9 * flight**2
        location = at[0, 0] * [1, 1, 0] + np.stack([0.8 + 0 * up, 0.3 + 0 * up, up], axis=-1)
        rotation = axis_angle_to_matrix(np.stack([4 * time, time, 0 * time], axis=-1))
    return TruePose(rotation, location, np.array(SHAPES[shape], dtype=float))


def off_by(prop: Prop, true: TruePose) -> tuple[np.ndarray, np.ndarray]:
    """(T,) degrees and (T,) millimetres that a prop is off. Which axes it was given, and that its
    place is its markers' middle, is no error."""
    rotation = np.asarray(quaternion_to_matrix(prop.rotation))
    axes = nearest_rotation(np.einsum("tba,tbc->ac", true.rotation, rotation))
    degrees = np.degrees(np.asarray(angle_between(true.rotation @ axes, rotation)))
    middle = true.location + true.rotation @ true.markers.mean(axis=0)
    return degrees, 1000.0 * np.linalg.norm(prop.location - middle, axis=-1)
