# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn of a character: its bones as a motion would pose them, and its assumed rest."""

from typing import Final

import numpy as np

from ..retarget import Rig, RigMap, RigMotion
from ..retarget.posing.figure import Figure, figure_of
from ..runtime.array_types import Floats
from .overlay import Lines

_DRIVEN: Final = np.array([1.0, 0.55, 0.1, 1.0])
_LIMB: Final = np.array([0.95, 0.95, 0.95, 1.0])
_AXES: Final = np.array([[1.0, 0.25, 0.25, 1.0], [0.35, 0.95, 0.35, 1.0], [0.35, 0.55, 1.0, 1.0]])
"""Red, green, blue: the axis that a joint bends about, up, and forward, of the T-pose."""
_LONG: Final = 0.06
"""Length of a drawn axis, as a share of the character's height."""
_SHOWN: Final = (
    "Pelvis", "Head", "L_Shoulder", "R_Shoulder", "L_Elbow", "R_Elbow", "L_Wrist", "R_Wrist",
    "L_Hip", "R_Hip", "L_Knee", "R_Knee", "L_Ankle", "R_Ankle",
)  # fmt: skip
"""Roles whose assumed axes are drawn."""


def posed_lines(motion: RigMotion, frame: int) -> Lines:
    """A line from head to tail of each driven bone.

    Args:
        motion: poses of the character in the world.
        frame: number of the pose, from 0 on.
    """
    rig = motion.rig
    lengths = np.linalg.norm(rig.tails[motion.bones] - rig.heads[motion.bones], axis=1)
    heads, along = motion.heads[frame], motion.axes[frame][:, :, 1]
    return _lines(heads, heads + lengths[:, None] * along, np.tile(_DRIVEN, (len(heads), 1)))


def rest_lines(rig: Rig, rig_map: RigMap) -> Lines:
    """The character's limbs at rest, and at each joint the axes that SMPL's joint is taken to have
    there: where elbows and knees bend about the red one, palms face against the green one, and toes
    point along the blue one, the rest pose was understood.

    Raises:
        InputError: the map doesn't fit the rig.
    """
    figure = figure_of(rig, rig_map)
    roles = [r for r in figure.frames if r in figure.points.ends]
    starts = np.array([figure.points.joints[r] for r in roles])
    ends = np.array([figure.points.ends[r] for r in roles])
    limbs = _lines(starts, ends, np.tile(_LIMB, (len(roles), 1)))
    axes = _axis_lines(figure, _LONG * rig.height)
    return Lines(
        np.concatenate((limbs.ends, axes.ends)), np.concatenate((limbs.colours, axes.colours))
    )


def _axis_lines(figure: Figure, length: float) -> Lines:
    roles = [r for r in _SHOWN if figure.has(r)]
    starts = np.repeat(np.array([figure.points.joints[r] for r in roles]), 3, axis=0)
    ways = np.concatenate([figure.frames[r].T for r in roles])
    return _lines(starts, starts + length * ways, np.tile(_AXES, (len(roles), 1)))


def _lines(starts: Floats, ends: Floats, colours: Floats) -> Lines:
    pairs = np.stack((starts, ends), axis=1).reshape(-1, 3)
    return Lines(pairs, np.repeat(colours, 2, axis=0))
