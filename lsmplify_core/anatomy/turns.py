# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns about axes: made, measured and taken off. NumPy arrays and torch tensors alike."""

import numpy as np

from ..geometry.rotations import skew
from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array, Floats

_EYE = np.eye(3).reshape(1, 9)
_SKEW = skew(np.eye(3)).reshape(3, 9)
"""The cross-product matrices of the three axes, whose sum with the weights v is that of v."""
_EYE_AND_SKEW = np.concatenate((_EYE, _SKEW))


def like(values: Floats, other: Array) -> Array:
    """A constant as an array of `other`'s library and precision."""
    if isinstance(other, np.ndarray):
        return np.asarray(values, other.dtype)
    return array_namespace(other).asarray(np.asarray(values), dtype=other.dtype)


def turn_about(axis: Array, angle: Array) -> Array:
    """Rotations (..., 3, 3) by `angle` (...) radians about a fixed unit axis (3,).

    Rodrigues' formula with the axis h: sin K - cos (h hᵀ - 1) + h hᵀ, as one product of
    (sin, -cos, 1) with three matrices.
    """
    xp = array_namespace(angle)
    squared = xp.reshape(axis[:, None] * axis, (1, 9))
    basis = xp.concat((axis[None] @ like(_SKEW, axis), squared - like(_EYE, axis), squared))
    cosine = xp.cos(angle)
    parts = xp.stack((xp.sin(angle), -cosine, xp.ones_like(angle)), axis=-1)
    return xp.reshape(parts @ basis, (*angle.shape, 3, 3))


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

    1 + K + K² / (1 + cosine), with K the cross-product matrix of v = start × end and so
    K² = v vᵀ - |v|²; undefined where an end is the opposite of the start.
    """
    xp = array_namespace(ends)
    across = xp.reshape(-start @ like(_SKEW, start), (3, 3))
    v = ends @ across
    cosine = ends @ start
    share = 1.0 / xp.maximum(1.0 + cosine, xp.zeros_like(cosine) + 1e-6)
    diagonal = 1.0 - xp.sum(v * v, axis=-1) * share
    flat = xp.concat((diagonal[..., None], v), axis=-1) @ like(_EYE_AND_SKEW, ends)
    crossed = xp.reshape(flat, (*cosine.shape, 3, 3))
    return crossed + (share[..., None] * v)[..., :, None] * v[..., None, :]


def applied(m: Array, v: Array) -> Array:
    """Rotations (..., 3, 3) applied to one vector (3,) or to vectors (..., 3)."""
    if v.ndim == 1:
        return m @ v
    return (m @ v[..., None])[..., 0]
