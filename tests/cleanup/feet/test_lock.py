# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet: floor and contacts are found where they are, and a lock holds without snapping knees."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.cleanup.feet import lock
from lsmplify_core.cleanup.feet.contacts import (
    PARTS,
    Contact,
    ContactSettings,
    Floor,
    contact_table,
    find_contacts,
    find_floor,
    load_contacts,
    save_contacts,
)
from lsmplify_core.cleanup.feet.floor import sole_points
from lsmplify_core.cleanup.feet.lock import FeetMemory, FeetSettings, lock_feet
from lsmplify_core.geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
    matrix_to_axis_angle,
    rotation_x,
)
from lsmplify_core.motion.motion import Motion
from lsmplify_core.runtime.errors import InputError

LEGS = [1, 2, 4, 5, 7, 8, 10, 11]


def standing(frames: int = 120, bend: float = 0.4) -> Motion:
    """Someone who stands still with the knees a little bent, soles level near z = 0."""
    vectors = np.zeros((frames, 24, 3))
    for hip, knee, ankle in ((1, 4, 7), (2, 5, 8)):
        vectors[:, hip, 0], vectors[:, knee, 0], vectors[:, ankle, 0] = -bend / 2, bend, -bend / 2
    rotations = axis_angle_to_matrix(vectors)
    rotations[:, 0] = rotation_x(90.0)
    motion = Motion(rotations, np.zeros((frames, 3)), 30.0, default_body())
    lowest = sole_points(motion)[0, :, 2].min()
    return replace(motion, root=np.tile([0.0, 0.0, -lowest], (frames, 1)))


def stepping() -> Motion:
    """The same, with the left leg lifted high between frames 50 and 69."""
    motion = standing()
    vectors = matrix_to_axis_angle(motion.rotations)
    lift = np.zeros(120)
    lift[45:76] = np.sin(np.linspace(0, np.pi, 31)) ** 2
    vectors[:, 1, 0] -= 1.0 * lift
    vectors[:, 4, 0] += 1.2 * lift
    rotations = axis_angle_to_matrix(vectors)
    rotations[:, 0] = motion.rotations[:, 0]
    return replace(motion, rotations=rotations)


def trembling(motion: Motion, metres: float = 0.01) -> Motion:
    """The root wanders, so that all feet slide."""
    random = np.random.default_rng(0)
    steps = random.standard_normal(motion.root.shape)
    kernel = np.exp(-0.5 * (np.arange(-6, 7) / 2.0) ** 2)
    slow = np.stack([np.convolve(c, kernel / kernel.sum(), "same") for c in steps.T], axis=1)
    return replace(motion, root=motion.root + metres * slow / slow.std())


def test_contacts_of_a_step() -> None:
    motion = stepping()
    found = find_contacts(motion, find_floor(motion))
    table = contact_table(found, 120)
    assert table[:, 2:].all()
    left = [c for c in found if c.part == "left toe"]
    assert len(left) == 2
    assert left[0].first == 0
    assert 40 <= left[0].last <= 52
    assert 68 <= left[1].first <= 80
    assert left[1].last == 119


def test_floor_height_is_found_wherever_it_is() -> None:
    motion = standing()
    lifted = replace(motion, root=motion.root + np.array([0.0, 0.0, 1.3]))
    floor = find_floor(lifted)
    assert floor.height == pytest.approx(1.3, abs=0.02)
    assert floor.slope == (0.0, 0.0)


def test_a_slope_is_found_under_someone_who_walks_over_it() -> None:
    motion = standing(400)
    places = np.repeat(np.random.default_rng(1).uniform(-2, 2, (20, 2)), 20, axis=0)
    height = places @ [0.1, -0.05]
    root = motion.root + np.concatenate((places, height[:, None]), axis=1)
    floor = find_floor(replace(motion, root=root))
    assert floor.slope == pytest.approx((0.1, -0.05), abs=0.02)


def test_locked_feet_slide_no_more_and_knees_stay_calm() -> None:
    motion = trembling(standing())
    floor = find_floor(motion)
    locked = lock_feet(motion, find_contacts(motion, floor), floor)
    before = np.linalg.norm(np.diff(sole_points(motion), axis=0), axis=-1).mean()
    after = np.linalg.norm(np.diff(sole_points(locked), axis=0), axis=-1).mean()
    assert after < 0.35 * before
    knee = angle_between(locked.rotations[:, 4], standing().rotations[:, 4])
    assert np.abs(np.diff(knee, n=2)).max() * 900 < 40


def test_straight_legs_draw_the_body_down_instead_of_snapping() -> None:
    """The root is 3 cm too high for straight legs to reach the contacts' floor; for 40 frames
    only."""
    motion = standing(bend=0.02)
    root = motion.root.copy()
    root[40:80, 2] += 0.03 * np.sin(np.linspace(0, np.pi, 40))
    high = replace(motion, root=root)
    locked = lock_feet(high, [Contact(p, 0, 119) for p in PARTS], Floor())
    knee = np.degrees(angle_between(locked.rotations[:, 4], np.eye(3)))
    assert np.abs(np.diff(knee, n=2)).max() < 1.0
    soles = sole_points(locked)[..., 2]
    assert np.abs(soles - sole_points(motion)[..., 2]).max() < 0.01
    assert np.abs(sole_points(high)[..., 2] - sole_points(motion)[..., 2]).max() > 0.028


def test_arms_spine_and_frames_far_from_contacts_are_untouched() -> None:
    motion = trembling(standing())
    locked = lock_feet(motion, [Contact("left heel", 60, 80)], None)
    others = [j for j in range(24) if j not in LEGS]
    assert np.array_equal(locked.rotations[:, others], motion.rotations[:, others])
    assert np.array_equal(locked.rotations[:50], motion.rotations[:50])
    assert np.array_equal(locked.root[95:], motion.root[95:])
    assert not np.array_equal(locked.rotations[70], motion.rotations[70])


def test_without_contacts_and_floor_nothing_changes() -> None:
    motion = trembling(standing())
    assert lock_feet(motion, [], None) is motion


def test_nothing_stays_under_the_floor() -> None:
    motion = standing()
    sunk = replace(motion, root=motion.root - np.array([0.0, 0.0, 0.04]))
    risen = lock_feet(sunk, [], Floor(0.0), FeetSettings(passes=4))
    assert sole_points(sunk)[..., 2].min() < -0.035
    assert sole_points(risen)[..., 2].min() > -0.006


def test_contacts_are_kept_in_a_file(tmp_path: Path) -> None:
    contacts, floor = [Contact("left toe", 3, 9), Contact("right heel", 0, 2)], Floor(0.1, (0, 0.2))
    save_contacts(contacts, floor, tmp_path / "feet.json")
    assert load_contacts(tmp_path / "feet.json") == (contacts, floor)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not contacts in JSON"),
        ("[]", "contacts have the form"),
        ('{"contacts": [{"part": "nose", "first": 0, "last": 1}]}', "contact 0: part 'nose'"),
        ('{"contacts": [{"part": "left toe", "first": 5, "last": 1}]}', "first and last"),
        ('{"contacts": [], "floor": {"height": "x"}}', "a height and a slope"),
        ('{"contacts": [], "floor": {"height": NaN}}', "finite"),
    ],
)
def test_bad_files_of_contacts_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "feet.json"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        load_contacts(path)


@pytest.mark.parametrize(("lower", "parts"), [(0.0, 4), (0.1, 0), (0.5, 0)])
def test_a_foot_held_still_in_the_air_is_no_contact(lower: float, parts: int) -> None:
    """The floor is so many metres lower than the soles."""
    motion = standing()
    assert len(find_contacts(motion, Floor(find_floor(motion).height - lower))) == parts


def test_short_contacts_at_the_takes_ends_are_kept() -> None:
    """A take cut short in mid-step: the foot may have stood for long before it begins."""
    floor, settings = find_floor(stepping()), ContactSettings(shortest=0.5)
    found = find_contacts(stepping().between(40, 65), floor, settings)
    toe = [c for c in found if c.part == "left toe"]
    assert len(toe) == 1
    assert toe[0].first == 0
    assert 3 <= toe[0].last <= 9


def test_the_pelvis_above_standing_feet_trembles_less() -> None:
    """What trembles there would have to be taken up by the legs."""
    motion = standing()
    noise = 0.003 * np.random.default_rng(0).standard_normal(motion.root.shape)
    shaking = replace(motion, root=motion.root + noise)
    locked = lock_feet(shaking, [Contact(p, 0, 119) for p in PARTS], None)
    before, after = (np.abs(np.diff(m.root, n=3, axis=0)).mean() for m in (shaking, locked))
    assert after < 0.5 * before


@pytest.mark.parametrize("radius", [0.03, 0.1])
def test_a_lock_follows_a_shoe_that_slides_in_a_bend(radius: float) -> None:
    """It holds what trembles, and doesn't pull a foot that turns on the ball onto a line."""
    motion = standing()
    t = np.linspace(0.0, np.pi, 120)
    arc = radius * np.stack((np.cos(t), np.sin(t), 0.0 * t), axis=1)
    sliding = replace(motion, root=motion.root + arc)
    locked = lock_feet(sliding, [Contact(p, 0, 119) for p in PARTS], None)
    away = np.linalg.norm(sole_points(locked) - sole_points(sliding), axis=-1)
    assert away.max() < 0.006


def test_points_on_a_sloping_floor_are_on_it() -> None:
    floor = Floor(0.1, (0.1, -0.05))
    ground = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [-1.0, 3.0]])
    heights = np.array([0.1, 0.3, 0.0, -0.15])
    points = np.concatenate((ground, heights[:, None]), axis=1)
    np.testing.assert_allclose(floor.above(points), 0.0, atol=1e-12)
    np.testing.assert_allclose(floor.above(points + np.array([0.0, 0.0, 0.2])), 0.2)


@pytest.mark.parametrize(("height", "parts"), [(0.055, 4), (0.065, 0)])
def test_a_part_stands_within_six_centimetres_of_the_floor(height: float, parts: int) -> None:
    motion = standing()
    lowest, highest = (f(sole_points(motion)[0, :, 2]) for f in (np.min, np.max))
    floor = Floor((highest if parts else lowest) - height)
    assert len(find_contacts(motion, floor)) == parts


@pytest.mark.parametrize(("speed", "parts"), [(0.18, 4), (0.22, 0)])
@pytest.mark.parametrize("rate", [30.0, 120.0])
def test_a_part_stands_below_a_fifth_of_a_metre_a_second(speed, parts, rate: float) -> None:
    motion = replace(standing(), rate=rate)
    root = motion.root + np.arange(120)[:, None] * [speed / rate, 0.0, 0.0]
    assert len(find_contacts(replace(motion, root=root), Floor())) == parts


@pytest.mark.parametrize(("frames", "found"), [(2, 0), (3, 1), (5, 1)])
@pytest.mark.parametrize("down", [True, False])
def test_contacts_and_lifts_have_a_tenth_of_a_second_at_least(frames, found, down: bool) -> None:
    """By height alone, whatever the speed."""
    motion, settings = standing(), ContactSettings(speed=99.0, calm=0.0)
    root = motion.root.copy()
    span = slice(50, 50 + frames)
    root[:, 2] += 0.3 if down else 0.0
    root[span, 2] += -0.3 if down else 0.3
    heel = [
        c for c in find_contacts(replace(motion, root=root), Floor(), settings)
        if c.part == "left heel"
    ]  # fmt: skip
    if down:
        assert [(c.first, c.last) for c in heel] == [(50, 49 + frames)] * found
    else:
        assert [(c.first, c.last) for c in heel] == (
            [(0, 49), (50 + frames, 119)] if found else [(0, 119)]
        )


def test_a_table_of_contacts_holds_both_ends_and_cuts_what_is_beyond() -> None:
    table = contact_table([Contact("left toe", 3, 5), Contact("right heel", -4, 1)], 6)
    assert np.flatnonzero(table[:, 1]).tolist() == [3, 4, 5]
    assert np.flatnonzero(table[:, 2]).tolist() == [0, 1]
    assert not table[:, [0, 3]].any()
    assert contact_table([Contact("left toe", 3, 99)], 6)[3:, 1].all()


@pytest.mark.parametrize(
    ("entry", "good"),
    [({"first": 0, "last": 0}, True), ({"first": -1, "last": 0}, False),
     ({"first": True, "last": 1}, False), ({"first": 0, "last": 1.0}, False),
     ({"first": 0, "last": (1 << 31) - 1}, True), ({"first": 0, "last": 1 << 31}, False)],
)  # fmt: skip
def test_frames_of_contacts_are_whole_numbers_from_nought(tmp_path: Path, entry, good) -> None:
    path = tmp_path / "feet.json"
    path.write_text(json.dumps({"contacts": [{"part": "left toe"} | entry]}))
    if good:
        assert load_contacts(path)[0] == [Contact("left toe", entry["first"], entry["last"])]
    else:
        with pytest.raises(InputError, match="contact 0: first and last"):
            load_contacts(path)


@pytest.mark.parametrize(
    ("floor", "good"),
    [({"height": 9999, "slope": [9.9, -9.9]}, True), ({"height": 10001}, False),
     ({"height": -10001}, False), ({"slope": [11, 0]}, False), ({"slope": [1]}, False), ({}, True)],
)  # fmt: skip
def test_floors_lie_in_the_world(tmp_path: Path, floor, good: bool) -> None:
    path = tmp_path / "feet.json"
    path.write_text(json.dumps({"contacts": [], "floor": floor}))
    if not good:
        with pytest.raises(InputError, match="floor is a height and a slope"):
            load_contacts(path)
        return
    found = load_contacts(path)[1]
    assert found.height == floor.get("height", 0.0)
    assert found.slope == tuple(floor.get("slope", (0.0, 0.0)))


def wandering(spread: float, slope: tuple[float, float], error: float = 0.0) -> Motion:
    """Somebody who stands at twenty places on a plane, which the soles are off by `error`."""
    motion = standing(400)
    random = np.random.default_rng(1)
    places = np.repeat(random.uniform(-0.5, 0.5, (20, 2)) * spread, 20, axis=0)
    places[:20], places[20:40] = -0.5 * spread, 0.5 * spread
    height = places @ np.array(slope) + np.repeat(error * random.uniform(-1, 1, 20), 20)
    root = motion.root + np.concatenate((places, height[:, None]), axis=1)
    return replace(motion, root=root)


@pytest.mark.parametrize(
    ("spread", "degrees", "found"),
    [(3.0, 5.0, True), (3.0, 18.0, True), (3.0, 23.0, False), (3.0, 0.7, False),
     (3.0, 1.6, True), (0.5, 5.0, False), (1.1, 5.0, True)],
)  # fmt: skip
def test_slopes_of_one_to_twenty_degrees_are_found_over_a_metre(spread, degrees, found) -> None:
    steep = np.tan(np.radians(degrees))
    floor = find_floor(wandering(spread, (steep, 0.0)))
    if not found:
        assert floor.slope == (0.0, 0.0)
        return
    assert floor.slope == pytest.approx((steep, 0.0), abs=0.012)


@pytest.mark.parametrize(("error", "found"), [(0.01, True), (0.2, False)])
def test_a_slope_has_to_explain_the_heights(error: float, found: bool) -> None:
    floor = find_floor(wandering(2.0, (0.05, 0.0), error))
    assert (floor.slope != (0.0, 0.0)) == found


def test_a_floor_is_under_nearly_all_resting_soles() -> None:
    """One in twenty lies lower, not half of them and not all above."""
    motion = standing(200)
    depth = np.linspace(0.0, 0.1, 200)
    floor = find_floor(replace(motion, root=motion.root + depth[:, None] * [0.0, 0.0, 1.0]))
    lowest = sole_points(motion)[0, :, 2].min()
    assert 0.003 < floor.height - lowest < 0.012


def test_where_nothing_rests_the_lowest_soles_are_on_the_floor() -> None:
    motion = standing(60)
    root = motion.root + np.linspace(0, 60, 60)[:, None] * [1.0, 0.0, 0.0] + [0.0, 0.0, 2.0]
    root[:, 2] += np.linspace(0.0, 0.2, 60)
    lowest = 2.0 + sole_points(motion)[0, :, 2].min()
    assert find_floor(replace(motion, root=root)).height == pytest.approx(lowest + 0.01, abs=0.005)


def sliding() -> Motion:
    """Stepping, with the body trembling to the sides, so that the feet slide."""
    motion = stepping()
    sway = 0.02 * np.sin(np.arange(motion.frames) / 3.0)
    return replace(motion, root=motion.root + np.array([1.0, 0.0, 0.0]) * sway[:, None])


def test_a_memory_of_the_last_lock_changes_no_bit_of_the_next() -> None:
    """Settings that are dragged, another motion, and none that were seen before."""
    motion, memory = sliding(), FeetMemory()
    floor = find_floor(motion)
    contacts = find_contacts(motion, floor)
    other = replace(motion, root=motion.root + np.array([0.0, 0.0, 0.004]))
    dragged = [(motion, FeetSettings(ease=e)) for e in (0.08, 0.2, 0.08)]
    for shown, settings in (*dragged, (other, FeetSettings()), (motion, FeetSettings(passes=1))):
        again = lock_feet(shown, contacts, floor, settings, memory)
        anew = lock_feet(shown, contacts, floor, settings)
        assert np.array_equal(again.rotations, anew.rotations)
        assert np.array_equal(again.root, anew.root)


def test_only_frames_that_differ_are_bent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    motion, memory = sliding(), FeetMemory()
    floor, solved = find_floor(motion), []
    contacts = find_contacts(motion, floor)
    usual = lock._solved
    monkeypatch.setattr(
        lock, "_solved", lambda *given: solved.append(len(given[-1])) or usual(*given)
    )
    lock_feet(motion, contacts, floor, None, memory)
    first = sum(solved)
    solved.clear()
    lock_feet(motion, contacts, floor, None, memory)
    assert sum(solved) == 0
    lock_feet(motion, contacts, floor, FeetSettings(ease=0.1), memory)
    assert 0 < sum(solved) < first / 2


def test_passes_that_are_no_longer_needed_are_forgotten() -> None:
    """Each holds a whole motion."""
    motion, memory = sliding(), FeetMemory()
    floor = find_floor(motion)
    higher = replace(floor, height=floor.height + 0.05)
    lock_feet(motion, find_contacts(motion, floor), higher, None, memory)
    assert len(memory.passes) > 1
    lock_feet(motion, find_contacts(motion, floor), floor, FeetSettings(above=False), memory)
    assert set(memory.passes) == {0}
