# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences about frames that show too little."""

import numpy as np
from numpy.typing import NDArray

from ..ik.problem import (
    LEAST_POINTS,
)


def gap_warnings(sighted: NDArray[np.bool_]) -> tuple[str, ...]:
    """Sentences about frames that show too little: held at the ends of a take, else
    interpolated. sighted: (T,) frames that show enough."""
    if sighted.all() or not sighted.any():
        return ()
    first, last = int(np.argmax(sighted)), len(sighted) - 1 - int(np.argmax(sighted[::-1]))
    held = first + len(sighted) - 1 - last
    between = int((~sighted).sum()) - held
    notes: list[str] = []
    if held:
        where = 0 if first else last + 1
        notes.append(
            f"{held} frames at the ends of the take show fewer than {LEAST_POINTS} points (from "
            f"frame {where} on); the nearest pose is held there"
        )
    if between:
        blind = first + int(np.argmin(sighted[first:]))
        notes.append(
            f"{between} frames show fewer than {LEAST_POINTS} points (the first is frame {blind}); "
            "their poses are interpolated"
        )
    return tuple(notes)
