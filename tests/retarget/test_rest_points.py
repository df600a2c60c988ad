# SPDX-License-Identifier: GPL-3.0-or-later
"""Where joints lie at rest, where segments end, which way the body faces; and the anatomical frames
that follow from them."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.retarget import RigMap
from lsmplify_core.retarget.rest.frames import (
    _angle,
    _by_hinge,
    _foot,
    _hand,
    canonical,
    corrected,
    mirror,
    rest_frames,
)
from lsmplify_core.retarget.rest.points import RestPoints, _top, rest_points

from . import rigs

X, Y, Z = np.eye(3)
STANDING = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])  # left, up, forward as columns


def _person(more=(), roles=None, lacking=(), **tails):
    """Rest points of the person with more bones (name, parent, head, tail) and roles, other tails
    (underscores for blanks), and without some roles."""
    rig = rigs.person()
    names = [*rig.names, *(b[0] for b in more)]
    parents = [*rig.parents, *(names.index(b[1]) for b in more)]
    heads = np.concatenate((rig.heads, np.array([b[2] for b in more], float).reshape(-1, 3)))
    ends = np.concatenate((rig.tails, np.array([b[3] for b in more], float).reshape(-1, 3)))
    for name, tail in tails.items():
        ends[names.index(name.replace("_", " "))] = tail
    bones = {r: c for r, c in rigs.person_roles().items() if r not in lacking}
    return rest_points(rigs.made(names, parents, heads, ends), RigMap("p", bones | (roles or {})))


def test_a_segment_ends_at_the_next_joint() -> None:
    points = _person()
    np.testing.assert_allclose(points.ends["L_Shoulder"], points.joints["L_Elbow"])
    np.testing.assert_allclose(points.ends["R_Collar"], points.joints["R_Shoulder"])
    np.testing.assert_allclose(points.direction("L_Hip"), [0, -0.01 / 0.43, -1.0], atol=3e-4)
    np.testing.assert_allclose(points.hip_centre, [0, 0, 0.95], atol=1e-12)
    np.testing.assert_allclose(points.ends["Head"], [0, -0.01, 1.76])
    np.testing.assert_allclose(points.ends["Spine"], [0, 0, 1.45])


def test_without_the_next_joint_a_segment_ends_at_its_bones_tail() -> None:
    points = _person(lacking=("L_Wrist", "L_Foot"))
    np.testing.assert_allclose(points.ends["L_Elbow"], [0.69, 0.01, 1.44])
    np.testing.assert_allclose(points.ends["L_Ankle"], [0.11, -0.1, 0.02])


def test_toes_side_by_side_are_their_middle() -> None:
    more = [("a", "L foot", (0.08, -0.1, 0.02), (0.08, -0.2, 0.02)),
            ("b", "L foot", (0.14, -0.12, 0.02), (0.14, -0.18, 0.0))]  # fmt: skip
    points = _person(more, {"L_Foot": ("a", "b")})
    np.testing.assert_allclose(points.joints["L_Foot"], [0.11, -0.11, 0.02])
    np.testing.assert_allclose(points.ends["L_Foot"], [0.11, -0.19, 0.01])


@pytest.mark.parametrize(
    ("tail", "end"),
    [
        ((0.82, 0.01, 1.44), (0.82, 0.01, 1.44)),  # a hand of usual length, 0.13 of a forearm, 0.25
        ((0.70, 0.01, 1.44), (0.765, 0.01, 1.44)),  # at the least 0.3 of the forearm
        ((0.99, 0.01, 1.44), (0.84, 0.01, 1.44)),  # at the most 0.6
        ((0.69, 0.01, 1.54), (0.7775, 0.01, 1.44)),  # set anyhow: 0.35 along the forearm
        ((0.75, 0.01, 1.53), (0.75, 0.01, 1.53)),  # 56 degrees off: still the hand's own
    ],
)
def test_a_hand_without_fingers_ends_at_its_tail_within_limits(tail, end) -> None:
    rig = rigs.person()
    heads, tails = rig.heads.copy(), rig.tails.copy()
    heads[rig.index("L forearm")] = [0.44, 0.01, 1.44]
    tails[rig.index("L hand")] = tail
    rig = rigs.made(rig.names, list(rig.parents), heads, tails)
    points = rest_points(rig, RigMap("p", rigs.person_roles()))
    np.testing.assert_allclose(points.ends["L_Wrist"], end, atol=1.5e-2 if tail[2] > 1.5 else 1e-9)


def _finger(name, role, points, parent="L hand"):
    """Bones of a finger (points: heads, then the tail) and their roles."""
    bones, roles = [], {}
    for i, (head, tail) in enumerate(pairwise(points), 1):
        bones.append((f"{name}{i}", f"{name}{i - 1}" if i > 1 else parent, head, tail))
        roles[f"{role}{i}"] = (f"{name}{i}",)
    return bones, roles


def test_a_hand_with_fingers_ends_between_their_knuckles_without_the_thumbs() -> None:
    a, first = _finger("i", "L_Index", [(0.79, -0.02, 1.44), (0.82, -0.02, 1.44), (0.84, 0, 1.44)])
    b, second = _finger("m", "L_Pinky", [(0.79, 0.04, 1.44), (0.82, 0.04, 1.44)])
    t, thumb = _finger("t", "L_Thumb", [(0.72, -0.05, 1.42), (0.74, -0.08, 1.42)])
    points = _person([*a, *b, *t], first | second | thumb)
    np.testing.assert_allclose(points.ends["L_Wrist"], [0.79, 0.01, 1.44], atol=1e-9)
    np.testing.assert_allclose(points.ends["L_Index1"], points.joints["L_Index2"])


@pytest.mark.parametrize(
    ("tail", "end"),
    [((0.86, -0.02, 1.42), (0.86, -0.02, 1.42)), ((0.82, -0.02, 1.47), (0.85, -0.02, 1.44)),
     ((0.83, 0.0, 1.44), (0.83, 0.0, 1.44))],
)  # fmt: skip
def test_a_last_finger_bone_that_points_elsewhere_goes_on_from_the_one_before(tail, end) -> None:
    """More than 72 degrees off."""
    a, roles = _finger("i", "L_Index", [(0.79, -0.02, 1.44), (0.82, -0.02, 1.44), tail])
    points = _person(a, roles)
    np.testing.assert_allclose(points.ends["L_Index2"], end, atol=1e-9)
    np.testing.assert_allclose(points.ends["L_Index1"], [0.82, -0.02, 1.44])


def test_a_standing_body_is_upright_and_a_leaning_one_leans() -> None:
    np.testing.assert_allclose(_person().body, STANDING, atol=1e-9)
    lean = {"hips": axis_angle_to_matrix(np.radians(20.0) * X)}
    rig = rigs.reposed(rigs.person(), lean)
    points = rest_points(rig, RigMap("p", rigs.person_roles()))
    np.testing.assert_allclose(points.body, STANDING, atol=1e-9)
    lean = {"hips": axis_angle_to_matrix(np.radians(40.0) * X)}
    points = rest_points(rigs.reposed(rigs.person(), lean), RigMap("p", rigs.person_roles()))
    degrees = np.degrees(np.arccos(points.body[2, 1]))
    assert degrees == pytest.approx(40.0, abs=4.0)
    np.testing.assert_allclose(points.body[:, 0], X, atol=1e-6)


@pytest.mark.parametrize(
    ("lacking", "top"),
    [((), (0, 0, 1.48)), (("Neck",), (0, 0.01, 1.44)),
     (("Neck", "L_Shoulder"), (0, 0, 1.43)),
     (("Neck", "L_Shoulder", "R_Collar"), (0, -0.01, 1.57)),
     (("Neck", "L_Shoulder", "R_Collar", "Head"), (0, 0, 1.45))],
)  # fmt: skip
def test_the_top_of_a_trunk_is_the_best_known_point(lacking, top) -> None:
    points = _person(lacking=lacking)
    np.testing.assert_allclose(_top(points.joints, points.ends), top, atol=1e-9)


# --- frames -----------------------------------------------------------------------------------


def test_directions_at_smpls_rest_are_mirror_images() -> None:
    for name in ("Shoulder", "Elbow", "Hip", "Knee", "Ankle", "Collar"):
        left, right = canonical(f"L_{name}"), canonical(f"R_{name}")
        assert np.linalg.norm(left) == pytest.approx(1.0)
        assert (left - mirror(right, "R")).tolist() == pytest.approx([0, 0, 0], abs=0.06)
    assert canonical("L_Shoulder")[0] > 0.95
    assert canonical("L_Hip")[1] < -0.95
    assert mirror(np.array([1.0, 2.0, 3.0]), "L").tolist() == [1.0, 2.0, 3.0]
    assert mirror(np.array([1.0, 2.0, 3.0]), "R").tolist() == [-1.0, 2.0, 3.0]


def test_every_frame_carries_smpls_direction_onto_the_characters() -> None:
    points = _person()
    frames = rest_frames(points)
    assert set(frames) == set(points.joints)
    for role in ("L_Shoulder", "R_Elbow", "L_Hip", "R_Knee"):
        np.testing.assert_allclose(
            frames[role] @ canonical(role), points.direction(role), atol=1e-9
        )
        np.testing.assert_allclose(frames[role] @ frames[role].T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(frames["Spine"], points.body)


def test_corrections_turn_the_frames_of_their_roles_alone() -> None:
    frames = {"Head": STANDING, "Neck": STANDING}
    turned = corrected(frames, {"Head": (0.0, np.pi / 2, 0.0)})
    np.testing.assert_allclose(turned["Head"] @ X, STANDING @ -Z, atol=1e-12)
    assert turned["Neck"] is STANDING


@pytest.mark.parametrize(
    ("bend", "twist", "believed"),
    [(4.0, 40.0, 0.0), (10.0, 40.0, 0.5), (20.0, 40.0, 1.0), (20.0, -60.0, 1.0), (20.0, 80.0, 0.0)],
)
def test_a_bend_at_rest_shows_the_hinge(bend: float, twist: float, believed: float) -> None:
    """A leg down, bent about an axis that is turned by `twist` from X about the leg."""
    axis = axis_angle_to_matrix(np.radians(twist) * -Z) @ X
    lower = axis_angle_to_matrix(np.radians(bend) * axis) @ -Z
    found = _by_hinge(STANDING, X, -Z, lower)
    wanted = axis_angle_to_matrix(np.radians(believed * twist) * -Z) @ STANDING
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    assert np.degrees(_angle(-Z, lower)) == pytest.approx(bend)


def _toed_out(degrees, bend=0.0):
    """Thigh frames of a person whose left foot is turned outwards, knee bent at rest."""
    points = _person()
    joints, ends = dict(points.joints), dict(points.ends)
    hip, knee = np.array([0.1, 0, 0.95]), np.array([0.1, 0, 0.52])
    shin = axis_angle_to_matrix(np.radians(bend) * X) @ np.array([0, 0, -0.43])
    out = axis_angle_to_matrix(np.radians(degrees) * Z) @ np.array([0, -0.12, -0.07])
    joints |= {"L_Hip": hip, "L_Knee": knee, "L_Ankle": knee + shin, "L_Foot": knee + shin + out}
    ends |= {"L_Hip": knee, "L_Knee": knee + shin, "L_Ankle": knee + shin + out}
    return rest_frames(replace(points, joints=joints, ends=ends))


@pytest.mark.parametrize(
    ("degrees", "bend", "share"), [(30.0, 0.0, 0.5), (60.0, 0.0, 0.5), (30.0, 10.0, 0.25),
                                   (30.0, 20.0, 0.0), (90.0, 0.0, 0.0)],
)  # fmt: skip
def test_a_straight_leg_takes_half_of_the_toes_turn_outward(degrees, bend, share) -> None:
    """Seen against the same leg with its toes where SMPL's are; none where the knee shows its
    hinge, or beyond 70 degrees."""
    usual = _toed_out(0.0, bend)["L_Hip"]
    turned = _toed_out(degrees, bend)["L_Hip"] @ usual.T
    angle = np.degrees(np.arctan2(turned[1, 0], turned[0, 0]))
    if share:
        assert angle == pytest.approx(share * degrees, abs=0.1)
    else:
        assert abs(angle) < 7.0


@pytest.mark.parametrize(
    ("under", "flat"), [(2.0, False), (5.0, True), (45.0, True), (61.0, True), (64.0, False)]
)
def test_a_foot_that_stands_at_rest_is_flat(under: float, flat: bool) -> None:
    """Its up is then the body's, whatever the ball's height; else it points where the foot does."""
    points = _person()
    down = np.radians(under)
    ahead = np.array([0.0, -np.cos(down), -np.sin(down)])
    joints = dict(points.joints) | {"L_Foot": points.joints["L_Ankle"] + 0.1 * ahead}
    ends = dict(points.ends) | {"L_Ankle": joints["L_Foot"]}
    frame = _foot(replace(points, joints=joints, ends=ends), "L", STANDING)
    if flat:
        np.testing.assert_allclose(frame[:, 1], Z, atol=1e-9)
        np.testing.assert_allclose(frame[:, 2] @ -Y, canonical("L_Ankle")[2] / np.hypot(
            *canonical("L_Ankle")[[0, 2]]), atol=1e-6)  # fmt: skip
    else:
        np.testing.assert_allclose(frame @ canonical("L_Ankle"), ahead, atol=1e-9)


def test_a_foot_without_toes_is_level_or_faces_as_the_body() -> None:
    points = _person(lacking=("L_Foot",))
    frame = _foot(points, "L", STANDING)
    np.testing.assert_allclose(frame[:, 1], Z, atol=1e-9)
    ends = dict(points.ends) | {"L_Ankle": points.joints["L_Ankle"] + [0.0, 0.02, -0.1]}
    steep = _foot(replace(points, ends=ends), "L", STANDING)
    np.testing.assert_allclose(steep, STANDING, atol=1e-6)
    ends["L_Ankle"] = points.joints["L_Ankle"] + [0.06, 0.0, -0.1]
    aside = _foot(replace(points, ends=ends), "L", STANDING)
    assert aside[:, 2] @ X > 0.9


@pytest.mark.parametrize("side", ["L", "R"])
@pytest.mark.parametrize("turn", [0.0, 30.0])
def test_hands_lie_as_their_knuckles_do(side: str, turn: float) -> None:
    """The palm turned about the arm by so much; the index finger is in front at SMPL's rest."""
    sign = 1.0 if side == "L" else -1.0
    across = axis_angle_to_matrix(np.radians(turn) * X) @ -Y
    points = _person()
    wrist = points.joints[f"{side}_Wrist"]
    middle = np.add(wrist, [sign * 0.09, 0, 0])
    joints = dict(points.joints) | {
        f"{side}_Index1": middle + 0.03 * across, f"{side}_Pinky1": middle - 0.03 * across
    }  # fmt: skip
    ends = dict(points.ends) | {f"{side}_Wrist": middle}
    ends |= {f"{side}_{f}1": joints[f"{side}_{f}1"] + [sign * 0.03, 0, 0]
             for f in ("Index", "Pinky")}  # fmt: skip
    posed = RestPoints(joints, ends, points.body)
    hand = _hand(posed, side, STANDING)
    np.testing.assert_allclose(hand @ Z, across, atol=0.05)
    np.testing.assert_allclose(hand @ (sign * X), [sign, 0, 0], atol=0.05)
    # The forearm takes half of that.
    frames = rest_frames(posed)
    base = rest_frames(points)[f"{side}_Elbow"]
    twist = frames[f"{side}_Elbow"] @ base.T
    angle = np.degrees(np.arctan2(twist[2, 1] - twist[1, 2], twist[1, 1] + twist[2, 2]))
    assert angle == pytest.approx(0.5 * turn, abs=3.0)


def test_with_one_knuckle_the_hand_lies_as_the_forearm() -> None:
    points = _person()
    hand = _hand(points, "L", STANDING)
    np.testing.assert_allclose(hand @ Z, STANDING @ Z, atol=0.05)


@pytest.mark.parametrize("bend", [0.0, 25.0])
def test_fingers_turn_out_of_the_hand_by_what_they_are_bent_at_rest(bend: float) -> None:
    """Bent downwards about the axis from little finger to index, -Y here."""
    step = axis_angle_to_matrix(np.radians(bend) * Y) @ np.array([0.03, 0, 0])
    bones, roles = [], {}
    for name, role, y in (("i", "L_Index", -0.03), ("p", "L_Pinky", 0.04)):
        start = np.array([0.79, y, 1.44])
        more, own = _finger(name, role, [start, start + step, start + 2 * step, start + 3 * step])
        bones, roles = bones + more, roles | own
    frames = rest_frames(_person(bones, roles))
    hand = frames["L_Wrist"]
    for number in (1, 2, 3):
        turn = hand.T @ frames[f"L_Index{number}"]
        angle = np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))
        assert angle == pytest.approx(bend, abs=3.0)
