# SPDX-License-Identifier: GPL-3.0-or-later
"""What a solve is given: a detector's doubt counts."""

from dataclasses import replace

import numpy as np
from takes import tracks_of, waving

from lsmplify_core.body.body import default_body
from lsmplify_core.ik.problem import observations_of
from lsmplify_core.layouts.matching import best_match


def test_points_weigh_as_much_as_the_detector_is_sure_of_them() -> None:
    tracks = tracks_of(waving(4))
    positions = tracks.positions.copy()
    positions[2, 3] = np.nan
    sure = np.linspace(0.2, 1.0, positions[..., 0].size).reshape(positions.shape[:2])
    take = replace(tracks, positions=positions, confidence=sure)
    weights = observations_of(take, best_match(take.names), default_body())[0].weights
    expected = np.where(take.seen, sure, 0.0)
    np.testing.assert_allclose(weights, expected)
