# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in one plane are a picture's, wherever the plane lies; points in space are not."""

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.plausible import check_in_space, flat_axis
from lsmplify_core.tracks.tracks import checked_tracks

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


@pytest.mark.parametrize(("depth", "flat"), [(0.0015, True), (0.0028, False), (0.005, False)])
@pytest.mark.parametrize("turned", [False, True])
def test_flat_is_what_leaves_its_plane_by_a_five_hundredth(depth, flat, turned: bool) -> None:
    random = np.random.default_rng(0)
    points = random.standard_normal((40, 12, 3))
    points[..., 2] = 0.0
    points -= np.median(points.reshape(-1, 3), axis=0)
    size = np.sqrt(np.square(points).sum(axis=-1).mean())
    points[..., 2] = depth * size * np.where(np.arange(12) % 2, 1.0, -1.0)
    if turned:
        points = points @ axis_angle_to_matrix(np.array([0.5, 0.4, -0.7])).T + 2.0
    assert (flat_axis(points) is not None) == flat


@pytest.mark.parametrize(("count", "refused"), [(4, False), (5, True)])
def test_five_points_in_a_plane_are_refused_by_their_files_name(count: int, refused: bool) -> None:
    points = POINTS[:, :count].copy()
    points[..., 1] = 3.0
    take = checked_tracks(points, [f"p{i}" for i in range(count)], 30.0, "clip.json")
    if not refused:
        check_in_space(take)
        return
    with pytest.raises(InputError, match=r"clip.json: its points are 2D.*\(y stays the same\)"):
        check_in_space(take)


def test_twelve_samples_show_a_plane() -> None:
    points = np.random.default_rng(0).standard_normal((12, 1, 3)) * [1.0, 1.0, 0.0]
    assert flat_axis(points) == "z"
    assert flat_axis(points[:11]) is None
