# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPL's joints to a rig's bones and back, and the clocks of takes and scenes."""

import numpy as np
import pytest
from takes import waving

from lsmplify_core.body.body import JOINT_INDEX, default_body
from lsmplify_core.body.mannequin import mannequin
from lsmplify_core.geometry.resampling import frames_within, key_frames
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.motion.bone_axes import (
    BODY_TO_RIG,
    Rig,
    body_of,
    checked_rig,
    continued_signs,
    joint_rotations,
    pose_bones,
    rest_bones,
)
from lsmplify_core.motion.motion import Motion
from lsmplify_core.runtime.errors import InputError


def any_rig(scale: float = 1.4) -> Rig:
    random = np.random.default_rng(0)
    heads = rest_bones(default_body())[0]
    world = np.eye(4)
    world[:3, :3] = scale * axis_angle_to_matrix(np.array([0.4, -1.0, 2.0]))
    world[:3, 3] = (1.0, -2.0, 0.5)
    return Rig(heads, axis_angle_to_matrix(random.standard_normal((24, 3))), world)


def test_there_and_back() -> None:
    rig, motion = any_rig(), waving(20)
    rotations, root = joint_rotations(*pose_bones(motion, rig), rig)
    assert angle_between(rotations, motion.rotations).max() < 1e-5
    np.testing.assert_allclose(root, motion.root, atol=1e-9)


def test_the_body_of_a_rig_is_its_size_in_the_world() -> None:
    body = body_of(any_rig(1.4), "rig")
    np.testing.assert_allclose(body.offsets, 1.4 * default_body().offsets, atol=1e-9)


@pytest.mark.parametrize(
    "linear", [np.diag([1.0, 1.0, -1.0]), np.diag([1.0, 2.0, 1.0]), np.zeros((3, 3))]
)
def test_rigs_that_cannot_be_posed_are_refused(linear: np.ndarray) -> None:
    rig = any_rig()
    world = np.eye(4)
    world[:3, :3] = linear
    with pytest.raises(InputError, match="scale"):
        checked_rig(rig.heads, rig.axes, world, "Rig")


def test_a_rig_with_arms_down_is_refused() -> None:
    rig = any_rig()
    heads = rig.heads.copy()
    heads[[18, 20, 22]] = heads[16] - np.array([[0, 0, 0.26], [0, 0, 0.5], [0, 0, 0.6]])
    with pytest.raises(InputError, match="T-pose"):
        checked_rig(heads, rig.axes, np.eye(4), "Rig")


def test_quaternion_signs_go_on() -> None:
    spin = np.zeros((100, 24, 3))
    spin[:, 0, 1] = np.linspace(0.0, 12.0, 100)
    motion = Motion(axis_angle_to_matrix(spin), np.zeros((100, 3)), 30.0, default_body())
    q = pose_bones(motion, any_rig())[0]
    assert (np.sum(q[1:] * q[:-1], axis=-1) > 0).all()


@pytest.mark.parametrize(
    ("rate", "fps"), [(120.0, 24.0), (100.0, 24.0), (25.0, 30.0), (250.0, 23.976)]
)
def test_keys_on_whole_frames_show_the_right_sample(rate: float, fps: float) -> None:
    step = fps / rate
    frames, samples = key_frames(1.0, step, 500, True)
    assert np.array_equal(frames, np.round(frames))
    np.testing.assert_allclose((frames - 1.0) / fps, samples / rate, atol=1e-9)
    assert samples.max() <= 499


def test_a_span_of_frames_holds_its_samples() -> None:
    part = frames_within(1.0, 0.2, 100, 3.0, 5.0)
    assert (part.start, part.stop) == (10, 21)


@pytest.mark.parametrize("side", ["before", "after"])
def test_signs_go_on_from_the_keys_that_are_there(side: str) -> None:
    """The keys after lead where there are none before; those before are followed first."""
    quaternions = np.zeros((3, 24, 4))
    quaternions[..., 0] = 1.0
    none, other = np.full((24, 4), np.nan), -quaternions[0]
    before, after = (other, none) if side == "before" else (none, other)
    assert (continued_signs(quaternions, before, after)[..., 0] == -1.0).all()
    assert (continued_signs(quaternions, none, none)[..., 0] == 1.0).all()
    assert (continued_signs(quaternions, quaternions[0], other)[..., 0] == 1.0).all()


def test_tips_of_feet_and_hands_stay_inside_the_mannequin() -> None:
    """They stood out of the toes, as orange spikes on every selected body."""
    body = default_body()
    heads, tails = rest_bones(body)
    turned = mannequin(body).vertices @ BODY_TO_RIG.T
    mesh = turned + heads[0] - BODY_TO_RIG @ body.rest_joints[0]
    for name in ("L_Foot", "R_Foot", "L_Hand", "R_Hand"):
        joint = JOINT_INDEX[name]
        along = tails[joint] - heads[joint]
        length = float(np.linalg.norm(along))
        near = mesh[np.linalg.norm(mesh - heads[joint], axis=1) < 0.2]
        reach = (near - heads[joint]) @ along / length
        assert length < 0.8 * reach.max(), name
