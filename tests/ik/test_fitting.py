# SPDX-License-Identifier: GPL-3.0-or-later
"""Robust weights: a point six centimetres off counts a quarter, one far off nearly nothing."""

from dataclasses import replace

import numpy as np
import pytest
from random_poses import random_state, target_of

from lsmplify_core.ik.refinement.robust import downweight_outliers


@pytest.mark.parametrize(
    ("metres", "share"), [(0.0, 1.0), (0.03, 0.64), (0.06, 0.25), (0.12, 0.04), (0.6, 1e-4)]
)
def test_a_point_counts_the_less_the_further_it_is_off(metres: float, share: float) -> None:
    """w / (1 + r² / s²)² with s = 6 cm; unseen points count nothing as before."""
    random = np.random.default_rng(0)
    poses = random_state(3, random)
    observations = target_of(poses, random)
    points = np.asarray(observations.points).copy()
    points[:, 5] += [0.0, 0.6 * metres, 0.8 * metres]
    weights = np.asarray(downweight_outliers(poses, replace(observations, points=points)).weights)
    before = np.asarray(observations.weights)
    np.testing.assert_allclose(weights[:, 5], share * before[:, 5], rtol=0.03)
    np.testing.assert_allclose(np.delete(weights, 5, 1), np.delete(before, 5, 1), rtol=1e-6)


def test_a_scale_for_each_track() -> None:
    random = np.random.default_rng(0)
    poses = random_state(3, random)
    observations = target_of(poses, random)
    away = replace(observations, points=np.asarray(observations.points) + 0.1 * np.eye(3)[0])
    scale = np.full(60, 0.1)
    scale[7] = 1.0
    share = np.asarray(downweight_outliers(poses, away, scale).weights)
    seen = np.asarray(observations.weights) > 0
    np.testing.assert_allclose(share[:, 8][seen[:, 8]], 0.25, rtol=1e-6)
    np.testing.assert_allclose(share[:, 7][seen[:, 7]], 1 / 1.01**2, rtol=1e-6)
