# SPDX-License-Identifier: GPL-3.0-or-later
"""Medians of what is seen, without NumPy's masked arrays, which take ten times as long."""

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats


def seen_medians(values: Floats, seen: NDArray[np.bool_], none: float = np.nan) -> Floats:
    """(T, ...) -> (...): medians over the first axis of the values that are seen.

    Args:
        values: (T, ...), T at least 1.
        seen: (T, ...), which of them count.
        none: what stands where none is seen.
    """
    if seen.all():
        return np.median(values, axis=0)
    ordered = np.sort(np.where(seen, values, np.inf), axis=0)
    count = seen.sum(axis=0)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(values) - 1)
    two = np.take_along_axis(ordered, np.stack((low, high)), axis=0)
    return np.where(count > 0, 0.5 * (two[0] + two[1]), none)
