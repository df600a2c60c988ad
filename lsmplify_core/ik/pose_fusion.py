# SPDX-License-Identifier: GPL-3.0-or-later
"""Fusion of the network's poses with poses that a solve begins from (plug-in).

Both are measurements of the same rotation, with errors of the standard deviations σ_n (the network
expects it of itself) and σ_0 (estimated here). Their most likely mean is weighted by the inverse
variances (Barfoot, "State Estimation for Robotics", 2017, 2.2 and 7.3):

    R = R_n exp(s · log(R_nᵀ R_0)),   s = σ_n² / (σ_n² + σ_0²),   σ² = σ_n² (1 - s)

Where the tracks show how a joint is turned, σ_n is small, and what the initial pose differs by is
its own error. As E |log(R_nᵀ R_0)|² = σ_n² + σ_0², the excess of the squared deviation over σ_n²
estimates σ_0² (the method of moments of DerSimonian and Laird, 1986). It is averaged over a limb's
joints and over time, weighted by 1 / σ_n⁴, the inverse variance of a squared deviation. So what no
track shows (a wrist, the twist of a straight arm) is taken from both, each by how wrong it is
likely to be: an animator's wrists stay, those of a poor estimate go.
"""

from typing import Final

import numpy as np

from ..body.markers import PoseSequence
from ..geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from ..geometry.skeleton import JOINT_INDEX, N_POSED
from ..runtime.array_types import Floats
from .learned.predictor import Prediction
from .smoothing import gaussian_filter

_TIME_SIGMA: Final = 0.25
"""Seconds, standard deviation of the average over time. Larger values follow changes of the initial
pose's quality less."""
_MIN_SIGMA: Final = np.radians(1.0)
"""Radians: no rotation is known better than this; it bounds both σ from below."""
_BODY_SHARE: Final = 0.05
"""Weight of the whole body's mean beside that of the limb's own joints, which is 1."""
_JOINT_SHARE: Final = 20.0
"""Weight of a joint's own excess beside the limb's mean, where it is as well shown as the
others."""
_TAIL_FACTOR: Final = 5.0
"""A joint's own excess counts beyond so many times σ_n², since errors have long tails; smaller
values blame the initial pose for the network's outliers."""
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
    """Weight the network's poses and the initial ones joint by joint, by their inverse variances.

    Args:
        prediction: of the network, T frames.
        initial_poses: T frames, as they came.
        rate: frames per second.

    Returns:
        The fused poses with their sigma (T, 22) radians; `refined` is the fused pose too, which is
        not yet brought to the tracks. The root is the network's.
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
    """Estimate σ_0, how wrong each joint of the initial poses probably is.

    Args:
        deviation: (T, 22) radians between the initial poses and the network's.
        sigma: (T, 22) radians, σ_n, the error that the network expects of itself.
        rate: frames per second.

    Returns:
        (T, 22) radians.
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
