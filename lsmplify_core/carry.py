# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry what the tracks said over the frames where they fall silent.

Where a limb's points vanish the pose would jump from the tracks to the network's guess, and back
when they return. So the correction that the tracks made to the guess on both sides of a gap is
carried into it, and fades with the distance.
"""

from typing import Final

import numpy as np

from .arrays import Floats
from .attachments import State, Target, compare
from .clean import gaussian
from .joints import N_POSED
from .rotations import axis_angle_to_matrix, matrix_to_axis_angle

_REACH: Final = 0.25
"""Seconds over which a correction fades."""
_FADED: Final = 0.02
"""The share of the filter's weight below which a correction is no longer believed."""


def observed(state: State, target: Target) -> Floats:
    """(T, 22) how much the points seen below each joint say of its rotation: the sum of their
    squared levers, m²."""
    return np.einsum("nkja,nkja->nj", *(2 * [compare(state, target).levers]), optimize=True)


def carried(guess: State, fitted: State, levers: Floats, rate: float) -> State:
    """The guess, moved in frames that show less of a joint than is usual by what the tracks said
    of it nearby.

    fitted: the same frames after steps to the tracks. levers: (T, 22) from `observed`.
    """
    usual = np.percentile(levers, 90, axis=0)
    share = np.clip(levers / np.maximum(usual, 1e-6), 0.0, 1.0) * (usual > 1e-4)
    if (share > 0.6)[:, usual > 1e-4].all():
        return guess
    own = guess.rotations[:, :N_POSED]
    correction = matrix_to_axis_angle(np.swapaxes(own, -1, -2) @ fitted.rotations[:, :N_POSED])
    frames = len(share)
    width = max(_REACH * rate, 1.0)
    weight = gaussian(share, width)
    total = gaussian((share[..., None] * correction).reshape(frames, -1), width)
    nearby = total.reshape(correction.shape) / (np.maximum(weight, 0.0) + _FADED)[..., None]
    turn = axis_angle_to_matrix(((1.0 - share)[..., None] * nearby).astype(own.dtype))
    rotations = guess.rotations.copy()
    rotations[:, :N_POSED] = own @ turn
    return State(rotations, guess.root)
