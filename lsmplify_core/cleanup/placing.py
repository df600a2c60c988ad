# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a take stands: its floor brought to z = 0, its start to the origin, its face to the front.

Each step moves the whole take rigidly; `in_place` alone changes its way, and only over the ground.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..geometry.rotations import axis_angle_to_matrix
from ..geometry.skeleton import JOINT_INDEX
from ..ik.smoothing import gaussian_filter
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from .feet.floor import Floor, find_floor

FRONT: Final = np.array([0.0, -1.0])
"""Where a body that faces the front looks, in x and y: towards Blender's front view."""
_FIRST_SECONDS: Final = 1.0
"""Seconds from the start whose mean says where somebody looks."""
_SWAY: Final = 0.5
"""Seconds (σ of the filter) that make a way over the ground; what is faster is swaying, and stays
when the way is taken out."""
_PAIRS: Final = (("L_Hip", "R_Hip"), ("L_Shoulder", "R_Shoulder"))


@dataclass(frozen=True)
class Placed:
    """motion: in its new place. notes: what was done, with values. height: metres that the floor
    was above z = 0, slope: degrees that it leant; None where it was not asked for. turned: degrees
    about Z, anticlockwise from above."""

    motion: Motion
    notes: tuple[str, ...] = ()
    height: float | None = None
    slope: float | None = None
    turned: float | None = None


def placed(
    motion: Motion,
    *,
    on_floor: bool = False,
    face_front: bool = False,
    centre: bool = False,
    in_place: bool = False,
    floor: Floor | None = None,
) -> Placed:
    """Put a take where it is wanted; what is not asked for stays bit-identical.

    Args:
        motion: metres, Z up.
        on_floor: level the floor and bring it to z = 0.
        face_front: turn the take about Z until it looks towards -Y in its first second.
        centre: bring the pelvis of the first frame over the origin.
        in_place: take the way over the ground out; sway and height stay.
        floor: the take's, None to find it.

    Returns:
        The take with what was done.
    """
    notes: list[str] = []
    height = slope = turned = None
    if on_floor:
        floor = find_floor(motion) if floor is None else floor
        height, slope = floor.height, slope_degrees(floor)
        motion = levelled(motion, floor)
        notes.append(f"floor at {height:.3f} m with a slope of {slope:.1f}° brought to z = 0")
    if face_front:
        turned = degrees_to_front(motion)
        motion = turned_about_up(motion, turned)
        notes.append(f"turned by {turned:.1f}° to face the front (-Y)")
    if in_place:
        way = way_over_ground(motion)
        motion = replace(motion, root=motion.root - (way - way[0]))
        length = float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())
        notes.append(f"a way of {length:.2f} m over the ground taken out")
    if centre:
        x, y = (float(v) for v in motion.root[0, :2])
        motion = moved(motion, np.array([-x, -y, 0.0]))
        notes.append(f"moved by {-x:.3f} m along X and {-y:.3f} m along Y to the origin")
    return Placed(motion, tuple(notes), height, slope, turned)


def slope_degrees(floor: Floor) -> float:
    """How far a floor leans, in degrees."""
    return float(np.degrees(np.arctan(np.hypot(*floor.slope))))


def levelled(motion: Motion, floor: Floor) -> Motion:
    """The take on a level floor at z = 0: turned about the place on the floor under its start.

    Args:
        motion: metres, Z up.
        floor: the plane that it stands on.
    """
    start = motion.root[0]
    pivot = np.array([start[0], start[1], floor.height + start[:2] @ np.array(floor.slope)])
    normal = np.array([-floor.slope[0], -floor.slope[1], 1.0])
    normal /= np.linalg.norm(normal)
    axis = np.cross(normal, (0.0, 0.0, 1.0))
    sine = float(np.linalg.norm(axis))
    if sine > 0:
        turn = axis_angle_to_matrix(axis / sine * np.arctan2(sine, normal[2]))
        motion = _turned(motion, turn, pivot)
    return moved(motion, np.array([0.0, 0.0, -pivot[2]]))


def degrees_to_front(motion: Motion) -> float:
    """Degrees about Z, anticlockwise from above and from -180 to 180, that turn where somebody
    looks in the first second towards -Y."""
    count = max(1, round(_FIRST_SECONDS * motion.rate))
    joints = motion.between(0, min(count, motion.frames)).joints()
    across = sum(joints[:, JOINT_INDEX[a]] - joints[:, JOINT_INDEX[b]] for a, b in _PAIRS)
    x, y = np.asarray(across).mean(axis=0)[:2]
    ahead = np.arctan2(-x, y)  # across × up, on the floor
    angle = np.degrees(np.arctan2(FRONT[1], FRONT[0]) - ahead)
    return float((angle + 180.0) % 360.0 - 180.0)


def turned_about_up(motion: Motion, degrees: float) -> Motion:
    """The take turned about the vertical through its first pelvis."""
    turn = axis_angle_to_matrix(np.array([0.0, 0.0, np.radians(degrees)]))
    return _turned(motion, turn, motion.root[0])


def carried(before: Motion, after: Motion, points: Floats, samples: Floats) -> Floats:
    """Points taken along as a take was: turned as a whole, and moved frame by frame, since its way
    may have been taken out.

    Args:
        before: (T) frames, as the take was.
        after: the same frames, as it is now.
        points: (N, K, 3) metres, on a clock of their own.
        samples: (N,) the frame of the take, counted from 0, at each of the points' samples; parts
            of a frame too, and those beyond its ends move as the end does.

    Returns:
        (N, K, 3) metres.
    """
    turn = after.rotations[0, 0] @ before.rotations[0, 0].T
    start, end = (_interpolated(m.root, samples)[:, None] for m in (before, after))
    return (points - start) @ turn.T + end


def _interpolated(values: Floats, samples: Floats) -> Floats:
    known = np.arange(len(values))
    return np.stack([np.interp(samples, known, column) for column in values.T], axis=1)


def moved(motion: Motion, by: Floats) -> Motion:
    """The take moved by (3,) metres."""
    return replace(motion, root=motion.root + by)


def way_over_ground(motion: Motion) -> Floats:
    """(T, 3) metres: the pelvis's way without its sway, on z = 0."""
    return way_of(motion.root, motion.rate)


def way_of(points: Floats, rate: float) -> Floats:
    """(T, 3): a point's way over the ground without its sway, on z = 0.

    Args:
        points: (T, 3) its places, Z up.
        rate: frames per second.
    """
    way = np.zeros_like(points)
    way[:, :2] = points[:, :2]
    if len(points) > 2:
        way[:, :2] = gaussian_filter(way[:, :2], _SWAY * rate)
    return way


def _turned(motion: Motion, turn: Floats, pivot: Floats) -> Motion:
    """The take turned by (3, 3) about a place (3,)."""
    rotations = motion.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    return replace(motion, rotations=rotations, root=(motion.root - pivot) @ turn.T + pivot)
