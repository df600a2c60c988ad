# SPDX-License-Identifier: GPL-3.0-or-later
"""What shows that a take is no mirror image: each kind of evidence by itself, and how much of it
there has to be."""

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.layouts.layout import Keypoint, Layout, load_layout
from lsmplify_core.tracks.body_fit import rest_points
from lsmplify_core.tracks.mirror import handedness

MIRROR = np.array([-1.0, 1.0, 1.0])
TURN = axis_angle_to_matrix(np.array([0.7, -0.4, 1.1]))
"""The world may lie in any way."""


def shown(layout: Layout, *names: str) -> tuple[np.ndarray, Layout]:
    """Some points of a layout on the waving person, in a world that is turned."""
    index = [layout.names.index(n) for n in names]
    return points_of(waving(60), layout.name)[:, index] @ TURN.T, layout.select(index)


def both(points: np.ndarray, layout: Layout) -> tuple[float, float]:
    return handedness(points, layout), handedness(points * MIRROR, layout)


FACE = ("Hip", "RHip", "LHip", "Thorax", "LShoulder", "RShoulder", "Nose", "Head")
KNEES = ("Hip", "RHip", "RKnee", "RFoot", "LHip", "LKnee", "LFoot")
FEET = ("LHip", "RHip", "LKnee", "RKnee", "LAnkle", "RAnkle", "LBigToe", "RBigToe", "LHeel",
        "RHeel")  # fmt: skip


@pytest.mark.parametrize(
    ("layout", "names"), [("H36M_17", FACE), ("H36M_17", KNEES), ("BODY_25", FEET)]
)
def test_face_knees_and_feet_show_it_alone(layout: str, names: tuple[str, ...]) -> None:
    right, left = both(*shown(load_layout(layout), *names))
    assert right > 0.9
    assert left < -0.9


@pytest.mark.parametrize(
    "left_out", [("Nose",), ("Head",), ("Thorax", "LShoulder", "RShoulder"), ("LHip", "RHip")]
)
def test_a_face_needs_nose_crown_neck_and_sides(left_out: tuple[str, ...]) -> None:
    names = [n for n in FACE if n not in left_out]
    if left_out == ("LHip", "RHip"):
        names = [n for n in names if n not in ("LShoulder", "RShoulder")]
    assert both(*shown(load_layout("H36M_17"), *names)) == (0.0, 0.0)


def test_straight_knees_say_nothing_and_bent_ones_do() -> None:
    motion = waving(40)
    motion.rotations[:, [1, 2, 4, 5]] = np.eye(3)
    layout = load_layout("H36M_17")
    index = [layout.names.index(n) for n in KNEES]
    points = points_of(motion, "H36M_17")[:, index]
    assert handedness(points, layout.select(index)) == 0.0
    for bend, told in ((0.1, False), (0.35, True)):
        bent = axis_angle_to_matrix(np.array([bend, 0.0, 0.0]))
        motion.rotations[:, [4, 5]] = bent
        points = points_of(motion, "H36M_17")[:, index]
        assert (handedness(points, layout.select(index)) > 0.9) == told


def test_one_leg_is_enough_for_knees_and_feet() -> None:
    for name, names in (("H36M_17", KNEES), ("BODY_25", FEET)):
        one = [n for n in names if not (n.startswith("L") and n != "LHip")]
        right, left = both(*shown(load_layout(name), *one))
        assert (right > 0.9, left < -0.9) == (True, True)


def test_unseen_frames_count_for_nothing() -> None:
    points, layout = shown(load_layout("BODY_25"), *FEET)
    points[10:50] = np.nan
    points[:5, :4] = np.nan
    right, left = both(points, layout)
    assert (right > 0.9, left < -0.9) == (True, True)
    points[:] = np.nan
    assert both(points, layout) == (0.0, 0.0)


def chest(depth: float, count: int = 6) -> tuple[np.ndarray, Layout]:
    """A torso's markers in front of its middle and behind it by so many metres, 60 frames."""
    spots = [(0.15, 0.1, 1), (-0.15, 0.1, 1), (0.12, -0.2, 1), (-0.12, -0.2, -1), (0.1, 0.0, -1),
             (-0.1, 0.05, -1)]  # fmt: skip
    points = tuple(
        Keypoint(f"m{i}", JOINT_INDEX["Spine3"], (x, y, s * depth))
        for i, (x, y, s) in enumerate(spots[:count])
    )
    layout = Layout("chest", points)
    rest = rest_points(layout)
    turns = axis_angle_to_matrix(np.linspace(0, 1, 60)[:, None] * [0.3, 1.0, 0.2])
    return np.einsum("tij,kj->tki", turns, rest), layout


@pytest.mark.parametrize(("depth", "told"), [(0.005, False), (0.02, False), (0.04, True)])
def test_a_torso_shows_it_where_it_is_deep(depth: float, told: bool) -> None:
    right, left = both(*chest(depth))
    assert (right, left) == ((1.0, -1.0) if told else (0.0, 0.0))


def test_four_points_of_a_torso_show_it_and_three_do_not() -> None:
    assert both(*chest(0.1, 4)) == (1.0, -1.0)
    assert both(*chest(0.1, 3)) == (0.0, 0.0)


def test_frames_in_which_a_point_is_missing_do_not_show_the_torso() -> None:
    points, layout = chest(0.06)
    mirrored = points * MIRROR
    mirrored[:, 0] = np.where(np.arange(60)[:, None] < 50, np.nan, mirrored[:, 0])
    assert handedness(mirrored, layout) == -1.0
    mirrored[:, 0] = np.nan
    assert handedness(mirrored, layout) == 0.0


def test_a_long_take_is_looked_at_here_and_there() -> None:
    """Half of it is mirrored: the two halves weigh the same, however long it is."""
    points, layout = chest(0.06)
    halves = np.concatenate((np.tile(points, (10, 1, 1)), np.tile(points * MIRROR, (10, 1, 1))))
    assert abs(handedness(halves, layout)) < 0.05
