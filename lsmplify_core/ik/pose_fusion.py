# SPDX-License-Identifier: GPL-3.0-or-later
"""How far poses to start from are believed beside the network's own.

Where the tracks show how a joint is turned, the network is sure, and what the given pose differs by is
the given pose's error. Joints of one limb are thought to be as wrong as each other about that time. So
what no track shows (a wrist, the twist of a straight arm) is taken from both, each by how wrong it is
likely to be: an animator's wrists stay, those of a poor estimate go.
"""

from typing import Final

import numpy as np

from ..body.markers import PoseSequence
from ..geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ..geometry.skeleton import JOINT_INDEX, N_POSED
from ..runtime.array_types import Floats
from .predictor import Prediction
from .smoothing import gaussian_filter

_TIME_SIGMA: Final = 0.25
"""Seconds: what is said of a moment holds about so long."""
_MIN_SIGMA: Final = np.radians(1.0)
"""Radians: nothing is known better than this."""
_BODY_SHARE: Final = 0.05
"""What the rest of the body says of a limb, beside what the limb's own joints say."""
_JOINT_SHARE: Final = 20.0
"""What a joint says of itself beside its limb, where it is as well shown as the others."""
_TAIL_FACTOR: Final = 5.0
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


def fuse_poses(prediction: Prediction, initial_poses: PoseSequence, rate: float) -> Prediction:
    """The network's pose and a given one (T frames each) mixed joint by joint.

    Its `fitted` is the mixed pose, not yet brought to the tracks.
    """
    predicted, initial = (
        prediction.poses.rotations[:, :N_POSED],
        initial_poses.rotations[:, :N_POSED],
    )
    deviation = matrix_to_axis_angle(
        np.swapaxes(predicted, -1, -2) @ initial.astype(predicted.dtype)
    )
    initial_sigma = initial_pose_sigma(np.linalg.norm(deviation, axis=-1), prediction.sigma, rate)
    share = np.square(prediction.sigma) / (np.square(prediction.sigma) + np.square(initial_sigma))
    fused = predicted @ axis_angle_to_matrix(share[..., None] * deviation)
    rotations = np.concatenate((fused, prediction.poses.rotations[:, N_POSED:]), axis=1)
    poses = PoseSequence(rotations.astype(predicted.dtype), prediction.poses.root)
    sigma = prediction.sigma * np.sqrt(1.0 - share)
    return Prediction(poses, sigma.astype(prediction.sigma.dtype), poses)


def initial_pose_sigma(deviation: Floats, sigma: Floats, rate: float) -> Floats:
    """(T, 22) radians: how wrong each joint of the given poses probably is.

    apart: (T, 22) radians between them and the network's. expected: (T, 22) radians, the error that
    the network expects of itself.
    """
    precision = 1.0 / np.square(np.square(sigma) + _MIN_SIGMA**2)
    excess, own_excess = (
        np.maximum(np.square(deviation) - times * np.square(sigma), 0.0) * precision
        for times in (1.0, _TAIL_FACTOR)
    )
    initial_sigma = np.empty(deviation.shape)
    for joints in _LIMBS:
        variance_sum, precision_sum = (
            t[:, joints].mean(axis=1, keepdims=True)
            + _BODY_SHARE * t.mean(axis=1, keepdims=True)
            + _JOINT_SHARE * o[:, joints]
            for t, o in ((excess, own_excess), (precision, precision))
        )
        variance_sum, precision_sum = (
            gaussian_filter(t, _TIME_SIGMA * rate) for t in (variance_sum, precision_sum)
        )
        initial_sigma[:, joints] = np.sqrt(
            np.maximum(variance_sum, 0) / np.maximum(precision_sum, 1e-12)
        )
    return np.maximum(initial_sigma, _MIN_SIGMA)
