# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps on some of the frames: what they change reaches all frames, smooth, with nothing lost."""

import numpy as np
import pytest

from lsmplify_core.anatomy.convention import Convention
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.ik.convention.coarse_steps import (
    between_knots,
    further_ease,
    step_frames,
    step_interval,
    with_change,
)
from lsmplify_core.ik.learned.predictor import select_poses
from lsmplify_core.ik.refinement.gauss_newton import PoseSequence


@pytest.mark.parametrize(
    ("rate", "every"), [(24.0, 1), (30.0, 1), (47.9, 1), (48.0, 2), (120.0, 5)]
)
def test_steps_are_taken_on_24_frames_a_second(rate: float, every: int) -> None:
    assert step_interval(rate) == every


@pytest.mark.parametrize("frames", [1, 2, 5, 6, 7, 11])
def test_the_first_and_the_last_frame_are_among_them(frames: int) -> None:
    at = step_frames(frames, 5)
    assert at[0] == 0
    assert at[-1] == frames - 1
    values = np.arange(len(at), dtype=float)[:, None]
    assert between_knots(values, 5, frames).shape == (frames, 1)


def test_what_grows_evenly_is_not_changed_by_the_spline() -> None:
    knots = 3.0 + 2.0 * np.arange(9.0)[:, None]
    found = between_knots(knots, 4, 33)[:, 0]
    np.testing.assert_allclose(found, 3.0 + 0.5 * np.arange(33))


def test_the_spline_has_no_corners() -> None:
    """Its second differences change by a step of the frames, not by one of the knots."""
    knots = np.random.default_rng(0).standard_normal((12, 1))
    bend = np.diff(between_knots(knots, 10, 111)[:, 0], 2)
    assert np.abs(np.diff(bend)).max() < 0.12 * np.ptp(bend)


def test_the_spline_counts_as_a_part_of_the_filter() -> None:
    assert further_ease(0.04, 30.0, 1) == 0.04
    assert further_ease(0.01, 120.0, 5) == 0.0
    assert further_ease(0.15, 120.0, 5) == pytest.approx(np.sqrt(0.15**2 - (5 / 120) ** 2 / 3))


@pytest.mark.parametrize("spine", [True, False])
def test_a_change_is_carried_but_for_the_turns_that_the_convention_sets(spine: bool) -> None:
    """A thigh is swung by 4 degrees and wrung by 20, a spine joint is turned about its bone by 5:
    the swing is carried, the turn where the convention leaves the spine as it is."""
    motion = strolling(41, 120.0)
    poses = PoseSequence(motion.rotations, motion.root)
    before = select_poses(poses, step_frames(41, 5))
    bones, up = motion.body.offsets, np.array([0.0, 0.0, 0.01])
    after = before.rotations.copy()

    def turn(joint: str, below: str, degrees: float) -> None:
        bone = bones[JOINT_INDEX[below]] / np.linalg.norm(bones[JOINT_INDEX[below]])
        matrix = axis_angle_to_matrix(np.radians(degrees) * bone)
        after[:, JOINT_INDEX[joint]] = after[:, JOINT_INDEX[joint]] @ matrix
        after[:, JOINT_INDEX[below]] = matrix.T @ after[:, JOINT_INDEX[below]]

    swing = axis_angle_to_matrix(np.radians([4.0, 0.0, 0.0]))
    after[:, JOINT_INDEX["L_Hip"]] = after[:, JOINT_INDEX["L_Hip"]] @ swing
    turn("L_Hip", "L_Knee", 20.0)
    turn("Spine1", "Spine2", 5.0)
    changed = PoseSequence(after, before.root + up)
    convention = Convention(spine=spine)
    found = with_change(poses, before, changed, bones, convention, 5)
    wanted = poses.rotations.copy()
    wanted[:, JOINT_INDEX["L_Hip"]] = wanted[:, JOINT_INDEX["L_Hip"]] @ swing
    root = poses.root + up
    places = [forward(r, bones, root)[1] for r in (found.rotations, wanted)]
    assert np.abs(places[0] - places[1]).max() < 2e-4
    joint = JOINT_INDEX["Spine1"]
    apart = np.degrees(angle_between(found.rotations[:, joint], poses.rotations[:, joint]))
    np.testing.assert_allclose(apart, 0.0 if spine else 5.0, atol=0.02)
