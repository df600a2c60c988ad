# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of a prop's markers that do not lie on it: found by what fits without them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats
from .fit_rigid import fit_rigid, rms, seen_of

_LEAST_ERROR: Final = 0.008
"""Metres of misfit (root mean square) that are borne, or four times the take's usual misfit."""


def without_outliers(shape: Floats, positions: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Positions (T, k, 3) with NaN in place of samples that are off, and (T, k) which these are.

    In a frame that fits badly, the marker without which the others fit best is left out, one after
    another. Where two or none are left that disagree, the whole frame is.
    """
    points = positions.copy()
    error = rms(fit_rigid(shape, points).error)
    usual = float(np.nanmedian(error)) if np.isfinite(error).any() else 0.0
    limit = max(_LEAST_ERROR, 4.0 * usual)
    for _ in range(points.shape[1]):
        bad = np.flatnonzero(np.nan_to_num(rms(fit_rigid(shape, points).error)) > limit)
        if not len(bad):
            break
        tried = np.stack([_left_out(shape, points[bad], k) for k in range(points.shape[1])], axis=1)
        worst = np.argmin(tried, axis=1)
        few = seen_of(points[bad]).sum(axis=1) <= 2
        points[bad[few]] = np.nan
        points[bad[~few], worst[~few]] = np.nan
    off = seen_of(positions) & ~seen_of(points)
    return points, off


def _left_out(shape: Floats, points: Floats, marker: int) -> Floats:
    """(N,) misfit without one marker; infinite where it is not seen."""
    without = points.copy()
    without[:, marker] = np.nan
    error = np.nan_to_num(rms(fit_rigid(shape, without).error), nan=np.inf)
    return np.where(seen_of(points[:, marker]), error, np.inf)
