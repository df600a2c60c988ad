# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks in shares of a picture: told by where they lie, scaled by the picture's size; and what
the matrices of a C3D say of a segment."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.reading.c3d.rotations import _frames, _name, _segments
from lsmplify_core.reading.keypoints.image_points import (
    PIXEL_NOTE,
    image_size,
    is_normalised,
    noted_if_image,
    scaled_to_image,
)
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.tracks import Tracks, checked_tracks

NAMES = ["left_hip", "right_hip", "nose", "left_ankle"]


def _points(frames: int = 20, lift: float = 0.0):
    """Hips in the middle of the picture at depth 0, a nose above, an ankle below."""
    points = np.zeros((frames, 4, 3))
    points[:, 0, :2], points[:, 1, :2] = (0.45, 0.5), (0.55, 0.5)
    points[:, 2], points[:, 3] = (0.5, 0.1, -0.2), (0.4, 0.9, 0.1)
    points[..., 1] += lift
    return points


def _tracks(points, names=None) -> Tracks:
    return checked_tracks(points, names or NAMES, 30.0, "t.csv", None, None)


@pytest.mark.parametrize(
    ("low", "high", "shares"),
    [(0.1, 0.9, True), (-0.55, 0.9, True), (-0.65, 0.9, False), (0.1, 1.55, True),
     (0.1, 1.65, False), (-0.1, 0.04, False), (-0.1, 0.06, True)],
)  # fmt: skip
def test_shares_of_a_picture_lie_in_it_or_near(low: float, high: float, shares: bool) -> None:
    points = np.zeros((50, 2, 3))
    points[:, 0, :2], points[:, 1, :2] = low, high
    assert is_normalised(points) == shares
    assert not is_normalised(points * np.nan)


@pytest.mark.parametrize(
    ("change", "noted"),
    [
        ({}, True),
        ({"names": ["hip", "right_hip", "nose", "left_ankle"]}, False),
        ({"names": ["left_hip", "hip", "nose", "left_ankle"]}, False),
        ({"depth": 0.009}, True),
        ({"depth": -0.011}, False),
        ({"shift": (0.0, 0.24, 0.0)}, True),  # the ankle at 1.14
        ({"shift": (0.0, 0.26, 0.0)}, False),
        ({"shift": (0.0, -0.24, 0.0)}, True),  # the nose at -0.14
        ({"shift": (0.0, -0.26, 0.0)}, False),
        ({"shift": (-0.39, 0.0, 0.0)}, True),  # hips at 0.11 from the left edge
        ({"shift": (-0.41, 0.0, 0.0)}, False),
        ({"flat": True}, False),
        ({"frames": 1}, False),
        ({"frames": 2}, True),
    ],
)
def test_mediapipes_landmarks_count_depth_from_the_hips(change, noted: bool) -> None:
    points = _points(change.get("frames", 20))
    points[:, :2, 2] += change.get("depth", 0.0)
    points += np.array(change.get("shift", (0.0, 0.0, 0.0)))
    if change.get("flat"):
        points[..., 2] *= 0.05
    found = noted_if_image(_tracks(points, change.get("names")))
    assert (PIXEL_NOTE in found.warnings) == noted
    assert noted_if_image(found).warnings.count(PIXEL_NOTE) == int(noted)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1920x1080", (1920.0, 1080.0)), ("640X480", (640.0, 480.0)), ("4×3", (4, 3))],
)
def test_a_pictures_size_in_words(text: str, size) -> None:
    assert image_size(text) == size


@pytest.mark.parametrize("text", ["1920", "1920x", "0x3", "3x0", "1x2x3", "-4x3", "1e6x2", "2x1e6"])
def test_what_is_no_size_of_a_picture(text: str) -> None:
    with pytest.raises(InputError, match=f"--image-size {text} is not a width and height"):
        image_size(text)


def test_heights_are_scaled_by_the_picture() -> None:
    """x and depth are in the picture's width."""
    tracks = _tracks(_points())
    noted = replace(tracks, warnings=("first", PIXEL_NOTE))
    found = scaled_to_image(noted, (1920.0, 1080.0))
    np.testing.assert_allclose(found.positions, noted.positions * [1.0, 0.5625, 1.0])
    assert found.warnings[0] == "first"
    assert len(found.warnings) == 2
    assert "(1920 × 1080)" in found.warnings[1]
    assert scaled_to_image(tracks, None) is tracks
    with pytest.raises(InputError, match=r"t\.csv: its points are normalised image landmarks"):
        scaled_to_image(noted, None)
    with pytest.raises(InputError, match=r"t\.csv: --image-size is for points that are shares"):
        scaled_to_image(replace(noted, positions=noted.positions * 100.0), (4.0, 3.0))


@pytest.mark.parametrize(
    ("label", "name"),
    [("l_thigh_4X4", "L_Hip"), (" R_uarm_4x4 ", "R_Shoulder"), ("pelvis", "Pelvis"),
     ("thorax_4X4", "Torso"), ("worldbody_4X4", "worldbody_4X4"), ("x_thigh", "x_thigh"),
     ("l_toes", "L_Toes")],
)  # fmt: skip
def test_theias_segments_begin_at_joints(label: str, name: str) -> None:
    assert _name(label) == name


@pytest.mark.parametrize(
    ("first", "last", "parameter", "ratio", "frames"),
    [(1, 100, None, None, 100), (11, 100, None, None, 90), (1, 100, 250.0, None, 250),
     (1, 100, None, 4.0, 400), (1, 100, None, 0.5, 100), (5, 3, None, None, 0),
     (1, 65535, 70000.0, None, 0), (1, 65534, None, None, 65534)],
)  # fmt: skip
def test_how_many_frames_a_file_declares(first, last, parameter, ratio, frames: int) -> None:
    numbers = {"POINT:FRAMES": parameter, "ROTATION:RATIO": ratio}
    file: Any = SimpleNamespace(words=[0, 0, 0, first, last], number=numbers.get)
    assert _frames(file) == frames


def _matrices(turn, frames: int = 2):
    """Two segments' 17 numbers a frame: columns of four, then how sure they are."""
    values = np.zeros((frames, 2, 17))
    for i in range(3):
        values[..., 4 * i : 4 * i + 3] = np.asarray(turn)[:, i]
    return values


def test_segments_that_are_known_and_turned_have_rotations() -> None:
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    values = _matrices(quarter)
    missing = np.array([[False, False], [False, True]])
    found = _segments(values, missing, ["odd", "L_Hip"])
    assert found is not None
    assert found.joints == (JOINT_INDEX["L_Hip"],)
    np.testing.assert_allclose(found.rotations[0, 0], quarter)
    assert np.isnan(found.rotations[1, 0]).all()
    assert _segments(values, missing, ["odd", "other"]) is None
    assert _segments(_matrices(np.eye(3)), missing, ["Pelvis", "L_Hip"]) is None
    slight = np.eye(3)
    slight[0, 1] = 0.002
    assert _segments(_matrices(slight), missing, ["Pelvis", "L_Hip"]) is not None
