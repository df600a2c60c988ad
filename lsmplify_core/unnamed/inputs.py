# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network for nameless points sees of a few frames; NumPy arrays and torch tensors alike."""

from array_api_compat import array_namespace

from ..rotations import Array


def point_inputs(points: Array, seen: Array) -> tuple[Array, Array]:
    """points: (B, F, K, 3) metres, Z up, any heading; seen: (B, F, K), ones and zeros.

    Returns for each point (B, K, 5 F) its places about the middle of all, its distance from the
    vertical line through it, and whether it is seen; and for each pair (B, K, K, 3) how far they
    are apart on average, how much that changes (as a logarithm), and how much higher one is.
    """
    xp = array_namespace(points)
    b, f, k = points.shape[:3]
    w = seen[..., None]
    centre = xp.sum(points * w, axis=2) / (xp.sum(w, axis=2) + 1e-6)
    away = (points - centre[:, :, None]) * w
    out = xp.sqrt(xp.sum(away[..., :2] ** 2, axis=-1) + 1e-9)
    each = xp.concat((2.0 * away, 2.0 * out[..., None], w), axis=-1)
    each = xp.reshape(xp.permute_dims(each, (0, 2, 1, 3)), (b, k, 5 * f))
    both = seen[:, :, :, None] * seen[:, :, None, :]
    total = xp.sum(both, axis=1) + 1e-6
    apart = away[:, :, :, None] - away[:, :, None, :]
    distance = xp.sqrt(xp.sum(apart**2, axis=-1) + 1e-9)
    mean = xp.sum(distance * both, axis=1) / total
    spread = xp.sqrt(xp.sum((distance - mean[:, None]) ** 2 * both, axis=1) / total + 1e-6)
    higher = xp.sum(apart[..., 2] * both, axis=1) / total
    pair = xp.stack((2.0 * mean, 0.5 * xp.log(spread) + 2.0, 2.0 * higher), axis=-1)
    return each, pair
