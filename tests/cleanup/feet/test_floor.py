# SPDX-License-Identifier: GPL-3.0-or-later
"""Soles: where heels and toes are on the body, and the floor that resting ones lie on."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.cleanup.feet.floor import PARTS, find_floor, slow_soles, sole_points
from lsmplify_core.geometry.rotations import rotation_x
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.motion.motion import Motion

RATE = 30.0


def standing(size: float = 1.0, frames: int = 60) -> Motion:
    """The resting pose, upright: Z up, facing -Y."""
    rotations = np.tile(np.eye(3), (frames, 24, 1, 1))
    rotations[:, 0] = rotation_x(90.0)
    body = default_body().scaled(np.full(24, size))
    return Motion(rotations, np.zeros((frames, 3)), RATE, body)


@pytest.mark.parametrize("size", [0.7, 1.0, 1.2])
def test_heels_and_toes_are_under_the_feet(size: float) -> None:
    """Heels behind the ankles, toes before the balls, both some centimetres lower, all as the
    body."""
    motion = standing(size)
    soles, joints = sole_points(motion)[0] / size, motion.joints()[0] / size
    for k, part in enumerate(PARTS):
        side = "L" if part.startswith("left") else "R"
        joint = joints[JOINT_INDEX[f"{side}_{'Ankle' if part.endswith('heel') else 'Foot'}"]]
        away = soles[k] - joint
        assert abs(away[0]) < 1e-9
        assert (away[1] > 0.03) if part.endswith("heel") else (away[1] < -0.03)
        assert -0.1 < away[2] < -0.02
    assert np.ptp(soles[:, 2]) < 0.02
    assert (soles[:2, 0] > 0).all()
    assert (soles[2:, 0] < 0).all()


@pytest.mark.parametrize(("speed", "slow"), [(0.1, True), (0.3, False)])
def test_soles_slower_than_a_speed_are_slow_whatever_the_rate(speed: float, slow: bool) -> None:
    for rate in (30.0, 120.0):
        motion = replace(standing(), rate=rate)
        path = np.arange(60)[:, None] * np.array([speed / rate, 0.0, 0.0])
        found = slow_soles(replace(motion, root=path), 0.2, 0.06)[1]
        assert found[10:-10].all() == slow
        assert found[10:-10].any() == slow


def test_a_foot_held_up_is_no_floor() -> None:
    """The right foot rests on a chair: the floor is under the left one."""
    motion = standing(frames=120)
    rotations = motion.rotations.copy()
    rotations[:, JOINT_INDEX["R_Hip"]] = rotation_x(-90.0)
    rotations[:, JOINT_INDEX["R_Knee"]] = rotation_x(90.0)
    lifted = replace(motion, rotations=rotations)
    soles = sole_points(lifted)[0]
    assert soles[2:, 2].min() > soles[:2, 2].max() + 0.2
    assert find_floor(lifted).height == pytest.approx(soles[:2, 2].min(), abs=0.02)
