# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network sees of a fast take, and the poses between."""

import numpy as np
import pytest

from lsmplify_core.body.markers import PoseSequence
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.geometry.skeleton import N_POSED
from lsmplify_core.ik.network_frames import between, network_frames
from lsmplify_core.ik.predictor import Prediction, select_poses


@pytest.mark.parametrize(
    ("frames", "rate", "step"), [(100, 15.0, 1), (100, 30.0, 2), (500, 120.0, 8), (20, 30.0, 1)]
)
def test_which_frames(frames: int, rate: float, step: int) -> None:
    shown = network_frames(frames, rate)
    assert (shown[0], shown[-1]) == (0, frames - 1)
    assert (np.diff(shown)[:-1] == step).all()
    assert np.diff(shown)[-1] <= step


def test_one_frame_is_shown() -> None:
    assert network_frames(1, 120.0).tolist() == [0]


@pytest.mark.parametrize(("rate", "most"), [(30.0, 0.2), (120.0, 0.2)])
def test_poses_between_are_near_the_motion(rate: float, most: float) -> None:
    """Also in the last step, which is shorter than the others, and exact where they are known."""
    motion = strolling(203, rate)
    poses = PoseSequence(motion.rotations.astype(np.float32), motion.root.astype(np.float32))
    shown = network_frames(203, rate)
    sigma = np.linspace(0.1, 0.2, 203, dtype=np.float32)[:, None] * np.ones(N_POSED, np.float32)
    some = select_poses(poses, shown)
    found = between(Prediction(some, sigma[shown], some), shown, 203)
    off = np.degrees(angle_between(found.poses.rotations, poses.rotations))
    assert off.max() < 2
    assert off[3:-3].mean() < most
    assert off[shown].max() < 0.1
    assert np.abs(found.refined.root - poses.root).max() < 0.01
    np.testing.assert_allclose(found.sigma, sigma, atol=1e-5)
