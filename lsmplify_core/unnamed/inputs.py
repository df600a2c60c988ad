# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network for nameless points sees of a few frames; NumPy arrays and torch tensors
alike."""

from ..geometry.rotations import Array
from ..runtime.array_namespace import array_namespace


def point_inputs(points: Array, seen: Array) -> tuple[Array, Array]:
    """points: (B, F, K, 3) metres, Z up, any heading; seen: (B, F, K), ones and zeros.

    Returns for each point (B, K, 3 F) its height above the middle of all, its distance from the
    vertical line through it, and whether it is seen; and for each pair (B, K, K, 5) how far they
    are apart on average, how much that changes (as a logarithm), how much higher one is, and the
    dot and cross products of their horizontal places about the middle. None of it depends on the
    heading, and all but the cross product is the same for the mirror image.
    """
    xp = array_namespace(points)
    b, f, k = points.shape[:3]
    w = seen[..., None]
    centre = xp.sum(points * w, axis=2) / (xp.sum(w, axis=2) + 1e-6)
    away = (points - centre[:, :, None]) * w
    out = xp.sqrt(xp.sum(away[..., :2] ** 2, axis=-1) + 1e-9)
    each = 2.0 * xp.stack((away[..., 2], out, 0.5 * seen), axis=-1)
    each = xp.reshape(xp.permute_dims(each, (0, 2, 1, 3)), (b, k, 3 * f))
    both = seen[:, :, :, None] * seen[:, :, None, :]
    total = xp.sum(both, axis=1) + 1e-6
    distance = xp.sqrt(xp.sum((away[:, :, :, None] - away[:, :, None, :]) ** 2, axis=-1) + 1e-9)
    mean = xp.sum(distance * both, axis=1) / total
    spread = xp.sqrt(xp.sum((distance - mean[:, None]) ** 2 * both, axis=1) / total + 1e-6)
    x, y, z = (xp.permute_dims(away[..., i], (0, 2, 1)) for i in range(3))
    one = xp.permute_dims(seen, (0, 2, 1))
    higher = (z @ xp.matrix_transpose(one) - one @ xp.matrix_transpose(z)) / total
    dot = (x @ xp.matrix_transpose(x) + y @ xp.matrix_transpose(y)) / total
    cross = (x @ xp.matrix_transpose(y) - y @ xp.matrix_transpose(x)) / total
    pair = (2.0 * mean, 0.5 * xp.log(spread) + 2.0, 2.0 * higher, 10.0 * dot, 10.0 * cross)
    return each, xp.stack(pair, axis=-1)
