# SPDX-License-Identifier: GPL-3.0-or-later
"""Palms that a lab's rig does not hold down at rest: recognised per clip and turned back.

SMPL's T-pose has the palms down. Rotations of a rig whose T-pose has them forward (backward, up),
copied as they are, turn every hand by a quarter (half) of a turn about the forearm, in all frames.
People do not hold both palms that way all the time, so that the medians of the forearms' turns tell
such a rig. What is taken off are whole quarters of a turn: a person's own habit stays.
"""

from typing import Final

import numpy as np

from ..geometry.skeleton import N_JOINTS
from ..runtime.array_types import Floats
from .arm import pronation
from .convention import Convention, to_convention
from .doubtful import doubtful
from .limbs import arms, unit_bones
from .turns import turn_about, wrapped

_QUARTER: Final = np.pi / 2
"""Radians between the rests that rigs have: palms down, forward, up, backward."""
_BEYOND: Final = np.radians(50.0)
"""Both forearms' median turns beyond it are those of another rest. None of 817 clips of six labs
has both beyond; of the same clips with palms turned forward or backward by 90 degrees 70 to 100 %
of each lab's have (`benchmarks/rests.py`)."""
_TOLD: Final = 2.0
"""Seconds of a clip that are enough to say how a rig holds its palms."""
_FRAMES: Final = 300
"""Frames that are asked, spread over the clip."""
_FORWARD: Final = (-1.0, 1.0)
"""A turn of the left and of the right palm from down to forward, about the bone from elbow to
wrist."""
_ARMS: Final = Convention(spine=False, neck=False, legs=False)


def palm_turns(rotations: Floats, offsets: Floats, rate: float) -> Floats:
    """(2,) radians in [-pi, pi]: the medians of the left and the right forearm's turn, from the
    elbow's hinge to the hand; positive where the palm turns from down to forward.

    `pronation` cuts angles open half a turn away from their mean, so that medians of palms up have
    no seam among them; only what comes out is brought to within half a turn.

    rotations: (T, 24, 3, 3) in any habit. offsets: (24, 3) metres. rate: frames per second.
    """
    step = -(-len(rotations) // _FRAMES)
    some = to_convention(rotations[::step], offsets, rate / step, _ARMS)
    return wrapped(np.array([
        sign * np.median(pronation(arm.hinge, some[:, arm.middle], some[:, arm.end]))
        for sign, arm in zip(_FORWARD, arms(unit_bones(offsets)), strict=True)
    ]))  # fmt: skip


def palm_rest(rotations: Floats, offsets: Floats, rate: float) -> float:
    """What a rig's palms are turned by at rest, 0 where they are down or the clip is too short, and
    where elbows bend backwards: such a file has its upper arms half round, which is no rest.

    Args:
        rotations: (T, 24, 3, 3) local ones, in any habit.
        offsets: (24, 3) metres, each joint from its parent at rest.
        rate: frames per second.

    Returns:
        Radians, whole quarters of a turn in [-pi, pi], positive where the files turn palms from
        down to forward, as those of a rig do that has them backward at rest; negative for a rig
        that has them forward.
    """
    if len(rotations) < _TOLD * rate or rotations.shape[1] < N_JOINTS:
        return 0.0
    turns = palm_turns(rotations, offsets, rate)
    amid = np.arctan2(np.sin(turns).sum(), np.cos(turns).sum())
    rest = _QUARTER * np.round(amid / _QUARTER)
    off = np.abs(turns)
    alike = np.abs(wrapped(turns - rest)) < _QUARTER
    if not bool((off > _BEYOND).all() and alike.all()) or doubtful(rotations, offsets):
        return 0.0
    return float(rest)


def without_palm_rest(rotations: Floats, offsets: Floats, rest: float) -> Floats:
    """Rotations (T, 24, 3, 3) with both hands turned back by a rest (radians, as `palm_rest`).

    The turn is taken off the wrists, about the forearms; `to_convention` shares what remains. No
    joint but the hand's own tip moves.
    """
    if rest == 0.0:
        return rotations
    new = rotations.copy()
    for sign, arm in zip(_FORWARD, arms(unit_bones(offsets)), strict=True):
        back = turn_about(arm.hinge.lower, np.asarray(-sign * rest))
        new[:, arm.end] = rotations[:, arm.end] @ back.astype(rotations.dtype)
    return new
