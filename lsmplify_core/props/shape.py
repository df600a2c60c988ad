# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of a prop: where its markers lie on it, found from a take of them."""

from typing import Final

import numpy as np

from ..runtime.array_types import Floats
from .fit_rigid import fit_rigid, rms, seen_of
from .rigid_groups import distances

_SAMPLES: Final = 200
"""Frames that the shape is the middle of: those that show most points and fit best."""
_ROUNDS: Final = 6
_STRAIGHT: Final = 1e-3
"""Metres: what stands less beside the longest axis has no axes of its own there."""


def find_shape(positions: Floats) -> Floats:
    """(k, 3) metres: the markers about their middle, the longest axis along Z, the next along X.

    Each axis points to the side on which a marker lies farthest out. The median over the frames
    that agree best with the usual distances, so that gaps, outliers and exchanged labels of some
    frames do no harm.

    Args:
        positions: (T, k, 3) metres, NaN where unseen.
    """
    sample = positions[_best_frames(positions)]
    start = int(np.argmax(seen_of(sample).sum(axis=1)))
    shape = sample[start].copy()
    for _ in range(_ROUNDS):
        known = seen_of(shape)
        fit = fit_rigid(shape[known], sample[:, known])
        usable = seen_of(sample[:, known]).sum(axis=1) >= min(3, known.sum())
        error = np.where(usable, rms(fit.error), np.inf)
        good = error <= max(2.0 * float(np.median(error[usable])), 1e-4)
        local = np.einsum(
            "tba,tkb->tka", fit.rotation[good], sample[good] - fit.location[good][:, None]
        )
        shape = _middle(local)
    return _on_axes(shape)


def _best_frames(positions: Floats) -> np.ndarray:
    """The frames that show most points, with the least deviation from the usual distances."""
    usual = distances(positions).usual
    count = positions.shape[1]
    a, b = np.triu_indices(count, 1)
    apart = np.linalg.norm(positions[:, a] - positions[:, b], axis=-1)
    off = np.abs(apart - usual[a, b])
    there = np.isfinite(off)
    mean = np.where(there, off, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    rank = np.lexsort((mean, -there.sum(axis=1)))
    rank = rank[there.any(axis=1)[rank]]
    best = rank[: max(_SAMPLES * 2, 3)]
    middle = np.median(mean[best])
    kept = best[mean[best] <= 2.0 * middle + 1e-4]
    lacking = ~seen_of(positions[kept]).any(axis=0)
    if lacking.any():  # a point that is never seen with all the others
        more = rank[seen_of(positions[rank][:, lacking]).any(axis=1)]
        kept = np.concatenate((kept, more[:_SAMPLES]))
    return kept


def _middle(local: Floats) -> Floats:
    """(T, k, 3) -> (k, 3): medians of what is there, NaN where nothing is."""
    masked = np.ma.masked_invalid(local)
    return np.asarray(np.ma.median(masked, axis=0).filled(np.nan), dtype=np.float64)


def _on_axes(shape: Floats) -> Floats:
    """The shape about its middle, turned to its own axes."""
    centred = shape - np.nanmean(shape, axis=0)
    _, extent, axes = np.linalg.svd(np.nan_to_num(centred), full_matrices=False)
    axes = axes.copy()
    for row in range(2):
        along = np.nan_to_num(centred) @ axes[row]
        if extent[row] > _STRAIGHT and along[int(np.argmax(np.abs(along)))] < 0:
            axes[row] *= -1.0
    z, x = axes[0], axes[1]
    return centred @ np.stack((x, np.cross(z, x), z), axis=1)
