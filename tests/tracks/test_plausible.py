# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in one plane are a picture's, wherever the plane lies; points in space are not."""

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.tracks.plausible import flat_axis

POINTS = tracks_of(waving(20)).positions


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("place", [0.0, 7.5])
def test_an_axis_along_which_nothing_differs_is_named(axis: int, place: float) -> None:
    points = POINTS.copy()
    points[..., axis] = place
    assert flat_axis(points) == "xyz"[axis]


def test_a_turned_plane_has_no_depth() -> None:
    points = POINTS.copy()
    points[..., 1] = 0.0
    turn = axis_angle_to_matrix(np.array([0.5, 0.4, -0.7]))
    assert flat_axis(points @ turn.T + 3.0) == "the depth"
    points[3, 4] = np.nan
    assert flat_axis(points @ turn.T + 3.0) == "the depth"


def test_points_in_space_or_too_few_are_no_picture() -> None:
    assert flat_axis(POINTS) is None
    assert flat_axis(np.zeros((1, 11, 3))) is None
    assert flat_axis(np.ones((20, 5, 3))) is None
