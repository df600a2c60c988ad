# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in JSON in any of their forms, and shares of a picture told from metres."""

import math
from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.reading.keypoints.image_points import (
    PIXEL_NOTE,
    image_size,
    is_normalised,
    noted_if_image,
    scaled_to_image,
)
from lsmplify_core.reading.keypoints.json_points import (
    as_float,
    is_2d,
    is_point,
    listed_points,
    points_in_a_row,
    with_scores,
)
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.tracks import Tracks, checked_tracks


@pytest.mark.parametrize(
    ("count", "points", "each"),
    [(100, 25, 4), (60, 15, 4), (72, 18, 4), (76, 19, 4), (75, 25, 3), (51, 17, 3), (68, 17, 4),
     (48, 16, 3), (36, 12, 3), (132, 33, 4), (7, 2, 3)],
)  # fmt: skip
def test_numbers_in_a_row_are_four_a_point_where_that_is_a_known_count(count, points, each) -> None:
    numbers = list(range(count))
    seen = points_in_a_row(numbers, 3)
    assert seen.points.shape == (points, 4)
    assert seen.who == 3
    np.testing.assert_array_equal(seen.points[1, :3], numbers[each : each + 3])
    assert np.isnan(seen.points[:, 3]).all() == (each == 3)


@pytest.mark.parametrize("word", ["visibility", "score", "confidence", "likelihood", "c"])
def test_a_points_confidence_has_many_words(word: str) -> None:
    seen = listed_points([{"x": 1, "y": 2.5, "z": -3, word: 0.4}, [4, 5, 6], [7, 8, 9, 0.1]],
                         None, None)  # fmt: skip
    np.testing.assert_array_equal(seen.points[0], [1, 2.5, -3, 0.4])
    np.testing.assert_array_equal(seen.points[1, :3], [4, 5, 6])
    assert np.isnan(seen.points[1, 3])
    assert seen.points[2, 3] == 0.1


def test_scores_in_a_list_of_their_own() -> None:
    seen = listed_points([[1, 2, 3], [4, 5, 6]], None, None)
    for key in ("keypoint_scores", "scores"):
        np.testing.assert_array_equal(with_scores(seen, {key: [0.9, 0.2]}).points[:, 3], [0.9, 0.2])
    assert with_scores(seen, {"scores": [0.9]}) is seen
    assert with_scores(seen, {"scores": 3}) is seen


@pytest.mark.parametrize(
    ("value", "point"),
    [({"x": 1, "y": 2, "z": 3}, True), ({"x": 1, "y": 2}, False), ([1, 2, 3], True),
     ([1, 2, 3, 4], True), ([1, 2], False), ([1, 2, 3, 4, 5], False), ([1, None, 3], True),
     ([1, "2", 3], False), (3, False)],
)  # fmt: skip
def test_what_is_a_point(value: object, point: bool) -> None:
    assert is_point(value) == point


@pytest.mark.parametrize(
    ("value", "flat"),
    [([[1, 2], [3, 4]], True), ([[[1, 2]]], True), ([[1, 2, 3]], False), ([], False), ([3], False)],
)
def test_pairs_are_2d(value: object, flat: bool) -> None:
    assert is_2d(value) == flat


@pytest.mark.parametrize("value", [None, "7", [], 10**400])
def test_what_is_no_number_is_missing(value: object) -> None:
    assert math.isnan(as_float(value))
    assert (as_float(7), as_float(True), as_float(-0.5)) == (7.0, 1.0, -0.5)


# --- shares of a picture ----------------------------------------------------------------------


def picture(low: float = 0.3, high: float = 0.7, depth: float = 0.2) -> Tracks:
    """Landmarks between two shares of a picture, depth from between the hips."""
    random = np.random.default_rng(0)
    points = random.uniform(low, high, (40, 8, 3))
    points[..., 2] = depth * random.standard_normal((40, 8))
    points[:, 6:, 2] = 0.0
    names = ["nose", "left_eye", "left_wrist", "right_wrist", "left_knee", "right_knee",
             "left_hip", "right_hip"]  # fmt: skip
    return checked_tracks(points, names, 30.0, "take.csv")


def test_landmarks_of_a_picture_are_known_by_hips_without_depth() -> None:
    assert noted_if_image(picture()).warnings == (PIXEL_NOTE,)
    assert noted_if_image(noted_if_image(picture())).warnings == (PIXEL_NOTE,)
    for change in ({"low": -0.3}, {"high": 1.4}, {"depth": 0.0005}, {"low": -0.05, "high": 0.05}):
        assert noted_if_image(picture(**change)).warnings == ()
    for depth, told in ((0.008, True), (0.015, False), (-0.015, False)):
        deep = picture()
        deep.positions[5, 6:, 2] = depth
        assert bool(noted_if_image(deep).warnings) == told
    lone = picture()
    assert noted_if_image(replace(lone, names=("a", *lone.names[1:7], "b"))).warnings == ()


@pytest.mark.parametrize(
    ("low", "high", "normal"),
    [(0.0, 1.0, True), (-0.5, 1.5, True), (-0.7, 1.0, False), (0.0, 1.7, False),
     (0.0, 0.04, False)],
)  # fmt: skip
def test_shares_lie_in_a_picture_or_a_little_beside_it(low: float, high: float, normal) -> None:
    points = np.stack((np.linspace(low, high, 200),) * 3, axis=1)[None]
    assert is_normalised(points) == normal
    assert not is_normalised(np.full((3, 2, 3), np.nan))


def test_a_picture_is_as_high_as_it_is() -> None:
    tracks = noted_if_image(picture())
    found = scaled_to_image(tracks, (1920.0, 1080.0))
    scale = [1.0, 1080 / 1920, 1.0]
    np.testing.assert_allclose(found.positions, tracks.positions * scale)
    assert found.warnings == (
        "image landmarks were scaled by the picture's size (1920 × 1080); their depth is an "
        "estimate, and their scale unknown",
    )
    with pytest.raises(InputError, match="--image-size WIDTHxHEIGHT"):
        scaled_to_image(tracks, None)
    metres = replace(picture(), positions=10.0 * picture().positions)
    assert scaled_to_image(metres, None) is metres
    with pytest.raises(InputError, match="not between 0 and 1"):
        scaled_to_image(metres, (1920.0, 1080.0))


@pytest.mark.parametrize("text", ["1920x1080", "1920X1080", "1920×1080", "1920.0x1080"])
def test_sizes_of_pictures(text: str) -> None:
    assert image_size(text) == (1920.0, 1080.0)


@pytest.mark.parametrize("text", ["1920", "0x10", "10x0", "-1x5", "ax5", "1x2x3", "1e7x5", "5x1e7"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="--image-size"):
        image_size(text)
