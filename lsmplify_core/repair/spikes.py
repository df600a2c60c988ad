# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples that no body could have produced: a point that jumps away and back within moments.

For tracks that nothing else moves with; `outliers` knows more of the others."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.array_types import Floats

_HARDEST: Final = 600.0
"""m/s²: harder than a fist or a foot turns round."""
_LEAST: Final = 0.06
"""Metres: smaller jumps are noise, and the solver's business."""
_LONGEST: Final = 0.12
"""Seconds: what stays away longer may be where the point is."""


def find_spikes(positions: Floats, rate: float) -> NDArray[np.bool_]:
    """(T, K): samples of runs of at most 0.12 s that all lie further from the straight line
    between the samples before and after than the hardest turn could carry a point.

    positions: (T, K, 3) metres. The samples before and after must lie near each other, or one of
    them is the jump itself.
    """
    frames = len(positions)
    spikes = np.zeros(positions.shape[:2], dtype=bool)
    for length in range(1, min(max(1, round(_LONGEST * rate)), frames - 2) + 1):
        before, after = positions[: -length - 1], positions[length + 1 :]
        limit = max(_LEAST, _HARDEST * ((length + 1) / rate) ** 2 / 8.0)
        with np.errstate(invalid="ignore"):
            away = np.linalg.norm(after - before, axis=-1) <= 2.0 * limit
        for inside in range(1, length + 1):
            line = before + (after - before) * (inside / (length + 1))
            apart = np.linalg.norm(positions[inside : inside + len(before)] - line, axis=-1)
            with np.errstate(invalid="ignore"):
                away &= apart > limit
        for inside in range(1, length + 1):
            spikes[inside : inside + len(away)] |= away
    return spikes
