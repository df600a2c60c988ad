# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares, seconds and speeds as numbers: what each measure of coverage and movement says of a fault
of a known size."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.geometry.rotations import axis_angle_to_matrix, rotation_x
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.verdict import Evidence, coverage, movement

NAMES = load_layout("BODY_25").names
JOINTS = load_layout("BODY_25").joints


def walking(frames: int = 120, rate: float = 30.0, speed: float = 1.0) -> Motion:
    motion = waving(frames, rate)
    root = motion.root.copy()
    root[:, 1] += speed * np.arange(frames) / rate
    return replace(motion, root=root, track_names=NAMES)


def shown(motion: Motion, change=None) -> Evidence:
    tracks = tracks_of(motion)
    if change is not None:
        positions = tracks.positions.copy()
        change(positions)
        tracks = replace(tracks, positions=positions)
    return Evidence(motion, tracks, joints=JOINTS)


def covered(change=None, **motion) -> dict:
    return coverage.measures(shown(walking(**motion), change))


def test_a_whole_take_misses_nothing() -> None:
    found = covered()
    for name in ("blind", "blind_seconds", "gaps", "limb_unseen", "limb_unseen_share", "held",
                 "frozen"):  # fmt: skip
        assert found[name].value == 0.0
    assert 0.1 < found["flat"].value < 0.9


@pytest.mark.parametrize("rate", [30.0, 60.0])
def test_frames_that_show_too_little_are_counted(rate: float) -> None:
    def blind(p: np.ndarray) -> None:
        p[10:16] = np.nan
        p[50:80, 3:] = np.nan

    found = covered(blind, rate=rate)
    assert found["blind"].value == pytest.approx(36 / 120)
    assert found["blind_seconds"].value == pytest.approx(30 / rate)
    assert (found["blind"].frame, found["blind_seconds"].frame) == (50, 50)
    assert found["gaps"].value == pytest.approx((6 * 25 + 30 * 22) / (120 * 25))


def test_the_worst_limb_is_named() -> None:
    def unseen(p: np.ndarray) -> None:
        p[20:50, np.isin(JOINTS, [18, 20, 22])] = np.nan
        p[60:80, np.isin(JOINTS, [5, 8, 11])] = np.nan
        p[90:105, np.isin(JOINTS, [5, 8, 11])] = np.nan

    found = covered(unseen)
    arm, leg = found["limb_unseen"], found["limb_unseen_share"]
    assert (arm.value, arm.frame, arm.tracks) == (1.0, 20, ("left arm",))
    assert (leg.value, leg.frame, leg.tracks) == (35 / 120, 60, ("right leg",))


def test_samples_that_repeat_while_others_move_are_held() -> None:
    def held(p: np.ndarray) -> None:
        p[31:51, 7] = p[30, 7]
        p[80:84] = p[79]  # all of them: the file was written twice there

    found = covered(held)["held"]
    assert found.value == pytest.approx(20 / (119 * 25))
    assert (found.frame, found.tracks) == (30, (NAMES[7],))


@pytest.mark.parametrize(("speed", "seconds"), [(1.0, 20 / 30), (0.0, 0.0)])
def test_a_take_that_freezes_in_the_middle_of_a_movement(speed: float, seconds: float) -> None:
    def frozen(p: np.ndarray) -> None:
        p[41:61] = p[40]

    motion = walking(speed=speed)
    if speed == 0.0:
        still = replace(motion, rotations=np.repeat(motion.rotations[:1], 120, axis=0))
        still.root[:] = still.root[0]
        still.root[:, 0] += 0.002 * np.arange(120) / 30.0
        motion = still
    found = coverage.measures(shown(motion, frozen))["frozen"]
    assert found.value == pytest.approx(seconds)
    assert found.frame == (40 if seconds else None)


@pytest.mark.parametrize("depth", [0.01, 0.05])
def test_flat_points_are_as_deep_as_they_are(depth: float) -> None:
    random = np.random.default_rng(0).standard_normal((120, 25, 3)) * [1.0, 0.5, 0.5 * depth]
    evidence = shown(walking())
    assert evidence.tracks is not None
    flat = replace(evidence, tracks=replace(evidence.tracks, positions=random))
    assert coverage.measures(flat)["flat"].value == pytest.approx(depth, rel=0.05)


# --- movement ----------------------------------------------------------------------------------


def gliding(speed: float, frames: int = 90, rate: float = 30.0, turn: float = 0.0) -> Motion:
    """Somebody stiff who moves at metres a second, and turns at degrees a second."""
    motion = waving(frames, rate)
    t = np.arange(frames)[:, None] / rate
    motion.rotations[:] = motion.rotations[:1]
    spin = axis_angle_to_matrix(np.radians(turn) * t * [0.0, 0.0, 1.0])
    motion.rotations[:, 0] = spin @ rotation_x(90.0)
    motion.root[:] = speed * t * [0.6, 0.8, 0.0] + [0.0, 0.0, 0.9]
    return motion


@pytest.mark.parametrize("rate", [30.0, 120.0])
@pytest.mark.parametrize(("speed", "fast"), [(2.0, 0.0), (10.8, 0.0), (11.3, 1.0)])
def test_speeds_are_in_metres_a_second_whatever_the_rate(rate, speed, fast: float) -> None:
    found = movement.measures(Evidence(gliding(speed, round(3 * rate), rate)))
    assert found["pelvis_speed"].value == pytest.approx(speed, rel=1e-6)
    assert found["pelvis_fast"].value == fast
    assert found["limb_speed"].value == pytest.approx(0.0, abs=1e-6)
    assert found["leap"].value == 0.0


@pytest.mark.parametrize("rate", [30.0, 120.0])
@pytest.mark.parametrize(("turn", "flips"), [(360.0, 0.0), (2400.0, 0.0), (2600.0, 1.0)])
def test_turns_are_over_a_tenth_of_a_second(rate: float, turn: float, flips: float) -> None:
    found = movement.measures(Evidence(gliding(0.0, round(3 * rate), rate, turn)))
    over = 0.1 * turn % 360.0
    assert found["pelvis_turn"].value == pytest.approx(min(over, 360.0 - over), rel=1e-5)
    assert found["flips"].value == flips


def leaping(metres: float, rate: float = 30.0, at: int = 60) -> float:
    motion = gliding(1.0, 120, rate)
    root = motion.root.copy()
    root[at:, 0] += metres
    found = movement.measures(Evidence(replace(motion, root=root)))["leap"]
    if found.value:
        assert found.frame is not None
        assert abs(found.frame - at) <= 1
    return found.value


@pytest.mark.parametrize(("metres", "leap"), [(0.09, False), (0.11, True), (1.0, True)])
def test_a_leap_of_ten_centimetres_that_stands_alone_counts(metres: float, leap: bool) -> None:
    found = leaping(metres)
    assert found == pytest.approx(metres, rel=0.02) if leap else found == 0.0


@pytest.mark.parametrize(("rate", "metres", "leap"), [(120.0, 0.045, False), (120.0, 0.06, True)])
def test_at_a_high_rate_five_centimetres_and_six_metres_a_second(rate, metres, leap) -> None:
    assert bool(leaping(metres, rate)) == leap


def test_a_rest_pose_in_front_is_no_leap_and_frames_count_on() -> None:
    motion = gliding(1.0, 120)
    root = motion.root.copy()
    root[0] += [3.0, 0.0, 0.0]
    root[60:, 1] += 0.5
    found = movement.measures(Evidence(replace(motion, root=root)))
    assert found["pelvis_speed"].value < 7.0
    assert found["leap"].value == pytest.approx(0.5, rel=0.05)
    assert found["leap"].frame in (59, 60)


@pytest.mark.parametrize("frames", [1, 4, 5, 6])
def test_very_short_takes_have_no_speed(frames: int) -> None:
    found = movement.measures(Evidence(gliding(1.0, frames)))
    assert bool(found) == (frames > 5)
