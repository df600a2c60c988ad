# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a world has to lean to be levelled, and what the person in it has to do for that."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.geometry.rotations import axis_angle_to_matrix, rotation_x
from lsmplify_core.layouts.layout import Layout, load_layout
from lsmplify_core.layouts.matching import best_match
from lsmplify_core.motion.motion import Motion
from lsmplify_core.tracks.level import Tilt, angle, find_tilt
from lsmplify_core.tracks.vertical import find_vertical

BODY_25 = load_layout("BODY_25")


def standing(frames: int = 90, rate: float = 30.0) -> Motion:
    """Somebody on straight legs, still but for arms and head."""
    motion = waving(frames, rate)
    motion.rotations[:, [1, 2, 3, 4, 5]] = np.eye(3)
    motion.rotations[:, 0] = rotation_x(90.0)
    motion.root[:] = [0.0, 0.0, 0.92]
    return motion


def leaning(motion: Motion, degrees: float, layout: Layout = BODY_25) -> Tilt | None:
    """What is found in a world that leans so far sideways."""
    turn = axis_angle_to_matrix(np.radians([0.0, degrees, 0.0]))
    points = tracks_of(motion, layout.name).positions @ turn.T
    return find_tilt(points, layout, motion.rate)


def bias(layout: Layout = BODY_25) -> np.ndarray:
    """The vertical that somebody shows who stands in a level world."""
    points = tracks_of(standing(), layout.name).positions
    turn = axis_angle_to_matrix(np.radians([0.0, 30.0, 0.0]))
    found = find_tilt(points @ turn.T, layout, 30.0)
    assert found is not None
    return found.up @ turn


@pytest.mark.parametrize("degrees", [-55.0, -30.0, -12.0, 12.0, 20.0, 40.0, 55.0])
def test_the_vertical_is_found_by_stance(degrees: float) -> None:
    found = leaning(standing(), degrees)
    assert found is not None
    turn = axis_angle_to_matrix(np.radians([0.0, degrees, 0.0]))
    assert angle(found.up, turn @ [0.0, 0.0, 1.0]) < 4.0
    assert found.degrees == pytest.approx(angle(found.up, np.array([0.0, 0.0, 1.0])))
    assert found.evidence == "stance"


@pytest.mark.parametrize(("layout", "least"), [("BODY_25", 7.0), ("COCO_17", 10.0)])
@pytest.mark.parametrize("off", [-1.5, 1.5])
def test_a_small_lean_is_how_people_stand(layout: str, least: float, off: float) -> None:
    """Seven degrees by stance, ten where no toes show."""
    shown = load_layout(layout)
    own = bias(shown)
    lean = np.degrees(np.arctan2(own[0], own[2]))
    wanted = np.sqrt(max((least + off) ** 2 - np.degrees(own[1]) ** 2, 0.0))
    found = leaning(standing(), wanted - lean, shown)
    assert (found is not None) == (off > 0)


@pytest.mark.parametrize(("degrees", "levelled"), [(57.0, True), (64.0, False), (100.0, False)])
def test_what_leans_by_more_than_sixty_degrees_is_another_axis(degrees, levelled) -> None:
    assert (leaning(standing(), degrees) is not None) == levelled


def test_who_leans_for_half_of_the_take_shows_nothing() -> None:
    """The two halves of the take disagree by more than six degrees."""
    for sway, told in ((4.0, True), (9.0, False)):
        motion = standing()
        for part, way in ((slice(0, 45), 1.0), (slice(45, 90), -1.0)):
            turn = axis_angle_to_matrix(np.radians([0.0, 0.5 * way * sway, 0.0]))
            motion.rotations[part, 0] = turn @ motion.rotations[part, 0]
            feet = np.array([0.0, 0.0, 0.92])
            motion.root[part] = turn @ feet
        assert (leaning(motion, 20.0) is not None) == told


def test_who_sits_shows_no_vertical() -> None:
    motion = standing()
    motion.rotations[:, [1, 2]] = axis_angle_to_matrix(np.array([-1.4, 0.0, 0.0]))
    motion.rotations[:, [4, 5]] = axis_angle_to_matrix(np.array([1.4, 0.0, 0.0]))
    assert leaning(motion, 20.0) is None


def bow_down(motion: Motion, frames: slice, degrees: float) -> None:
    """The torso forward, the legs as they are."""
    bow = axis_angle_to_matrix(np.radians([degrees, 0.0, 0.0]))
    motion.rotations[frames, 0] = motion.rotations[frames, 0] @ bow
    motion.rotations[frames, 1] = bow.T
    motion.rotations[frames, 2] = bow.T


@pytest.mark.parametrize(("bend", "told"), [(8.0, True), (40.0, False)])
def test_who_bows_shows_no_vertical(bend: float, told: bool) -> None:
    """More than fifteen degrees between legs and torso."""
    motion = standing()
    bow_down(motion, slice(None), bend)
    assert (leaning(motion, 20.0) is not None) == told


@pytest.mark.parametrize(("apart", "told"), [(0.36, True), (0.7, False)])
def test_feet_stand_beside_each_other(apart: float, told: bool) -> None:
    """Further apart than forty-five centimetres one of them bears."""
    motion = standing()
    spread = np.arcsin((apart - 0.14) / 2 / 0.83)
    motion.rotations[:, 1] = axis_angle_to_matrix(np.array([0.0, 0.0, spread]))
    motion.rotations[:, 2] = axis_angle_to_matrix(np.array([0.0, 0.0, -spread]))
    assert (leaning(motion, 20.0) is not None) == told


@pytest.mark.parametrize(("speed", "told"), [(0.1, True), (0.2, True), (0.32, False)])
@pytest.mark.parametrize("rate", [30.0, 120.0])
def test_feet_that_glide_do_not_stand(speed: float, told: bool, rate: float) -> None:
    """A quarter of a metre a second, whatever the rate."""
    motion = standing(round(3 * rate), rate)
    motion.root[:, 1] += speed * np.arange(len(motion.root)) / rate
    found = leaning(motion, 20.0)
    assert (found is not None and found.evidence == "stance") == told


@pytest.mark.parametrize(("share", "told"), [(0.4, False), (0.6, True)])
def test_half_of_the_frames_have_to_show_somebody_who_stands(share: float, told: bool) -> None:
    """The rest is walked: half a metre a second."""
    motion = standing(100)
    still = round(100 * share)
    motion.root[still:, 1] += 0.5 * np.arange(100 - still) / 30.0
    assert (leaning(motion, 20.0) is not None) == told


@pytest.mark.parametrize(("upright", "told"), [(0.7, False), (0.9, True)])
def test_four_fifths_of_the_frames_are_upright(upright: float, told: bool) -> None:
    motion = standing(100)
    bow_down(motion, slice(round(100 * upright), None), 100.0)
    assert (leaning(motion, 20.0) is not None) == told


@pytest.mark.parametrize(("seen", "told"), [(0.4, False), (0.6, True)])
def test_half_of_the_frames_have_to_show_the_feet(seen: float, told: bool) -> None:
    motion = standing(100)
    turn = axis_angle_to_matrix(np.radians([0.0, 20.0, 0.0]))
    points = tracks_of(motion).positions @ turn.T
    points[round(100 * seen) :, [BODY_25.names.index("LAnkle")]] = np.nan
    foot = [k for k, n in enumerate(BODY_25.names) if n in ("LBigToe", "LSmallToe", "LHeel")]
    points[round(100 * seen) :, foot] = np.nan
    assert (find_tilt(points, BODY_25, 30.0) is not None) == told
    assert find_tilt(points[:9], BODY_25, 30.0) is None
    assert (find_tilt(points[:10], BODY_25, 30.0) is not None) == (seen > 0.0)


def steps(spread: tuple[float, float], tilt: float = 20.0, slope: float = 0.0) -> Tilt | None:
    """Somebody who stands here and there on a floor, and what is found of a leaning world; the
    floor itself has a slope along the first way, in degrees."""
    motion = standing(240)
    for i in range(8):
        part = slice(30 * i, 30 * i + 30)
        x, y = spread[0] * (i % 4) / 3, spread[1] * (i // 4)
        motion.root[part] += [x, y, np.tan(np.radians(slope)) * x]
    turn = axis_angle_to_matrix(np.radians([tilt, 0.0, 0.0]))
    return find_tilt(tracks_of(motion).positions @ turn.T, BODY_25, 30.0)


@pytest.mark.parametrize(
    ("spread", "evidence"),
    [((2.0, 1.0), "floor and stance"), ((2.0, 0.0), "floor and stance"), ((0.5, 0.2), "stance")],
)
def test_stances_here_and_there_show_the_floor(spread, evidence: str) -> None:
    found = steps(spread)
    assert found is not None
    assert found.evidence == evidence
    assert found.degrees == pytest.approx(20.0, abs=4.0)


def test_a_floor_is_exact_where_stances_are_spread_both_ways() -> None:
    found = steps((2.0, 1.0))
    assert found is not None
    assert found.degrees == pytest.approx(20.0, abs=0.7)


@pytest.mark.parametrize(("slope", "told"), [(5.0, True), (14.0, False)])
def test_a_ramp_is_no_floor(slope: float, told: bool) -> None:
    """The floor may be nine degrees off from where the body balances; stairs are steeper."""
    assert (steps((2.0, 1.0), slope=slope) is not None) == told


@pytest.mark.parametrize("rate", [24.0, 60.0, 120.0])
def test_the_clock_does_not_matter(rate: float) -> None:
    motion = standing(round(3 * rate), rate)
    found = leaning(motion, 25.0)
    assert found is not None
    assert found.degrees == pytest.approx(leaning(standing(), 25.0).degrees, abs=0.5)  # type: ignore[union-attr]


def test_without_feet_or_body_nothing_is_found() -> None:
    for names in (("LAnkle", "RAnkle", "LBigToe"), ("Nose", "LWrist", "RWrist", "LHip", "RHip")):
        index = [BODY_25.names.index(n) for n in names]
        points = tracks_of(standing()).positions[:, index]
        turn = axis_angle_to_matrix(np.radians([0.0, 20.0, 0.0]))
        assert find_tilt(points @ turn.T, BODY_25.select(index), 30.0) is None


def test_a_level_world_is_left_alone() -> None:
    assert leaning(standing(), 0.0) is None
    assert leaning(replace(standing(), rate=120.0), 0.0) is None


@pytest.mark.parametrize("degrees", [0.0, 14.0, 30.0])
def test_the_vertical_is_a_direction_of_length_one(degrees: float) -> None:
    turn = axis_angle_to_matrix(np.radians([0.0, degrees, 0.0]))
    tracks = tracks_of(standing())
    leant = replace(tracks, positions=tracks.positions @ turn.T)
    found = find_vertical(leant, best_match(tracks.names))
    assert np.linalg.norm(found.up) == pytest.approx(1.0)
    assert found.degrees == pytest.approx(degrees, abs=4.5)
