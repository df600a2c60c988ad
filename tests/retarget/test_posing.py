# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure's driven bones: what hangs on what, where the ground is, where bones come to lie, what
their channels hold, and limits of joints."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.retarget import RigMap
from lsmplify_core.retarget.contacts.limbs import bring, limb_of, reach
from lsmplify_core.retarget.controls.carriers import (
    Carriers,
    carried_channels,
    carried_rig,
    channels_for,
)
from lsmplify_core.retarget.posing.channels import (
    hip_centre,
    place_bones,
    pose_channels,
    rig_motion,
)
from lsmplify_core.retarget.posing.figure import _role_above, _roles_above, figure_of
from lsmplify_core.retarget.posing.limits import euler_of, from_euler, within_limits
from lsmplify_core.retarget.posing.travel import ground_path, travelled
from lsmplify_core.retarget.rig.rig_motion import RigMotion

from . import rigs

X, Y, Z = np.eye(3)
MAP = RigMap("person", rigs.person_roles())


def _turn(axis, degrees, frames=1):
    return np.tile(axis_angle_to_matrix(np.radians(degrees) * np.asarray(axis)), (frames, 1, 1))


def _rest(figure, frames=2):
    """World axes of the driven bones at rest."""
    return np.tile(figure.rig.axes[figure.bones], (frames, 1, 1, 1))


@pytest.mark.parametrize(
    ("role", "above"),
    [("L_Index3", "L_Index2"), ("R_Index1", "R_Wrist"), ("L_Wrist", "L_Elbow"),
     ("L_Collar", "Spine"), ("R_Hip", "Pelvis"), ("Pelvis", "Torso"), ("Torso", "Root"),
     ("Root", ""), ("L_KneeTwist", "L_Knee"), ("Head", "Neck")],
)  # fmt: skip
def test_what_roles_hang_on(role: str, above: str) -> None:
    assert _role_above(role) == above


def test_all_that_a_finger_hangs_on() -> None:
    assert _roles_above("R_Thumb2") == [
        "R_Thumb1", "R_Wrist", "R_Elbow", "R_Shoulder", "R_Collar", "Spine", "Pelvis", "Torso",
        "Root",
    ]  # fmt: skip


def test_the_person_as_a_figure() -> None:
    figure = figure_of(rigs.person(), MAP)
    at = {r: figure.of(r) for r in figure.roles}
    assert len(figure.bones) == 21
    assert figure.roles[figure.carrier] == "Pelvis"
    assert figure.parents[at["Pelvis"][0]] == -1
    assert figure.parents[at["Spine"][0]] == at["Pelvis"][0]
    assert figure.parents[at["Spine"][1]] == at["Spine"][0]
    assert figure.parents[at["L_Collar"][0]] == at["Spine"][1]
    assert figure.parents[at["R_Foot"][0]] == at["R_Ankle"][0]
    assert [r for r, f in zip(figure.roles, figure.floats, strict=True) if f] == ["Pelvis"]
    assert figure.leg == pytest.approx(np.hypot(0.43, 0.01) + np.hypot(0.43, 0.03))
    assert not figure.has("Root")
    i = at["L_Knee"][0]
    thigh = figure.rig.axes[figure.rig.index("L thigh")]
    np.testing.assert_allclose(figure.offsets[i], thigh.T @ [0, -0.01, -0.43], atol=1e-12)


def _hung(child, parent):
    """The person with one bone hung on another."""
    person = rigs.person()
    parents = person.parents.tolist()
    parents[person.index(child)] = person.index(parent) if parent else -1
    return figure_of(rigs.made(person.names, parents, person.heads, person.tails), MAP)


@pytest.mark.parametrize(
    ("child", "parent", "role", "hangs_on", "floats"),
    [("L foot", "hips", "L_Ankle", "L_Knee", True), ("L thigh", "spine", "L_Hip", "Pelvis", True),
     ("L thigh", "", "L_Hip", "Pelvis", True), ("L clavicle", "neck", "L_Collar", "Neck", False),
     ("L upperarm", "chest", "L_Shoulder", "L_Collar", True), ("head", "chest", "Head", "Spine",
     False)],
)  # fmt: skip
def test_bones_that_hang_past_their_limb_are_placed(child, parent, role, hangs_on, floats) -> None:
    figure = _hung(child, parent)
    (i,) = figure.of(role)
    assert figure.roles[figure.parents[i]] == hangs_on
    assert figure.floats[i] == floats
    assert figure.parents[i] < i


@pytest.mark.parametrize(
    ("shift", "told", "floor"),
    [(0.0, None, 0.0), (0.13, None, 0.0), (0.2, None, 0.2 + 0.02 - 0.012 * 1.74),
     (-0.03, None, -0.01), (-0.1, None, -0.1 + 0.02 - 0.012 * 1.74), (0.5, -0.25, -0.25)],
)  # fmt: skip
def test_the_ground_at_rest(shift: float, told, floor: float) -> None:
    """The armature's own where the lowest joint is 2 % under it to 9 % over it, of 1.74 m; else
    1.2 % under that joint, which is 0.02 m over the rig's own."""
    person = rigs.person()
    up = np.array([0.0, 0.0, shift])
    rig = rigs.made(person.names, list(person.parents), person.heads + up, person.tails + up,
                    floor=told)  # fmt: skip
    assert figure_of(rig, MAP).floor == pytest.approx(floor, abs=1e-9)


def test_without_feet_the_ground_is_under_the_knee() -> None:
    bones = {r: c for r, c in rigs.person_roles().items() if r[2:] not in ("Ankle", "Foot")}
    figure = figure_of(rigs.person(), RigMap("p", bones))
    assert figure.floor == pytest.approx(0.52 - 0.012 * 1.74)


def test_bones_are_where_their_parents_carry_them() -> None:
    """The left arm a quarter turn up; hips moved to 3, 0, 1."""
    figure = figure_of(rigs.person(), MAP)
    axes = _rest(figure)
    for role in ("L_Shoulder", "L_Elbow", "L_Wrist"):
        i = figure.of(role)[0]
        axes[1, i] = _turn(Y, -90.0)[0] @ axes[1, i]
    hips = np.array([[0.0, 0.0, 0.95], [3.0, 0.0, 1.95]])
    heads = place_bones(figure, axes, hips)
    np.testing.assert_allclose(heads[0], figure.rig.heads[figure.bones], atol=1e-9)
    np.testing.assert_allclose(heads[1, figure.of("L_Wrist")[0]], [3.17, 0.01, 1.44 + 1.52])
    np.testing.assert_allclose(heads[1, figure.of("R_Wrist")[0]], [3 - 0.69, 0.01, 2.44])
    np.testing.assert_allclose(hip_centre(figure, axes, heads), hips, atol=1e-12)


def _rooted():
    """The person on a root bone, with its map."""
    person = rigs.person()
    rig = rigs.made(["root", *person.names], [-1, *(person.parents + 1)],
                    np.concatenate(([[0.2, 0.0, 0.0]], person.heads)),
                    np.concatenate(([[0.2, 0.3, 0.0]], person.tails)))  # fmt: skip
    return rig, RigMap("person", {**rigs.person_roles(), "Root": ("root",)})


def test_a_root_bone_stays_or_goes_where_it_is_told() -> None:
    rig, rig_map = _rooted()
    figure = figure_of(rig, rig_map)
    hips = np.tile([0.0, 0.0, 0.95], (2, 1))
    still = place_bones(figure, _rest(figure), hips)
    np.testing.assert_allclose(still[:, 0], np.tile([0.2, 0.0, 0.0], (2, 1)))
    way = np.array([[1.0, 2.0, 0.0], [3.0, 4.0, 0.0]])
    np.testing.assert_allclose(place_bones(figure, _rest(figure), hips, way)[:, 0],
                               still[:, 0] + way)  # fmt: skip
    np.testing.assert_allclose(place_bones(figure, _rest(figure), hips, way)[:, 1:], still[:, 1:])


def test_channels_of_a_turned_arm_and_moved_hips() -> None:
    """In an armature at a hundredth, locations are hundredfold."""
    rig = rigs.set_in_world(rigs.person(), 0.0, 0.01)
    figure = figure_of(rig, MAP)
    axes = _rest(figure, 1)
    i, below = figure.of("L_Shoulder")[0], figure.of("L_Elbow")[0]
    for k in (i, below, figure.of("L_Wrist")[0]):
        axes[0, k] = _turn(Z, 90.0)[0] @ axes[0, k]
    heads = place_bones(figure, axes, np.array([[0.3, 0.0, 0.95]]))
    motion = rig_motion(figure, axes, heads, 30.0)
    own = rig.axes[figure.bones[i]]
    np.testing.assert_allclose(motion.turns[0, i], own.T @ _turn(Z, 90.0)[0] @ own, atol=1e-9)
    np.testing.assert_allclose(motion.turns[0, below], np.eye(3), atol=1e-9)
    pelvis = figure.of("Pelvis")[0]
    np.testing.assert_allclose(rig.axes[figure.bones[pelvis]] @ motion.shifts[0, pelvis],
                               [30.0, 0, 0], atol=1e-9)  # fmt: skip
    others = [k for k in range(len(figure.bones)) if k != pelvis]
    assert (motion.shifts[0, others] == 0.0).all()
    assert motion.moving.tolist() == [k == pelvis for k in range(len(figure.bones))]
    assert motion.turning.all()
    again = pose_channels(figure, motion.turns, motion.shifts, 30.0)
    np.testing.assert_allclose(again.heads, heads, atol=1e-12)


def test_a_locked_bone_is_not_turned_and_a_root_bone_moves() -> None:
    rig, rig_map = _rooted()
    rig = replace(rig, locked=np.array([n == "head" for n in rig.names]))
    figure = figure_of(rig, rig_map)
    motion = rig_motion(figure, _rest(figure), np.tile(rig.heads[figure.bones], (2, 1, 1)), 25.0)
    names = [rig.names[b] for b in figure.bones]
    assert [n for n, t in zip(names, motion.turning, strict=True) if not t] == ["head"]
    assert [n for n, m in zip(names, motion.moving, strict=True) if m] == ["root", "hips"]


def test_a_bone_that_does_not_inherit_rotation_is_seen_from_the_world() -> None:
    person = rigs.person(inherits=[n != "L forearm" for n in rigs.person().names])
    figure = figure_of(person, MAP)
    axes = _rest(figure, 1)
    for role in ("L_Shoulder", "L_Elbow"):
        axes[0, figure.of(role)[0]] = _turn(Z, 90.0)[0] @ axes[0, figure.of(role)[0]]
    heads = place_bones(figure, axes, np.array([[0.0, 0.0, 0.95]]))
    turns = rig_motion(figure, axes, heads, 30.0).turns[0]
    own = person.axes[person.index("L forearm")]
    np.testing.assert_allclose(turns[figure.of("L_Elbow")[0]], own.T @ _turn(Z, 90.0)[0] @ own,
                               atol=1e-9)  # fmt: skip


# --- limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("degrees", "count", "left"), [(20.0, 0, 20.0), (20.05, 0, 20.05), (20.2, 1, 20.0),
                                   (60.0, 1, 20.0), (-60.0, 1, -10.0)],
)  # fmt: skip
def test_an_angle_past_its_limit_is_drawn_back(degrees: float, count: int, left: float) -> None:
    """A tenth of a degree past it is left."""
    limits = np.tile([-np.inf, np.inf], (21, 3, 1))
    limits[rigs.person().index("L shin"), 0] = np.radians([-10.0, 20.0])
    figure = figure_of(rigs.person(limits=limits), MAP)
    turns = np.tile(np.eye(3), (3, 21, 1, 1))
    i = figure.of("L_Knee")[0]
    turns[1, i] = _turn(X, degrees)[0]
    turns[2, figure.of("R_Knee")[0]] = _turn(X, 70.0)[0]
    motion = pose_channels(figure, turns, np.zeros((3, 21, 3)), 30.0)
    limited, found = within_limits(figure, motion)
    assert found == count
    assert np.degrees(euler_of(limited.turns[1, i]))[0] == pytest.approx(left, abs=1e-9)
    np.testing.assert_allclose(limited.turns[2], turns[2])
    assert (limited is motion) == (count == 0)


def test_angles_at_the_pole_are_numbers() -> None:
    turn = from_euler(np.array([0.0, np.pi / 2, 0.0]))
    assert euler_of(turn * (1 + 1e-12))[1] == pytest.approx(np.pi / 2)
    assert euler_of(-turn.T * (1 + 1e-12))[1] == pytest.approx(np.pi / 2)


# --- limbs -------------------------------------------------------------------------------------


def test_a_leg_reaches_its_end_and_is_brought_to_a_goal() -> None:
    figure = figure_of(rigs.person(), MAP)
    leg = limb_of(figure, "L", "Hip")
    assert leg is not None
    assert (leg.upper, leg.lower, leg.end) == ("L_Hip", "L_Knee", "L_Ankle")
    turns = {r: [np.tile(figure.frames[r], (4, 1, 1))] for r in ("L_Hip", "L_Knee")}
    turns["L_Knee"] *= 2
    np.testing.assert_allclose(reach(leg, turns), np.tile([0, 0.02, -0.86], (4, 1)), atol=1e-9)
    goal = np.tile([0.1, -0.2, -0.7], (4, 1))
    over = bring(leg, turns, goal, 30.0)
    np.testing.assert_allclose(over, 0.0)
    np.testing.assert_allclose(reach(leg, turns), goal, atol=2e-3)
    assert [len(turns[r]) for r in ("L_Hip", "L_Knee")] == [1, 2]
    knee = (turns["L_Hip"][0] @ leg.first[:, None])[..., 0]
    assert (knee[:, 1] < -0.15).all()  # bends to the front
    far = bring(leg, turns, np.tile([0, 0, -1.0], (4, 1)), 30.0)
    assert far[0] == pytest.approx(1.0 - leg.length, abs=1e-6)


@pytest.mark.parametrize("lacking", ["L_Ankle", "L_Knee"])
def test_a_leg_that_lacks_a_joint_is_none(lacking: str) -> None:
    figure = figure_of(rigs.person(), MAP)
    part = replace(figure, frames={r: f for r, f in figure.frames.items() if r != lacking})
    assert limb_of(part, "L", "Hip") is None
    assert limb_of(part, "R", "Hip") is not None


# --- what controls follow ----------------------------------------------------------------------


def _chain(driven, count=4):
    """Bones a metre apart along X, all with rest axes of the world, some of them driven."""
    heads = np.stack((np.arange(count), np.zeros(count), np.zeros(count)), axis=1).astype(float)
    rig = rigs.made([f"b{i}" for i in range(count)], [-1, *range(count - 1)], heads,
                    np.add(heads, [0, 1, 0]))  # fmt: skip
    rig = replace(rig, scale=0.5)
    axes = np.tile(np.eye(3), (2, len(driven), 1, 1))
    places = np.tile(heads[driven], (2, 1, 1))
    flags = np.ones(len(driven), dtype=bool)
    return RigMotion(rig, 30.0, np.array(driven), axes.copy(), np.zeros_like(places), axes, places,
                     flags, flags)  # fmt: skip


def _carriers(turn, place):
    return Carriers(np.array(turn), np.array(place))


def test_a_bone_that_follows_nothing_has_its_place_and_turn_of_the_world() -> None:
    motion = _chain([0])
    axes, heads = _turn(Z, 90.0, 2), np.tile([5.0, 6.0, 7.0], (2, 1))
    turn, shift = channels_for(motion, _carriers([-1] * 4, [-1] * 4), 2, axes, heads)
    np.testing.assert_allclose(turn, axes, atol=1e-12)
    np.testing.assert_allclose(shift, np.tile([6.0, 12.0, 14.0], (2, 1)), atol=1e-12)


@pytest.mark.parametrize("driven", [[0, 3], [1, 3]])
def test_a_bone_is_turned_by_one_and_carried_by_another(driven) -> None:
    """Bone 3 hangs on the first driven one, which turns a quarter and lies elsewhere; bones between
    follow as at rest."""
    motion = _chain(driven)
    first = driven[0]
    motion.axes[:, 0] = _turn(Z, 90.0, 2)
    motion.heads[:, 0] = [10.0, 0.0, 0.0]
    reached = np.array([10.0, 3.0 - first, 0.0])  # b3 lies 3 - first along the turned X
    place = [-1, 0, 1, 2]
    turned = _carriers([-1, 0, 1, 2], place)
    turn, shift = channels_for(motion, turned, 3, _turn(Z, 90.0, 2), np.tile(reached, (2, 1)))
    np.testing.assert_allclose(turn, np.tile(np.eye(3), (2, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(shift, 0.0, atol=1e-12)
    apart = _carriers([-1, 0, 1, -1], place)
    turn, shift = channels_for(
        motion, apart, 3, _turn(Z, 90.0, 2), np.add(reached, [[1, 0, 0]] * 2)
    )
    np.testing.assert_allclose(turn, _turn(Z, 90.0, 2), atol=1e-12)
    np.testing.assert_allclose(shift, np.tile([2.0, 0.0, 0.0], (2, 1)), atol=1e-12)


def test_carried_channels_of_what_does_not_move_are_none() -> None:
    motion = replace(_chain([0, 1]), moving=np.array([True, False]))
    motion.heads[:] += 1.0
    found = carried_channels(motion, _carriers([-1] * 4, [-1] * 4))
    np.testing.assert_allclose(found.shifts[:, 0], 2.0)
    assert (found.shifts[:, 1] == 0.0).all()
    rig = carried_rig(motion.rig, _carriers([-1, 0, -1, 2], [1, -1, 0, 0]))
    assert rig.parents.tolist() == [1, -1, 0, 0]
    assert rig.inherits.tolist() == [False, True, False, True]


# --- the way over the ground --------------------------------------------------------------------


def _moved(figure, way):
    hips = np.add([[0.0, 0.0, 0.95]], way)
    axes = _rest(figure, len(way))
    return rig_motion(figure, axes, place_bones(figure, axes, hips), 30.0)


def test_the_way_is_level_and_without_sway() -> None:
    """From where the hips are at rest; three frames a second of sway stay on the hips."""
    rig, rig_map = _rooted()
    figure = figure_of(rig, rig_map)
    time = np.arange(90) / 30.0
    way = np.stack((0.05 * np.sin(2 * np.pi * 2 * time), time, 0.1 + 0 * time), axis=1)
    found = ground_path(figure, _moved(figure, way))
    assert np.abs(found[20:-20, 0]).max() < 0.005
    np.testing.assert_allclose(found[20:-20, 1], time[20:-20], atol=0.01)
    assert (found[:, 2] == 0.0).all()
    short = way[:2]
    np.testing.assert_allclose(ground_path(figure, _moved(figure, short)),
                               short * [1, 1, 0], atol=1e-12)  # fmt: skip


def test_the_slow_way_is_averaged_over_four_tenths_of_a_second() -> None:
    rig, rig_map = _rooted()
    figure = figure_of(rig, rig_map)
    way = np.zeros((121, 3))
    way[60, 0] = 1.0
    found = ground_path(figure, _moved(figure, way))[:, 0]
    assert found[60] == pytest.approx(1.0 / (12.0 * np.sqrt(2 * np.pi)), rel=0.02)
    assert found[72] / found[60] == pytest.approx(np.exp(-0.5), rel=0.02)


@pytest.mark.parametrize("root", ["hips", "root", "in-place"])
def test_where_the_way_is_kept(root: str) -> None:
    rig, rig_map = _rooted()
    figure = figure_of(rig, rig_map)
    motion = _moved(figure, np.tile([1.0, 2.0, 0.3], (5, 1)))
    found = travelled(figure, motion, root)
    hips, base = figure.of("Pelvis")[0], figure.of("Root")[0]
    expected = {"hips": ([1, 2, 1.3], [0.2, 0, 0]), "root": ([1, 2, 1.3], [1.2, 2, 0]),
                "in-place": ([0, 0, 1.3], [0.2, 0, 0])}[root]  # fmt: skip
    np.testing.assert_allclose(found.heads[:, hips], np.tile(expected[0], (5, 1)), atol=1e-6)
    np.testing.assert_allclose(found.heads[:, base], np.tile(expected[1], (5, 1)), atol=1e-6)
    bare = figure_of(rigs.person(), MAP)
    still = _moved(bare, np.tile([1.0, 2.0, 0.0], (5, 1)))
    assert (travelled(bare, still, root) is still) == (root != "in-place")


def test_three_frames_are_enough_to_average_a_way() -> None:
    rig, rig_map = _rooted()
    figure = figure_of(rig, rig_map)
    way = np.array([[0.0, 0, 0], [1.0, 0, 0], [0.0, 0, 0]])
    assert ground_path(figure, _moved(figure, way))[1, 0] < 0.9
