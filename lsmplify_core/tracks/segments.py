# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations of body segments that a file holds beside, or instead of, points."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Segments:
    """joints: (S,) of SMPL's joints, which the segments begin at and turn with. rotations: (T, S,
    3, 3) from each segment's own frame, whatever its axes are, to the file's axes; NaN where
    unseen."""

    joints: tuple[int, ...]
    rotations: NDArray[np.float64]

    def turned(self, turn: NDArray[np.float64]) -> "Segments":
        """In other axes: `turn` (3, 3) is a rotation of the file's."""
        return replace(self, rotations=turn @ self.rotations)

    def between(self, part: slice) -> "Segments":
        """Some of the frames."""
        return replace(self, rotations=self.rotations[part])
