# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fit takes from its settings, and what it measures on the tracks where they say nothing."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.ik.fit_problem import FitProblem, SolveSettings, make_problem
from lsmplify_core.ik.fitting import _sequence_intervals
from lsmplify_core.ik.problem import (
    LEAST_POINTS,
    at_network_size,
    initial_poses,
    observations_of,
    require_valid_frames,
    valid_frames,
)
from lsmplify_core.ik.root_alignment import torso_weights
from lsmplify_core.layouts.matching import best_match
from lsmplify_core.runtime.errors import InputError

TRACKS = tracks_of(waving(60))
MATCH = best_match(TRACKS.names)


def observed(noise: float = 0.0) -> MarkerObservations:
    points = TRACKS.positions + noise * np.random.default_rng(0).standard_normal(
        TRACKS.positions.shape
    )
    take = replace(TRACKS, positions=points)
    target, _ = observations_of(take, MATCH, default_body())
    return at_network_size(target, default_body(), np.asarray(target.offsets))[1]


def made(settings: SolveSettings, noise: float = 0.0, residual: float = 0.0, warm=False):
    start = PoseSequence(np.tile(np.eye(3, dtype=np.float32), (60, 24, 1, 1)), np.zeros((60, 3)))
    return make_problem(start, observed(noise), 30.0, residual, settings, warm)


def test_tracks_are_trusted_as_far_as_their_noise_and_the_calibration_say() -> None:
    assert made(SolveSettings()).noise == pytest.approx(0.001)
    assert made(SolveSettings(), residual=0.007).noise == 0.007
    assert made(SolveSettings(), noise=0.01).noise == pytest.approx(0.01, rel=0.1)
    assert made(SolveSettings(), noise=0.01, residual=0.004).noise == pytest.approx(0.01, rel=0.1)
    assert made(SolveSettings(noise=0.02), noise=0.01, residual=0.03).noise == 0.02


def test_noisy_tracks_are_smoothed_and_so_is_the_prior() -> None:
    clean, noisy = made(SolveSettings()), made(SolveSettings(), noise=0.0115)
    assert (clean.smooth, clean.prior_smoothing) == (0.0, 0.05)
    assert noisy.smooth == pytest.approx(0.034, rel=0.1)
    assert noisy.prior_smoothing == 0.08
    assert made(SolveSettings(prior_smoothing=0.2), noise=0.0115).prior_smoothing == 0.2
    assert made(SolveSettings(prior_smoothing=0.0), noise=0.0115).prior_smoothing == 0.0
    said = made(SolveSettings(smooth=0.07))
    assert (said.smooth, said.prior_smoothing) == (0.07, 0.08)
    assert made(SolveSettings(smooth=0.0), noise=0.0115).smooth == 0.0


def test_a_start_from_elsewhere_gets_one_step_more() -> None:
    cold, warm = made(SolveSettings(refine=2)), made(SolveSettings(refine=2), warm=True)
    assert (cold.refine, warm.refine) == (2, 3)
    assert (cold.initial_poses, warm.warm_start) == (None, True)
    assert warm.initial_poses is warm.start
    assert made(SolveSettings(refine=0), warm=True).refine == 0
    assert SolveSettings().iterations == 3


def with_gap(problem: FitProblem, *frames: int) -> FitProblem:
    weights = np.asarray(problem.observations.weights).copy()
    weights[list(frames), 3] = 0.0
    return replace(problem, observations=replace(problem.observations, weights=weights))


def test_what_is_solved_together_reaches_six_tenths_of_a_second_beside_a_gap() -> None:
    problem = made(SolveSettings())
    assert _sequence_intervals(problem) == []
    (interval,) = _sequence_intervals(with_gap(problem, 30))
    assert (interval.start, interval.stop) == (12, 49)
    assert _sequence_intervals(made(SolveSettings(), noise=0.01)) == [slice(0, 60)]


@pytest.mark.parametrize(("first", "whole"), [(3, False), (10, False), (12, True)])
def test_where_seven_tenths_are_near_gaps_all_is_solved_together(first: int, whole: bool) -> None:
    """42 of 60 frames."""
    problem = with_gap(made(SolveSettings()), first, first + 13)
    found = _sequence_intervals(problem)
    covered = sum(i.stop - i.start for i in found)
    assert (found == [slice(0, 60)]) == whole
    assert whole or covered <= 42


@pytest.mark.parametrize(("points", "enough"), [(3, False), (4, True)])
def test_four_points_make_a_frame(points: int, enough: bool) -> None:
    take = replace(TRACKS, positions=TRACKS.positions.copy())
    take.positions[7, points:] = np.nan
    assert LEAST_POINTS == 4
    assert valid_frames(take)[7] == enough
    take.positions[:, points:] = np.nan
    if enough:
        assert require_valid_frames(take).all()
        return
    with pytest.raises(InputError, match="no frame shows 4 points of the body at once"):
        require_valid_frames(take)


@pytest.mark.parametrize("size", [0.5, 1.0, 1.3])
def test_a_take_is_brought_to_the_networks_size(size: float) -> None:
    body = default_body().scaled(np.full(24, size))
    target, _ = observations_of(TRACKS, MATCH, body)
    unit, local = at_network_size(target, body, np.asarray(target.offsets))
    assert unit == pytest.approx(size)
    np.testing.assert_allclose(unit * local.points, target.points, atol=1e-6)
    np.testing.assert_allclose(unit * local.bones, body.offsets, atol=1e-6)
    np.testing.assert_allclose(unit * local.offsets, target.offsets, atol=1e-6)


def test_points_lie_about_their_middle_and_come_back() -> None:
    target, origin = observations_of(TRACKS, MATCH, default_body())
    assert np.abs(np.median(np.asarray(target.points).reshape(-1, 3), axis=0)).max() < 1e-9
    expected = TRACKS.positions[:, [t for _, t in MATCH.matched]]
    np.testing.assert_allclose(target.points + origin, expected, atol=1e-9)


def test_a_motion_to_start_from_is_the_takes_frame_for_frame() -> None:
    target, origin = observations_of(TRACKS, MATCH, default_body())
    valid = np.ones(60, dtype=bool)
    start = initial_poses(target, valid, waving(60), origin, 1.25)
    np.testing.assert_allclose(1.25 * start.root + origin, waving(60).root, atol=1e-5)
    with pytest.raises(InputError, match="has 59 frames and the tracks have 60"):
        initial_poses(target, valid, waving(59), origin, 1.0)


@pytest.mark.parametrize(("away", "weight"), [(0.0, 1.0), (0.019, 1.0), (0.021, 0.01)])
def test_a_point_at_a_shoulder_or_hip_is_the_torsos(away: float, weight: float) -> None:
    joints = np.array([16, 1, 9, 18])
    offsets = np.zeros((4, 3))
    offsets[:, 0] = away
    found = torso_weights(joints, offsets)
    assert found.tolist() == [weight, weight, 1.0, 0.01]
