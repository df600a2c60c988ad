# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a solve: rotations in the anatomical convention, places and tracks as they were."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.anatomy.convention import to_convention
from lsmplify_core.anatomy.figures import anatomy
from lsmplify_core.anatomy.habit import with_twists_of
from lsmplify_core.evaluation.clips import Clip
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import Take, make_take
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.ik.fit_problem import SolveSettings
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import Solution, solve
from lsmplify_core.runtime.array_types import Floats


def take_of(layout: str, frames: int = 60) -> Take:
    return make_take(Clip("clip", strolling(frames, 30.0), seed=1), load_layout(layout))


def solved(take: Take, convention: str, init: Motion | None = None) -> Solution:
    settings = SolveSettings(convention=convention)
    return solve(take.tracks, layout=take.layout.name, settings=settings, init=init)


def off(a: Floats, b: Floats) -> float:
    return float(np.degrees(angle_between(a, b)).max())


@pytest.fixture(scope="module")
def keypoints() -> tuple[Solution, Solution]:
    take = take_of("BODY_25")
    return solved(take, "keep"), solved(take, "anatomical")


def test_joints_and_tracks_stay_where_they_were(keypoints: tuple[Solution, Solution]) -> None:
    kept, found = keypoints
    moved = np.abs(kept.motion.joints() - found.motion.joints())
    balls = [JOINT_INDEX["L_Foot"], JOINT_INDEX["R_Foot"]]
    assert np.delete(moved, balls, axis=1).max() < 1e-5
    assert moved.max() < 1e-3  # feet turn a little with the toes that points show
    errors = [s.report["track_error_mm"]["mean"] for s in keypoints]
    assert errors[1] <= 1.03 * errors[0] + 0.01


def test_the_result_is_in_the_convention(keypoints: tuple[Solution, Solution]) -> None:
    motion = keypoints[1].motion
    again = to_convention(motion.rotations, motion.body.offsets, motion.rate)
    assert off(motion.rotations, again) < 0.05
    figures = anatomy(motion.rotations, motion.body.offsets, motion.root, motion.rate)
    assert figures.wrist_twist.max() < 0.05


def wrung(motion: Motion, degrees: float) -> Motion:
    """The same motion with its left upper arm turned about itself."""
    upper, lower = JOINT_INDEX["L_Shoulder"], JOINT_INDEX["L_Elbow"]
    bone = motion.body.offsets[lower] / np.linalg.norm(motion.body.offsets[lower])
    turn = axis_angle_to_matrix(np.radians(degrees) * bone)
    rotations = motion.rotations.copy()
    rotations[:, upper] = rotations[:, upper] @ turn
    rotations[:, lower] = turn.T @ rotations[:, lower]
    return replace(motion, rotations=rotations)


def test_keep_brings_a_given_motion_back_to_its_habit() -> None:
    take = take_of("BODY_25", 40)
    given = wrung(take.truth, 50.0)
    kept = solved(take, "keep", given).motion.rotations
    upper = JOINT_INDEX["L_Shoulder"]
    assert np.degrees(angle_between(kept[:, upper], given.rotations[:, upper])).mean() < 4
    found = solved(take, "anatomical", given).motion.rotations
    assert np.degrees(angle_between(found[:, upper], given.rotations[:, upper])).mean() > 25


def test_a_habit_is_found_again() -> None:
    truth = strolling(30, 30.0)
    other = wrung(truth, 40.0).rotations
    back = with_twists_of(to_convention(other, truth.body.offsets), other, truth.body.offsets)
    assert off(back, other) < 1e-3


@pytest.mark.parametrize("layout", ["CMU_41", "OpenCap"])
def test_markers_on_the_skin_stay_on_their_tracks(layout: str) -> None:
    take = take_of(layout)
    kept, found = solved(take, "keep"), solved(take, "anatomical")
    before, after = (s.report["track_error_mm"]["mean"] for s in (kept, found))
    assert after <= 1.06 * before + 0.01
    jitters = [s.report["joint_jitter_km_s3"] for s in (kept, found)]
    assert jitters[1] <= 1.03 * jitters[0] + 0.002


def test_one_frame_and_hands_unseen() -> None:
    take = take_of("COCO_17", 1)
    assert np.isfinite(solved(take, "anatomical").motion.rotations).all()


def test_hands_that_no_point_shows_have_no_turn_of_their_own() -> None:
    motion = solved(take_of("COCO_17"), "anatomical").motion
    figures = anatomy(motion.rotations, motion.body.offsets, motion.root, motion.rate)
    assert figures.wrist_twist.max() < 0.05
    assert figures.elbow_sideways.max() < 6.0


def set_bend(rotations: Floats, name: str, degrees: float, axis: int) -> None:
    turn = np.zeros(3)
    turn[axis] = np.radians(degrees)
    rotations[:, JOINT_INDEX[name]] = axis_angle_to_matrix(turn)


@pytest.mark.parametrize("layout", ["BODY_25", "CMU_41"])
def test_hyper_extended_knees_and_elbows_are_solved_without_flips(layout: str) -> None:
    truth = strolling(50, 30.0)
    rotations = truth.rotations.copy()
    for side, sign in (("L", 1.0), ("R", -1.0)):
        set_bend(rotations, f"{side}_Elbow", sign * 9.0, 1)
        set_bend(rotations, f"{side}_Knee", -8.0, 0)
    motion = replace(truth, rotations=rotations)
    take = make_take(Clip("gymnast", motion, seed=1), load_layout(layout))
    found = solved(take, "anatomical").motion
    step = angle_between(found.rotations[1:], found.rotations[:-1])
    true_step = angle_between(rotations[1:], rotations[:-1])
    assert np.degrees(step.max()) < np.degrees(true_step.max()) + 12
    assert np.linalg.norm(found.joints() - motion.joints(), axis=-1).mean() < 0.012


def test_arms_and_legs_that_never_bend_are_solved() -> None:
    truth = strolling(40, 30.0)
    rotations = truth.rotations.copy()
    for side in "LR":
        set_bend(rotations, f"{side}_Elbow", 0.0, 1)
        set_bend(rotations, f"{side}_Knee", 0.0, 0)
    motion = replace(truth, rotations=rotations)
    for layout in ("BODY_25", "CMU_41"):
        take = make_take(Clip("stiff", motion, seed=1), load_layout(layout))
        found = solved(take, "anatomical").motion
        figures = anatomy(found.rotations, found.body.offsets, found.root, found.rate)
        assert np.percentile(figures.knee_sideways, 95) < 5.0
        assert np.degrees(angle_between(found.rotations[1:], found.rotations[:-1])).max() < 20


@pytest.mark.parametrize(("layout", "feet"), [("BODY_25", 20.0), ("CMU_41", -20.0)])
def test_rigs_with_feet_turned_out_and_turned_thighs_give_the_same_result(
    layout: str, feet: float
) -> None:
    """A motion to start from, of a rig that turns thighs by 15 degrees and shanks back."""
    take = take_of(layout, 40)
    given = take.truth.rotations.copy()
    for side, sign in (("L", 1.0), ("R", -1.0)):
        for upper, lower in ((f"{side}_Hip", f"{side}_Knee"), (f"{side}_Knee", f"{side}_Ankle")):
            bone = take.truth.body.offsets[JOINT_INDEX[lower]]
            turn = axis_angle_to_matrix(np.radians(sign * feet) * bone / np.linalg.norm(bone))
            given[:, JOINT_INDEX[upper]] = given[:, JOINT_INDEX[upper]] @ turn
            given[:, JOINT_INDEX[lower]] = turn.T @ given[:, JOINT_INDEX[lower]]
    init = replace(take.truth, rotations=given)
    plain = solved(take, "anatomical", take.truth).motion
    found = solved(take, "anatomical", init).motion
    legs = [JOINT_INDEX[f"{s}_{j}"] for s in "LR" for j in ("Hip", "Knee")]
    apart = np.degrees(angle_between(found.rotations[:, legs], plain.rotations[:, legs]))
    assert apart.mean() < 6.0
