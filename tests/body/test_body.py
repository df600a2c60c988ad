# SPDX-License-Identifier: GPL-3.0-or-later
"""The default body is a symmetric adult in SMPL's T-pose, and proportions do what they say."""

import numpy as np
import pytest

from lsmplify_core.body.body import REGION_NAMES, REGIONS, Body, default_body, region_scales
from lsmplify_core.geometry.skeleton import JOINT_INDEX, JOINT_NAMES, MIRROR


def test_the_default_body_is_symmetric() -> None:
    rest = default_body().rest_joints
    middle = rest[0, 0]
    mirrored = rest[list(MIRROR)] * [-1, 1, 1] + [2 * middle, 0, 0]
    np.testing.assert_allclose(mirrored, rest, atol=1e-12)


def test_the_default_body_stands_in_a_t_pose_and_looks_ahead() -> None:
    joint = dict(zip(JOINT_NAMES, default_body().rest_joints, strict=True))
    assert joint["L_Wrist"][0] > 0.6 > 0 > joint["R_Wrist"][0]
    assert abs(joint["L_Wrist"][1] - joint["L_Shoulder"][1]) < 0.03
    assert joint["Head"][1] > joint["Neck"][1] > joint["Pelvis"][1] > joint["L_Knee"][1]
    assert joint["L_Foot"][2] > joint["L_Ankle"][2] + 0.08
    assert 1.4 < default_body().height < 1.6


def test_a_region_scales_its_bones_and_no_others() -> None:
    body = default_body()
    factors = np.ones(len(REGION_NAMES))
    factors[REGION_NAMES.index("thighs")] = 1.2
    longer = body.scaled(region_scales(factors))
    ratio = np.linalg.norm(longer.offsets[1:], axis=1) / np.linalg.norm(body.offsets[1:], axis=1)
    thighs = [JOINT_INDEX["L_Knee"] - 1, JOINT_INDEX["R_Knee"] - 1]
    np.testing.assert_allclose(ratio[thighs], 1.2)
    np.testing.assert_allclose(np.delete(ratio, thighs), 1.0)
    np.testing.assert_allclose(longer.rest_joints[0], body.rest_joints[0])


def test_scaling_keeps_every_bones_direction() -> None:
    body = default_body()
    other = body.scaled(np.linspace(0.7, 1.3, 24))
    cross = np.cross(body.offsets, other.offsets)
    np.testing.assert_allclose(cross, 0, atol=1e-12)
    back = other.scaled(1 / np.linspace(0.7, 1.3, 24))
    np.testing.assert_allclose(back.rest_joints, body.rest_joints)


def test_every_bone_belongs_to_one_region_on_both_sides() -> None:
    bones = [joint for region in REGIONS.values() for joint in region]
    assert sorted(bones) == sorted(set(JOINT_NAMES) - {"Pelvis"})
    for region in REGIONS.values():
        assert {JOINT_NAMES[MIRROR[JOINT_INDEX[j]]] for j in region} == set(region)


def test_wrong_number_of_factors_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        region_scales(np.ones(len(REGION_NAMES) - 1))


def test_bodies_do_not_share_memory() -> None:
    default_body().rest_joints[:] = 0
    assert isinstance(default_body(), Body)
    assert np.ptp(default_body().rest_joints) > 1
