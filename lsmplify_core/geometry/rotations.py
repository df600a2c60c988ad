# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations as matrices, axis-angle vectors, quaternions (w, x, y, z) and 6D.

Every function takes NumPy arrays or torch tensors alike, with any leading axes. Matrices act on
column vectors. Angles are radians.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array, Floats

_SMALL = 1e-8


def skew(v: Array) -> Array:
    """Cross-product matrices: (..., 3) -> (..., 3, 3), with skew(v) @ u = v × u."""
    x, y, z = v[..., 0], v[..., 1], v[..., 2]
    if isinstance(v, np.ndarray):  # half of the calls
        matrix = np.zeros((*v.shape, 3), v.dtype)
        matrix[..., 0, 1], matrix[..., 1, 0] = -z, z
        matrix[..., 2, 0], matrix[..., 0, 2] = -y, y
        matrix[..., 1, 2], matrix[..., 2, 1] = -x, x
        return matrix
    xp = array_namespace(v)
    zero = xp.zeros_like(x)
    rows = [xp.stack(r, axis=-1) for r in ((zero, -z, y), (z, zero, -x), (-y, x, zero))]
    return xp.stack(rows, axis=-2)


def axis_angle_to_matrix(v: Array) -> Array:
    """Rodrigues' formula: (..., 3) -> (..., 3, 3). Smooth at zero."""
    xp = array_namespace(v)
    square = xp.sum(v * v, axis=-1)
    small = square < _SMALL
    safe = xp.where(small, xp.ones_like(square), square)
    angle = xp.sqrt(safe)
    s = xp.where(small, 1.0 - square / 6.0, xp.sin(angle) / angle)
    c = xp.where(small, 0.5 - square / 24.0, (1.0 - xp.cos(angle)) / safe)
    k = skew(v)
    eye = np.eye(3, dtype=v.dtype) if isinstance(v, np.ndarray) else (
        xp.zeros_like(k) + xp.asarray(np.eye(3), dtype=v.dtype)
    )  # fmt: skip
    return eye + s[..., None, None] * k + c[..., None, None] * (k @ k)


def matrix_to_quaternion(m: Array) -> Array:
    """(..., 3, 3) -> unit quaternions (..., 4), w first and never negative.

    Of the four equivalent formulas the one with the largest divisor is taken, as Shepperd (1978).
    """
    xp = array_namespace(m)
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    a, b, c = m[..., 2, 1], m[..., 0, 2], m[..., 1, 0]
    d, e, f = m[..., 1, 2], m[..., 2, 0], m[..., 0, 1]
    w, x, y, z = (
        1.0 + m00 + m11 + m22, 1.0 + m00 - m11 - m22,
        1.0 - m00 + m11 - m22, 1.0 - m00 - m11 + m22,
    )  # fmt: skip
    by_w = (w >= x) & (w >= y) & (w >= z)
    by_x, by_y = (x >= y) & (x >= z), y >= z

    def largest(of_w: Array, of_x: Array, of_y: Array, of_z: Array) -> Array:
        return xp.where(by_w, of_w, xp.where(by_x, of_x, xp.where(by_y, of_y, of_z)))

    q = (
        largest(w, a - d, b - e, c - f), largest(a - d, x, c + f, b + e),
        largest(b - e, c + f, y, a + d), largest(c - f, b + e, a + d, z),
    )  # fmt: skip
    length = xp.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    length = xp.where(q[0] < 0, -length, length)
    return xp.stack([part / length for part in q], axis=-1)


def quaternion_to_matrix(q: Array) -> Array:
    """Unit quaternions (..., 4) -> (..., 3, 3)."""
    xp = array_namespace(q)
    w, x, y, z = (q[..., i] for i in range(4))
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    if isinstance(q, np.ndarray):  # each number goes to its place once
        m = np.empty((*q.shape[:-1], 3, 3), rows[0][0].dtype)
        for a, row in enumerate(rows):
            for b, values in enumerate(row):
                m[..., a, b] = values
        return m
    return xp.stack(tuple(xp.stack(r, axis=-1) for r in rows), axis=-2)


def matrix_to_axis_angle(m: Array) -> Array:
    """(..., 3, 3) -> (..., 3), of length at most pi."""
    xp = array_namespace(m)
    q = matrix_to_quaternion(m)
    axis = q[..., 1:]
    sine = xp.sqrt(xp.sum(axis * axis, axis=-1))
    small = sine < 1e-7
    angle = 2.0 * xp.atan2(sine, q[..., 0])
    factor = xp.where(small, 2.0 * xp.ones_like(sine),
                      angle / xp.where(small, xp.ones_like(sine), sine))  # fmt: skip
    return axis * factor[..., None]


def sixd_to_matrix(v: Array) -> Array:
    """6D of Zhou et al., "On the Continuity of Rotation Representations" (2019).

    (..., 6) -> (..., 3, 3): the first two columns, made orthonormal by Gram–Schmidt.
    """
    xp = array_namespace(v)
    x = _unit(v[..., :3])
    y = v[..., 3:]
    y = _unit(y - xp.sum(x * y, axis=-1)[..., None] * x)
    return xp.stack((x, y, cross(x, y)), axis=-1)


def matrix_to_sixd(m: Array) -> Array:
    """(..., 3, 3) -> (..., 6): the first two columns."""
    xp = array_namespace(m)
    return xp.concat((m[..., :, 0], m[..., :, 1]), axis=-1)


def cross(a: Array, b: Array) -> Array:
    """Cross product over the last axis."""
    xp = array_namespace(a, b)
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return xp.stack((ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx), axis=-1)


def _unit(v: Array) -> Array:
    xp = array_namespace(v)
    return v / xp.sqrt(xp.sum(v * v, axis=-1) + 1e-16)[..., None]


def transpose(m: Array) -> Array:
    """The inverse of rotations (..., 3, 3)."""
    xp = array_namespace(m)
    return xp.matrix_transpose(m)


def turn_between(before: Array, after: Array) -> Array:
    """The rotation vectors x (..., 3) that lead from rotations (..., 3, 3) to others, in the axes
    that the first turn: before · exp(x) = after."""
    return matrix_to_axis_angle(transpose(before) @ after)


def angle_between(a: Array, b: Array) -> Array:
    """Geodesic distance (...) between rotations (..., 3, 3), in radians.

    By atan2 of the relative rotation's sine and cosine: exact near zero and near pi, and its
    gradient stays finite, where the usual acos of the trace gives NaN.
    """
    xp = array_namespace(a, b)
    d = transpose(a) @ b
    s = xp.stack(
        (d[..., 2, 1] - d[..., 1, 2], d[..., 0, 2] - d[..., 2, 0], d[..., 1, 0] - d[..., 0, 1]),
        axis=-1,
    )
    sine = xp.sqrt(xp.sum(s * s, axis=-1) + 1e-14)
    cosine = d[..., 0, 0] + d[..., 1, 1] + d[..., 2, 2] - 1.0
    return xp.atan2(sine, cosine)


def swing_twist(q: Floats, axis: Floats) -> tuple[Array, Array]:
    """Split quaternions (..., 4) into swing · twist, the twist about `axis` (..., 3), unit.

    Where the rotation turns the axis right round (a half turn of swing) the twist is undefined
    and taken as none.
    """
    along = np.sum(q[..., 1:] * axis, axis=-1, keepdims=True)
    twist = np.concatenate((q[..., :1], along * axis), axis=-1)
    length = np.linalg.norm(twist, axis=-1, keepdims=True)
    none = np.zeros_like(twist)
    none[..., 0] = 1.0
    twist = np.where(length > 1e-9, twist / np.maximum(length, 1e-9), none)
    conjugate = twist * np.array([1.0, -1.0, -1.0, -1.0], q.dtype)
    return quaternion_multiply(q, conjugate), twist


def quaternion_multiply(a: Array, b: Array) -> Array:
    """Hamilton product of (..., 4)."""
    xp = array_namespace(a, b)
    aw, av, bw, bv = a[..., :1], a[..., 1:], b[..., :1], b[..., 1:]
    w = aw * bw - xp.sum(av * bv, axis=-1)[..., None]
    return xp.concat((w, aw * bv + bw * av + cross(av, bv)), axis=-1)


def continuous_quaternions(q: Floats) -> Floats:
    """Flip signs along the first axis so that no frame jumps to the antipode: (T, ..., 4)."""
    same = np.sum(q[1:] * q[:-1], axis=-1) >= 0.0
    signs = np.cumprod(np.where(same, 1.0, -1.0), axis=0)
    result = q.copy()
    result[1:] *= signs[..., None]
    return result


def slerp(a: Floats, b: Floats, t: Array) -> Floats:
    """Interpolate unit quaternions (..., 4) the short way; `t` (...) from 0 to 1."""
    t = np.asarray(t)[..., None]
    dot = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(dot < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1.0, sine)
    wa: Floats = np.where(near, 1.0 - t, np.sin((1.0 - t) * angle) / safe)
    wb: Floats = np.where(near, t, np.sin(t * angle) / safe)
    q: Floats = wa * a + wb * b
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


def mean_rotation(m: Floats) -> Floats:
    """Chordal mean of rotations (N, 3, 3): the rotation nearest to their sum."""
    return nearest_rotation(np.sum(m, axis=0))


def nearest_rotation(m: Floats) -> Floats:
    """Project (..., 3, 3) on the rotations by singular values (Kabsch 1976)."""
    u, _, vt = np.linalg.svd(m)
    sign = np.linalg.det(u @ vt)
    u = u.copy()
    u[..., :, 2] *= np.where(sign < 0, -1.0, 1.0)[..., None]
    return u @ vt


def rotation_x(degrees: float) -> NDArray[np.float64]:
    """(3, 3) about X."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
