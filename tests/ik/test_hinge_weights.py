# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps to the tracks that hold elbows and knees to their hinges."""

import numpy as np

from lsmplify_core.anatomy.convention import Convention, to_convention
from lsmplify_core.anatomy.figures import anatomy
from lsmplify_core.anatomy.leg import KneeBounds
from lsmplify_core.anatomy.limbs import arms, legs, unit_bones
from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.skeleton import N_POSED
from lsmplify_core.ik.gauss_newton import gauss_newton
from lsmplify_core.ik.hinge_weights import hinge_weights
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
