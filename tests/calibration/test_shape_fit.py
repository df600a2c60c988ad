# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of calibration: bounded in angle, and not drawn away by a point that is wrong."""

from dataclasses import replace

import numpy as np
import pytest
from random_poses import random_state, target_of

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.body.shape_space import RegionSpace
from lsmplify_core.calibration.shape_fit import (
    OffsetPrior,
    _offset_prior,
    _robust,
    _shape_prior,
    pose_and_shape_step,
)
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


# --- priors: what points and shape are drawn to, and how hard ----------------------------------


def places(*offsets: tuple[float, float, float]) -> OffsetPrior:
    return OffsetPrior(np.array(offsets), 1.0, np.zeros(len(offsets), dtype=bool))


@pytest.mark.parametrize(("away", "at_joint"), [(0.009, True), (0.011, False)])
def test_a_point_within_a_centimetre_is_at_its_joint(away: float, at_joint: bool) -> None:
    assert places((away, 0.0, 0.0)).at_joint.tolist() == [at_joint]


@pytest.mark.parametrize(("count", "keypoints"), [(7, False), (8, True)])
def test_eight_points_at_joints_make_a_set_of_keypoints(count: int, keypoints: bool) -> None:
    prior = places(*[(0.0, 0.0, 0.0)] * count, *[(0.1, 0.0, 0.0)] * 20)
    assert prior.keypoints == keypoints
    assert prior.rotation_sigma == (0.4 if keypoints else 0.25)


@pytest.mark.parametrize(
    ("offset", "sigma", "counted"), [((0.05, 0.0, 0.0), 0.015, 4.0), ((0.0, 0.0, 0.0), 0.006, 8.0)]
)
@pytest.mark.parametrize("deviation", [0.0, 0.006, 0.03])
@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_places_are_drawn_to_the_layouts_with_long_tails(
    offset: tuple[float, float, float], sigma: float, counted: float, deviation: float, scale: float
) -> None:
    """frames / repeats · (noise / σ)² / (1 + (distance / σ)²), σ of 15 mm on the skin and of 6 mm
    at joints, as many times as large as the prior is loose."""
    size, noise, frames = 1.2, 0.005, 60
    prior = OffsetPrior(np.array([offset]), scale, np.zeros(1, dtype=bool))
    offsets = size * prior.prior - [[0.0, deviation, 0.0]]
    weight, away = _offset_prior(frames, size, offsets, prior, 8.0, noise)
    s = scale * sigma
    expected = frames / counted * (noise / s) ** 2 / (1.0 + (deviation / s) ** 2)
    np.testing.assert_allclose(weight, [expected] * 3)
    np.testing.assert_allclose(away, [0.0, deviation, 0.0], atol=1e-12)


def test_fixed_places_and_shapes_stay() -> None:
    random = np.random.default_rng(3)
    goal = random_state(6, random, 0.3)
    observations = target_of(goal, random)
    offsets = np.asarray(observations.offsets)
    space, moved = RegionSpace(default_body()), np.asarray(observations.points) + 0.02
    for fixed in (True, False):
        known = OffsetPrior(offsets, 1.0, np.full(len(offsets), fixed))
        _, shape, found = pose_and_shape_step(
            space, replace(observations, points=moved * 1.03), goal, goal, space.start(1.0),
            offsets, known, fixed, 4.0, 0.005,
        )  # fmt: skip
        assert (np.abs(found - offsets).max() < 1e-5) == fixed
        assert (np.abs(shape - space.start(1.0)).max() < 1e-5) == fixed


def test_a_shapes_prior_counts_a_quarter_of_the_frames() -> None:
    space = RegionSpace(default_body())
    shape = 1.05 * space.start(1.0)
    weight, deviation = _shape_prior(60, space, shape, False, 0.005)
    own, away = space.prior(shape, 0.005)
    np.testing.assert_allclose(weight, 15.0 * own)
    np.testing.assert_allclose(deviation, away)


@pytest.mark.parametrize(("residual", "share"), [(0.0, 1.0), (0.03, 0.5), (0.09, 0.1)])
def test_a_residual_of_three_centimetres_counts_half(residual: float, share: float) -> None:
    random = np.random.default_rng(4)
    goal = random_state(3, random, 0.3)
    observations = target_of(goal, random)
    points = np.asarray(observations.points).copy()
    points[:, 0] += [residual, 0.0, 0.0]
    _, robust = _robust(goal, replace(observations, points=points))
    np.testing.assert_allclose(
        robust.weights[:, 0], share * observations.weights[:, 0], rtol=2e-3, atol=1e-6
    )
