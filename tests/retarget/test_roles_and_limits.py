# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles on both sides, Euler angles as Blender counts them, and progress that ends at the end."""

from types import SimpleNamespace

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.retarget.contacts.limbs import limb_of
from lsmplify_core.retarget.contacts.touches import _ratio
from lsmplify_core.retarget.mapping.find import completed
from lsmplify_core.retarget.posing.figure import figure_of
from lsmplify_core.retarget.posing.limits import euler_of, from_euler
from lsmplify_core.retarget.rest.corrections import twist_of
from lsmplify_core.retarget.rig.rig_map import RigMap
from lsmplify_core.retarget.rig.roles import FINGER_ROLES, ROLES, mirrored, side_of

from . import rigs


@pytest.mark.parametrize(
    ("role", "side", "other"),
    [("L_Hip", "L", "R_Hip"), ("R_Index3", "R", "L_Index3"), ("Spine", "", "Spine"),
     ("Root", "", "Root"), ("L_ElbowTwist", "L", "R_ElbowTwist")],
)  # fmt: skip
def test_sides_of_roles(role: str, side: str, other: str) -> None:
    assert side_of(role) == side
    assert mirrored(role) == other
    assert mirrored(other) == role
    assert {role, other} <= set(ROLES)


def test_fingers_are_in_the_order_of_amass() -> None:
    assert len(FINGER_ROLES) == 30
    assert FINGER_ROLES[:4] == ("L_Index1", "L_Index2", "L_Index3", "L_Middle1")
    assert FINGER_ROLES[14:16] == ("L_Thumb3", "R_Index1")


def test_euler_angles_turn_about_x_first_then_y_then_z() -> None:
    """R = Rz · Ry · Rx."""
    angles = np.random.default_rng(0).uniform(-1.5, 1.5, (40, 3))
    x, y, z = (axis_angle_to_matrix(angles[:, i : i + 1] * np.eye(3)[i]) for i in range(3))
    np.testing.assert_allclose(from_euler(angles), z @ y @ x, atol=1e-12)
    np.testing.assert_allclose(euler_of(z @ y @ x), angles, atol=1e-9)


@pytest.mark.parametrize("axis", range(3))
def test_an_angle_about_one_axis_is_that_axis(axis: int) -> None:
    angles = np.zeros(3)
    angles[axis] = 0.7
    np.testing.assert_allclose(euler_of(axis_angle_to_matrix(angles)), angles, atol=1e-12)
    np.testing.assert_allclose(from_euler(angles), axis_angle_to_matrix(angles), atol=1e-12)


@pytest.mark.parametrize(("degrees", "twist"), [(20.0, 20.0), (-170.0, -170.0), (200.0, -160.0),
                                                (350.0, -10.0)])  # fmt: skip
@pytest.mark.parametrize("swing", [0.0, 0.5])
def test_a_twist_about_a_bone_is_the_short_way_round(degrees, twist, swing: float) -> None:
    axis = np.array([0.0, 0.6, 0.8])
    across = np.array([1.0, 0.0, 0.0])
    turn = axis_angle_to_matrix(swing * across) @ axis_angle_to_matrix(np.radians(degrees) * axis)
    assert np.degrees(twist_of(turn, axis)) == pytest.approx(twist, abs=1e-6)


@pytest.mark.parametrize(
    ("start", "end", "length", "ratio"),
    [("L_Hip", "L_Knee", 0.8, 1.6), ("L_Hip", "L_Knee", 3.0, 3.2), ("L_Hip", "L_Knee", 0.1, 1.2),
     ("hips", "hips", 0.8, 2.0), ("Head", "crown", 0.8, 2.0)],
)  # fmt: skip
def test_a_part_is_as_thick_as_it_is_long(start: str, end: str, length: float, ratio) -> None:
    """Beside the source's, between six tenths and 1.6 of what the figure is larger by; heads and
    hips are as the figure is."""
    points = {start: np.zeros((2, 3)), end: np.tile([0.0, 0.5, 0.0], (2, 1))}
    other = {start: np.zeros((2, 3)), end: np.tile([0.0, length, 0.0], (2, 1))}
    part = SimpleNamespace(start=start, end=end)
    found = _ratio(part, SimpleNamespace(points=points), SimpleNamespace(points=other), 2.0)
    assert found == pytest.approx(ratio)


def test_pelvis_and_spine_that_hang_on_nothing_have_no_torso() -> None:
    """A prop comes first, so that bone 0 and 1 are nobody's; the spine begins for itself."""
    person = rigs.person()
    names = ["prop", "prop end", *person.names]
    parents = [-1, 0, *(p + 2 if p >= 0 else -1 for p in person.parents.tolist())]
    spine = rigs.person_roles()["Spine"][0]
    parents[names.index(spine)] = -1
    heads = np.concatenate((np.array([[3.0, 0.0, 1.0], [3.0, 0.0, 1.2]]), person.heads))
    tails = np.concatenate((np.array([[3.0, 0.0, 1.2], [3.0, 0.0, 1.4]]), person.tails))
    rig = rigs.made(names, parents, heads, tails)
    found = completed(RigMap("person", rigs.person_roles()), rig)
    assert "Torso" not in found.bones
    joined = completed(RigMap("person", rigs.person_roles()), person)
    assert joined.bones["Pelvis"] == found.bones["Pelvis"]


@pytest.mark.parametrize(("name", "axis"), [("Hip", [1.0, 0.0, 0.0]), ("Shoulder", [0, -1.0, 0])])
def test_knees_bend_about_x_and_elbows_about_y_on_both_sides(name: str, axis) -> None:
    rig = rigs.person()
    figure = figure_of(rig, RigMap("person", rigs.person_roles()), False)
    left, right = (limb_of(figure, side, name) for side in "LR")
    assert left is not None
    assert right is not None
    np.testing.assert_allclose(left.hinge, axis)
    np.testing.assert_allclose(right.hinge, np.array(axis) * (1.0 if name == "Hip" else -1.0))
    assert left.length == pytest.approx(right.length, rel=1e-6)
    assert left.length == pytest.approx(np.linalg.norm(left.first) + np.linalg.norm(left.second))
