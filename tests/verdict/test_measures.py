# SPDX-License-Identifier: GPL-3.0-or-later
"""What each measure sees: one fault shown on a motion made for it, and nothing of it on a usual
one."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of

from lsmplify_core.body.body import default_body
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, rotation_x
from lsmplify_core.geometry.skeleton import JOINT_INDEX, MIRROR
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.repair import Repair
from lsmplify_core.tracks.tracks import Tracks
from lsmplify_core.verdict import Evidence, judge
from lsmplify_core.verdict.grading import measured

RATE = 30.0


def walking(frames: int = 90, slope: float = 0.0) -> Motion:
    """Someone who shuffles along +Y with small steps; slope: how much the floor rises on a
    metre."""
    time = np.arange(frames) / RATE
    turns = np.zeros((frames, 24, 3))
    turns[:, 1, 0] = -0.1 * np.sin(2.0 * time)
    turns[:, 2, 0] = 0.1 * np.sin(2.0 * time)
    turns[:, [4, 5], 0] = 0.15
    rotations = axis_angle_to_matrix(turns)
    rotations[:, 0] = _half_turn() @ rotation_x(90.0)
    root = np.zeros((frames, 3))
    root[:, 1] = 0.25 * time
    motion = Motion(rotations, root, RATE, default_body())
    lowest = motion.joints()[:, [7, 8, 10, 11], 2].min(axis=1)
    root[:, 2] = -lowest + slope * root[:, 1]
    return replace(motion, root=root)


def tilted(motion: Motion, radians: float) -> Motion:
    """The whole world turned about X."""
    turn = axis_angle_to_matrix(np.array([radians, 0.0, 0.0]))
    rotations = motion.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    return replace(motion, rotations=rotations, root=motion.root @ turn.T)


def _half_turn() -> np.ndarray:
    return axis_angle_to_matrix(np.array([0.0, 0.0, np.pi]))


def codes(evidence: Evidence) -> set[str]:
    return {r.code for r in judge(evidence).reasons}


def test_someone_who_walks_is_good() -> None:
    assert not codes(Evidence(walking()))
    assert not codes(Evidence(walking(slope=0.3)))  # up a hill, upright


def test_a_world_that_leans_is_told_from_a_hill() -> None:
    upright, leans = (measured(Evidence(tilted(walking(120), r))) for r in (0.0, 0.3))
    assert leans["off_balance"].value > upright["off_balance"].value + 0.1
    assert leans["sloping"].value > 3.0 > upright["sloping"].value
    assert codes(Evidence(tilted(walking(120), 0.4)))


def test_lying_counts_where_it_lasts_and_is_straight() -> None:
    lying = tilted(walking(), np.pi / 2)
    assert "lying" in codes(Evidence(lying))
    assert "lying" not in codes(Evidence(lying.between(0, 20)))
    bent = lying.rotations.copy()
    bent[:, [1, 2]] = rotation_x(-80.0)
    assert "lying" not in codes(Evidence(replace(lying, rotations=bent)))


def test_a_body_that_floats_is_told_and_a_jump_is_not() -> None:
    motion = walking()
    drift = motion.root + np.linspace(0, 6.0, 90)[:, None] * [0.0, 0.0, 1.0]
    assert measured(Evidence(replace(motion, root=drift)))["floating"].value > 2.5
    jump = motion.root.copy()
    jump[30:45, 2] += 0.4 * np.sin(np.linspace(0, np.pi, 15))
    assert measured(Evidence(replace(motion, root=jump)))["floating"].value < 1.0


@pytest.mark.parametrize("joint", ["L_Knee", "R_Knee"])
def test_knees_that_bend_backwards(joint: str) -> None:
    motion = strolling(60, RATE, 3)
    rotations = motion.rotations.copy()
    rotations[:, JOINT_INDEX[joint]] = np.swapaxes(rotations[:, JOINT_INDEX[joint]], -1, -2)
    worse = measured(Evidence(replace(motion, rotations=rotations)))
    usual = measured(Evidence(motion))
    assert worse["knees_past"].value > usual["knees_past"].value + 5.0
    assert worse["knees_back"].value > 0.12 > usual["knees_back"].value


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_an_elbow_of_a_hanging_arm_bends_forward_only(side: float) -> None:
    motion = walking(60)
    rotations = motion.rotations.copy()
    name = "L" if side > 0 else "R"
    rotations[:, JOINT_INDEX[f"{name}_Shoulder"]] = axis_angle_to_matrix(
        np.array([0.0, 0.0, -side * np.pi / 2])
    )
    found: list[float] = []
    for way in (-1.0, 1.0):
        bent = rotations.copy()
        bend = np.array([0.0, way * side * np.pi / 2, 0.0])
        bent[:, JOINT_INDEX[f"{name}_Elbow"]] = axis_angle_to_matrix(bend)
        found.append(measured(Evidence(replace(motion, rotations=bent)))["elbows_back"].value)
    assert found == [0.0, 1.0]


def test_a_leap_inside_counts_and_a_rest_pose_in_front_does_not() -> None:
    motion = strolling(60, RATE, 3)
    jumped = motion.root.copy()
    jumped[30:] += [0.9, 0.0, 0.0]
    reasons = judge(Evidence(replace(motion, root=jumped))).reasons
    leap = next(r for r in reasons if r.code == "leap")
    assert leap.frame is not None
    assert abs(leap.frame - 30) <= 2
    rest = motion.rotations.copy()
    rest[0] = np.eye(3)
    first = motion.root.copy()
    first[0] = [5.0, 5.0, 0.9]
    assert not codes(Evidence(replace(motion, rotations=rest, root=first)))


def test_a_turn_within_a_moment() -> None:
    motion = strolling(60, RATE, 3)
    rotations = motion.rotations.copy()
    rotations[20:40, 0] = _half_turn() @ rotations[20:40, 0]
    assert "turn" in codes(Evidence(replace(motion, rotations=rotations)))


def evidence(positions: np.ndarray | None = None, **more: object) -> Evidence:
    """Of BODY_25 tracks that lie exactly on a stroller, with other positions where they are
    given."""
    motion = strolling(90, RATE, 3)
    tracks = tracks_of(motion)
    if positions is not None:
        tracks = replace(tracks, positions=positions)
    layout = load_layout("BODY_25")
    error = np.linalg.norm(tracks.positions - tracks_of(motion).positions, axis=-1)
    motion = replace(motion, track_names=tracks.names, track_error=error)
    return Evidence(
        motion, tracks, joints=layout.joints, offsets=layout.offsets, usual=layout.offsets, **more
    )  # type: ignore[arg-type]


def points() -> np.ndarray:
    return tracks_of(strolling(90, RATE, 3)).positions.copy()


def test_tracks_on_the_body_are_good() -> None:
    assert judge(evidence()).grade == "good"


def test_a_track_that_is_elsewhere_is_named() -> None:
    wrong = points()
    wrong[:, 4] += 0.2
    reasons = judge(evidence(wrong)).reasons
    far = next(r for r in reasons if r.code == "far-track")
    assert far.tracks == (load_layout("BODY_25").names[4],)
    assert far.value == pytest.approx(1000 * 0.2 * np.sqrt(3), rel=0.05)


def test_held_values_and_frozen_takes() -> None:
    held = points()
    held[20:70, 4] = held[20, 4]
    held[20:70, 7] = held[20, 7]
    assert "held" in codes(evidence(held))
    frozen = points()
    frozen[30:60] = frozen[30]
    assert measured(evidence(frozen))["frozen"].value >= 0.9


def test_frames_and_limbs_without_data() -> None:
    blind = points()
    blind[20:60] = np.nan
    assert {"no-data", "no-data-span"} <= codes(evidence(blind))
    layout = load_layout("BODY_25")
    leg = np.isin(layout.joints, [JOINT_INDEX[n] for n in ("L_Knee", "L_Ankle", "L_Foot")])
    legless = points()
    legless[10:, leg] = np.nan
    told = next(r for r in judge(evidence(legless)).reasons if r.code == "limb-unseen")
    assert told.tracks == ("left leg",)


def test_points_of_a_picture_are_flat() -> None:
    flat = points()
    flat[..., 1] = 0.0
    reason = next(r for r in judge(evidence(flat)).reasons if r.code == "flat")
    assert reason.grade == "do not use"


def test_a_long_exchange_of_left_and_right_is_told_and_others_are_not() -> None:
    layout = load_layout("BODY_25")
    left = next(k for k, p in enumerate(layout.keypoints) if p.joint == JOINT_INDEX["L_Knee"])
    other = MIRROR[JOINT_INDEX["L_Knee"]]
    right = next(k for k, p in enumerate(layout.keypoints) if p.joint == other)
    ankle = next(k for k, p in enumerate(layout.keypoints) if p.joint == JOINT_INDEX["L_Ankle"])

    def swapped(a: int, b: int) -> Repair:
        return Repair("swap", (layout.names[a], layout.names[b]), 5, 60, "exchanged", "")

    assert "exchanged" in codes(evidence(repairs=(swapped(left, right),)))
    assert "exchanged" not in codes(evidence(repairs=(swapped(left, ankle),)))


def test_much_that_was_left_out_is_told() -> None:
    names = load_layout("BODY_25").names
    repairs = tuple(Repair("mislabel", (n,), 0, 60, "left out", "") for n in names[:4])
    assert "left-out" in codes(evidence(repairs=repairs))


def test_certainty_of_a_match_without_names() -> None:
    assert "unnamed" in codes(evidence(certainty=0.82))
    assert "unnamed" not in codes(evidence(certainty=0.97))


def test_an_unknown_unit_says_nothing_of_the_height() -> None:
    tall = replace(strolling(60, RATE, 3), body=default_body().scaled(np.full(24, 2.0)))
    assert "too-tall" in codes(Evidence(tall))
    assert "too-tall" not in codes(Evidence(tall, sized=False))


def test_a_tracks_record_of_nothing_is_no_fault() -> None:
    empty = Tracks(np.full((90, 25, 3), np.nan), load_layout("BODY_25").names, RATE)
    motion = replace(strolling(90, RATE, 3), track_names=empty.names)
    assert judge(Evidence(motion, empty)).grade == "good"
