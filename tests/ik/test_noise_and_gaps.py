# SPDX-License-Identifier: GPL-3.0-or-later
"""Noise is measured where it is, corrections reach into gaps, and smoothing keeps the ends."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.body.markers import PoseSequence
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.ik import backend
from lsmplify_core.ik.smoothing import fill_frames, smooth_poses
from lsmplify_core.pipeline import solve
from lsmplify_core.tracks.noise import smoothing_for, track_noise


@pytest.mark.parametrize("noise", [0.004, 0.010, 0.020])
def test_noise_is_measured_to_a_tenth(noise: float) -> None:
    tracks = tracks_of(waving(200))
    random = np.random.default_rng(0)
    points = tracks.positions + noise * random.standard_normal(tracks.positions.shape)
    weights = (random.random(points.shape[:2]) > 0.1).astype(float)
    assert track_noise(points, weights) == pytest.approx(noise, rel=0.1)


def test_clean_tracks_are_not_smoothed() -> None:
    tracks = tracks_of(waving(200))
    assert smoothing_for(track_noise(tracks.positions, np.ones(tracks.positions.shape[:2]))) == 0.0
    assert smoothing_for(0.01) > 0.02


def test_a_take_too_short_to_measure_is_taken_as_clean() -> None:
    points = tracks_of(waving(3)).positions
    assert track_noise(points, np.ones(points.shape[:2])) == 0.001


def pose(turn: np.ndarray) -> PoseSequence:
    """Frames whose left elbow is turned by `turn` (T,) radians about Y."""
    vectors = np.zeros((len(turn), 24, 3))
    vectors[:, 18, 1] = turn
    return PoseSequence(axis_angle_to_matrix(vectors), np.zeros((len(turn), 3)))


def test_frames_are_filled_between_their_neighbours() -> None:
    state = pose(np.linspace(0.0, 1.0, 11))
    good = np.ones(11, dtype=bool)
    good[3:8] = False
    broken = replace(
        state, rotations=np.where(good[:, None, None, None], state.rotations, np.eye(3))
    )
    filled = fill_frames(broken, good)
    assert angle_between(filled.rotations, state.rotations).max() < 1e-6


def test_smoothing_is_zero_phase_and_keeps_straight_lines() -> None:
    time = np.arange(100) / 30.0
    state = PoseSequence(
        pose(0.5 * np.sin(3 * time)).rotations, np.stack((time, 2 * time, 0 * time), axis=1)
    )
    calm = smooth_poses(state, 30.0, 0.05)
    np.testing.assert_allclose(calm.root, state.root, atol=1e-9)
    turn = calm.rotations[:, 18, 0, 2]
    true = state.rotations[:, 18, 0, 2]
    lag = (
        np.argmax([np.corrcoef(turn[10:80], true[10 + s : 80 + s])[0, 1] for s in range(-5, 6)]) - 5
    )
    assert lag == 0


def test_a_marker_that_is_never_seen_is_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that names a marker which nobody wore is solved frame by frame, as it is without."""
    tracks = tracks_of(waving(40), "CMU_41")
    points = tracks.positions.copy()
    points[:, 7] = np.nan
    called: list[int] = []
    usual = backend.solve_sequence

    def counted(*arguments: object) -> object:
        called.append(len(arguments))
        return usual(*arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(backend, "solve_sequence", counted)
    solve(replace(tracks, positions=points))
    assert not called
    points[30:, 9] = np.nan
    solve(replace(tracks, positions=points))
    assert called
