# SPDX-License-Identifier: GPL-3.0-or-later
"""How far poses to start from are believed beside the network's own.

Where the tracks show how a joint is turned, the network is sure, and what the given pose differs by is
the given pose's error. Joints of one limb are thought to be as wrong as each other about that time. So
what no track shows (a wrist, the twist of a straight arm) is taken from both, each by how wrong it is
likely to be: an animator's wrists stay, those of a poor estimate go.
"""

from typing import Final

import numpy as np

from ..body.markers import State
from ..geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ..geometry.skeleton import JOINT_INDEX, N_POSED
from ..runtime.array_types import Floats
from .predictor import Learned
from .smoothing import gaussian

_ABOUT: Final = 0.25
"""Seconds: what is said of a moment holds about so long."""
_SURE: Final = np.radians(1.0)
"""Radians: nothing is known better than this."""
_ELSEWHERE: Final = 0.05
"""What the rest of the body says of a limb, beside what the limb's own joints say."""
_OWN: Final = 20.0
"""What a joint says of itself beside its limb, where it is as well shown as the others."""
_TAIL: Final = 5.0
"""How many times the expected square the network may be wrong by itself without the given pose being
thought wrong in that joint: errors have long tails."""
_TRUNK: Final = ("Pelvis", "Spine1", "Spine2", "Spine3", "Neck", "Head")
_ARM: Final = ("Collar", "Shoulder", "Elbow", "Wrist")
_LEG: Final = ("Hip", "Knee", "Ankle", "Foot")
_LIMBS: Final = tuple(
    [JOINT_INDEX[name] for name in names]
    for names in (
        _TRUNK,
        *(tuple(f"{s}_{part}" for part in of) for s in "LR" for of in (_ARM, _LEG)),
    )
)


def weighed(learned: Learned, given: State, rate: float) -> Learned:
    """The network's pose and a given one (T frames each) mixed joint by joint.

    Its `fitted` is the mixed pose, not yet brought to the tracks.
    """
    own, theirs = learned.guess.rotations[:, :N_POSED], given.rotations[:, :N_POSED]
    away = matrix_to_axis_angle(np.swapaxes(own, -1, -2) @ theirs.astype(own.dtype))
    off = likely_error(np.linalg.norm(away, axis=-1), learned.expected, rate)
    share = np.square(learned.expected) / (np.square(learned.expected) + np.square(off))
    turned = own @ axis_angle_to_matrix(share[..., None] * away)
    rotations = np.concatenate((turned, learned.guess.rotations[:, N_POSED:]), axis=1)
    guess = State(rotations.astype(own.dtype), learned.guess.root)
    expected = learned.expected * np.sqrt(1.0 - share)
    return Learned(guess, expected.astype(learned.expected.dtype), guess)


def likely_error(apart: Floats, expected: Floats, rate: float) -> Floats:
    """(T, 22) radians: how wrong each joint of the given poses probably is.

    apart: (T, 22) radians between them and the network's. expected: (T, 22) radians, the error that
    the network expects of itself.
    """
    sure = 1.0 / np.square(np.square(expected) + _SURE**2)
    excess, own = (
        np.maximum(np.square(apart) - times * np.square(expected), 0.0) * sure
        for times in (1.0, _TAIL)
    )
    error = np.empty(apart.shape)
    for joints in _LIMBS:
        known, weight = (
            t[:, joints].mean(axis=1, keepdims=True)
            + _ELSEWHERE * t.mean(axis=1, keepdims=True)
            + _OWN * o[:, joints]
            for t, o in ((excess, own), (sure, sure))
        )
        known, weight = (gaussian(t, _ABOUT * rate) for t in (known, weight))
        error[:, joints] = np.sqrt(np.maximum(known, 0) / np.maximum(weight, 1e-12))
    return np.maximum(error, _SURE)
