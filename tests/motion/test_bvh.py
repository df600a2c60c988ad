# SPDX-License-Identifier: GPL-3.0-or-later
"""Euler angles for BVH: the same rotation, also where two axes fall together."""

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix, rotation_x
from lsmplify_core.motion.bvh import euler_zxy


def about(axis: int, degrees: float) -> np.ndarray:
    return axis_angle_to_matrix(np.radians(degrees) * np.eye(3)[axis])


@pytest.mark.parametrize("x", [90.0, -90.0, 89.0, -30.0, 0.0])
@pytest.mark.parametrize(("z", "y"), [(0.0, 0.0), (35.0, 0.0), (35.0, -120.0), (170.0, 60.0)])
def test_angles_give_the_rotation_back(x: float, z: float, y: float) -> None:
    rotation = np.round(about(2, z) @ rotation_x(x) @ about(1, y), 9)  # as files hold them
    found_z, found_x, found_y = euler_zxy(rotation)
    again = about(2, found_z) @ rotation_x(found_x) @ about(1, found_y)
    np.testing.assert_allclose(again, rotation, atol=1e-7)
