# SPDX-License-Identifier: GPL-3.0-or-later
"""Where down is, by feet that alone bear the body: however bent it is, and not where it rests on
something else."""

from dataclasses import replace

import numpy as np
import pytest
from takes import points_of

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, rotation_x
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.matching import best_match
from lsmplify_core.motion.motion import Motion
from lsmplify_core.tracks.bearing import find_bearing
from lsmplify_core.tracks.tracks import Tracks, checked_tracks
from lsmplify_core.tracks.units_and_axes import find_world

RATE = 30.0
LAYOUT = load_layout("BODY_25")


def bending(frames: int = 120) -> Motion:
    """Somebody whose feet stay while the trunk bends forward and the hips go back over them."""
    time = np.arange(frames) / RATE
    bend = 0.9 + 0.25 * np.sin(2.0 * time)
    vectors = np.zeros((frames, 24, 3))
    for name in ("L_Hip", "R_Hip"):
        vectors[:, JOINT_INDEX[name], 0] = -bend
    for side, sign in (("L", 1.0), ("R", -1.0)):
        vectors[:, JOINT_INDEX[f"{side}_Shoulder"], 2] = -sign * (1.0 + 0.3 * np.sin(3.0 * time))
    rotations = axis_angle_to_matrix(vectors)
    lean = 0.72 * bend  # the pelvis turns with the trunk; the legs lean back by the rest
    rotations[:, 0] = axis_angle_to_matrix(np.stack([lean, 0 * lean, 0 * lean], 1)) @ rotation_x(90)
    motion = Motion(rotations, np.zeros((frames, 3)), RATE, default_body())
    _, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    feet = placed[:, [JOINT_INDEX["L_Ankle"], JOINT_INDEX["R_Ankle"]]].mean(axis=1)
    return Motion(rotations, -feet, RATE, default_body())


def taken(points: np.ndarray, up: str | None = None) -> Tracks:
    tracks = checked_tracks(points, list(LAYOUT.names), RATE, "take", 1.0)
    return replace(tracks, up=up)


def turn(degrees: float) -> np.ndarray:
    a = np.radians(degrees)
    return np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])


def test_feet_alone_bear_somebody_who_bends() -> None:
    found = find_bearing(points_of(bending()), LAYOUT.joints, RATE)
    assert found is not None
    assert np.degrees(np.arccos(found.up[2])) < 8.0


def test_whatever_else_rests_bears_too() -> None:
    points = points_of(bending())
    hips = [LAYOUT.names.index(n) for n in ("MidHip", "LHip", "RHip")]
    points[:, hips] = points[0, hips]
    assert find_bearing(points, LAYOUT.joints, RATE) is None
    assert find_bearing(np.full_like(points, np.nan), LAYOUT.joints, RATE) is None


def test_feet_that_move_bear_nothing_that_is_told() -> None:
    points = points_of(bending())
    points = points + np.array([0.5, 0.0, 0.0]) * np.arange(len(points))[:, None, None] / RATE
    assert find_bearing(points, LAYOUT.joints, RATE) is None


@pytest.mark.parametrize("said", ["+y", "-z", None])
def test_an_axis_that_the_feet_contradict_is_overruled(said: str | None) -> None:
    tracks = taken(points_of(bending()), said)
    assert find_world(tracks, best_match(tracks.names)).up == "+z"


def test_a_world_that_leans_is_levelled_by_them() -> None:
    tracks = taken(points_of(bending()) @ turn(24.0).T)
    world = find_world(tracks, best_match(tracks.names))
    up = turn(24.0) @ np.array([0.0, 0.0, 1.0])
    assert np.degrees(np.arccos((world.turn @ up)[2])) < 8.0
    assert world.level is not None
