# SPDX-License-Identifier: GPL-3.0-or-later
"""Heels and toes of a moving body, and the floor that they rest on."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...body.body import default_body
from ...geometry.kinematics import attached_points, forward
from ...geometry.skeleton import JOINT_INDEX
from ...ik.smoothing import gaussian_filter
from ...motion.motion import Motion
from ...runtime.array_types import Floats

PARTS: Final = ("left heel", "left toe", "right heel", "right toe")
SOLE_JOINTS: Final = np.array([JOINT_INDEX[n] for n in ("L_Ankle", "L_Foot", "R_Ankle", "R_Foot")])
SOLES: Final = np.array([[0.0, -0.083, -0.045], [0.0, -0.030, 0.045]] * 2)
"""(4, 3) metres on the default body: from ankle to heel and from the ball of the foot to the
toe."""
_LOWEST: Final = 5
"""Percent of resting soles that lie lower than the floor: soles are round, and tracks err."""
_WIDE: Final = 1.0
"""Metres that resting soles must be spread over before a slope is looked for."""
_FLAT: Final = np.tan(np.radians(1.0))
_STEEP: Final = np.tan(np.radians(20.0))
"""A slope is found between these; less is a level floor, more is stairs."""
_CLEARLY: Final = 0.6
"""A slope is believed where it leaves at most this share of the level floor's misfit."""


@dataclass(frozen=True)
class Floor:
    """The plane z = height + slope · (x, y), metres in the world."""

    height: float = 0.0
    slope: tuple[float, float] = (0.0, 0.0)

    def above(self, points: Floats) -> Floats:
        """Metres (...) of points (..., 3) above the floor, straight up."""
        return points[..., 2] - self.height - points[..., :2] @ np.array(self.slope)


def sole_offsets(motion: Motion) -> Floats:
    """(4, 3) metres of PARTS in the joints SOLE_JOINTS, on the motion's body."""
    return SOLES * (motion.body.height / default_body().height)


def sole_points(motion: Motion) -> Floats:
    """(T, 4, 3) metres: PARTS in the world."""
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    return attached_points(turned, placed, SOLE_JOINTS, sole_offsets(motion))


def slow_soles(motion: Motion, speed: float, calm: float) -> tuple[Floats, NDArray[np.bool_]]:
    """(T, 4, 3) metres, soles averaged over `calm` seconds, and (T, 4) where they move slower than
    `speed` metres a second."""
    points = sole_points(motion)
    frames = len(points)
    if frames < 3:
        return points, np.ones(points.shape[:2], dtype=bool)
    points = gaussian_filter(points.reshape(frames, -1), max(calm * motion.rate, 1e-3)).reshape(
        points.shape
    )
    moved = np.linalg.norm(np.gradient(points, axis=0), axis=-1) * motion.rate
    return points, moved < speed


def find_floor(motion: Motion, speed: float = 0.2, calm: float = 0.06) -> Floor:
    """The floor under a motion: a plane a little above the lowest places where soles rest.

    A sole rests where it is slower than `speed` (metres a second, averaged over `calm` seconds).
    The floor is level unless soles rest over more than a metre and a slope of 1 to 20 degrees
    explains their heights clearly better. Where nothing ever rests the lowest soles are on the
    floor.
    """
    points, slow = slow_soles(motion, speed, calm)
    resting = points[slow]
    if len(resting) < 10:
        return Floor(float(np.percentile(points[..., 2].min(axis=1), _LOWEST)))
    slope = _slope(resting)
    level = resting[:, 2] - resting[:, :2] @ np.array(slope)
    return Floor(float(np.percentile(level, _LOWEST)), slope)


def _slope(resting: Floats) -> tuple[float, float]:
    """The slope of a plane through most of the points (N, 3), by least squares that leave out what
    is far above or under the plane: a foot on a step, a leg held up."""
    ground, height = resting[:, :2], resting[:, 2]
    ground = ground - ground.mean(axis=0)
    if np.percentile(np.ptp(ground, axis=0), 0) < _WIDE:
        return 0.0, 0.0
    use = height < np.percentile(height, 10) + 0.5 * max(np.ptp(height), 0.1)
    plane, away = np.zeros(3), height
    for _ in range(10):
        columns = np.concatenate((ground[use], np.ones((int(use.sum()), 1))), axis=1)
        plane = np.linalg.lstsq(columns, height[use], rcond=None)[0]
        away = height - ground @ plane[:2] - plane[2]
        use = np.abs(away) < max(2.0 * float(np.median(np.abs(away))), 0.01)
        if use.sum() < 10:
            return 0.0, 0.0
    level = float(np.median(np.abs(height - np.median(height))))
    sloped = float(np.median(np.abs(away)))
    steep = float(np.linalg.norm(plane[:2]))
    if not _FLAT < steep < _STEEP or sloped > _CLEARLY * level:
        return 0.0, 0.0
    return float(plane[0]), float(plane[1])
