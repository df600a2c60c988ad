# SPDX-License-Identifier: GPL-3.0-or-later
"""Medians of what is seen, and vectors by component, beside NumPy's own slower ways."""

import numpy as np
import pytest

from lsmplify_core.geometry.medians import seen_medians
from lsmplify_core.geometry.vectors import all_finite, dots, lengths, squares
from lsmplify_core.repair.paths import groups, lower_median, paths_of
from lsmplify_core.repair.rigid_neighbours import masked_quantile

RANDOM = np.random.default_rng(11)


def some_missing(shape: tuple[int, ...], share: float) -> np.ndarray:
    values = RANDOM.standard_normal(shape)
    values[RANDOM.random(shape) < share] = np.nan
    return values


@pytest.mark.parametrize("frames", [1, 2, 7, 8])
@pytest.mark.parametrize("share", [0.0, 0.4])
def test_medians_are_those_of_what_is_seen(frames: int, share: float) -> None:
    values = some_missing((frames, 30), share)
    values[:, 4] = np.nan if share else values[:, 4]
    found = seen_medians(values, np.isfinite(values))
    for column, median in zip(values.T, found, strict=True):
        seen = column[np.isfinite(column)]
        np.testing.assert_equal(median, np.median(seen) if len(seen) else np.nan)


def test_medians_have_a_value_where_nothing_is_seen() -> None:
    values = np.full((3, 2), np.nan)
    values[0, 0] = 5.0
    assert seen_medians(values, np.isfinite(values), 0.0).tolist() == [5.0, 0.0]


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_the_lower_median_by_a_network_is_that_of_a_sort(rows: int, share: float) -> None:
    values = some_missing((rows, 400), share)
    expected = masked_quantile(values, np.isfinite(values), 0.5)
    np.testing.assert_array_equal(lower_median(values), expected)


def test_vectors_by_component_are_numpys_to_the_last_bit() -> None:
    vectors, others = RANDOM.standard_normal((2, 50, 4, 3))
    np.testing.assert_array_equal(lengths(vectors), np.linalg.norm(vectors, axis=-1))
    np.testing.assert_array_equal(squares(vectors), np.square(vectors).sum(axis=-1))
    np.testing.assert_array_equal(dots(vectors, others), (vectors * others).sum(axis=-1))


def test_a_point_is_finite_where_all_its_numbers_are() -> None:
    points = np.zeros((4, 3))
    points[1, 0], points[2, 1], points[3, 2] = np.nan, np.inf, -np.inf
    assert all_finite(points).tolist() == [True, False, False, False]


@pytest.mark.parametrize(("tracks", "frames"), [(41, 20), (41, 12_000), (3, 10**6), (1, 1)])
def test_groups_cover_all_tracks_once(tracks: int, frames: int) -> None:
    found = [k for part in groups(tracks, frames) for k in range(part.start, part.stop)]
    assert found == list(range(tracks))
    assert len(groups(tracks, 20)) == 1


def test_paths_are_the_positions_frames_last() -> None:
    positions = RANDOM.standard_normal((6, 2, 3))
    paths = paths_of(positions)
    assert paths.flags.c_contiguous
    np.testing.assert_array_equal(paths[1, 2], positions[:, 1, 2])
