# SPDX-License-Identifier: GPL-3.0-or-later
"""Noisy tracks are smoothed before the solve: less noise, speed kept, gaps left as gaps."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.tracks.denoising import denoised, local_parabolas, noise_of
from lsmplify_core.tracks.noise import denoising_for, smoothing_for
from lsmplify_core.tracks.tracks import Tracks


def _take(noise: float, missing: float = 0.0, rate: float = 30.0) -> tuple[Tracks, np.ndarray]:
    random = np.random.default_rng(4)
    seconds = np.arange(300) / rate
    phase = random.uniform(0, 6, (1, 8, 3))
    truth = 0.3 * np.sin(2 * np.pi * 0.8 * seconds[:, None, None] + phase)
    seen = truth + noise * random.standard_normal(truth.shape)
    seen[random.random(truth.shape[:2]) < missing] = np.nan
    return Tracks(seen, tuple(f"p{i}" for i in range(8)), rate, unit=1.0, up="+z"), truth


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_noise_becomes_less_than_half(missing: float) -> None:
    take, truth = _take(0.01, missing)
    smooth = denoised(take, denoising_for(noise_of(take)))
    inside = slice(10, -10)
    before = np.nanstd((take.positions - truth)[inside])
    assert np.nanstd((smooth.positions - truth)[inside]) < 0.6 * before
    assert (smooth.seen == take.seen).all()


def test_clean_tracks_are_not_touched() -> None:
    take, _ = _take(0.0005)
    assert denoised(take, denoising_for(noise_of(take))) is take


def test_a_parabola_stays_where_it_is_even_beside_gaps() -> None:
    frames = np.arange(40.0)
    path = np.stack((0.01 * frames**2, -0.2 * frames, np.full(40, 3.0)), axis=-1)[:, None]
    weights = np.ones((40, 1))
    weights[12:19] = 0.0
    found = local_parabolas(path * weights[..., None], weights, 2.0)
    kept = weights[:, 0] > 0
    assert np.abs(found - path)[kept].max() < 0.02


def test_a_lone_sample_stays() -> None:
    positions = np.full((9, 1, 3), np.nan)
    positions[4] = 1.7
    take = Tracks(positions, ("p",), 30.0)
    assert denoised(take, 0.1).positions[4] == pytest.approx(1.7, abs=1e-6)


def test_the_rate_does_not_matter() -> None:
    slow, _ = _take(0.0)
    fast = replace(slow, rate=120.0)
    assert np.nanmax(np.abs(denoised(fast, 0.02).positions - denoised(slow, 0.08).positions)) < 1e-9


def test_poses_are_smoothed_less_where_tracks_were() -> None:
    assert 0 < smoothing_for(0.01, denoised=True) < smoothing_for(0.01)
    assert denoising_for(0.001) == 0.0
