# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of calibration: bounded in angle, and not drawn away by a point that is wrong."""

from dataclasses import replace

import numpy as np
import pytest
from random_poses import random_state, target_of

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.body.shape_space import RegionSpace
from lsmplify_core.calibration.shape_fit import OffsetPrior, pose_and_shape_step
from lsmplify_core.geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
    matrix_to_axis_angle,
)
from lsmplify_core.geometry.skeleton import N_POSED


def stepped(
    observations: MarkerObservations, poses: PoseSequence, prior: PoseSequence
) -> PoseSequence:
    """The poses after one step with shape and offsets fixed."""
    space = RegionSpace(default_body())
    offsets = np.asarray(observations.offsets)
    known = OffsetPrior(offsets, 1.0, np.ones(len(offsets), dtype=bool))
    return pose_and_shape_step(
        space, observations, poses, prior, space.start(1.0), offsets, known, True, 4.0, 0.005
    )[0]


@pytest.mark.parametrize("angle", [0.2, 1.5])
def test_a_step_turns_no_joint_by_more_than_half_a_radian_about_an_axis(angle: float) -> None:
    """Linear steps are wrong far away; a near goal is reached, a far one is approached."""
    random = np.random.default_rng(1)
    goal = random_state(4, random, 0.3)
    observations = target_of(goal, random)
    vectors = np.zeros((4, 24, 3))
    vectors[:, [4, 5, 18, 19], 0] = angle
    start = PoseSequence(goal.rotations @ axis_angle_to_matrix(vectors), goal.root)
    reached = stepped(observations, start, start)
    turned = matrix_to_axis_angle(np.swapaxes(start.rotations, -1, -2) @ reached.rotations)
    assert np.abs(turned).max() <= 0.5 + 1e-6
    if angle < 0.5:
        left = angle_between(reached.rotations, goal.rotations)[:, :N_POSED]
        assert left.mean() < 0.7 * angle_between(start.rotations, goal.rotations).mean()
    else:
        assert np.abs(turned).max() > 0.49


def test_a_point_half_a_metre_off_hardly_moves_the_body() -> None:
    random = np.random.default_rng(2)
    goal = random_state(4, random, 0.3)
    observations = target_of(goal, random)
    points = np.asarray(observations.points).copy()
    points[:, 7] += [0.3, -0.4, 0.0]
    reached = stepped(replace(observations, points=points), goal, goal)
    assert np.degrees(angle_between(reached.rotations, goal.rotations)).max() < 2.0
    assert np.abs(reached.root - goal.root).max() < 0.005
