# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns about axes: made, measured and taken off. NumPy arrays and torch tensors alike."""

import numpy as np
from array_api_compat import array_namespace

from ..geometry.rotations import axis_angle_to_matrix, cross, matrix_to_axis_angle, skew
from ..runtime.array_types import Array, Floats


def like(values: Floats, other: Array) -> Array:
    """A constant as an array of `other`'s library and precision."""
    return array_namespace(other).asarray(np.asarray(values), dtype=other.dtype)


def turn_about(axis: Array, angle: Array) -> Array:
    """Rotations (..., 3, 3) by `angle` (...) radians about a fixed unit axis (3,).

    Rodrigues' formula with the axis' matrices made once: 1 + sin K + (1 - cos) K².
    """
    xp = array_namespace(angle)
    k = skew(axis)
    eye = like(np.eye(3), axis)
    sine, cosine = xp.sin(angle)[..., None, None], xp.cos(angle)[..., None, None]
    return eye + sine * k + (1.0 - cosine) * (k @ k)


def twist_angle(m: Array, axis: Array) -> Array:
    """The part (...) of rotations (..., 3, 3) about an axis (3,), radians in (-pi, pi].

    Of the quaternion (w, v) it is 2 atan2(v · axis, w), and both times 4 w can be read from the
    matrix. It is undefined where the rotation is a half turn about an axis across.
    """
    xp = array_namespace(m)
    x, y, z = (
        m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1],
    )  # fmt: skip
    along = x * axis[0] + y * axis[1] + z * axis[2]
    trace = m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2]
    return wrapped(2.0 * xp.atan2(along, 1.0 + trace))


def wrapped(angle: Array) -> Array:
    """Angles brought to within half a turn of zero."""
    xp = array_namespace(angle)
    return angle - 2.0 * np.pi * xp.round(angle / (2.0 * np.pi))


def swing_to(start: Array, ends: Array) -> Array:
    """The shortest rotations (..., 3, 3) from a unit vector (3,) to unit vectors (..., 3).

    1 + K + K² / (1 + cosine), with K the cross-product matrix of start × end; undefined where an
    end is the opposite of the start.
    """
    xp = array_namespace(ends)
    start = xp.zeros_like(ends) + start
    k = skew(cross(start, ends))
    cosine = xp.sum(start * ends, axis=-1)[..., None, None]
    least = xp.zeros_like(cosine) + 1e-6
    return like(np.eye(3), ends) + k + (k @ k) / xp.maximum(1.0 + cosine, least)


def share_of(m: Array, share: float) -> Array:
    """The same rotations (..., 3, 3) by a share of their angle."""
    return axis_angle_to_matrix(share * matrix_to_axis_angle(m))


def applied(m: Array, v: Array) -> Array:
    """Rotations (..., 3, 3) applied to one vector (3,) or to vectors (..., 3)."""
    return (m @ v[..., None])[..., 0]
