# SPDX-License-Identifier: GPL-3.0-or-later
"""A rigid shape set on points by least squares (Kabsch 1976), frame by frame, all at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.rotations import nearest_rotation
from ..runtime.array_types import Floats

_THINNEST: Final = 0.0015
"""Metres: points that stand less than this beside their longest line never show the turn about
it."""
_BESIDE_NOISE: Final = 4.0
"""Points must stand so many times the noise beside their longest line to show the turn about it;
with four times each frame's turn is about 14° off at most, and goes on from no other frame."""


@dataclass(frozen=True)
class RigidFit:
    """rotation: (T, 3, 3) from the shape's frame to the points'. location: (T, 3) metres, where the
    shape's zero lies, NaN where no point is seen. error: (T, k) metres, NaN where unseen. sure:
    (T,) frames whose points alone show the whole rotation."""

    rotation: Floats
    location: Floats
    error: Floats
    sure: NDArray[np.bool_]


def fit_rigid(
    shape: Floats, points: Floats, prior: Floats | None = None, noise: float = 0.001
) -> RigidFit:
    """Set a shape on points.

    Minimises Σ w |R s + t − x|² + λ |R − R₀|² over the points that are seen, with a λ so small that
    it only decides what these leave open: the turn about a line, or all of it for one point.

    Args:
        shape: (k, 3) metres.
        points: (T, k, 3) metres, NaN where unseen.
        prior: (T, 3, 3) or (3, 3) R₀; the identity where None.
        noise: metres, standard deviation of the points along an axis.
    """
    seen = seen_of(points)
    weight = seen.astype(np.float64)[..., None]
    filled = np.where(seen[..., None], points, 0.0)
    count = np.maximum(weight.sum(axis=1), 1.0)
    centre = filled.sum(axis=1) / count
    own = (weight * shape).sum(axis=1) / count
    to, at = weight * (filled - centre[:, None]), weight * (shape - own[:, None])
    spread = np.linalg.svd(at, compute_uv=False) / np.sqrt(count)
    sure = (seen.sum(axis=1) >= 3) & (spread[:, 1] > max(_THINNEST, _BESIDE_NOISE * noise))
    covariance = np.einsum("tka,tkb->tab", to, at)
    open_weight = np.where(sure, 1e-9, 1e-5)[:, None, None] * count[..., None]
    rotation = nearest_rotation(covariance + open_weight * (np.eye(3) if prior is None else prior))
    location = centre - np.einsum("tab,tb->ta", rotation, own)
    location[seen.sum(axis=1) == 0] = np.nan
    placed = np.einsum("tab,kb->tka", rotation, shape) + location[:, None]
    error = np.linalg.norm(np.where(seen[..., None], points - placed, np.nan), axis=-1)
    return RigidFit(rotation, location, error, sure)


def seen_of(points: Floats) -> NDArray[np.bool_]:
    """(..., 3) -> (...): which points are there."""
    return np.asarray(np.isfinite(points).all(axis=-1), dtype=bool)


def rms(error: Floats) -> Floats:
    """(T,) root mean square of errors (T, k) that are there; NaN where none is."""
    there = np.isfinite(error)
    total = np.where(there, error, 0.0)
    count = there.sum(axis=-1)
    square = np.square(total).sum(axis=-1) / np.maximum(count, 1)
    return np.where(count > 0, np.sqrt(square), np.nan)
