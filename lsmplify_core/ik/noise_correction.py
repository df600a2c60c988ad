# SPDX-License-Identifier: GPL-3.0-or-later
"""Noisy keypoint takes after their solve: a learned correction, and one step back to the tracks.

The network (`learned.denoiser`) knows what noise does to poses; the tracks know where the person
is. So its poses are what the last step of the sequence solver holds to, as firmly as it is sure of
them, and the tracks decide the rest.
"""

from collections.abc import Generator
from dataclasses import replace
from typing import Final

import numpy as np

from ..body.markers import MarkerObservations, PoseSequence
from ..runtime.array_types import Floats
from .fit_problem import FitProblem
from .learned.denoiser import corrected
from .learned.predictor import Prediction
from .pose_changes import changed, difference
from .sequence_steps import refine_sequence
from .smoothing import interpolate_poses, smooth_poses

LEAST_RATE: Final = 5.0
"""Frames per second below which no take is corrected. The motion of slow takes is measured as
noise, so that clean ones are corrected too; from here on that helps most of them, below it their
joints' places get worse (docs/experiments.md, "A network for noise")."""
_AT_JOINT: Final = 0.01
"""Metres from its joint that a keypoint lies at the most."""
_KEYPOINTS: Final = 8
_SHARE: Final = 1 / 3
"""So many points at joints, and such a share of all, make a set of keypoints; faces, hands and feet
have others."""
_CALM: Final = 0.04
"""Seconds, the standard deviation of the filter over what is changed."""
_STILL: Final = 0.008
"""Seconds, the standard deviation of the filter over the corrected poses, of which takes of 60
frames a second and more notice something: their tracks tremble from frame to frame, and other poses
would carry that on enlarged."""


def correction_applies(offsets: Floats) -> bool:
    """Whether the correction is made for takes of these points.

    Args:
        offsets: (K, 3) metres, the points' places in their joints' frames as the layout has them.

    Returns:
        True for keypoints at joints; False for markers on the skin, which show turns of limbs that
        the network does not know better.
    """
    at_joint = int(np.count_nonzero(np.linalg.norm(offsets, axis=1) < _AT_JOINT))
    return at_joint >= max(_KEYPOINTS, _SHARE * len(offsets))


def correction_steps(
    problem: FitProblem,
    observations: MarkerObservations,
    poses: PoseSequence,
    prediction: Prediction,
    share: Floats,
) -> Generator[float, None, PoseSequence]:
    """Correct the poses of a noisy take.

    Args:
        problem: the take that was solved.
        observations: its tracks, without those that were left out.
        poses: T frames, solved and smoothed.
        prediction: the first network's last.
        share: (T,) how much of the correction frames get, 0 to 1.

    Yields:
        The share that is done, 0 to 1.

    Returns:
        T frames, in the anatomical convention as far as the network knows it.
    """
    if not share.any():
        return poses
    found = corrected(
        poses, observations, prediction, problem.noise, problem.rate, problem.first
    )  # fmt: skip
    yield 0.5
    seen = replace(problem, observations=observations)
    stepped = yield from refine_sequence(seen, found.poses, found, coarse=True)
    # smoothed, the change makes nothing tremble that did not
    change = smooth_poses(difference(poses, stepped), problem.rate, _CALM)
    result = smooth_poses(changed(poses, change), problem.rate, _STILL)
    return result if (share >= 1.0).all() else interpolate_poses(poses, result, share)
