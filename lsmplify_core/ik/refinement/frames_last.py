# SPDX-License-Identifier: GPL-3.0-or-later
"""Many small rotations at once, with the frames on the last axis.

NumPy multiplies a stack (N, 3, 3) matrix by matrix, which takes longer than the arithmetic. With
the frames last a product is one loop over all frames for each of its terms: one call of einsum,
whose own time is less than that of three products and two sums. Matrices are (3, 3, ..., N),
vectors (3, ..., N); what stands between the axes broadcasts.
"""

import numpy as np

from ...runtime.array_types import Floats


def frames_last(values: Floats) -> Floats:
    """(N, J, 3, 3) -> (3, 3, J, N), or (N, J, 3) -> (3, J, N)."""
    return np.ascontiguousarray(values.transpose(*range(2, values.ndim), 1, 0))


def frames_first(values: Floats) -> Floats:
    """(3, 3, J, N) -> (N, J, 3, 3), or (3, J, N) -> (N, J, 3)."""
    last = values.ndim - 1
    return np.ascontiguousarray(values.transpose(last, last - 1, *range(last - 1)))


def product(a: Floats, b: Floats) -> Floats:
    """a b."""
    return np.einsum("ab...,bc...->ac...", a, b)


def transposed_product(a: Floats, b: Floats) -> Floats:
    """aᵀ b."""
    return np.einsum("ba...,bc...->ac...", a, b)


def product_transposed(a: Floats, b: Floats) -> Floats:
    """a bᵀ."""
    return np.einsum("ab...,cb...->ac...", a, b)


def applied(m: Floats, v: Floats) -> Floats:
    """m v."""
    return np.einsum("ab...,b...->a...", m, v)


def transposed_applied(m: Floats, v: Floats) -> Floats:
    """mᵀ v."""
    return np.einsum("ba...,b...->a...", m, v)


def cross(a: Floats, b: Floats) -> Floats:
    """a × b."""
    result = np.empty(np.broadcast_shapes(a.shape, b.shape), b.dtype)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        np.subtract(a[j] * b[k], a[k] * b[j], out=result[i])
    return result


def skew(v: Floats) -> Floats:
    """(3, ...) -> (3, 3, ...), the cross-product matrix: skew(v) u = v × u."""
    result = np.zeros((3, *v.shape), v.dtype)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        result[k, j] = v[i]
        np.negative(v[i], out=result[j, k])
    return result


def inverse_symmetric(m: Floats) -> Floats:
    """The inverse of symmetric positive matrices, by their cofactors."""
    result = np.empty_like(m)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        np.subtract(m[j, j] * m[k, k], m[j, k] * m[j, k], out=result[i, i])
        np.subtract(m[i, k] * m[j, k], m[i, j] * m[k, k], out=result[i, j])
        result[j, i] = result[i, j]
    determinant = m[0, 0] * result[0, 0] + m[0, 1] * result[0, 1] + m[0, 2] * result[0, 2]
    result *= 1.0 / determinant
    return result


def inverse_root(m: Floats) -> Floats:
    """W with Wᵀ W = m⁻¹ for symmetric positive matrices: the inverse of Cholesky's lower factor."""
    result = np.zeros_like(m)
    a, b, c = (result[i, i] for i in range(3))
    np.divide(1.0, np.sqrt(m[0, 0]), out=a)
    l10, l20 = m[1, 0] * a, m[2, 0] * a
    np.divide(1.0, np.sqrt(m[1, 1] - l10 * l10), out=b)
    l21 = (m[2, 1] - l20 * l10) * b
    np.divide(1.0, np.sqrt(m[2, 2] - l20 * l20 - l21 * l21), out=c)
    np.multiply(-a * b, l10, out=result[1, 0])
    np.multiply(-b * c, l21, out=result[2, 1])
    np.multiply(-c, l20 * a + l21 * result[1, 0], out=result[2, 0])
    return result


def rotation_of(v: Floats) -> Floats:
    """Rotation vectors (3, ...) to matrices, Rodrigues' formula; smooth at zero."""
    square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2]
    square += np.finfo(v.dtype).tiny ** 0.5
    angle = np.sqrt(square)
    half = np.sin(0.5 * angle) / angle
    sine, versine = np.sin(angle) / angle, 2.0 * half * half
    result = (versine * v)[:, None] * v[None]
    diagonal = 1.0 - versine * square
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        along = sine * v[k]
        result[i, i] += diagonal
        result[j, i] += along
        result[i, j] -= along
    return result


def rotation_vector(m: Floats) -> Floats:
    """A rotation vector (3, ...) along the rotation's own, exact to third order: half the
    antisymmetric part lengthened by what the trace says of the angle."""
    result = np.empty(m.shape[1:], m.dtype)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        np.subtract(m[k, j], m[j, k], out=result[i])
    result *= 4.0 / (5.0 + m[0, 0] + m[1, 1] + m[2, 2])
    return result


def clipped_length(v: Floats, most: float) -> Floats:
    """Vectors shortened to `most`."""
    square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2]
    return v * (most / np.sqrt(np.maximum(square, most * most)))


def gram_schmidt(sixd: Floats) -> Floats:
    """(2, 3, ...), the first two columns of rotations, made orthonormal: (3, 3, ...)."""
    x, y = unit(sixd[0]), sixd[1]
    y = unit(y - (x[0] * y[0] + x[1] * y[1] + x[2] * y[2]) * x)
    return np.stack((x, y, cross(x, y)), axis=1)


def unit(v: Floats) -> Floats:
    """Vectors of length one."""
    return v / np.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2] + 1e-16)
