# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network sees of a fast take, and the poses between."""

import numpy as np
import pytest

from lsmplify_core.body.markers import PoseSequence
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.geometry.skeleton import N_POSED
from lsmplify_core.ik.learned.coarse_to_fine import coarse_stride, first_coarse
from lsmplify_core.ik.learned.network_frames import (
    between,
    network_frames,
    step_between,
    with_ends,
)
from lsmplify_core.ik.learned.predictor import Prediction, select_poses


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


@pytest.mark.parametrize("rate", [24.0, 25.0, 30.0, 59.94, 100.0, 119.88, 240.0])
@pytest.mark.parametrize("first", [0, 1, 7, 100, 333, 1234])
def test_a_part_shows_the_network_the_frames_that_the_whole_take_does(
    rate: float, first: int
) -> None:
    """But for its own first and last; so does what is solved before all of these."""
    whole, part = _shown(0, 5000, rate), _shown(first, 900, rate)
    for every, own in zip(whole, part, strict=True):
        assert set(own[1:-1].tolist()) <= set(every.tolist())
        assert own[[0, -1]].tolist() == [first, first + 899]


def _shown(first: int, frames: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Frames on the capture's clock: those that the network sees, and the coarse ones of them."""
    seen = network_frames(frames, rate, first=first)
    own = rate / step_between(frames, rate)
    stride = coarse_stride(len(seen), own)
    coarse = np.arange(first_coarse(seen, first, stride), len(seen), stride)
    return first + seen, first + seen[with_ends(coarse, len(seen))]
