# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingers of an AMASS npz: 30 joints, the left hand's 15, then the right hand's (each index,
middle, pinky, ring, thumb), relative to a flat hand."""

from pathlib import Path
from typing import Final

import numpy as np

from ..files.npz import read_npz
from ..files.regular import reading
from ..geometry.rotations import (
    axis_angle_to_matrix,
    matrix_to_quaternion,
    quaternion_to_matrix,
    slerp,
)
from ..runtime.array_types import Floats
from ..runtime.errors import InputError

N_FINGERS: Final = 30
"""Finger joints of both hands."""
_FIRST: Final = {156: 66, 165: 75}
"""Columns of `poses` -> the first of the fingers' 90. SMPL-H (T, 156): root, 21 joints, hands.
SMPL-X (T, 165): root, 21 joints, jaw and two eyes, hands."""
_FARTHEST: Final = 1e3
"""Radians that no finger turns by."""


def load_fingers(path: Path) -> Floats | None:
    """(T, 30, 3, 3) local rotations of a motion npz; None where it has no fingers or all of them
    are as they are at rest.

    Raises:
        InputError: they hold values that are not numbers.
    """
    with reading(path, "a motion"):
        poses = read_npz(path, frozenset(("poses",)), "a motion").get("poses")
    if poses is None or poses.ndim != 2 or poses.dtype.kind not in "fiu":
        return None
    first = _FIRST.get(poses.shape[1])
    if first is None:
        return None
    vectors = np.asarray(poses[:, first : first + 3 * N_FINGERS], dtype=np.float64)
    usable = (np.abs(vectors) < _FARTHEST).all(axis=1)
    if not usable.all():
        raise InputError(
            f"{path}: frame {int(np.argmin(usable))} holds values of fingers that are not numbers, "
            "or beyond measure"
        )
    if not vectors.any():
        return None
    return axis_angle_to_matrix(vectors.reshape(-1, N_FINGERS, 3))


def fingers_at(fingers: Floats, frames: Floats) -> Floats:
    """Fingers (T, 30, 3, 3) at fractional frames (N,), by slerp, held at both ends."""
    wanted = np.clip(np.asarray(frames, dtype=np.float64), 0, len(fingers) - 1)
    low = np.minimum(wanted.astype(np.intp), max(len(fingers) - 2, 0))
    high = np.minimum(low + 1, len(fingers) - 1)
    q = matrix_to_quaternion(fingers)
    share = np.broadcast_to((wanted - low)[:, None], (len(wanted), fingers.shape[1]))
    return quaternion_to_matrix(slerp(q[low], q[high], share))
