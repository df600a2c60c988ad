# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion of a world whose up axis the file does not tell, stood up: Z up, feet on z = 0."""

from dataclasses import replace
from typing import Final

import numpy as np

from ..geometry.skeleton import JOINT_INDEX
from ..motion.motion import Motion
from ..tracks.axes import AXES, turn_up

_FEET: Final = [JOINT_INDEX["L_Foot"], JOINT_INDEX["R_Foot"]]
_BALL: Final = 0.03
"""Metres from the ball of the foot to its sole."""
_LOWEST: Final = 2.0
"""Percent of the frames whose lower foot may lie under the floor."""


def turned_upright(motion: Motion) -> Motion:
    """The world turned so that the axis that the pelvis mostly points along is up, and moved so
    that the feet stand on z = 0.

    The axis is one of the world's own six, so a camera's world stays as tilted as its camera is:
    rotation and position errors do not mind, figures of foot and floor are then rough.
    """
    along = motion.rotations[:, 0, :, 1].mean(axis=0)
    axis = int(np.argmax(np.abs(along)))
    name = AXES[2 * axis + (0 if along[axis] >= 0 else 1)]
    turn = turn_up(name)
    rotations = motion.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    stood = replace(motion, rotations=rotations, root=motion.root @ turn.T)
    low = stood.joints()[:, _FEET, 2].min(axis=1)
    floor = float(np.percentile(low, _LOWEST)) - _BALL
    return replace(stood, root=stood.root - np.array([0.0, 0.0, floor]))
