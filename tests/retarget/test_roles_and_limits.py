# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles on both sides, Euler angles as Blender counts them, and progress that ends at the end."""

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.retarget.limits import euler_of, from_euler
from lsmplify_core.retarget.roles import FINGER_ROLES, ROLES, mirrored, side_of


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
