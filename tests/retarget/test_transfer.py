# SPDX-License-Identifier: GPL-3.0-or-later
"""A source's turns and places on a figure: shared spines and twists, soles, sizes, and what the
report says of it; characters as bodies."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.cleanup.feet.floor import SOLES, Floor
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, matrix_to_quaternion
from lsmplify_core.geometry.skeleton import JOINT_INDEX, PARENTS
from lsmplify_core.motion.motion import Motion
from lsmplify_core.retarget import InputError, RetargetOptions, RigMap, RigPoses
from lsmplify_core.retarget.checks import check_sides, missing_notes, usable_map
from lsmplify_core.retarget.contacts.feet import Stance
from lsmplify_core.retarget.contacts.soles import levelled, sole_offsets, soles
from lsmplify_core.retarget.measure import _degrees, _kept, joint_places, limb_directions, sliding
from lsmplify_core.retarget.posing.character_body import (
    _between,
    _fingers,
    _joint_turns,
    _three,
    body_of,
    performance_of_rig,
)
from lsmplify_core.retarget.posing.figure import figure_of
from lsmplify_core.retarget.posing.joint_turns import (
    _finger,
    _limb_twist,
    _shared,
    _twist,
    bone_axes,
    role_turns,
)
from lsmplify_core.retarget.posing.performance import in_world, performance_of
from lsmplify_core.retarget.rest.frames import canonical
from lsmplify_core.retarget.rig.rig_motion import check_options
from lsmplify_core.retarget.rig.roles import FINGER_ROLES
from lsmplify_core.retarget.transfer import ankle_height, hip_places, source_leg, started

from . import rigs

X, Y, Z = np.eye(3)
MAP = RigMap("person", rigs.person_roles())
SPINE = JOINT_INDEX["Spine1"]


def _turn(axis, degrees, frames=1):
    return np.tile(axis_angle_to_matrix(np.radians(degrees) * np.asarray(axis)), (frames, 1, 1))


def _angle(turn) -> float:
    return float(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))))


def _figure(**changed):
    bones = {r: c for r, c in {**rigs.person_roles(), **changed}.items() if c}
    return figure_of(rigs.person(), RigMap("person", bones))


def _standing(frames=3, **turns):
    """The default body, standing; joints turned by (axis, degrees)."""
    vectors = np.zeros((frames, 24, 3))
    vectors[:, 0] = [np.pi / 2, 0, 0]
    for name, (axis, degrees) in turns.items():
        vectors[:, JOINT_INDEX[name]] = np.radians(degrees) * np.asarray(axis)
    root = np.tile([0.0, 0.0, 1.0], (frames, 1))
    return Motion(axis_angle_to_matrix(vectors), root, 30.0, default_body())


# --- turns -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bones", "exact", "angles"),
    [(1, False, [90]), (2, False, [45, 90]), (3, False, [30, 60, 90]), (6, False, [15, 30, 45, 60,
     75, 90]), (2, True, [60, 90]), (1, True, [90]), (4, True, [30, 60, 90, 90])],
)  # fmt: skip
def test_a_spine_of_any_number_of_bones_shares_the_way(bones, exact, angles) -> None:
    """The source's three joints turn by 30 degrees each."""
    q = matrix_to_quaternion(np.stack([_turn(X, 30.0 * i)[0] for i in range(4)])[None])
    found = _shared(q, bones, exact)
    assert [_angle(t[0]) for t in found] == pytest.approx(angles, abs=1e-5)


@pytest.mark.parametrize(
    ("role", "degrees"),
    [("L_Index1", -18.0), ("L_Index2", -44.0), ("R_Pinky3", 60.0), ("L_Thumb1", -9.0),
     ("R_Thumb2", 22.0)],
)  # fmt: skip
def test_relaxed_fingers_bend_about_z_thumbs_half_as_far(role: str, degrees: float) -> None:
    world = SimpleNamespace(fingers=None, turn=lambda _: _turn(X, 90.0))
    found: Any = _finger(None, world, role)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, _turn(X, 90.0) @ _turn(Z, degrees), atol=1e-12)
    own = np.arange(30 * 9.0).reshape(1, 30, 3, 3)
    world.fingers = own
    assert (_finger(None, world, role) == own[:, FINGER_ROLES.index(role)]).all()  # type: ignore[arg-type]


def test_every_role_turns_as_its_joint() -> None:
    """A role without a bone is nobody's."""
    figure = figure_of(rigs.person(), RigMap("p", {**rigs.person_roles(), "Neck": ()}))
    assert not figure.has("Neck")
    world = in_world(performance_of(_standing(Spine2=(X, 30.0), Head=(Y, 20.0))))
    turns = role_turns(figure, world)
    np.testing.assert_allclose(turns["Pelvis"][0], world.turn("Pelvis"))
    np.testing.assert_allclose(turns["Spine"][1], world.turn("Spine3"), atol=1e-9)
    np.testing.assert_allclose(turns["Head"][0], world.turn("Head"))
    assert len(turns["Spine"]) == 2
    middle = turns["Pelvis"][0][0].T @ turns["Spine"][0][0]
    assert _angle(middle) == pytest.approx(15.0, abs=1e-5)  # half of three joints is 1.5


@pytest.mark.parametrize(("a", "b", "twist"), [(0.0, 50.0, 50.0), (20.0, -30.0, -50.0)])
def test_a_twist_is_seen_from_what_is_before(a: float, b: float, twist: float) -> None:
    swing = _turn(X, 40.0)
    found = _twist(_turn(Z, a), _turn(Z, b), Z)
    assert np.degrees(found[0]) == pytest.approx(twist)
    tilted = _twist(_turn(Z, a), _turn(Z, b) @ swing, np.asarray(swing[0].T @ Z))
    assert abs(np.degrees(tilted[0])) == pytest.approx(abs(twist), abs=3.0)


def test_a_twist_goes_on_past_half_a_turn() -> None:
    turns = axis_angle_to_matrix(np.radians(np.arange(0.0, 360.0, 20.0))[:, None] * Z)
    found = np.degrees(_twist(np.tile(np.eye(3), (18, 1, 1)), turns, Z))
    np.testing.assert_allclose(found, np.arange(0.0, 360.0, 20.0), atol=1e-9)


def test_what_a_limb_is_twisted_against() -> None:
    """Upper arms against collars, thighs against the pelvis, from their beginning; forearms and
    shins up to what follows them."""
    figure = _figure()
    turns = {r: [np.tile(np.eye(3), (2, 1, 1))] for r in dict.fromkeys(figure.roles)}
    turns["L_Wrist"] = [_turn(X, 30.0, 2)]
    own = np.tile(np.eye(3), (2, 1, 1))
    angle, fixed_end = _limb_twist(figure, turns, "L_Elbow", own, X)
    assert np.degrees(angle).tolist() == pytest.approx([30.0, 30.0])
    assert not fixed_end
    turns["L_Collar"] = [_turn(X, 10.0, 2)]
    angle, fixed_end = _limb_twist(figure, turns, "L_Shoulder", own, X)
    assert np.degrees(angle).tolist() == pytest.approx([-10.0, -10.0])
    assert fixed_end
    turns["Spine"] = [own, _turn(X, 20.0, 2)]
    del turns["L_Collar"], turns["L_Wrist"]
    assert np.degrees(_limb_twist(figure, turns, "L_Shoulder", own, X)[0][0]) == pytest.approx(-20)
    assert _limb_twist(figure, turns, "L_Elbow", own, X)[0].tolist() == [0.0, 0.0]
    turns["Pelvis"] = [_turn(X, 40.0, 2)]
    assert np.degrees(_limb_twist(figure, turns, "R_Hip", own, X)[0][0]) == pytest.approx(-40)


def _twisted(role, bone, twist_bones):
    """The person with twist bones at shares of a bone, and its figure."""
    person = rigs.person()
    i = person.index(bone)
    heads, tails, names, parents = [], [], [], []
    for n, share in enumerate(twist_bones):
        middle = person.heads[i] + share * (person.tails[i] - person.heads[i])
        heads.append(middle - 0.01 * Z)
        tails.append(middle + 0.01 * Z)
        names.append(f"twist{n}")
        parents.append(i)
    rig = rigs.made([*person.names, *names], [*person.parents, *parents],
                    np.concatenate((person.heads, heads)),
                    np.concatenate((person.tails, tails)))  # fmt: skip
    return figure_of(rig, RigMap("p", {**rigs.person_roles(), f"{role}Twist": tuple(names)}))


@pytest.mark.parametrize(
    ("role", "bone", "turned", "angles"),
    [("L_Elbow", "L forearm", "L_Wrist", [15.0, 45.0]),
     ("L_Shoulder", "L upperarm", "L_Shoulder", [15.0, 45.0])],
)  # fmt: skip
def test_twist_bones_turn_by_their_place_along_the_limb(role, bone, turned, angles) -> None:
    """A quarter along and three quarters of 60 degrees. An upper arm's twist begins at the collar's
    and is whole at the elbow."""
    figure = _twisted(role, bone, (0.25, 0.75))
    along = canonical(role)
    world = in_world(performance_of(_standing(**{turned: (along, 60.0)})))
    turns = role_turns(figure, world)
    axes = bone_axes(figure, turns)
    still = bone_axes(figure, role_turns(figure, in_world(performance_of(_standing()))))
    for i, angle in zip(figure.of(f"{role}Twist"), angles, strict=True):
        assert _angle(axes[0, i] @ still[0, i].T) == pytest.approx(angle, abs=1.0)
    (i,) = figure.of(role)
    whole = 60.0 if turned == role else 0.0
    assert _angle(axes[0, i] @ still[0, i].T) == pytest.approx(whole, abs=1e-6)


# --- soles, sizes, places ----------------------------------------------------------------------


def test_a_sole_lies_on_the_ground_a_third_of_the_foot_behind_and_ahead() -> None:
    """The ankle is at y 0.02, the ball at -0.1, x 0.1 and 0.11: 0.33 of that."""
    figure = _figure()
    foot = figure.frames["L_Ankle"]
    offsets = sole_offsets(figure)["L"] @ foot.T + figure.points.joints["L_Ankle"]
    wanted = [[0.1 - 0.0033, 0.02 + 0.0396, 0.0], [0.11 + 0.0033, -0.1 - 0.0396, 0.0]]
    np.testing.assert_allclose(offsets, wanted, atol=1e-9)
    one = _figure(L_Foot=(), R_Ankle=(), R_Foot=())
    assert set(sole_offsets(one)) == {"L"}


def test_soles_turn_with_the_foot_about_the_ankle() -> None:
    figure = _figure()
    turns = {f"{s}_Ankle": [_turn(Z, 90.0) @ figure.frames[f"{s}_Ankle"]] for s in "LR"}
    ankles = {"L": np.array([[1.0, 0, 0.09]]), "R": np.array([[2.0, 0, 0.09]])}
    found = soles(figure, turns, ankles)
    np.testing.assert_allclose(found[0, 0], [1 - 0.0396, -0.0033, 0.0], atol=1e-9)
    np.testing.assert_allclose(found[0, 3], [2 + 0.1596, -0.0133, 0.0], atol=1e-9)


def _pitched(own, goal, length=0.25):
    """Feet whose toes are over their heels by angles, degrees: (1, 4, 3) each."""

    def foot(degrees):
        angle = np.radians(degrees)
        toe = length * np.array([0, -np.cos(angle), np.sin(angle)])
        return np.array([[np.zeros(3), toe, np.zeros(3), toe]])

    return foot(own), foot(goal)


@pytest.mark.parametrize(
    ("own", "goal", "tied", "turned"),
    [(0.0, 5.0, 1.0, 5.0), (5.0, 0.0, 1.0, -5.0), (0.0, 5.0, 0.5, 2.5), (0.0, 30.0, 1.0, 8.0),
     (0.0, -30.0, 1.0, -8.0)],
)  # fmt: skip
def test_a_standing_foot_is_pitched_as_its_source_by_eight_degrees_at_the_most(
    own, goal, tied, turned
) -> None:
    before, wanted = _pitched(own, goal)
    turn = levelled(before, wanted, np.array([[tied, 0.0]]))[0]
    toe = turn[0] @ before[0, 1]
    assert np.degrees(np.arcsin(toe[2] / 0.25)) == pytest.approx(own + turned, abs=1e-6)
    np.testing.assert_allclose(turn[1], np.eye(3), atol=1e-12)


def test_a_foot_that_stands_on_its_tip_is_not_pitched() -> None:
    """Half of it at 75 degrees, where the level part of the foot is a quarter of it... and none
    straight up."""
    before, wanted = _pitched(90.0, 80.0)
    np.testing.assert_allclose(
        levelled(before, wanted, np.ones((1, 2)))[0, 0], np.eye(3), atol=1e-9
    )
    before, wanted = _pitched(75.0, 70.0)
    turn = levelled(before, wanted, np.ones((1, 2)))[0, 0]
    assert _angle(turn) == pytest.approx(5.0 * 2.0 * np.cos(np.radians(75.0)), abs=1e-6)


def test_legs_and_ankles_are_measured() -> None:
    offsets = np.zeros((24, 3))
    for name, length in (("L_Knee", 0.4), ("R_Knee", 0.6), ("L_Ankle", 0.3), ("R_Ankle", 0.5)):
        offsets[JOINT_INDEX[name], 1] = -length
    assert source_leg(offsets) == pytest.approx(0.9)
    assert ankle_height(_figure()) == pytest.approx(0.09)
    assert ankle_height(_figure(L_Ankle=(), L_Foot=(), R_Ankle=(), R_Foot=())) == 0.0


@pytest.mark.parametrize("size", [None, 2.0])
def test_a_figure_starts_over_where_its_source_does(size) -> None:
    """Places are scaled about there, on the floor; soles are as thick as the figure's own."""
    motion = _standing(4)
    motion.root[:, :2] = [[5, 6], [6, 6], [7, 6], [8, 6]]
    figure = _figure()
    options = RetargetOptions(size=size, floor=Floor(), found=())
    found = started(performance_of(motion), figure, options)
    legs = figure.leg / source_leg(default_body().offsets)
    scale = size or legs
    assert found.size == pytest.approx(scale)
    world = found.world
    hips = 0.5 * (world.place("L_Hip") + world.place("R_Hip"))
    start = world.place("Pelvis")[0] * [1, 1, 0]
    lift = 0.09 - scale * -SOLES[0, 1]
    wanted = start + scale * (hips - start) + [0, 0, lift]
    np.testing.assert_allclose(found.hips, wanted, atol=1e-9)
    np.testing.assert_allclose(found.goal, start + scale * (found.stance.soles - start), atol=1e-9)
    assert found.hips[3, 0] - found.hips[0, 0] == pytest.approx(3 * scale)
    places = hip_places(found)
    np.testing.assert_allclose(places["L"] - places["R"], np.tile([0.2, 0, 0], (4, 1)), atol=1e-6)
    np.testing.assert_allclose(0.5 * (places["L"] + places["R"]), found.hips, atol=1e-9)


# --- the report --------------------------------------------------------------------------------


def test_sliding_counts_where_the_source_stands() -> None:
    """Under 0.3 m/s at 100 frames a second: 3 mm a frame."""
    source, own = np.zeros((4, 4, 3)), np.zeros((4, 4, 3))
    source[:, 0, 0] = [0.0, 0.0029, 0.0029, 0.0060]
    own[:, 0, 0] = [0.0, 0.004, 0.005, 0.5]
    own[:, :, 2] = np.arange(4.0)[:, None]
    source[:, 1:, 0] = np.arange(4.0)[:, None]
    assert sliding(own, source, 100.0) == pytest.approx(2.5)
    assert sliding(own[:1], source[:1], 100.0) == 0.0
    assert sliding(own, source, 1e6) == pytest.approx(1.0)
    moving = source + np.arange(4.0)[:, None, None]
    assert sliding(own, moving, 100.0) == 0.0


@pytest.mark.parametrize(
    ("height", "bad", "drift", "kept"),
    [(0.004, 0, 0.0, 1), (0.006, 0, 0.0, 0), (0.1, 1, 0.0, 1), (0.1, 2, 0.0, 0), (0, 0, 0.019, 1),
     (0, 0, 0.021, 0), (-0.006, 0, 0.0, 0)],
)  # fmt: skip
def test_a_contact_is_kept_in_height_and_place(height, bad, drift, kept) -> None:
    """5 mm in nine of ten frames, 20 mm farther than its source, which drifts 30 mm here."""
    stands = np.zeros((20, 4), bool)
    stands[5:15, 2] = True
    goal, own = np.zeros((20, 4, 3)), np.zeros((20, 4, 3))
    goal[10:, 2, 0] = 0.03
    own[10:, 2, 1] = 0.03 + drift
    own[5 : 5 + (bad or 10), 2, 2] = height
    stance = Stance(goal, stands, Floor(), 1)
    transfer: Any = SimpleNamespace(stance=stance, goal=goal)
    assert _kept(transfer, own) == kept
    assert _kept(transfer, None) == 0


def test_degrees_between_directions() -> None:
    assert _degrees(X[None], np.array([[1.0, 1.0, 0.0]]))[0] == pytest.approx(45.0)
    assert _degrees(X[None], -X[None])[0] == pytest.approx(180.0)


def test_places_and_directions_of_a_posed_rig() -> None:
    person = rigs.person()
    rig = rigs.made([*person.names, "toe2"], [*person.parents, person.index("L foot")],
                    np.concatenate((person.heads, [[0.15, -0.1, 0.02]])),
                    np.concatenate((person.tails, [[0.15, -0.17, 0.02]])))  # fmt: skip
    figure = figure_of(rig, RigMap("p", {**rigs.person_roles(), "L_Foot": ("L toes", "toe2")}))
    motion: Any = SimpleNamespace(heads=np.tile(rig.heads[figure.bones], (2, 1, 1)))
    places = joint_places(figure, motion)
    np.testing.assert_allclose(places["L_Foot"][0], [0.13, -0.1, 0.02])
    np.testing.assert_allclose(places["Spine"][0], [0, 0, 1.1])
    found = limb_directions(figure, motion)
    assert len(found) == 8
    np.testing.assert_allclose(found["L_Elbow"][1], [1, -0.04, 0] / np.hypot(1, 0.04), atol=1e-9)


# --- checks and options ------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [100.0, 115.0])
def test_feet_that_point_backwards_are_exchanged_sides(degrees: float) -> None:
    """The mean cosine is under -0.3: more than 107 degrees off the front."""
    person = rigs.person()
    turned = {f"{s} foot": axis_angle_to_matrix(np.radians(degrees) * Z) for s in "LR"}
    heads, rig = person.heads, rigs.reposed(person, turned)
    assert heads.shape == rig.heads.shape
    flat = rig.heads.copy()
    for side in "LR":
        flat[rig.index(f"{side} toes"), 2] = flat[rig.index(f"{side} foot"), 2]
    figure = figure_of(rigs.made(rig.names, list(rig.parents), flat, rig.tails), MAP)
    if degrees < 107:
        check_sides(figure)
    else:
        with pytest.raises(InputError, match="'person' for armature 'made': left and right are ex"):
            check_sides(figure)


def test_a_figure_without_feet_says_nothing_of_its_sides() -> None:
    check_sides(_figure(L_Foot=(), R_Foot=()))


def test_locked_bones_are_left_out_and_named() -> None:
    person = rigs.person()
    names = ["neck", "head", "L hand", "R hand", "L clavicle"]
    locked = replace(person, locked=np.array([n in names for n in person.names]))
    found, notes = usable_map(locked, MAP)
    assert set(MAP.mapped) - set(found.mapped) == set(names)
    assert notes[0].endswith("left as they are: neck, head, L clavicle, L hand …")
    four = replace(person, locked=np.array([n in names[:4] for n in person.names]))
    assert usable_map(four, MAP)[1][0].endswith("neck, head, L hand, R hand")
    assert usable_map(person, MAP) == (MAP, [])


@pytest.mark.parametrize(
    ("change", "root", "fingers", "words"),
    [
        ({}, "hips", False, []),
        ({}, "in-place", False, []),
        ({}, "root", False, ["no root bone, so the way over the ground stays on 'hips'"]),
        ({}, "hips", True, ["has no fingers"]),
        ({"L_Wrist": ()}, "hips", False, ["has no hands in its map"]),
        ({"L_Elbow": (), "R_Wrist": ()}, "hips", False, ["has no arms and no hands in its map"]),
        ({"L_Foot": (), "L_Ankle": ()}, "hips", False, ["has no feet in its map"]),
    ],
)  # fmt: skip
def test_what_a_character_lacks_is_said(change, root, fingers, words) -> None:
    notes = missing_notes(_figure(**change), root, fingers)
    assert len(notes) == len(words)
    assert all(w in n for w, n in zip(words, notes, strict=True))


@pytest.mark.parametrize("size", [0.0, -1.0, np.inf, np.nan])
def test_a_size_is_a_number_above_nought(size: float) -> None:
    with pytest.raises(InputError, match="is not a number above 0"):
        check_options(RetargetOptions(size=size))
    check_options(RetargetOptions(size=1e-3))


# --- characters as bodies ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "places"),
    [(1, [(0, 0), (0, 1), (0, 2)]), (2, [(0, 0), (0, 1), (1, 0)]), (3, [(0, 0), (1, 0), (2, 0)]),
     (5, [(0, 0), (1, 0), (3, 0)]), (6, [(0, 0), (2, 0), (4, 0)])],
)  # fmt: skip
def test_three_joints_of_any_spine(count: int, places) -> None:
    """Two at one place lie a millimetre apart."""
    spine = [np.array([0.0, float(i), 0.0]) for i in range(count)]
    found = [p.tolist() for p in _three(spine)]
    assert found == [[0.0, pytest.approx(i + 0.001 * n), 0.0] for i, n in places]


@pytest.mark.parametrize(
    ("share", "degrees"), [(0.0, 0.0), (1 / 3, 20.0), (0.5, 30.0), (2 / 3, 40.0), (1.0, 60.0)]
)
def test_a_rotation_on_the_way_along_a_chain(share: float, degrees: float) -> None:
    chain = [_turn(X, 30.0 * i, 2) for i in range(3)]
    assert _angle(_between(chain, share)[1]) == pytest.approx(degrees, abs=1e-5)
    assert _between(chain[1:2], share) is chain[1]


def test_joints_that_a_character_lacks_turn_with_the_one_before() -> None:
    turns = {"Pelvis": [_turn(Z, 10.0)], "Spine": [_turn(Z, 40.0)], "Neck": [_turn(Z, 50.0)]}
    turns |= {"L_Hip": [_turn(X, 5.0), _turn(X, 7.0)], "L_Knee": [_turn(Y, 3.0), _turn(Y, 9.0)]}
    world = _joint_turns(turns)[0]
    assert _angle(world[JOINT_INDEX["Spine1"]]) == pytest.approx(20.0, abs=1e-5)
    assert _angle(world[JOINT_INDEX["Spine3"]]) == pytest.approx(40.0, abs=1e-5)
    assert _angle(world[JOINT_INDEX["Neck"]]) == pytest.approx(50.0, abs=1e-5)
    assert _angle(world[JOINT_INDEX["Head"]]) == pytest.approx(50.0, abs=1e-5)
    np.testing.assert_allclose(world[JOINT_INDEX["L_Hip"]], _turn(X, 7.0)[0])  # the last
    np.testing.assert_allclose(world[JOINT_INDEX["L_Knee"]], _turn(Y, 3.0)[0])  # the first
    np.testing.assert_allclose(world[JOINT_INDEX["L_Foot"]], _turn(Y, 3.0)[0])
    np.testing.assert_allclose(world[JOINT_INDEX["R_Ankle"]], _turn(Z, 10.0)[0])
    del turns["Neck"]
    assert _angle(_joint_turns(turns)[0, JOINT_INDEX["Neck"]]) == pytest.approx(40.0, abs=1e-5)


def test_fingers_are_local_to_hand_and_to_each_other() -> None:
    world = np.tile(np.eye(3), (1, 24, 1, 1))
    world[:, JOINT_INDEX["L_Wrist"]] = _turn(Z, 20.0)
    found = _fingers({"L_Index1": [_turn(Z, 30.0)], "L_Index3": [_turn(Z, 70.0)]}, world)
    assert found is not None
    angles = [_angle(found[0, FINGER_ROLES.index(f"L_Index{i}")]) for i in (1, 2, 3)]
    assert angles == pytest.approx([10.0, 0.0, 40.0], abs=1e-5)
    assert _angle(found[0, FINGER_ROLES.index("R_Pinky1")]) == pytest.approx(0.0, abs=1e-5)
    assert _fingers({"L_Wrist": [_turn(Z, 1.0)]}, world) is None


def test_a_character_as_a_body_has_its_lengths() -> None:
    body = body_of(rigs.person(), MAP)
    joint = body.rest_joints

    def apart(a, b):
        return np.linalg.norm(joint[JOINT_INDEX[a]] - joint[JOINT_INDEX[b]])

    assert apart("L_Hip", "L_Knee") == pytest.approx(np.hypot(0.43, 0.01))
    assert apart("R_Elbow", "R_Wrist") == pytest.approx(np.hypot(0.25, 0.01))
    assert apart("L_Ankle", "L_Foot") == pytest.approx(np.linalg.norm([0.01, 0.12, 0.07]))
    np.testing.assert_allclose(joint[JOINT_INDEX["Neck"]] - joint[JOINT_INDEX["L_Collar"]],
                               [-0.03, 0.05, 0.0], atol=1e-9)  # fmt: skip
    np.testing.assert_allclose(joint[JOINT_INDEX["Pelvis"]], default_body().rest_joints[0])
    assert apart("L_Wrist", "L_Hand") == pytest.approx(0.09)


def test_what_a_character_lacks_is_as_on_a_default_body_of_its_size() -> None:
    """Without clavicles these lie half way out; without a neck it is half way to the head; without
    arms all of these are those of a body whose legs are as long."""
    body = body_of(rigs.person(), RigMap("p", {
        r: c for r, c in rigs.person_roles().items() if r not in ("Neck", "L_Collar", "R_Collar")
    }))  # fmt: skip
    at = {n: body.rest_joints[i] for n, i in JOINT_INDEX.items()}
    assert at["L_Collar"][0] == pytest.approx(at["Pelvis"][0] + 0.085)
    np.testing.assert_allclose(at["Neck"], 0.5 * (at["Head"] + at["Spine3"]), atol=1e-9)
    armless = body_of(rigs.person(), RigMap("p", {
        r: c for r, c in rigs.person_roles().items()
        if r[2:] not in ("Collar", "Shoulder", "Elbow", "Wrist")
    }))  # fmt: skip
    usual = default_body()
    size = _figure().leg / np.linalg.norm(usual.offsets[[4, 7]], axis=1).sum()
    for name in ("L_Collar", "L_Elbow", "R_Hand"):
        i = JOINT_INDEX[name]
        np.testing.assert_allclose(armless.rest_joints[i] - armless.rest_joints[PARENTS[i]],
                                   size * usual.offsets[i], atol=1e-9)  # fmt: skip


def test_a_posed_character_stands_where_its_hips_are() -> None:
    person = rigs.person()
    poses = RigPoses(person, np.tile(person.axes, (2, 1, 1, 1)),
                     np.tile(np.add(person.heads, [1.0, 2.0, 0.5]), (2, 1, 1)), 24.0)  # fmt: skip
    source = performance_of_rig(poses, MAP)
    joints = source.motion.joints()
    middle = 0.5 * (joints[:, JOINT_INDEX["L_Hip"]] + joints[:, JOINT_INDEX["R_Hip"]])
    np.testing.assert_allclose(middle, np.tile([1.0, 2.0, 1.45], (2, 1)), atol=1e-6)
    assert source.motion.rate == 24.0
    assert source.fingers is None
    broken = poses.rotations.copy()
    broken[1, 3] = np.nan
    with pytest.raises(InputError, match="armature 'person', frame 1: its pose holds"):
        performance_of_rig(replace(poses, rotations=broken), MAP)
    with pytest.raises(InputError, match="has no frames"):
        performance_of_rig(replace(poses, rotations=broken[:0]), MAP)
