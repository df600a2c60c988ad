# SPDX-License-Identifier: GPL-3.0-or-later
"""Toes at the end of a solve: as points beyond the ball show, else by rule."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.anatomy.toes import FEET, FOLLOWS, extension, toe_bend, with_toes
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.ik.convention.toes import extend_toes, extend_toes_as
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.runtime.array_types import Floats

RATE = 30.0


def walk(share: float, frames: int = 150) -> Motion:
    """A walk whose toes follow the roll of the feet by a share of it, and swing a little of their
    own where `share` is above zero."""
    motion = strolling(frames, RATE, seed=3)
    bend = share * toe_bend(motion.rotations, motion.body.offsets, motion.root, RATE)
    own = np.radians(12.0) * np.sin(np.arange(frames) / 5.0)[:, None] * (share > 0)
    return replace(motion, rotations=with_toes(motion.rotations, bend + own))


def seen(
    motion: Motion, layout: str, noise: float = 0.0, beyond: float | None = None
) -> tuple[PoseSequence, MarkerObservations]:
    """The points of a motion, and its poses with straight toes.

    beyond: metres ahead of the ball to which points on the toes are put, fixed to the foot's bone
    in the observations though they move with the toes.
    """
    points = load_layout(layout)
    joints, offsets = points.joints.copy(), points.offsets.copy()
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    told = offsets.copy()
    if beyond is not None:
        for ankle, ball in FEET:
            for k in np.flatnonzero(joints == ball):
                offsets[k, 2] = beyond
                told[k] = motion.body.offsets[ball] + offsets[k]
                joints[k] = ankle
    tracks = attached_points(turned, placed, points.joints, offsets)
    tracks = tracks + noise * np.random.default_rng(0).standard_normal(tracks.shape)
    straight = motion.rotations.copy()
    for _, ball in FEET:
        straight[:, ball] = np.eye(3)
    weights = np.ones(tracks.shape[:2])
    observed = MarkerObservations(motion.body.offsets, joints, told, tracks, weights)
    return PoseSequence(straight, motion.root), observed


def bends(rotations: Floats) -> Floats:
    found = np.stack([extension(rotations[:, ball]) for _, ball in FEET], axis=1)
    return np.degrees(found - np.median(found, axis=0))


def off(found: PoseSequence, truth: Motion) -> float:
    return float(np.abs(bends(found.rotations) - bends(truth.rotations)).mean())


@pytest.mark.parametrize(("layout", "most"), [("Vicon_53", 0.5), ("BODY_25", 3.0)])
def test_points_on_the_toes_show_how_far_they_extend(layout: str, most: float) -> None:
    truth = walk(0.8)
    poses, observed = seen(truth, layout)
    found, _ = extend_toes(poses, observed, RATE, 1e-3)
    assert off(poses, truth) > 4.0
    assert off(found, truth) < most


def test_a_toe_marker_that_a_layout_fixes_to_the_foot_shows_them_too() -> None:
    truth = walk(0.8)
    poses, observed = seen(truth, "Vicon_53", beyond=0.045)
    found, _ = extend_toes(poses, observed, RATE, 1e-3)
    assert off(found, truth) < 2.5
    ankle = FEET[0][0]
    assert np.array_equal(found.rotations[:, ankle], poses.rotations[:, ankle])


def test_a_marker_on_the_ball_shows_nothing() -> None:
    truth = walk(0.0)
    poses, observed = seen(truth, "Vicon_53", beyond=0.01)
    _, rules = extend_toes(poses, observed, RATE, 1e-3)
    assert all(rule.points is None for rule in rules)


def test_without_points_toes_follow_the_rule_by_the_usual_share() -> None:
    truth = walk(0.0)
    poses, observed = seen(truth, "CMU_41")
    found, rules = extend_toes(poses, observed, RATE, 1e-3)
    rule = np.degrees(toe_bend(truth.rotations, truth.body.offsets, truth.root, RATE))
    bend = np.degrees(np.stack([extension(found.rotations[:, b]) for _, b in FEET], axis=1))
    assert np.allclose(bend, FOLLOWS * rule, atol=0.1)
    assert all(rule.share == FOLLOWS and rule.points is None for rule in rules)


def test_noisy_points_of_straight_toes_leave_them_nearly_straight() -> None:
    truth = walk(0.0)
    poses, observed = seen(truth, "BODY_25", noise=0.01)
    found, _ = extend_toes(poses, observed, RATE, 0.01, noisy=True)
    assert np.abs(bends(found.rotations)).mean() < 3.0
    ankle = FEET[0][0]
    assert np.array_equal(found.rotations[:, ankle], poses.rotations[:, ankle])


def test_toes_that_were_solved_for_and_that_no_point_shows_stay() -> None:
    truth = walk(0.8)
    _, observed = seen(truth, "CMU_41")
    given = PoseSequence(truth.rotations, truth.root)
    found, rules = extend_toes(given, observed, RATE, 1e-3)
    assert np.array_equal(found.rotations, given.rotations)
    assert all(rule.keep for rule in rules)


def test_a_part_is_done_as_the_whole_and_unseen_points_fall_back_on_the_rule() -> None:
    truth = walk(0.8)
    poses, observed = seen(truth, "Vicon_53")
    weights = observed.weights.copy()
    weights[40:70] = 0.0
    observed = replace(observed, weights=weights)
    whole, rules = extend_toes(poses, observed, RATE, 1e-3)
    assert np.isfinite(whole.rotations).all()
    part = slice(60, 150)
    some = PoseSequence(poses.rotations[part], poses.root[part])
    seen_part = replace(observed, points=observed.points[part], weights=weights[part])
    again = extend_toes_as(rules, some, seen_part, RATE)
    apart = np.abs(bends(again.rotations)[20:] - bends(whole.rotations)[part][20:])
    assert np.median(apart) < 1.0


def test_one_frame() -> None:
    truth = walk(0.0, 1)
    for layout in ("Vicon_53", "BODY_25", "CMU_41"):
        poses, observed = seen(truth, layout)
        found, _ = extend_toes(poses, observed, RATE, 1e-3)
        assert np.isfinite(found.rotations).all()
