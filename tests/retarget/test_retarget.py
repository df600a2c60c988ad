# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion on a character: directions, feet, hands, roots, limits, and what is said when it can't
be."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.cleanup.feet.floor import Floor
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.motion.motion import Motion, load_motion
from lsmplify_core.retarget import (
    InputError,
    RetargetOptions,
    RigMap,
    body_of,
    checked_rig,
    find_map,
    performance_of,
    performance_of_rig,
    pose_character,
    retarget,
    retarget_steps,
)
from lsmplify_core.retarget.contacts.body_parts import source_posture
from lsmplify_core.retarget.contacts.feet import Stance, tied_to_ground
from lsmplify_core.retarget.contacts.soles import levelled
from lsmplify_core.retarget.contacts.touches import _pull as touches_of
from lsmplify_core.retarget.contacts.touches import find_touches
from lsmplify_core.retarget.contacts.two_bones import bend_to
from lsmplify_core.retarget.measure import joint_places, rig_soles
from lsmplify_core.retarget.posing.channels import pose_channels
from lsmplify_core.retarget.posing.figure import figure_of
from lsmplify_core.retarget.posing.limits import euler_of, from_euler
from lsmplify_core.retarget.posing.performance import in_world
from lsmplify_core.retarget.rig.rig_motion import RigPoses

from . import rigs

FREE = RetargetOptions(contacts=False, touches=False)
PERSON = RigMap("person", rigs.person_roles())


def _about(axis, degrees):
    return rigs.about(np.array(axis, float), np.array(np.radians(degrees)))


def _walk(frames=60, seed=1):
    """Somebody who steps from one foot to the other and swings his arms."""
    phase = np.linspace(0, 4 * np.pi, frames)
    vectors = np.zeros((frames, 24, 3))
    vectors[:, 0] = [np.pi / 2, 0, 0]
    for side, sign in (("L", 1.0), ("R", -1.0)):
        swing = np.sin(phase) * sign
        vectors[:, JOINT_INDEX[f"{side}_Hip"], 0] = -0.5 * swing - 0.1
        vectors[:, JOINT_INDEX[f"{side}_Knee"], 0] = 0.35 + 0.3 * np.cos(phase) * sign
        vectors[:, JOINT_INDEX[f"{side}_Shoulder"], 2] = -1.2 * sign
        vectors[:, JOINT_INDEX[f"{side}_Elbow"], 1] = -0.6 * sign
    rng = np.random.default_rng(seed)
    vectors[:, [3, 6, 9, 12, 15]] += rng.normal(0, 0.1, (1, 5, 3))
    root = np.stack((0.02 * np.sin(phase), -0.02 * np.arange(frames), 0.9 + 0 * phase), axis=1)
    return Motion(axis_angle_to_matrix(vectors), root, 30.0, default_body())


def _stand(frames=40):
    """Somebody who stands and turns his trunk, feet still."""
    phase = np.linspace(0, 2 * np.pi, frames)
    vectors = np.zeros((frames, 24, 3))
    vectors[:, 0] = [np.pi / 2, 0, 0]
    vectors[:, 6, 1] = 0.5 * np.sin(phase)
    vectors[:, [16, 17], 2] = [-1.2, 1.2]
    root = np.tile([0.0, 0.0, 1.0], (frames, 1))
    return Motion(axis_angle_to_matrix(vectors), root, 30.0, default_body())


def _rests():
    person = rigs.person()
    yield "T", person
    yield (
        "A",
        rigs.reposed(
            person, {f"{s} upperarm": _about([0, 1, 0], 45 if s == "L" else -45) for s in "LR"}
        ),
    )
    yield (
        "N",
        rigs.reposed(
            person, {f"{s} upperarm": _about([0, 1, 0], 88 if s == "L" else -88) for s in "LR"}
        ),
    )
    bent = {f"{s} thigh": _about([1, 0, 0], -30) for s in "LR"}
    bent |= {f"{s} shin": _about([1, 0, 0], 55) for s in "LR"}
    bent |= {f"{s} forearm": _about([0, 0, 1], -70 if s == "L" else 70) for s in "LR"}
    yield "bent", rigs.reposed(person, bent)
    yield "facing away, scaled", rigs.set_in_world(person, 200.0, 0.01, (1.0, 2.0, 0.0))
    rng = np.random.default_rng(2)
    roll = rng.uniform(-3, 3, person.count)
    yield (
        "rolled",
        rigs.made(person.names, list(person.parents), person.heads, person.tails, "rolled", roll),
    )


@pytest.mark.parametrize("number", range(6))
def test_limbs_point_as_the_sources_from_any_rest_pose(number):
    name, rig = list(_rests())[number]
    report = retarget(_walk(), rig, PERSON, FREE).report
    assert report.limb_direction_deg["max"] < 0.5, name


@pytest.mark.parametrize("number", range(6))
def test_the_same_pose_comes_out_of_any_rest_pose(number):
    """Twist too: the bones' axes, as seen from those of the T-pose, turn alike."""
    name, rig = list(_rests())[number]
    if name == "facing away, scaled":
        pytest.skip("its root is elsewhere")
    straight = rigs.person()
    a = retarget(_walk(), straight, PERSON, FREE).motion
    b = retarget(_walk(), rig, PERSON, FREE).motion
    for bone in range(rig.count):
        fixed = np.swapaxes(a.axes[:, bone], -1, -2) @ b.axes[:, bone]
        spread = fixed[0].T @ fixed
        angle = np.degrees(np.arccos(np.clip((np.trace(spread, axis1=1, axis2=2) - 1) / 2, -1, 1)))
        assert angle.max() < 0.1, (name, rig.names[bone])
    for bone in ("L hand", "R forearm", "L foot"):
        i = list(a.rig.names).index(bone)
        moved = a.heads[:, i] - b.heads[:, i]
        assert np.linalg.norm(moved - moved[0], axis=1).max() < 0.002 or name == "bent"


def test_channels_say_what_the_world_axes_say():
    rig = rigs.set_in_world(rigs.person(inherits=None), 33.0, 0.02)
    figure = figure_of(rig, PERSON)
    motion = retarget(_walk(), rig, PERSON).motion
    again = pose_channels(figure, motion.turns, motion.shifts, motion.rate)
    assert np.allclose(again.axes, motion.axes, atol=1e-9)
    assert np.allclose(again.heads, motion.heads, atol=1e-9)


def test_bones_that_do_not_inherit_rotation():
    inherits = [n not in ("L forearm", "head") for n in rigs.person().names]
    rig = rigs.person(inherits=inherits)
    a = retarget(_walk(), rig, PERSON, FREE).motion
    b = retarget(_walk(), rigs.person(), PERSON, FREE).motion
    assert np.allclose(a.axes, b.axes)
    i = rig.index("L forearm")
    assert not np.allclose(a.rotations[:, i], b.rotations[:, i], atol=0.1)


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.3])
def test_standing_feet_stay_where_they_are(factor):
    person = rigs.person()
    tails = factor * person.tails
    rig = rigs.made(person.names, list(person.parents), factor * person.heads, tails)
    result = retarget(_stand(), rig, PERSON)
    soles = rig_soles(figure_of(rig, PERSON), result.motion)
    assert np.ptp(soles[..., :2], axis=0).max() < 0.001
    assert result.report.foot_height_mm["target"] == pytest.approx(
        result.report.foot_height_mm["source"], abs=1.0
    )
    assert result.report.contacts["found"] == result.report.contacts["kept"] == 4


def test_walking_feet_slide_no_more_and_knees_do_not_pop():
    """A rig with short thighs: its own feet would slide."""
    person = rigs.person()
    heads, tails = person.heads.copy(), person.tails.copy()
    for side in "LR":
        shin, thigh = person.index(f"{side} shin"), person.index(f"{side} thigh")
        heads[shin, 2] += 0.06
        tails[thigh, 2] += 0.06
    rig = rigs.made(person.names, list(person.parents), heads, tails)
    clip = rigs.FOLDER.parent / "motion" / "test" / "cmu" / "06_01.npz"
    if not clip.is_file():
        pytest.skip(f"{clip} is not here")
    motion = load_motion(clip)
    held = retarget(motion, rig, PERSON, RetargetOptions(touches=False))
    free = retarget(motion, rig, PERSON, FREE)
    slid = held.report.foot_sliding_mm
    assert slid["target"] < min(1.1 * slid["source"], free.report.foot_sliding_mm["target"])
    figure = figure_of(rig, PERSON)

    def jolts(result):
        knee = joint_places(figure, result.motion)["L_Knee"]
        return np.linalg.norm(np.diff(knee, 2, axis=0), axis=1).max()

    assert jolts(held) < 1.5 * jolts(free)


def _long_arms():
    """A person whose arms are 28 cm longer than they were."""
    person = rigs.person()
    heads, tails = person.heads.copy(), person.tails.copy()
    for side, sign in (("L", 1.0), ("R", -1.0)):
        for name, shift in (("forearm", 0.07), ("hand", 0.14)):
            heads[person.index(f"{side} {name}"), 0] += sign * shift
        for name, shift in (("upperarm", 0.07), ("forearm", 0.14), ("hand", 0.14)):
            tails[person.index(f"{side} {name}"), 0] += sign * shift
    return rigs.made(person.names, list(person.parents), heads, tails)


def _touching(part):
    """Somebody whose left hand lies on a part of his body, found by trying arms at random."""
    motion = _stand(4000)
    rng = np.random.default_rng(7)
    rotations = np.broadcast_to(motion.rotations[:1], motion.rotations.shape).copy()
    rotations[:, 6] = np.eye(3)
    if part == "L_Hip":
        rotations[:, [1, 2]] = axis_angle_to_matrix(np.array([-1.4, 0.0, 0.0]))
    for joint, spread in ((16, 1.2), (18, 1.0)):
        rotations[:, joint] = axis_angle_to_matrix(rng.normal(0, spread, (4000, 3)))
    tried = replace(motion, rotations=rotations)
    touches = find_touches(source_posture(in_world(performance_of(tried)), 1.0), Floor(), 1.0, 30.0)
    near = next(t.near for t in touches if t.side == "L" and t.part.start == part)
    others = np.min([t.near for t in touches if t.side == "L" and t.part.start != part], axis=0)
    best = int(np.argmin(np.abs(near) + np.maximum(0.06 - others, 0.0)))
    assert abs(near[best]) < 0.01
    return replace(tried, rotations=np.repeat(rotations[best : best + 1], 12, axis=0),
                   root=motion.root[:12])  # fmt: skip


@pytest.mark.parametrize("part", ["hips", "Head", "L_Hip", "R_Shoulder"])
def test_a_touching_hand_touches_on_other_proportions(part):
    motion, rig = _touching(part), _long_arms()
    kept = retarget(motion, rig, PERSON).report.touches
    assert kept["found"] >= 1
    assert kept["kept"] == kept["found"]
    with_none = retarget(motion, rig, PERSON, RetargetOptions(touches=False))
    assert with_none.report.touches == {"found": 0, "kept": 0}


def test_root_bone_takes_the_way_and_the_hips_the_rest():
    person = rigs.person()
    rig = rigs.made(
        ["root", *person.names], [-1, *(person.parents + 1)],
        np.concatenate((np.zeros((1, 3)), person.heads)),
        np.concatenate(([[0.0, 0.3, 0.0]], person.tails)),
    )  # fmt: skip
    rig_map = RigMap("person", {**rigs.person_roles(), "Root": ("root",)})
    on_hips = retarget(_walk(), rig, rig_map, RetargetOptions(root="hips")).motion
    on_root = retarget(_walk(), rig, rig_map, RetargetOptions(root="root")).motion
    still = retarget(_walk(), rig, rig_map, RetargetOptions(root="in-place")).motion
    head = rig.index("head")
    assert np.allclose(on_hips.posed[1][:, head], on_root.posed[1][:, head])
    assert np.ptp(on_root.posed[1][:, 0, 1]) > 1.0
    assert np.ptp(on_hips.posed[1][:, 0, 1]) < 1e-9
    assert np.ptp(still.posed[1][:, head, 1]) < 0.1


def test_channels_are_of_every_bone_and_those_that_are_not_driven_rest():
    motion = retarget(_walk(8), rigs.person(), PERSON).motion
    count = motion.rig.count
    assert motion.locations.shape == (8, count, 3)
    assert motion.rotations.shape == (8, count, 3, 3)
    np.testing.assert_array_equal(motion.locations[:, motion.bones], motion.shifts)
    np.testing.assert_array_equal(motion.rotations[:, motion.bones], motion.turns)
    others = [b for b in range(count) if b not in set(np.asarray(motion.bones).tolist())]
    assert (motion.locations[:, others] == 0.0).all()
    assert (motion.rotations[:, others] == np.eye(3)).all()
    assert not motion.rotates[others].any()
    assert not motion.moves[others].any()


@pytest.mark.parametrize("place", [[0.0, 0.0, 0.0], [0.4, -0.7, 0.0]])
def test_in_place_is_where_the_character_rests(place):
    person = rigs.person()
    rig = rigs.made(person.names, list(person.parents), person.heads + np.array(place),
                    person.tails + np.array(place))  # fmt: skip
    still = retarget(_walk(), rig, PERSON, RetargetOptions(root="in-place")).motion
    head = rig.index("head")
    away = still.posed[1][:, head, :2].mean(axis=0) - rig.heads[head, :2]
    assert np.abs(away).max() < 0.12


def test_without_a_root_bone_it_is_said():
    report = retarget(_walk(), rigs.person(), PERSON, RetargetOptions(root="root")).report
    assert any("no root bone" in w for w in report.warnings)


def test_limits_are_kept_and_counted():
    limits = np.tile([-np.inf, np.inf], (rigs.person().count, 3, 1))
    knee = rigs.person().index("L shin")
    limits[knee] = [[-0.3, 0.3], [-0.3, 0.3], [-0.3, 0.3]]
    rig = rigs.person(limits=limits)
    result = retarget(_walk(), rig, PERSON, FREE)
    angles = euler_of(result.motion.rotations[:, knee])
    assert np.abs(angles).max() < 0.3 + 1e-6
    assert result.report.limits_clipped > 0
    free = retarget(_walk(), rig, PERSON, replace(FREE, limits=False))
    assert free.report.limits_clipped == 0


def test_euler_angles_go_round():
    angles = np.random.default_rng(1).uniform(-1.4, 1.4, (50, 3))
    assert np.allclose(euler_of(from_euler(angles)), angles)


def test_a_character_as_a_body_and_back():
    rig = rigs.person()
    body = body_of(rig, PERSON)
    motion = replace(_walk(), body=body)
    posed = pose_character(motion, rig, PERSON)
    places = joint_places(figure_of(rig, PERSON), posed)
    joints = motion.joints()
    for role, place in places.items():
        name = {"Spine": "Spine1"}.get(role, role)
        assert np.allclose(place, joints[:, JOINT_INDEX[name]], atol=1e-3), role


def test_any_character_may_be_the_source():
    """From the person to SMPL's armature by way of the person's own posed bones."""
    person, smpl = rigs.person(), rigs.smpl()
    there = retarget(_walk(), person, PERSON, FREE).motion
    axes, heads = there.posed
    source = performance_of_rig(RigPoses(person, axes, heads, 30.0), PERSON)
    back = retarget(source, smpl, find_map(smpl), FREE)
    assert back.report.limb_direction_deg["max"] < 0.5
    straight = retarget(_walk(), smpl, find_map(smpl), FREE).motion
    i = smpl.index("L_Wrist")
    angle = np.trace(
        np.swapaxes(straight.axes[:, i], -1, -2) @ back.motion.axes[:, i], axis1=1, axis2=2
    )
    assert np.degrees(np.arccos(np.clip((angle - 1) / 2, -1, 1))).max() < 1.0


def test_fingers_are_transferred_relaxed_or_left():
    rig = rigs.shared("makehuman_mixamo")
    rig_map = find_map(rig)
    motion = _walk(6)
    fingers = np.broadcast_to(np.eye(3), (6, 30, 3, 3)).copy()
    fingers[:, 0] = axis_angle_to_matrix(np.array([0.0, 0.0, -0.8]))
    first = rig.index("mixamorig:LeftHandIndex1")
    bent = retarget(performance_of(motion, fingers), rig, rig_map).motion.rotations[:, first]
    flat = retarget(
        performance_of(motion, np.broadcast_to(np.eye(3), fingers.shape)), rig, rig_map
    ).motion.rotations[:, first]
    turned = np.swapaxes(flat, -1, -2) @ bent
    assert np.degrees(np.arccos((np.trace(turned, axis1=1, axis2=2) - 1) / 2)) == pytest.approx(
        np.degrees(0.8), abs=1e-3
    )
    relaxed = retarget(motion, rig, rig_map).motion
    kept = retarget(motion, rig, rig_map, RetargetOptions(fingers="keep")).motion
    assert relaxed.rotates[first]
    assert not kept.rotates[first]


def test_twist_bones_take_their_share():
    """The forearm's twist bone, in the middle, turns half as far as the wrist."""
    person = rigs.person()
    i = person.index("L forearm")
    middle = 0.5 * (person.heads[i] + person.tails[i])
    rig = rigs.made(
        [*person.names, "twist"], [*person.parents, i],
        np.concatenate((person.heads, [middle - 0.01])),
        np.concatenate((person.tails, [middle + 0.01])),
    )  # fmt: skip
    rig_map = RigMap("p", {**rigs.person_roles(), "L_ElbowTwist": ("twist",)})
    motion = _stand(3)
    rotations = np.broadcast_to(np.eye(3), motion.rotations.shape).copy()
    rotations[:, 0] = motion.rotations[:, 0]
    axis = default_body().offsets[JOINT_INDEX["L_Wrist"]]
    axis = axis / np.linalg.norm(axis)
    rotations[:, JOINT_INDEX["L_Wrist"]] = axis_angle_to_matrix(1.0 * axis)
    turns = retarget(replace(motion, rotations=rotations), rig, rig_map, FREE).motion.rotations
    angle = np.arccos((np.trace(turns[0, rig.index("twist")]) - 1) / 2)
    assert angle == pytest.approx(0.5, abs=0.02)


def test_a_limb_reaches_its_goal_and_keeps_its_plane():
    rng = np.random.default_rng(4)
    upper = rng.normal(0, 0.3, (200, 3))
    hinge = rigs.unit(np.cross(upper, rng.normal(0, 1, (200, 3))))
    bent = (
        rigs.about(hinge, rng.uniform(0.0, 2.4, 200)) @ (upper * rng.uniform(0.7, 1.3))[..., None]
    )
    lower = bent[..., 0] + rng.normal(0, 0.01, (200, 3))
    lengths = np.linalg.norm(upper, axis=1), np.linalg.norm(lower, axis=1)
    least, most = np.abs(lengths[0] - lengths[1]), lengths[0] + lengths[1]
    far = least + rng.uniform(0.1, 0.9, 200) * (most - least)
    goal = rng.normal(0, 1, (200, 3))
    goal *= (far / np.linalg.norm(goal, axis=1))[:, None]
    alone = [bend_to(*(v[i : i + 1] for v in (upper, lower, hinge, goal)), 30.0)
             for i in range(200)]  # fmt: skip
    first, second, over = (np.concatenate(parts) for parts in zip(*alone, strict=True))
    end = (first @ upper[..., None] + second @ lower[..., None])[..., 0]
    assert np.allclose(end, goal, atol=1e-6)
    assert over.max() == 0.0
    knee = np.cross((first @ upper[..., None])[..., 0], (second @ lower[..., None])[..., 0])
    assert (np.sum(knee * (first @ hinge[..., None])[..., 0], axis=1) > -1e-3).all()


def _leg_towards(bend, off):
    """A leg that is bent so far (degrees), its foot brought to goals that are off by (T,) metres
    along it: knees (T, 3), ends (T, 3), goals (T, 3)."""
    count = len(off)
    upper = np.tile([0.0, 0.0, -0.43], (count, 1))
    hinge = np.tile([1.0, 0.0, 0.0], (count, 1))
    lower = (_about([1, 0, 0], bend) @ upper[..., None])[..., 0]
    own = upper + lower
    goal = own * (1.0 + off / np.linalg.norm(own, axis=1))[:, None]
    first, second, _ = bend_to(upper, lower, hinge, goal, 30.0)
    knee = (first @ upper[..., None])[..., 0]
    return knee, knee + (second @ lower[..., None])[..., 0], goal


@pytest.mark.parametrize("bend", [-4.0, 1.0, 5.0])
def test_a_nearly_straight_knee_is_calm_for_goals_that_tremble(bend):
    """A millimetre of trembling moves a straight leg's exact knee by centimetres a frame."""
    off = 0.001 * np.random.default_rng(2).normal(size=90)
    knee, end, goal = _leg_towards(bend, off)
    assert np.linalg.norm(np.diff(knee, 2, axis=0), axis=1).max() < 0.012
    assert np.linalg.norm(end - goal, axis=1).max() < 0.005


def test_a_bent_knee_is_exact():
    off = 0.02 * np.sin(np.arange(90) / 5.0)
    _, end, goal = _leg_towards(60.0, off)
    assert np.linalg.norm(end - goal, axis=1).max() < 3e-4


def test_a_foot_in_the_air_goes_with_the_pelvis():
    stance = Stance(np.zeros((90, 4, 3)), np.zeros((90, 4), dtype=bool), Floor(), 1)
    stance.stands[:20, :2] = True
    tied = tied_to_ground(stance, 30.0)
    assert (tied[:20, 0] == 1.0).all()
    assert (tied[40:, 0] == 0.0).all()
    assert (tied[:, 1] == 0.0).all()
    assert np.abs(np.diff(tied[:, 0])).max() < 0.3


def test_a_standing_foot_of_another_length_has_heel_and_toe_at_their_heights():
    """Of a foot twice as long, pitched as its source's, the toe would be twice as high."""
    pitch = np.radians(8.0)
    ahead = np.array([0.0, -np.cos(pitch), np.sin(pitch)])
    goal = np.array([np.zeros(3), 0.2 * ahead] * 2)[None]
    own = np.array([np.zeros(3), 0.4 * ahead] * 2)[None]
    turns = levelled(own, goal, np.array([[1.0, 0.0]]))
    feet = (turns @ (own[:, 1::2] - own[:, 0::2])[..., None])[0, :, :, 0]
    assert feet[0, 2] == pytest.approx(0.2 * np.sin(pitch), abs=1e-9)
    assert feet[0, 1] < -0.39
    assert np.allclose(feet[1], 0.4 * ahead)


def test_a_hand_that_swings_past_is_left_alone():
    """Near the thigh, but never touching it, in the first second; touching in the second."""
    near = np.concatenate((np.full(30, 0.03), np.full(30, 0.01)))
    pull = touches_of(near, 30.0)
    assert (pull[:14] == 0.0).all()
    assert (pull[30:] == 1.0).all()


def test_progress_goes_up_and_the_steps_can_be_dropped():
    steps = retarget_steps(_walk(10), rigs.person(), PERSON)
    shares = [next(steps).share for _ in range(4)]
    assert shares == sorted(shares)
    steps.close()
    every = [p.share for p in retarget_steps(_walk(10), rigs.person(), PERSON)]
    assert (every[0], every[-1]) == (0.0, 1.0)
    assert every == sorted(every)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_very_short_motions(frames):
    result = retarget(_walk(60).between(0, frames), rigs.person(), PERSON)
    assert result.motion.frames == frames
    assert np.isfinite(result.motion.turns).all()


def _world(*scales):
    return np.diag([*scales, 1.0])


@pytest.mark.parametrize(
    ("world", "words"),
    [(_world(1, 2, 1), "unevenly"), (_world(-1, 1, 1), "negative"), (_world(0, 1, 1), "none"),
     (_world(np.nan, 1, 1), "not numbers")],
)  # fmt: skip
def test_scales_that_no_rig_may_have(world, words):
    rig = rigs.person()
    with pytest.raises(InputError, match=words) as error:
        checked_rig(rig.names, list(rig.parents), rigs.matrices(rig), np.ones(rig.count), world)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("names", "parents", "words"),
    [((), (), "no bones"), (("a", "a"), (-1, 0), "twice"), (("a", "b"), (1, 0), "ancestor"),
     (("a",), (4,), "parents")],
)  # fmt: skip
def test_trees_that_are_none(names, parents, words):
    with pytest.raises(InputError, match=words):
        checked_rig(names, parents, np.tile(np.eye(4), (len(names), 1, 1)), np.ones(len(names)))


def test_exchanged_sides_are_said():
    swapped = {
        ("R" if r[0] == "L" else "L") + r[1:] if r[1:2] == "_" else r: c
        for r, c in rigs.person_roles().items()
    }
    with pytest.raises(InputError, match="exchanged"):
        retarget(_walk(5), rigs.person(), RigMap("swapped", swapped))


def test_locked_bones_are_left_alone_or_said():
    locked = [n == "head" for n in rigs.person().names]
    result = retarget(_walk(5), rigs.person(locked=locked), PERSON)
    assert any("locked" in w for w in result.report.warnings)
    assert not result.motion.rotates[rigs.person().index("head")]
    with pytest.raises(InputError, match="locked"):
        retarget(
            _walk(5), rigs.person(locked=[n == "L thigh" for n in rigs.person().names]), PERSON
        )


def test_sources_that_are_no_motion():
    motion = _walk(5)
    broken = motion.rotations.copy()
    broken[3] = np.nan
    with pytest.raises(InputError, match="frame 3"):
        retarget(replace(motion, rotations=broken), rigs.person(), PERSON)
    with pytest.raises(InputError, match="no frames"):
        retarget(motion.between(0, 0), rigs.person(), PERSON)
    with pytest.raises(InputError, match="fingers"):
        performance_of(motion, np.zeros((4, 30, 3, 3)))


def test_a_source_rig_that_is_no_person():
    rig = rigs.without(
        rigs.person(), {f"{s} {n}" for s in "LR" for n in ("thigh", "shin", "foot", "toes")}, "bust"
    )
    bones = {r: c for r, c in rigs.person_roles().items() if set(c) <= set(rig.names)}
    poses = RigPoses(rig, np.tile(rig.axes, (2, 1, 1, 1)), np.tile(rig.heads, (2, 1, 1)), 30.0)
    with pytest.raises(InputError, match="legs"):
        performance_of_rig(poses, RigMap("bust", bones))


@pytest.mark.parametrize(
    "options",
    [RetargetOptions(root="floor"), RetargetOptions(fingers="wave"), RetargetOptions(size=-1.0)],
)
def test_options_that_do_not_exist(options):
    with pytest.raises(InputError):
        retarget(_walk(3), rigs.person(), PERSON, options)


@pytest.mark.parametrize("seed", range(12))
def test_characters_that_lack_whatever_they_may_lack(seed):
    """Any roles but hips, knees and pelvis may be missing: all ways work, or say so in one line."""
    rng = np.random.default_rng(seed)
    needed = ("Pelvis", "L_Hip", "R_Hip", "L_Knee", "R_Knee", "Spine")
    optional = [r for r in rigs.person_roles() if r not in needed]
    drop = set(rng.choice(optional, rng.integers(1, len(optional)), replace=False))
    rig_map = RigMap("part", {r: c for r, c in rigs.person_roles().items() if r not in drop})
    motion = retarget(_walk(6), rigs.person(), rig_map).motion
    assert np.isfinite(motion.turns).all()
    axes, heads = motion.posed
    source = performance_of_rig(RigPoses(rigs.person(), axes, heads, 30.0), rig_map)
    assert np.isfinite(source.motion.joints()).all()
    assert np.isfinite(body_of(rigs.person(), rig_map).rest_joints).all()
