# SPDX-License-Identifier: GPL-3.0-or-later
"""The anatomical convention: places stay, time stays smooth, and the same whoever wrote the
rotations."""

import time
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.anatomy.arm import pronation
from lsmplify_core.anatomy.convention import Convention, to_convention
from lsmplify_core.anatomy.doubtful import backward_elbows, doubtful
from lsmplify_core.anatomy.hinges import hinge_frame
from lsmplify_core.anatomy.limbs import arms, legs, unit_bones
from lsmplify_core.anatomy.timewise import solve_tridiagonal
from lsmplify_core.anatomy.turns import turn_about, twist_angle
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import angle_between, rotation_x
from lsmplify_core.geometry.skeleton import JOINT_INDEX, MIRROR
from lsmplify_core.motion.motion import load_motion
from lsmplify_core.runtime.array_types import Floats

from .moves import OFFSETS, joint, lively, set_joint, still, turn

BONES = unit_bones(OFFSETS)
MOTION = Path(__file__).resolve().parents[3] / "shared" / "motion"


def degrees(a: Floats, b: Floats) -> Floats:
    return np.degrees(angle_between(a, b))


def jumps(rotations: Floats) -> float:
    return float(degrees(rotations[1:], rotations[:-1]).max())


def wrung(rotations: Floats, seed: int) -> Floats:
    """The same places, with a lab's own habit: upper bones and collars turned about themselves."""
    random = np.random.default_rng(seed)
    new = rotations.copy()
    for chain in (
        ("Spine1", "Spine2"), ("Spine2", "Spine3"), ("Neck", "Head"), ("L_Collar", "L_Shoulder"),
        ("L_Shoulder", "L_Elbow"), ("R_Shoulder", "R_Elbow"), ("L_Elbow", "L_Wrist"),
        ("L_Hip", "L_Knee"), ("R_Knee", "R_Ankle"),
    ):  # fmt: skip
        a, b = (JOINT_INDEX[name] for name in chain)
        by = turn_about(BONES[b], np.full(len(new), random.uniform(-1.2, 1.2)))
        new[:, a] = new[:, a] @ by
        new[:, b] = np.swapaxes(by, -1, -2) @ new[:, b]
    return new


def test_joints_stay_where_they_are() -> None:
    rotations = lively()
    root = np.zeros((len(rotations), 3))
    before = forward(rotations, OFFSETS, root)
    after = forward(to_convention(rotations, OFFSETS), OFFSETS, root)
    assert np.abs(before[1] - after[1]).max() < 1e-9
    for tip in ("L_Wrist", "R_Wrist", "L_Foot", "Head", "Spine3"):
        assert degrees(joint(before[0], tip), joint(after[0], tip)).max() < 1e-4


def test_making_it_twice_changes_nothing() -> None:
    once = to_convention(lively(), OFFSETS)
    assert degrees(once, to_convention(once, OFFSETS)).max() < 1e-4


def test_the_t_pose_is_in_it() -> None:
    assert degrees(to_convention(still(5), OFFSETS), still(5)).max() < 0.1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_labs_with_other_habits_come_out_the_same(seed: int) -> None:
    rotations = lively(seed=seed)
    other = wrung(rotations, seed)
    assert degrees(rotations, other).max() > 20
    ours, theirs = to_convention(rotations, OFFSETS), to_convention(other, OFFSETS)
    assert degrees(ours, theirs).max() < 1e-3


def test_elbows_and_knees_bend_about_their_hinge() -> None:
    rotations = to_convention(wrung(lively(), 4), OFFSETS)
    for limb in (*arms(BONES), *legs(BONES)):
        _, bend, sideways = hinge_frame(limb.hinge, rotations[:, limb.middle])
        bent = bend > np.radians(45)
        assert bent.sum() > 20
        assert np.degrees(np.abs(sideways[bent])).max() < 4


def test_a_true_hinge_is_left_alone() -> None:
    """Elbows and knees of one degree of freedom are in the convention already, bent ones
    exactly."""
    rotations = still(90)
    bend = np.linspace(50, 130, 90)
    for side, sign in (("L", -1), ("R", 1)):
        set_joint(rotations, f"{side}_Elbow", turn(y=sign * bend))
        set_joint(rotations, f"{side}_Shoulder", turn(z=-sign * 20.0) @ turn(y=sign * 30.0))
    after = to_convention(rotations, OFFSETS)
    for name in ("L_Elbow", "R_Elbow", "L_Shoulder", "R_Shoulder", "L_Wrist"):
        assert degrees(joint(after, name), joint(rotations, name)).max() < 0.5


@pytest.mark.parametrize("past", [0.0, 12.0])
def test_no_flip_through_straight_and_hyper_extended_limbs(past: float) -> None:
    """An elbow and a knee that straighten, stay (past) straight for a second and bend again."""
    bend = np.concatenate(
        (np.linspace(90, -past, 45), np.full(30, -past), np.linspace(-past, 90, 45))
    )
    rotations = still(len(bend))
    set_joint(rotations, "L_Shoulder", turn(z=-70.0, y=-20.0))
    set_joint(rotations, "L_Elbow", turn(y=-bend))
    set_joint(rotations, "L_Hip", turn(x=-40.0))
    set_joint(rotations, "L_Knee", turn(x=bend))
    after = to_convention(wrung(rotations, 5), OFFSETS)
    for name in ("L_Shoulder", "L_Hip"):
        assert degrees(joint(after, name)[1:], joint(after, name)[:-1]).max() < 6
        moved = degrees(joint(after, name), joint(rotations, name))
        assert moved.max() < 40
    assert jumps(after) < 9


def test_arms_that_never_bend() -> None:
    """Straight arms that swing: the turn stays finite and calm, whatever the habit."""
    rotations = still(90)
    swing = 40 * np.sin(np.arange(90) / 8)
    set_joint(rotations, "L_Shoulder", turn(z=-75.0) @ turn(y=swing))
    set_joint(rotations, "R_Shoulder", turn(z=75.0) @ turn(y=-swing))
    after = to_convention(wrung(rotations, 6), OFFSETS)
    assert np.isfinite(after).all()
    assert jumps(after) < jumps(rotations) + 2


def test_one_frame() -> None:
    one = to_convention(wrung(lively(1), 7), OFFSETS)
    assert one.shape == (1, 24, 3, 3)
    assert np.abs(np.swapaxes(one, -1, -2) @ one - np.eye(3)).max() < 1e-9


def test_mirrored_motions_come_out_mirrored() -> None:
    rotations = lively(seed=8)
    flip = np.diag([-1.0, 1.0, 1.0])
    mirrored = (flip @ rotations @ flip)[:, list(MIRROR)]
    ours = (flip @ to_convention(rotations, OFFSETS) @ flip)[:, list(MIRROR)]
    assert degrees(ours, to_convention(mirrored, OFFSETS)).max() < 1e-3


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_forearm_turns_evenly_and_the_wrist_has_two_axes(share: float) -> None:
    after = to_convention(wrung(lively(), 9), OFFSETS, convention=Convention(forearm=share))
    for arm in arms(BONES):
        total = pronation(arm.hinge, after[:, arm.middle], after[:, arm.end])
        own = twist_angle(after[:, arm.end], arm.hinge.lower)
        assert np.degrees(np.abs(own - (1 - share) * total)).max() < 1e-3


@pytest.mark.parametrize("palms", [-90.0, 0.0, 90.0])
def test_rigs_whose_palms_face_forward_or_down_at_rest(palms: float) -> None:
    """The turn of the hand is shared whatever it is counted from; nothing flips."""
    rotations = lively(seed=10)
    for side, sign in (("L", 1), ("R", -1)):
        name = f"{side}_Wrist"
        set_joint(rotations, name, turn(x=sign * palms) @ turn(z=15 * np.sin(np.arange(120) / 9)))
    after = to_convention(rotations, OFFSETS)
    assert degrees(joint(after, "L_Wrist")[1:], joint(after, "L_Wrist")[:-1]).max() < 20
    for arm in arms(BONES):
        own = np.degrees(twist_angle(after[:, arm.end], arm.hinge.lower))
        assert np.abs(own).max() < 120


def test_collars_do_not_turn_and_spine_and_neck_share() -> None:
    rotations = still(3)
    for name in ("Spine1", "Neck"):
        set_joint(rotations, name, turn(y=30.0))
    set_joint(rotations, "L_Collar", turn(x=25.0, z=10.0))
    after = to_convention(rotations, OFFSETS)
    assert (
        np.abs(twist_angle(joint(after, "L_Collar"), BONES[JOINT_INDEX["L_Shoulder"]])).max() < 1e-9
    )
    spine = [
        np.degrees(twist_angle(joint(after, f"Spine{i}"), np.array([0.0, 1, 0])))[0]
        for i in (1, 2, 3)
    ]
    assert max(spine) - min(spine) < 6
    assert sum(spine) == pytest.approx(30, abs=0.5)
    neck = np.degrees(twist_angle(joint(after, "Neck"), np.array([0.0, 1, 0])))[0]
    assert 10 < neck < 22


def test_other_bodies_rates_and_precisions() -> None:
    rotations = lively().astype(np.float32)
    after = to_convention(rotations, (1.3 * OFFSETS).astype(np.float32), rate=120.0)
    assert after.dtype == np.float32
    exact = to_convention(lively(), OFFSETS, rate=120.0)
    assert degrees(after.astype(np.float64), exact).max() < 0.5


def test_torch_gives_the_same_and_gradients() -> None:
    torch = pytest.importorskip("torch")
    rotations = torch.from_numpy(wrung(lively(40), 11)).requires_grad_()
    after = to_convention(rotations, torch.from_numpy(OFFSETS))
    assert (
        degrees(after.detach().numpy(), to_convention(rotations.detach().numpy(), OFFSETS)).max()
        < 1e-4
    )
    after[:, :, 0, 1].sum().backward()
    assert torch.isfinite(rotations.grad).all()


def test_a_tridiagonal_system_is_solved() -> None:
    random = np.random.default_rng(0)
    below, above = -random.random(17), -random.random(17)
    below[0] = above[-1] = 0
    diagonal = 0.1 - below - above
    asked = random.random((17, 2))
    matrix = np.diag(diagonal) + np.diag(below[1:], -1) + np.diag(above[:-1], 1)
    assert np.allclose(
        solve_tridiagonal(below, diagonal, above, asked), np.linalg.solve(matrix, asked)
    )


def test_elbows_bent_backwards_are_recognised() -> None:
    rotations = still(60)
    set_joint(rotations, "L_Elbow", turn(y=90.0))
    left, right = backward_elbows(rotations, OFFSETS)
    assert (left, right) == (1.0, 0.0)
    assert doubtful(rotations, OFFSETS) == "its left elbow bends backwards in 100% of the frames"
    assert doubtful(lively(), OFFSETS) is None


def test_an_arm_turned_half_round_that_bends_backwards_is_mended() -> None:
    rotations = still(60)
    set_joint(
        rotations, "L_Shoulder", turn_about(BONES[JOINT_INDEX["L_Elbow"]], np.full(60, np.pi))
    )
    set_joint(rotations, "L_Elbow", turn(y=90.0))
    assert doubtful(rotations, OFFSETS) is None
    after = to_convention(rotations, OFFSETS)
    arm = arms(BONES)[0]
    assert np.degrees(hinge_frame(arm.hinge, after[:, arm.middle])[1]).min() > 70
    assert degrees(joint(after, "L_Shoulder"), joint(still(60), "L_Shoulder")).max() < 20


def test_it_is_fast() -> None:
    rotations = lively(4000)
    best = np.inf
    for _ in range(3):
        began = time.process_time()
        to_convention(rotations, OFFSETS)
        best = min(best, time.process_time() - began)
    assert len(rotations) / best > 8_000  # 20,000 to 50,000 on a core with nothing else to do


@pytest.mark.skipif(not MOTION.is_dir(), reason=f"there is no {MOTION} here")
def test_real_clips() -> None:
    files = sorted((MOTION / "test").rglob("*.npz"))[::12]
    for file in files:
        motion = load_motion(file)
        after = to_convention(motion.rotations, motion.body.offsets, motion.rate)
        _, before = forward(motion.rotations, motion.body.offsets, motion.root)
        _, places = forward(after, motion.body.offsets, motion.root)
        assert np.abs(before - places).max() < 1e-6
        assert degrees(after, to_convention(after, motion.body.offsets, motion.rate)).max() < 1e-3
    backwards = load_motion(MOTION / "test" / "cmu" / "13_18.npz")
    assert doubtful(backwards.rotations, backwards.body.offsets) is not None


def test_the_constant_rotation_helper_agrees() -> None:
    assert np.allclose(
        turn_about(np.array([1.0, 0, 0]), np.array(np.radians(30.0))), rotation_x(30.0)
    )
