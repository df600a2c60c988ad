# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps to the tracks that hold elbows and knees to their hinges."""

import numpy as np
import pytest

from lsmplify_core.anatomy.convention import Convention, to_convention
from lsmplify_core.anatomy.figures import anatomy
from lsmplify_core.anatomy.hinges import hinge_frame
from lsmplify_core.anatomy.leg import (
    KneeBounds,
    LegRest,
    knees_within,
    rest_turns,
    without_rest_turns,
)
from lsmplify_core.anatomy.limbs import arms, legs, unit_bones
from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import N_POSED
from lsmplify_core.ik.refinement.gauss_newton import gauss_newton
from lsmplify_core.ik.refinement.hinge_weights import hinge_weights
from lsmplify_core.layouts.layout import load_layout

_OFFSETS = default_body().offsets


def _turned_markers() -> tuple[PoseSequence, MarkerObservations]:
    """A walk in the convention, and markers whose shanks are turned by 15 degrees."""
    motion = strolling(40, 30.0, seed=3)
    rotations = to_convention(motion.rotations, _OFFSETS, 30.0)
    layout = load_layout("CMU_41")
    world, placed = forward(rotations, _OFFSETS, motion.root)
    angle = np.radians(15.0)
    spin = np.eye(3)
    spin[0, 0] = spin[2, 2] = np.cos(angle)
    spin[0, 2], spin[2, 0] = np.sin(angle), -np.sin(angle)
    for limb in legs(unit_bones(_OFFSETS)):
        world[:, limb.middle] = world[:, limb.middle] @ spin
    points = attached_points(world, placed, layout.joints, layout.offsets)
    weights = np.ones(points.shape[:2])
    seen = MarkerObservations(_OFFSETS, layout.joints, layout.offsets, points, weights)
    return PoseSequence(rotations, motion.root), seen


def _knees(poses: PoseSequence) -> tuple[float, float]:
    found = anatomy(poses.rotations, _OFFSETS, poses.root, 30.0)
    return float(found.knee_sideways.max()), float(found.knee_twist.max())


def test_a_held_knee_neither_turns_nor_bends_sideways_for_its_markers() -> None:
    poses, seen = _turned_markers()
    before = _knees(poses)
    weight = np.full(N_POSED, 1e-5)
    free = gauss_newton(poses, seen, poses, weight)
    assert _knees(free)[1] > before[1] + 5.0
    held = hinge_weights(poses.rotations, _OFFSETS, Convention())
    firm = gauss_newton(poses, seen, poses, weight, axes_weight=held)
    assert max(abs(a - b) for a, b in zip(_knees(firm), before, strict=True)) < 2.5


def test_inside_its_bounds_a_knee_is_free() -> None:
    poses, _ = _turned_markers()
    wide = Convention(knees=KneeBounds(np.radians(30.0), np.radians(30.0)))
    held = hinge_weights(poses.rotations, _OFFSETS, wide)
    for limb in legs(unit_bones(_OFFSETS)):
        assert not held[:, limb.middle].any()


def test_a_hinge_is_free_about_its_axis() -> None:
    poses, _ = _turned_markers()
    held = hinge_weights(poses.rotations, _OFFSETS, Convention())
    for limb in (*arms(unit_bones(_OFFSETS)), *legs(unit_bones(_OFFSETS))):
        axis = np.swapaxes(poses.rotations[:, limb.middle], -1, -2) @ limb.hinge.axis
        along = np.einsum("ti,tij,tj->t", axis, held[:, limb.middle], axis)
        whole = np.trace(held[:, limb.middle], axis1=-2, axis2=-1)
        assert (along < 0.15 * whole).all()


def test_a_knee_is_swung_to_its_bound_and_the_ankle_hardly_moves() -> None:
    motion = strolling(40, 30.0, seed=3)
    joints = list(np.swapaxes(motion.rotations.copy(), 0, 1))
    tilt = axis_angle_to_matrix(np.array([0.0, 0.0, np.radians(9.0)]))
    for side in legs(unit_bones(_OFFSETS)):
        joints[side.middle] = tilt @ joints[side.middle]
    before = forward(np.stack(joints, axis=1), _OFFSETS, motion.root)
    for side in legs(unit_bones(_OFFSETS)):
        knees_within(side, joints, KneeBounds())
        sideways = hinge_frame(side.hinge, joints[side.middle])[2]
        assert np.degrees(np.abs(sideways)).max() < 4.6
    after = forward(np.stack(joints, axis=1), _OFFSETS, motion.root)
    for side in legs(unit_bones(_OFFSETS)):
        moved = np.linalg.norm(after[1] - before[1], axis=-1)
        assert moved[:, side.end].mean() < 0.4 * moved[:, side.middle].mean()
        assert np.allclose(after[0][:, side.end], before[0][:, side.end], atol=1e-9)


@pytest.mark.parametrize(("thigh", "shank"), [(12.0, 0.0), (0.0, -15.0), (-8.0, 10.0)])
def test_rest_offsets_of_a_leg_are_found_and_taken_off(thigh: float, shank: float) -> None:
    motion = strolling(90, 30.0, seed=4)
    rotations = to_convention(motion.rotations, _OFFSETS, 30.0)
    joints = list(np.swapaxes(rotations, 0, 1))
    put_on = LegRest(np.radians(thigh), np.radians(shank))
    away = LegRest(-put_on.thigh, -put_on.shank)
    for side in legs(unit_bones(_OFFSETS)):
        none = rest_turns(side, joints, 30.0)
        without_rest_turns(side, joints, away)
        found = rest_turns(side, joints, 30.0)
        assert np.degrees(abs(found.thigh - none.thigh - put_on.thigh)) < 1.0
        assert np.degrees(abs(found.shank - none.shank - put_on.shank)) < 1.5
    for side in legs(unit_bones(_OFFSETS)):
        without_rest_turns(side, joints, put_on)
    back = forward(np.stack(joints, axis=1), _OFFSETS, motion.root)[1]
    assert np.allclose(back, forward(rotations, _OFFSETS, motion.root)[1], atol=1e-9)
