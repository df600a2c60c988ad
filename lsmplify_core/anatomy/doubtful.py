# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions whose rotations no body could have: elbows bent backwards.

Some retargetings bend elbows the wrong way. An elbow can only bend so with the upper arm turned
half round, further than any shoulder goes.
"""

from typing import Final

import numpy as np

from ..runtime.array_types import Floats
from .hinges import bend_of, hinge_frame
from .limbs import Limb, arms, unit_bones

_BACKWARDS: Final = np.radians(30.0)
"""Elbows reach 10 degrees past straight, gymnasts' 20; what is further back is no elbow."""
_TURNED: Final = np.radians(110.0)
"""An upper arm that must be turned by more for its elbow to bend forward was half round."""
_SHARE: Final = 0.25
"""Share of an arm's frames that makes a clip doubtful."""


def backward_elbows(rotations: Floats, offsets: Floats) -> tuple[float, float]:
    """Shares of the frames, 0 to 1, in which the left and the right elbow are bent backwards.

    rotations: (T, 24, 3, 3) as a file has them, not in the convention. offsets: (24, 3) metres.
    A rig with a loose upper arm bends elbows about any axis, and one that turns it half round bends
    them backwards and is right again; `to_convention` mends both. Only where the arm would have to
    be turned half round to bend forward is the elbow said to bend backwards.
    """
    left, right = (
        float(np.mean((_bend(rotations, arm) < -_BACKWARDS) & (_turn(rotations, arm) > _TURNED)))
        for arm in arms(unit_bones(offsets))
    )
    return left, right


def doubtful(rotations: Floats, offsets: Floats) -> str | None:
    """What is wrong with a motion, as the end of a sentence; None where nothing is."""
    sides = [
        f"its {side} elbow bends backwards in {share:.0%} of the frames"
        for side, share in zip(("left", "right"), backward_elbows(rotations, offsets), strict=True)
        if share > _SHARE
    ]
    return " and ".join(sides) or None


def _bend(rotations: Floats, arm: Limb) -> Floats:
    return hinge_frame(arm.hinge, rotations[:, arm.middle])[1]


def _turn(rotations: Floats, arm: Limb) -> Floats:
    """(T,) radians, 0 or more: how far the upper arm must be turned for the elbow to bend
    forward."""
    turn = bend_of(arm.hinge, rotations[:, arm.upper], rotations[:, arm.middle]).turn
    return np.abs(np.arctan2(turn[:, 1], turn[:, 0]))
