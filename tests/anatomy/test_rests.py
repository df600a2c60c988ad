# SPDX-License-Identifier: GPL-3.0-or-later
"""Rest offsets of a lab's rig: palms that are not down in its T-pose are recognised per clip and
turned back; a person's own habit, short clips and one hand alone are left."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.anatomy.convention import to_convention
from lsmplify_core.anatomy.limbs import arms, unit_bones
from lsmplify_core.anatomy.palms import palm_rest, palm_turns, without_palm_rest
from lsmplify_core.anatomy.turns import turn_about
from lsmplify_core.evaluation.answers import Answer
from lsmplify_core.evaluation.clips import Clip
from lsmplify_core.evaluation.scores import score
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import Take, keypoints, make_take
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.geometry.skeleton import JOINT_INDEX, MIRROR
from lsmplify_core.ik.fit_problem import SolveSettings
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion, load_motion
from lsmplify_core.pipeline.rest_pose import palms_warning, start_with_palms_down
from lsmplify_core.runtime.array_types import Floats

from .moves import OFFSETS, lively, set_joint, still, turn

MOTION = Path(__file__).resolve().parents[3] / "shared" / "motion"
HANDS = [JOINT_INDEX["L_Hand"], JOINT_INDEX["R_Hand"]]


def rig(rotations: Floats, degrees: float, offsets: Floats = OFFSETS) -> Floats:
    """The same motion as a rig writes it that turns the palms by so much from down to forward: one
    with palms forward at rest writes -90."""
    return without_palm_rest(rotations, offsets, -np.radians(degrees))


def told(rotations: Floats, rate: float = 30.0) -> float:
    return np.degrees(palm_rest(rotations, OFFSETS, rate))


@pytest.mark.parametrize("palms", [-90.0, 90.0, 180.0])
def test_palms_that_face_another_way_at_rest_are_turned_back(palms: float) -> None:
    person = lively(seed=3)
    other = rig(person, palms)
    assert abs(told(other)) == pytest.approx(abs(palms))
    assert abs(palms) == 180 or told(other) == pytest.approx(palms)
    back = without_palm_rest(other, OFFSETS, palm_rest(other, OFFSETS, 30.0))
    assert np.degrees(angle_between(back, person)).max() < 0.01
    apart = angle_between(to_convention(back, OFFSETS), to_convention(person, OFFSETS))
    assert np.degrees(apart).max() < 0.01


def test_palms_down_at_rest_stay() -> None:
    for seed in range(4):
        assert told(lively(seed=seed)) == 0.0
    assert told(still(90)) == 0.0


def test_it_is_recognised_however_the_upper_arm_and_the_elbow_are_turned() -> None:
    """A rig's palms forward at rest may be written in the shoulder, the elbow or the wrist."""
    other = rig(lively(seed=5), -90.0)
    for arm in arms(unit_bones(OFFSETS)):
        by = turn_about(arm.hinge.upper, np.full(len(other), 0.9))
        other[:, arm.upper] = other[:, arm.upper] @ by
        other[:, arm.middle] = np.swapaxes(by, -1, -2) @ other[:, arm.middle]
    assert told(other) == pytest.approx(-90.0)


def test_mirrored_clips_have_the_same_rest() -> None:
    other = rig(lively(seed=6), 90.0)
    flip = np.diag([-1.0, 1.0, 1.0])
    mirrored = (flip @ other @ flip)[:, list(MIRROR)]
    assert told(mirrored) == told(other) == pytest.approx(90.0)


def test_one_hand_alone_and_a_persons_own_habit_stay() -> None:
    one = lively(seed=7)
    set_joint(one, "L_Wrist", turn(x=100.0))
    assert told(one) == 0.0
    assert told(rig(lively(seed=7), 40.0)) == 0.0


def test_arms_that_never_bend_and_backward_ones() -> None:
    straight = still(90)
    swing = 20 * np.sin(np.arange(90) / 8)
    for side, sign in (("L", -1), ("R", 1)):
        set_joint(straight, f"{side}_Shoulder", turn(z=sign * 75.0) @ turn(y=swing))
    assert told(straight) == 0.0
    assert told(rig(straight, -90.0)) == pytest.approx(-90.0)
    past = straight.copy()
    for side, sign in (("L", -1), ("R", 1)):
        set_joint(past, f"{side}_Elbow", turn(y=-sign * 12.0))
    assert told(past) == 0.0


def test_elbows_that_bend_backwards_are_no_rest() -> None:
    """A bad retargeting, whose hands come out half a turn off, is not mended in silence."""
    wrong = still(90)
    for side, sign in (("L", 1), ("R", -1)):
        set_joint(wrong, f"{side}_Elbow", turn(y=sign * 90.0))
    assert np.degrees(np.abs(palm_turns(wrong, OFFSETS, 30.0))).min() > 150.0
    assert told(wrong) == 0.0


def test_one_frame_and_short_clips_are_not_told() -> None:
    assert told(rig(lively(seed=8), -90.0)[:1]) == 0.0
    assert told(rig(lively(seed=8), -90.0)[:59]) == 0.0
    assert told(rig(lively(seed=8), -90.0)[:60]) == pytest.approx(-90.0)
    assert told(lively(seed=8)[:0]) == 0.0


def test_no_joint_but_the_hands_tip_moves() -> None:
    person = lively(seed=9)
    root = np.zeros((len(person), 3))
    before, after = (forward(r, OFFSETS, root)[1] for r in (person, rig(person, 90.0)))
    moved = np.abs(before - after).max(axis=(0, 2))
    assert np.delete(moved, HANDS).max() < 1e-9
    assert moved[HANDS].max() < 0.03  # the hand points 10 degrees off the forearm


def test_turns_are_counted_from_palms_down_to_forward() -> None:
    """Palms to the front in the T-pose are 90 degrees."""
    raised = still(60)
    set_joint(raised, "L_Wrist", turn(x=-90.0))
    set_joint(raised, "R_Wrist", turn(x=-90.0))
    assert np.degrees(palm_turns(raised, OFFSETS, 30.0)) == pytest.approx([90.0, 90.0], abs=3.0)
    palm = raised[0, JOINT_INDEX["L_Wrist"]] @ np.array([0.0, -1.0, 0.0])
    assert palm == pytest.approx([0.0, 0.0, 1.0], abs=1e-9)


@pytest.mark.parametrize("spread", [0.0, 5.0, 40.0])
def test_palms_up_on_both_sides_of_half_a_turn(spread: float) -> None:
    """Half of an even number of frames just short of half a turn, half just past it: the median is
    half a turn and not the mean of 179 and -179 degrees."""
    raised = still(60)
    beside = np.where(np.arange(60) % 2, 1.0, -1.0) * (1.0 + spread * np.arange(60) / 60)
    for hand in ("L_Wrist", "R_Wrist"):
        set_joint(raised, hand, turn(x=180.0 + beside))
    assert np.degrees(np.abs(palm_turns(raised, OFFSETS, 30.0))) == pytest.approx(180.0, abs=4.0)
    assert abs(told(raised)) == pytest.approx(180.0)


def test_turns_are_told_within_half_a_turn() -> None:
    """Hands that are lively about half a turn are past it by as much as they are short of it."""
    for seed in range(1, 6):
        turns = np.abs(palm_turns(rig(lively(60, seed=seed), 180.0), OFFSETS, 30.0))
        assert turns.max() <= np.pi


def test_evaluation_turns_a_truths_palms_back_and_does_not_forgive_an_estimate() -> None:
    """Against a truth with palms forward at rest; hands are unseen with BODY_25."""
    layout = load_layout("BODY_25")
    true = strolling(60, 30.0, seed=2)
    offsets = true.body.offsets
    other = replace(true, rotations=rig(true.rotations, -90.0, offsets))
    take = make_take(Clip("rig", other, 1), layout)
    wrists = [JOINT_INDEX["L_Wrist"], JOINT_INDEX["R_Wrist"]]

    def error(found: Motion, take: Take) -> float:
        answer = Answer(found, keypoints(found, layout), 1.0)
        return float(score(take, answer).angles[:, wrists].mean())

    assert error(true, take) < 0.1
    assert error(other, take) < 0.1
    assert error(other, make_take(Clip("rig", true, 1), layout)) > 30.0


def test_a_motion_to_start_from_is_turned_back_unless_its_habit_is_kept() -> None:
    true = strolling(90, 30.0, seed=2)
    other = replace(true, rotations=rig(true.rotations, -90.0, true.body.offsets))
    start, rest = start_with_palms_down(other, SolveSettings(), None)
    assert start is not None
    assert np.degrees(rest) == pytest.approx(-90.0)
    assert np.degrees(angle_between(start.rotations, true.rotations)).max() < 0.01
    assert "-90 degrees" in palms_warning(rest)[0]
    kept, rest = start_with_palms_down(other, replace(SolveSettings(), convention="keep"), None)
    assert kept is other
    assert rest == 0.0
    assert palms_warning(rest) == ()
    assert start_with_palms_down(true, SolveSettings(), None)[0] is true
    assert start_with_palms_down(None, SolveSettings(), None) == (None, 0.0)


@pytest.mark.skipif(not MOTION.is_dir(), reason=f"there is no {MOTION} here")
def test_real_clips_of_every_lab() -> None:
    """As the labs have them, none has other palms at rest; turned, nearly all are told."""
    hits, clips = 0, 0
    for file in sorted((MOTION / "train").rglob("*.npz"))[::60]:
        motion = load_motion(file)
        offsets = motion.body.offsets
        if motion.frames < 2.0 * motion.rate:
            continue
        assert palm_rest(motion.rotations, offsets, motion.rate) == 0.0, file
        found = palm_rest(rig(motion.rotations, 90.0, offsets), offsets, motion.rate)
        hits += found == pytest.approx(np.pi / 2)
        clips += 1
    assert clips > 8
    assert hits >= 0.8 * clips
