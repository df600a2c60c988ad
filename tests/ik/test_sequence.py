# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames solved together: the linear system is the stated one, and gaps are bridged."""

import numpy as np
import pytest
from random_poses import random_state

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence, compare
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import N_POSED
from lsmplify_core.ik.refinement.sequence import CORRELATION_TIME, sequence_chunks, solve_sequence
from lsmplify_core.ik.refinement.sequence_equations import (
    BlockTridiagonal,
    markov_precision,
    sequence_equations,
    solve_block_tridiagonal,
)
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.progress import run_steps

LAYOUT = load_layout("BODY_25")
ELBOW = 18
RATE = 30.0


def bent(angles: np.ndarray) -> PoseSequence:
    """Frames with the left elbow bent by angles (T,) about Y."""
    vectors = np.zeros((len(angles), 24, 3))
    vectors[:, ELBOW, 1] = angles
    return PoseSequence(axis_angle_to_matrix(vectors), np.zeros((len(angles), 3)))


def target_of(state: PoseSequence, weights: np.ndarray) -> MarkerObservations:
    """What BODY_25 shows of a state."""
    bones = default_body().offsets
    turned, placed = forward(state.rotations, bones, state.root)
    points = attached_points(turned, placed, LAYOUT.joints, LAYOUT.offsets)
    return MarkerObservations(bones, LAYOUT.joints, LAYOUT.offsets, points, weights)


def angle_of(state: PoseSequence) -> np.ndarray:
    return angle_between(state.rotations[:, ELBOW], np.eye(3))


def expected(frames: int) -> np.ndarray:
    return np.full((frames, 22), 0.3)


def test_what_the_tracks_say_reaches_into_a_gap_and_fades() -> None:
    """The tracks say 0.4 rad more than the network; the forearm is unseen for one second."""
    frames = 150
    truth, guess = bent(np.full(frames, 0.4)), bent(np.zeros(frames))
    weights = np.ones((frames, len(LAYOUT.joints)))
    weights[60:90, LAYOUT.names.index("LWrist")] = 0
    target = target_of(truth, weights)
    state = guess
    for _ in range(4):
        state = run_steps(solve_sequence(state, target, guess, expected(frames), 0.001, RATE))
    found = angle_of(state)
    assert found[:55] == pytest.approx(0.4, abs=0.02)
    assert found[60] > 0.33
    assert found[89] > 0.33
    assert 0.1 < found[75] < found[62]
    assert np.abs(np.diff(found)).max() < 0.06


def test_noise_is_shared_out_over_neighbouring_frames() -> None:
    """With 10 mm of noise, frames together err clearly less than frames alone."""
    frames = 120
    random = np.random.default_rng(0)
    truth = bent(0.4 + 0.1 * np.sin(np.arange(frames) / 20))
    target = target_of(truth, np.ones((frames, len(LAYOUT.joints))))
    noisy = target.points + 0.01 * random.standard_normal(target.points.shape)
    target = MarkerObservations(target.bones, target.joints, target.offsets, noisy, target.weights)
    guess = bent(np.full(frames, 0.2))
    together = run_steps(solve_sequence(guess, target, guess, expected(frames), 0.01, RATE))
    alone = [
        run_steps(
            solve_sequence(
                bent(np.full(1, 0.2)),
                MarkerObservations(target.bones, target.joints, target.offsets, noisy[t : t + 1],
                       target.weights[t : t + 1]),
                bent(np.full(1, 0.2)), expected(1), 0.01, RATE,
            )
        )
        for t in range(frames)
    ]  # fmt: skip
    wrong = np.abs(angle_of(together) - angle_of(truth)).mean()
    wrong_alone = np.abs(np.concatenate([angle_of(s) for s in alone]) - angle_of(truth)).mean()
    assert wrong < 0.75 * wrong_alone


def test_precision_is_the_inverse_of_the_covariance() -> None:
    kept = 0.7
    diagonal, link = markov_precision(6, kept)
    precision = np.diag(diagonal) - link * (np.eye(6, k=1) + np.eye(6, k=-1))
    covariance = kept ** np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    assert np.allclose(precision @ covariance, np.eye(6))
    assert markov_precision(1, kept) == (np.ones(1), 0.0)


def test_elimination_solves_the_whole_system() -> None:
    """Against the same equations written down as one matrix."""
    random = np.random.default_rng(0)
    frames, size = 5, 69
    half = random.standard_normal((frames, size, size))
    blocks = half @ np.swapaxes(half, 1, 2) + 5 * np.eye(size)
    links, asked = random.uniform(0, 1, (frames - 1, size)), random.standard_normal((frames, size))
    whole = np.zeros((frames * size, frames * size))
    for t in range(frames):
        here = slice(t * size, (t + 1) * size)
        whole[here, here] = blocks[t]
        if t < frames - 1:
            after = slice((t + 1) * size, (t + 2) * size)
            whole[here, after] = whole[after, here] = -np.diag(links[t])
    wanted = np.linalg.solve(whole, asked.reshape(-1)).reshape(frames, size)
    assert np.allclose(solve_block_tridiagonal(BlockTridiagonal(blocks, links, asked)), wanted)


def test_equations_are_the_gradient_of_what_is_minimised() -> None:
    """The right-hand side is minus half the gradient, by finite differences, of the squared track
    errors plus noise² times the Markov process's energy."""
    frames, noise, step = 4, 0.01, 1e-5
    random = np.random.default_rng(1)
    truth = bent(random.uniform(0, 1, frames))
    weights = (random.random((frames, len(LAYOUT.joints))) > 0.3).astype(float)
    target, guess, state = (
        target_of(truth, weights),
        bent(np.zeros(frames)),
        bent(np.full(frames, 0.3)),
    )
    spread = random.uniform(0.1, 0.5, (frames, 22))
    kept = np.exp(-1 / (CORRELATION_TIME * RATE))
    covariance = kept ** np.abs(np.subtract.outer(np.arange(frames), np.arange(frames)))
    precision = np.linalg.inv(covariance * np.outer(spread[:, ELBOW], spread[:, ELBOW]))

    def energy(angles: np.ndarray) -> float:
        apart = np.sum(compare(bent(angles), target).residuals ** 2)
        return float(apart + noise**2 * angles @ precision @ angles)

    at = np.full(frames, 0.3)
    slope = [
        (energy(at + step * unit) - energy(at - step * unit)) / (2 * step)
        for unit in np.eye(frames)
    ]
    asked = sequence_equations(state, target, guess, spread, noise, RATE).rhs
    assert asked[:, 22 + ELBOW] == pytest.approx(-0.5 * np.array(slope), rel=1e-3, abs=1e-7)


def test_pieces_of_a_long_take_meet() -> None:
    """A take solved in several pieces is the one solved in one go."""
    frames = 1100
    assert sequence_chunks(frames) == 2
    weights = np.ones((frames, len(LAYOUT.joints)))
    weights[540:560, LAYOUT.names.index("LWrist")] = 0
    guess = bent(np.full(frames, 0.3))
    target = target_of(bent(0.5 + 0.3 * np.sin(np.arange(frames) / 15)), weights)
    arguments = (guess, target, guess, expected(frames), 0.001, RATE)
    several = run_steps(solve_sequence(*arguments))
    whole = run_steps(solve_sequence(*arguments, chunks=1))
    assert angle_between(several.rotations, whole.rotations).max() < 0.01


def test_memory_is_in_seconds_whatever_the_rate() -> None:
    """Twice the rate with half the time is the same process a frame."""
    random = np.random.default_rng(4)
    state, prior = random_state(5, random), random_state(5, random)
    target = target_of(state, np.ones((5, len(LAYOUT.names))))
    sigma = np.full((5, N_POSED), 0.2)
    slow = sequence_equations(state, target, prior, sigma, 0.01, 30.0, 0.4)
    fast = sequence_equations(state, target, prior, sigma, 0.01, 60.0, 0.2)
    longer = sequence_equations(state, target, prior, sigma, 0.01, 60.0, 0.4)
    np.testing.assert_allclose(slow.off_diagonal, fast.off_diagonal)
    np.testing.assert_allclose(slow.rhs, fast.rhs)
    assert longer.off_diagonal.mean() > 1.5 * slow.off_diagonal.mean()


def test_chunks_come_in_pairs() -> None:
    """So that the last one is no core's alone; a short take is one."""
    counts = [sequence_chunks(frames) for frames in (1, 240, 241, 640, 1281, 1900, 2600)]
    assert counts == [1, 1, 2, 2, 4, 4, 6]
