# SPDX-License-Identifier: GPL-3.0-or-later
"""Given poses beside the network's: what no track shows is taken from whichever is likely
nearer."""

import numpy as np

from lsmplify_core.body.markers import PoseSequence
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.ik.learned.predictor import Prediction
from lsmplify_core.ik.pose_fusion import fuse_poses, initial_pose_sigma

FRAMES = 60
WRIST, ELBOW, OTHER = (JOINT_INDEX[n] for n in ("L_Wrist", "L_Elbow", "R_Elbow"))


def expected() -> np.ndarray:
    """The network is sure of all joints but the left wrist."""
    error = np.full((FRAMES, 22), 0.02, np.float32)
    error[:, WRIST] = 0.5
    return error


def turned(size: float, seed: int = 0) -> PoseSequence:
    """Poses that are off from the T-pose by about `size` radians, and there the wrist by 0.4
    more."""
    vectors = size / np.sqrt(3) * np.random.default_rng(seed).standard_normal((FRAMES, 24, 3))
    vectors[:, WRIST, 0] += 0.4
    return PoseSequence(
        axis_angle_to_matrix(vectors).astype(np.float32), np.zeros((FRAMES, 3), np.float32)
    )


def at_rest() -> Prediction:
    rest = np.broadcast_to(np.eye(3, dtype=np.float32), (FRAMES, 24, 3, 3))
    state = PoseSequence(rest, np.zeros((FRAMES, 3), np.float32))
    return Prediction(state, expected(), state)


def wrist_of(given: PoseSequence) -> float:
    """Radians that the mixed pose's wrist is turned by, in the middle of the take."""
    found = fuse_poses(at_rest(), given, 30.0).poses.rotations[:, WRIST]
    return float(np.linalg.norm(matrix_to_axis_angle(found)[20:40].mean(axis=0)))


def test_a_good_start_keeps_its_wrist() -> None:
    assert wrist_of(turned(0.01)) > 0.39


def test_a_start_that_is_wrong_where_tracks_show_it_loses_its_wrist() -> None:
    assert wrist_of(turned(1.0)) < 0.15


def test_what_the_network_is_sure_of_stays() -> None:
    given = turned(0.3)
    found = fuse_poses(at_rest(), given, 30.0)
    angle = np.linalg.norm(matrix_to_axis_angle(found.poses.rotations[:, ELBOW]), axis=-1)
    assert angle.max() < 0.03
    assert np.all(found.sigma <= at_rest().sigma)


def test_one_limbs_errors_are_not_the_others() -> None:
    apart = np.full((FRAMES, 22), 0.01)
    apart[:, ELBOW] = 0.6
    error = initial_pose_sigma(apart, expected(), 30.0)
    assert error[:, WRIST].min() > 0.2
    assert error[:, OTHER].max() < 0.1


def test_errors_hold_about_their_moment() -> None:
    """A limb that freezes for half a second is doubted then, and not four seconds later."""
    apart = np.full((200, 22), 0.01)
    apart[20:35, ELBOW] = 0.6
    error = initial_pose_sigma(apart, np.resize(expected(), (200, 22)), 30.0)[:, WRIST]
    assert error[27] > 0.2
    assert error[150] < 0.03
