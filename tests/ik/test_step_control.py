# SPDX-License-Identifier: GPL-3.0-or-later
"""Backtracking: a step that leads away from the tracks is shortened, there and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest
from random_poses import random_state, target_of

from lsmplify_core.body.markers import MarkerObservations, PoseSequence, compare, residuals_of
from lsmplify_core.geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
    matrix_to_axis_angle,
)
from lsmplify_core.ik.refinement.step_control import backtracked

RATE, FRAMES = 30.0, 90


def still() -> tuple[PoseSequence, MarkerObservations]:
    """Someone who stands still, and the points that show it."""
    random = np.random.default_rng(0)
    one = random_state(1, random, 0.2)
    poses = PoseSequence(np.repeat(one.rotations, FRAMES, axis=0), np.zeros((FRAMES, 3)))
    return poses, target_of(poses, random)


def turned(poses: PoseSequence, frames: slice, radians: float) -> PoseSequence:
    rotations = poses.rotations.copy()
    turn = axis_angle_to_matrix(np.array([radians, 0.0, 0.0]))
    rotations[frames, 1] = rotations[frames, 1] @ turn
    return PoseSequence(rotations, poses.root.copy())


def error(poses: PoseSequence, observations: MarkerObservations) -> np.ndarray:
    """(T,) root mean square distance to the tracks, metres."""
    squared = np.square(compare(poses, observations).residuals).sum(axis=-1)
    return np.sqrt((squared * observations.weights).sum(axis=1) / observations.weights.sum(axis=1))


def test_a_step_that_leads_away_is_taken_back_where_it_does() -> None:
    before, observations = still()
    after = turned(before, slice(40, 50), 1.5)
    kept = backtracked(before, after, observations, RATE)
    assert error(after, observations)[45] > 0.1
    assert error(kept, observations).max() < 0.03
    np.testing.assert_array_equal(kept.rotations[:25], before.rotations[:25])


def test_far_from_there_the_step_is_taken_whole() -> None:
    before, observations = still()
    small = turned(before, slice(0, 20), 0.02)
    after = turned(small, slice(60, 70), 1.5)
    kept = backtracked(before, after, observations, RATE)
    assert angle_between(kept.rotations[:15], after.rotations[:15]).max() < 1e-6


def test_a_step_that_hardly_leads_away_is_left_alone() -> None:
    """Smoothing noise away leads away from the tracks by some millimetres."""
    before, observations = still()
    after = turned(before, slice(0, FRAMES), 0.02)
    assert 0.001 < error(after, observations).max() < 0.012
    assert backtracked(before, after, observations, RATE) is after


def test_where_the_tracks_were_far_twice_as_far_squared_is_allowed() -> None:
    before, observations = still()
    off = turned(before, slice(0, FRAMES), 0.3)
    worse, much_worse = (turned(before, slice(0, FRAMES), a) for a in (0.36, 0.6))
    assert backtracked(off, worse, observations, RATE) is worse
    assert backtracked(off, much_worse, observations, RATE) is not much_worse


@pytest.mark.parametrize(("share", "reach"), [(1.0, 0.9), (0.5, 1.8), (0.25, 3.6), (0.1, 9.0),
                                              (0.0, 14.0)])  # fmt: skip
def test_as_much_of_a_step_is_taken_as_stays_within_twelve_millimetres(share, reach) -> None:
    """All of it, a half, a quarter, a tenth, or nothing. reach: of the step, times that."""
    before, observations = still()
    observations = replace(observations, weights=np.ones_like(observations.weights))
    points = residuals_of(before, replace(observations, points=0.0 * observations.points))
    observations = replace(observations, points=-points)
    each = float(error(turned(before, slice(0, FRAMES), 0.01), observations)[0]) / 0.01
    angle = reach * 0.012 / each
    kept = backtracked(before, turned(before, slice(0, FRAMES), angle), observations, RATE)
    found = matrix_to_axis_angle(np.swapaxes(before.rotations, -1, -2) @ kept.rotations)[:, 1, 0]
    np.testing.assert_allclose(found, share * angle, rtol=0.02, atol=1e-6)


@pytest.mark.parametrize(("growth", "whole"), [(1.9, True), (2.1, False)])
def test_the_squared_distance_may_double(growth: float, whole: bool) -> None:
    """Where the tracks are centimetres away already."""
    before, observations = still()
    points = np.asarray(observations.points).copy()
    points += [0.05, 0.0, 0.0]
    away = replace(observations, points=points)
    after = PoseSequence(before.rotations, before.root - [0.05 * (np.sqrt(growth) - 1.0), 0.0, 0.0])
    assert error(after, away)[0] ** 2 / error(before, away)[0] ** 2 == pytest.approx(growth)
    assert (backtracked(before, after, away, RATE) is after) == whole


@pytest.mark.parametrize("rate", [30.0, 120.0])
def test_a_shortened_step_is_eased_over_time_and_not_over_frames(rate: float) -> None:
    before, observations = still()
    small = turned(before, slice(0, FRAMES), 0.01)
    kept = backtracked(before, turned(small, slice(45, 46), 1.5), observations, rate)
    found = matrix_to_axis_angle(np.swapaxes(before.rotations, -1, -2) @ kept.rotations)[:, 1, 0]
    changed = np.flatnonzero(found < 0.0099)
    reach = max(1, round(0.12 * rate)) + int(np.ceil(0.18 * rate))
    assert changed[0] >= 45 - reach
    assert changed[-1] <= 45 + reach
    assert len(changed) > 0.2 * rate
