# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms by structure: what is worth how much, and which chains are no arms."""

import numpy as np
import pytest

from lsmplify_core.retarget.structure.arms import (
    _arm_joints,
    _Around,
    _crooked,
    _fingers,
    _hand_worth,
    _hands,
    _reach,
    _shoulder_worth,
    find_arm,
)

from .bodies import both, found, skeleton

AHEAD = np.array([0.0, -1.0, 0.0])
TRUNK = [("hips", "", (0, 0, 0.53), (0, 0, 0.6)), ("chest", "hips", (0, 0, 0.7), (0, 0, 0.8))]
LEGS = both([("L thigh", "hips", (0.055, 0, 0.53), (0.055, 0, 0.3)),
             ("L shin", "L thigh", (0.055, 0, 0.3), (0.055, 0, 0.05)),
             ("L foot", "L shin", (0.055, 0, 0.05), (0.055, -0.1, 0.0))])  # fmt: skip


def _around(bones):
    """A person of height 1 whose hips are at 0.53 with bones of the left arm, mirrored."""
    return _Around(skeleton([*TRUNK, *LEGS, *both(bones)]), np.array([0.0, 0.0, 0.53]), AHEAD, 1.0)


def _arm(upper=0.156, lower=0.144, fingers=0, lead=0.08, high=0.81, drop=0.0):
    """Collar, upper arm, forearm, hand along X; the shoulder at 0.1."""
    x = [0.1 - lead, 0.1, 0.1 + upper, 0.1 + upper + lower]
    bones = [
        ("L collar", "chest", (x[0], 0, high), (x[1], 0, high)),
        ("L upper", "L collar", (x[1], 0, high), (x[2], 0, high - drop)),
        ("L lower", "L upper", (x[2], 0, high - drop), (x[3], 0, high)),
        ("L hand", "L lower", (x[3], 0, high), (x[3] + 0.05, 0, high)),
    ]
    for i in range(fingers):
        y = 0.02 * i
        bones.append((f"L f{i}", "L hand", (x[3] + 0.05, y, high), (x[3] + 0.07, y, high)))
        bones.append((f"L g{i}", f"L f{i}", (x[3] + 0.07, y, high), (x[3] + 0.09, y, high)))
    return bones


def _names(around, arm):
    return {r: [around.body.rig.names[b] for b in c] for r, c in arm.items()}


WHOLE = {"Collar": ["L collar"], "Shoulder": ["L upper"], "Elbow": ["L lower"],
         "Wrist": ["L hand"]}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "cost"),
    [((0.1, 0, 0.81), 0.0), ((-0.1, 0, 0.81), 0.0), ((0.1, 0, 1.01), 2.0), ((0.1, 0, 0.61), 2.0),
     ((0.1, 0, 1.81), 4.0), ((0.16, 0, 0.81), 1.2), ((0.5, 0, 0.81), 4.0),
     ((0.1, 0.06, 0.81), 0.6), ((0.1, 0.3, 0.81), 2.0)],
)  # fmt: skip
def test_shoulders_lie_over_the_hips_to_the_side_not_behind(place, cost: float) -> None:
    around = _around([("L a", "chest", place, (place[0], place[1], place[2] + 0.1))])
    (bone,) = found(around.body, "L a")
    assert _shoulder_worth(around, bone) == pytest.approx(-cost, abs=1e-9)


@pytest.mark.parametrize("size", [0.5, 2.0])
def test_shoulders_are_judged_in_shares_of_the_person(size: float) -> None:
    body = skeleton([("L a", "", (0.1 * size, 0, 0.38 * size), (0.1, 0, 2.0)),
                     ("R a", "", (-0.1 * size, 0, 0.38 * size), (-0.1, 0, 2.0))])  # fmt: skip
    around = _Around(body, np.zeros(3), AHEAD, size)
    assert _shoulder_worth(around, 0) == pytest.approx(-0.5)


@pytest.mark.parametrize(
    ("fingers", "length", "worth"),
    [(0, 0.02, 0.0), (0, 0.05, 0.2), (0, 0.15, 0.0), (3, 0.05, 2.9), (6, 0.05, 4.7)],
)
def test_a_hand_carries_fingers_up_to_five_and_has_a_hands_length(fingers, length, worth) -> None:
    around = _around(_arm(fingers=fingers))
    (hand,) = found(around.body, "L hand")
    around.body.rig.tails[hand] = around.body.rig.heads[hand] + [length, 0, 0]
    assert _hand_worth(around, hand) == pytest.approx(worth)


@pytest.mark.parametrize(("reach", "cost"), [(0.14, 0.0), (0.19, 0.5), (0.5, 1.0)])
def test_what_reaches_far_is_less_of_a_hand(reach: float, cost: float) -> None:
    x = 0.1 + 0.3
    bones = [*_arm(), ("L sleeve", "L hand", (x + reach, 0, 0.81), (x + reach, 0, 0.9))]
    around = _around(bones)
    (hand,) = found(around.body, "L hand")
    assert _hand_worth(around, hand) == pytest.approx(0.2 - cost, abs=1e-9)


@pytest.mark.parametrize(("reach", "count"), [(0.12, 1), (0.16, 0)])
def test_fingers_carry_something_and_all_of_it_is_near(reach: float, count: int) -> None:
    x = 0.1 + 0.3
    around = _around([
        *_arm(),
        ("L f", "L hand", (x + 0.05, 0, 0.81), (x + 0.06, 0, 0.81)),
        ("L g", "L f", (x + reach, 0, 0.81), (x + reach + 0.1, 0, 0.81)),
        ("L nail", "L hand", (x + 0.05, 0.02, 0.81), (x + 0.06, 0.02, 0.81)),
    ])  # fmt: skip
    (hand,) = found(around.body, "L hand")
    assert len(_fingers(around, hand)) == count


def test_how_far_a_bone_reaches() -> None:
    around = _around(_arm(fingers=1))
    hand, finger = found(around.body, "L hand", "L f0")
    assert _reach(around.body, hand, hand) == pytest.approx(0.07)
    assert _reach(around.body, finger, finger) == pytest.approx(0.02)


@pytest.mark.parametrize(("degrees", "worth"), [((0,), 0.0), ((8,), 1.0), ((-16,), 2.0),
                                                ((8, -4), 1.5)])  # fmt: skip
def test_eight_degrees_out_of_line_count_one(degrees, worth: float) -> None:
    at, angle = [np.zeros(3), np.array([0.1, 0, 0])], 0.0
    for bend in degrees:
        angle += np.radians(bend)
        at.append(at[-1] + 0.3 * np.array([np.cos(angle), np.sin(angle), 0]))
    assert _crooked(np.array(at)) == pytest.approx(worth)
    assert _crooked(np.array(at[:2])) == 0.0


def test_an_arm_of_usual_lengths() -> None:
    """0.3 for a collar; 0.2 for a hand of a hand's length; nothing else costs."""
    around = _around(_arm())
    collar, hand = found(around.body, "L collar", "L hand")
    arm = _arm_joints(around, collar, hand)
    assert arm is not None
    assert arm[0] == pytest.approx(0.5, abs=1e-9)
    assert _names(around, arm[1]) == WHOLE


@pytest.mark.parametrize(
    ("change", "cost"),
    [
        ({"upper": 0.171, "lower": 0.129}, 0.0025 / 0.005),  # the elbow a twentieth too far out
        ({"lead": 0.16}, 0.03 / 0.03),  # a collar 0.16 long; 0.13 are usual
        ({"upper": 0.156 * np.e**0.3, "lower": 0.144 * np.e**0.3}, 0.09 / 0.18),
        ({"lead": 0.01}, 0.3),  # no collar to speak of
    ],
)
def test_what_is_unlike_an_arm_costs(change, cost: float) -> None:
    around = _around(_arm(**change))
    collar, hand = found(around.body, "L collar", "L hand")
    arm = _arm_joints(around, collar, hand)
    assert arm is not None
    assert _names(around, arm[1]) == WHOLE
    assert arm[0] == pytest.approx(0.5 - cost, abs=1e-9)


def _with_twists(bend=0.0):
    """The usual arm with a bone in the middle of upper arm and forearm; those bent by so much."""
    points = [(0.02, 0.81), (0.1, 0.81), (0.178, 0.81 + bend), (0.256, 0.81),
              (0.328, 0.81 + bend), (0.4, 0.81), (0.45, 0.81)]  # fmt: skip
    names = ["L collar", "L upper", "L uptwist", "L lower", "L lotwist", "L hand"]
    return [
        (n, names[i - 1] if i else "chest", (points[i][0], 0, points[i][1]),
         (points[i + 1][0], 0, points[i + 1][1]))
        for i, n in enumerate(names)
    ]  # fmt: skip


@pytest.mark.parametrize("bend", [0.0, 0.078 * np.tan(np.radians(2.0))])
def test_twist_bones_in_line_belong_to_their_limb(bend: float) -> None:
    """A bone more costs 0.15; four degrees of bend in each limb half of 0.4."""
    around = _around(_with_twists(bend))
    collar, hand = found(around.body, "L collar", "L hand")
    arm = _arm_joints(around, collar, hand)
    assert arm is not None
    assert _names(around, arm[1]) == {
        "Collar": ["L collar"], "Shoulder": ["L upper", "L uptwist"],
        "Elbow": ["L lower", "L lotwist"], "Wrist": ["L hand"],
    }  # fmt: skip
    crooked = 0.0 if not bend else 0.4 * (4.0 + 2.0 * np.degrees(np.arctan(bend / 0.072))) / 8.0
    assert arm[0] == pytest.approx(0.5 - 2 * 0.15 - crooked, abs=2e-3)


@pytest.mark.parametrize(("length", "is_arm"), [(0.09, False), (0.11, True)])
def test_what_is_shorter_than_a_tenth_of_a_person_is_no_arm(length: float, is_arm: bool) -> None:
    around = _around(_arm(upper=0.52 * length, lower=0.48 * length))
    collar, hand = found(around.body, "L collar", "L hand")
    arm = _arm_joints(around, collar, hand)
    assert (arm is not None and _names(around, arm[1]) == WHOLE) == is_arm


def test_a_chain_of_two_bones_has_no_elbow() -> None:
    around = _around(_arm())
    upper, lower = found(around.body, "L upper", "L lower")
    assert _arm_joints(around, upper, lower) is None


def test_hands_are_far_enough_down_and_what_hangs_on_them_is_none() -> None:
    around = _around(_arm(fingers=3))
    names = {around.body.rig.names[b] for b in _hands(around, found(around.body, "L collar")[0])}
    assert names == {"L lower", "L hand"}
    few = _around(_arm(fingers=2))
    more = {few.body.rig.names[b] for b in _hands(few, found(few.body, "L collar")[0])}
    assert more == {"L lower", "L hand", "L f0", "L g0", "L f1", "L g1"}


@pytest.mark.parametrize(("upper", "far"), [(0.015, False), (0.03, True)])
def test_a_hand_is_a_tenth_of_a_person_from_the_start(upper: float, far: bool) -> None:
    """The collar is 0.08 long."""
    around = _around(_arm(upper=upper))
    hands = _hands(around, found(around.body, "L collar")[0])
    assert (found(around.body, "L lower")[0] in hands) == far


def _find(bones):
    around = _around(bones)
    leg = {"Hip": found(around.body, "L thigh"), "Knee": found(around.body, "L shin"),
           "Ankle": found(around.body, "L foot")}  # fmt: skip
    arm = find_arm(around.body, leg, AHEAD)
    return None if arm is None else _names(around, arm)


def test_arms_are_the_best_of_all_mirrored_chains_over_the_hips() -> None:
    """Wings behind, a skirt below; none without arms."""
    wings = [(n.replace("L ", "L w"), p.replace("L ", "L w"), (h[0], 0.2, h[2]), (t[0], 0.2, t[2]))
             for n, p, h, t in _arm()]  # fmt: skip
    assert _find([*wings, *_arm(fingers=2)]) == WHOLE
    assert _find([]) is None


@pytest.mark.parametrize(("high", "is_arm"), [(0.6, False), (0.62, True)])
def test_arms_begin_over_the_hips(high: float, is_arm: bool) -> None:
    """0.08 of a person's height over the hips, which are at 0.53."""
    assert (_find(_arm(high=high)) is not None) == is_arm


def test_a_chain_that_carries_a_leg_is_no_arm() -> None:
    bones = [("hips", "", (0, 0, 0.8), (0, 0, 0.9)), *both([
        ("L a", "hips", (0.05, 0, 0.8), (0.055, 0, 0.53)),
        ("L thigh", "L a", (0.055, 0, 0.53), (0.055, 0, 0.3)),
        ("L shin", "L thigh", (0.055, 0, 0.3), (0.055, 0, 0.05)),
    ])]  # fmt: skip
    body = skeleton(bones)
    leg = {"Hip": found(body, "L thigh"), "Knee": found(body, "L shin")}
    assert find_arm(body, leg, AHEAD) is None
