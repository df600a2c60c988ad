# SPDX-License-Identifier: GPL-3.0-or-later
"""Robust weights, so that spikes and swapped markers don't bend a limb."""

from dataclasses import replace
from typing import Final

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence, residuals_of
from ...runtime.array_namespace import array_namespace
from ...runtime.array_types import Floats
from .posed_tree import is_take, squared_residuals

OUTLIER_SCALE: Final = 0.06
"""Metres, s of the robust weight: a residual as large counts a quarter. Larger values let spikes
and swapped markers bend a limb."""


def downweight_outliers(
    poses: PoseSequence, observations: MarkerObservations, scale: Floats | float = OUTLIER_SCALE
) -> MarkerObservations:
    """Robust weights: w / (1 + r² / s²)², so that spikes and swapped markers don't bend a limb.

    They are the iteratively reweighted least squares of Geman and McClure's loss
    ρ(r) = r² / (1 + r² / s²) ("Statistical methods for tomographic image reconstruction", 1987).

    Args:
        poses: N frames.
        observations: the tracks of the same frames.
        scale: s in metres, for all tracks or (K,) for each.

    Returns:
        The observations with their weights times that.
    """
    xp = array_namespace(observations.weights)
    if is_take(poses, observations):
        squared = np.ascontiguousarray(squared_residuals(poses, observations).T)
    else:
        squared = xp.sum(xp.square(residuals_of(poses, observations)), axis=-1)
    divisor = xp.square(1.0 + squared / np.square(scale))
    divisor = xp.astype(divisor, observations.weights.dtype, copy=False)
    return replace(observations, weights=observations.weights / divisor)
