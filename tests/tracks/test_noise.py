# SPDX-License-Identifier: GPL-3.0-or-later
"""How noisy tracks are, and what follows from it: figures that smoothing and priors hang on."""

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.tracks.noise import prior_weight_for, smoothing_for, track_noise

POINTS = points_of(waving(150, 60.0))
SEEN = np.ones(POINTS.shape[:2])


def noisy(metres: float) -> np.ndarray:
    return POINTS + metres * np.random.default_rng(0).standard_normal(POINTS.shape)


@pytest.mark.parametrize("metres", [0.002, 0.005, 0.01, 0.02, 0.027])
def test_white_noise_is_measured_to_a_few_per_cent(metres: float) -> None:
    assert track_noise(noisy(metres), SEEN) == pytest.approx(metres, rel=0.04)


def test_it_is_one_to_thirty_millimetres() -> None:
    assert track_noise(POINTS, SEEN) == 0.001
    assert track_noise(noisy(0.0003), SEEN) == 0.001
    assert track_noise(noisy(0.06), SEEN) == 0.03


def test_fast_motion_is_no_noise() -> None:
    assert track_noise(POINTS[::2], SEEN[::2]) < 0.0012


@pytest.mark.parametrize(("frames", "known"), [(4, False), (5, True), (6, True)])
def test_five_frames_show_noise(frames: int, known: bool) -> None:
    assert (track_noise(noisy(0.02)[:frames], SEEN[:frames]) > 0.001) == known


@pytest.mark.parametrize("gap", range(5))
def test_only_five_samples_in_a_row_count(gap: int) -> None:
    """What stands for a missing sample is no sample, whichever of the five it is."""
    points, weights = noisy(0.004), SEEN.copy()
    points[gap::5] += 100.0
    weights[gap::5] = 0.0
    assert track_noise(points, weights) == 0.001
    weights[50:70] = 1.0
    points = noisy(0.004)
    assert track_noise(points, weights) == pytest.approx(0.004, rel=0.15)


@pytest.mark.parametrize(
    ("noise", "weight"), [(0.001, 1e-3), (0.004, 0.0025), (0.008, 0.01), (0.03, 2e-2)]
)
def test_the_prior_of_a_step_follows_the_noise(noise: float, weight: float) -> None:
    """(noise / 8 cm)², between 0.001 and 0.02 m² per rad²."""
    assert prior_weight_for(noise) == pytest.approx(weight)


@pytest.mark.parametrize(
    ("noise", "seconds"),
    [(0.0, 0.0), (0.001, 0.0), (0.0015, 0.0), (0.0065, 0.017), (0.0115, 0.034), (0.03, 0.034)],
)
def test_smoothing_grows_from_a_millimetre_and_a_half_to_eleven(noise, seconds) -> None:
    assert smoothing_for(noise) == pytest.approx(seconds, abs=1e-9)
