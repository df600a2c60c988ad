# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations from directions, over any leading axes; all vectors in metres or unit, last axis 3."""

from typing import Final

import numpy as np

from ..geometry.rotations import axis_angle_to_matrix, cross
from ..runtime.array_types import Floats

_TINY: Final = 1e-9


def unit(v: Floats) -> Floats:
    """(..., 3) of length 1; vectors of no length stay as they are."""
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    return v / np.where(length > _TINY, length, 1.0)


def shortest_turn(a: Floats, b: Floats) -> Floats:
    """The smallest rotations (..., 3, 3) that bring directions `a` onto `b`.

    R = I + [v]× + [v]×² / (1 + a·b) with v = a × b. For opposite directions any half turn is one;
    the axis is then the one of x, y and z that lies farthest from `a`.
    """
    a, b = unit(a), unit(b)
    a, b = np.broadcast_arrays(a, b)
    v = cross(a, b)
    c = np.sum(a * b, axis=-1)
    sine = np.linalg.norm(v, axis=-1)
    angle = np.arctan2(sine, c)
    other = np.eye(3)[np.argmin(np.abs(a), axis=-1)]
    axis = np.where((sine > 1e-7)[..., None], v, unit(cross(a, other)))
    turn = np.where((sine > 1e-7) | (c < 0), angle, 0.0)
    return axis_angle_to_matrix(unit(axis) * turn[..., None])


def about(axis: Floats, angle: Floats) -> Floats:
    """Rotations (..., 3, 3) by `angle` (...) radians about unit axes (..., 3)."""
    return axis_angle_to_matrix(axis * np.asarray(angle)[..., None])


def signed_angle(a: Floats, b: Floats, axis: Floats) -> Floats:
    """Radians (...) by which `a` turns about the unit `axis` to lie above `b`."""
    a = a - np.sum(a * axis, axis=-1, keepdims=True) * axis
    b = b - np.sum(b * axis, axis=-1, keepdims=True) * axis
    return np.arctan2(np.sum(cross(a, b) * axis, axis=-1), np.sum(a * b, axis=-1))


def frame(main: Floats, side: Floats) -> Floats:
    """(..., 3, 3) axes as columns: along `main`, then `side` made perpendicular to it, then both's
    cross product."""
    x = unit(main)
    y = unit(side - np.sum(side * x, axis=-1, keepdims=True) * x)
    return np.stack((x, y, cross(x, y)), axis=-1)


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, smooth between them."""
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def apply(m: Floats, v: Floats) -> Floats:
    """Matrices (..., 3, 3) on vectors (..., 3)."""
    return (m @ v[..., None])[..., 0]
