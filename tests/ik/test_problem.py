# SPDX-License-Identifier: GPL-3.0-or-later
"""What a solve is given: a detector's doubt counts, and what was not seen has no error."""

from dataclasses import replace

import numpy as np
from takes import tracks_of, waving

from lsmplify_core.body.body import default_body
from lsmplify_core.ik.problem import observations_of
from lsmplify_core.layouts.matching import best_match
from lsmplify_core.pipeline import solve


def test_points_weigh_as_much_as_the_detector_is_sure_of_them() -> None:
    tracks = tracks_of(waving(4))
    positions = tracks.positions.copy()
    positions[2, 3] = np.nan
    sure = np.linspace(0.2, 1.0, positions[..., 0].size).reshape(positions.shape[:2])
    take = replace(tracks, positions=positions, confidence=sure)
    weights = observations_of(take, best_match(take.names), default_body())[0].weights
    expected = np.where(take.seen, sure, 0.0)
    np.testing.assert_allclose(weights, expected)


def test_a_point_that_was_not_seen_has_no_error() -> None:
    """The gap is filled for the solve; its error would be the filling's, not the track's."""
    tracks = tracks_of(waving(30))
    positions = tracks.positions.copy()
    positions[10:13, 4] = np.nan
    motion = solve(replace(tracks, positions=positions)).motion
    assert motion.track_error is not None
    errors = motion.track_error[:, motion.track_names.index(tracks.names[4])]
    assert np.array_equal(np.flatnonzero(np.isnan(errors)), [10, 11, 12])
