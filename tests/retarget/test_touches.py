# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands beside parts of the body and the floor: how near, how much they are drawn, where to, and
which touches count."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lsmplify_core.cleanup.feet.floor import Floor
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.retarget import RigMap
from lsmplify_core.retarget.contacts.body_parts import (
    PARTS,
    Part,
    Posture,
    figure_posture,
    source_posture,
)
from lsmplify_core.retarget.contacts.touches import (
    Touch,
    _along,
    _over,
    _pull,
    beside,
    bring_hands,
    count_touches,
    find_touches,
    hand_corrections,
    touch_goal,
)
from lsmplify_core.retarget.posing.figure import figure_of

from . import rigs

RATE = 50.0
BALL = Part("L_Hip", "L_Knee", "L_Hip", (0.1, 0.1, 0.1))
NAMES = ("Head", *(f"{s}_{n}" for s in "LR" for n in
                   ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist")))  # fmt: skip


def _posture(frames=1, turn=None, **points):
    """The left thigh from the origin one metre down Z, whatever else, and turns of nothing."""
    places: dict[str, Any] = {"L_Hip": (0, 0, 0), "L_Knee": (0, 0, -1)} | points
    turns = {r: np.tile(np.eye(3) if turn is None else turn, (frames, 1, 1))
             for r in ("L_Hip", "Head", "Spine2", "L_Wrist")}  # fmt: skip
    return Posture(
        {n: np.broadcast_to(np.asarray(p, float), (frames, 3)) for n, p in places.items()}, turns
    )


def _by(source: Posture, part: Part, size: float = 1.0) -> Touch:
    """The source's left hand beside a part of its own."""
    return beside(source.points["L_hand"], "L", source, part, size, RATE)


def test_where_a_point_lies_along_an_axis() -> None:
    start, end = np.zeros((4, 3)), np.tile([0.0, 2.0, 0.0], (4, 1))
    points = np.array([[5.0, 0.5, 1.0], [0, -1, 0], [0, 3, 0], [1, 2, 0]])
    assert _along(points, start, end).tolist() == [0.25, 0.0, 1.0, 1.0]
    assert _along(points[:1], start[:1], start[:1])[0] == 0.0


@pytest.mark.parametrize("size", [1.0, 2.0])
def test_how_near_a_hand_is_to_the_skin(size: float) -> None:
    """0.13 off the axis of a part 0.1 thick, less 0.02 for half the hand: 0.01 of the default
    body's; a body twice as large has all twice as large."""
    source = _posture(L_hand=(0.13 * size, 0, -0.25 * size), L_Knee=(0, 0, -size))
    touch = _by(source, BALL, size)
    assert touch.near[0] == pytest.approx(0.01)
    assert touch.along[0] == pytest.approx(0.25)
    np.testing.assert_allclose(touch.beside[0], [0.13 * size, 0, 0], atol=1e-12)


def test_a_part_is_an_ellipsoid_in_its_own_frame() -> None:
    """Turned by a quarter about Z, what is thick along X is thick along Y."""
    part = Part("L_Hip", "L_Knee", "L_Hip", (0.2, 0.1, 0.1))
    turn = axis_angle_to_matrix(np.array([0.0, 0.0, np.pi / 2]))
    touch = _by(_posture(turn=turn, L_hand=(0, 0.2, -0.5)), part)
    assert touch.near[0] == pytest.approx(-0.02)
    np.testing.assert_allclose(touch.beside[0], [0.2, 0, 0], atol=1e-12)
    inside = _by(_posture(turn=turn, L_hand=(0, 0.1, -0.5)), part)
    assert inside.near[0] == pytest.approx(-0.5 * (0.4 / 3) - 0.02)


@pytest.mark.parametrize(("height", "near"), [(0.02, 0.0), (0.07, 0.05), (0.0, -0.02)])
def test_a_hand_over_the_floor(height: float, near: float) -> None:
    touch = _over(_posture(L_hand=(3, 4, 0.5 + height)), "L", Floor(0.5), 1.0, RATE)
    assert touch.near[0] == pytest.approx(near)
    np.testing.assert_allclose(touch.beside[0], [0, 0, height], atol=1e-12)
    assert touch.along[0] == 0.0


def test_a_larger_bodys_hand_over_the_floor() -> None:
    touch = _over(_posture(L_hand=(0, 0, 0.1)), "L", Floor(), 2.0, RATE)
    assert touch.near[0] == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("near", "pull"), [(0.0, 1.0), (0.019, 1.0), (0.025, 0.0), (0.042, 0.0), (0.05, 0.0)]
)
def test_a_hand_that_never_touches_is_not_drawn(near: float, pull: float) -> None:
    assert _pull(np.full(9, near), RATE).tolist() == [pull] * 9


def test_the_pull_fades_with_distance_and_with_time() -> None:
    """Half way between 20 and 42 mm half of it; half of half a second from the touch half of it."""
    near = np.full(60, 0.01)
    near[10:] = 0.031
    pull = _pull(near, 50.0)
    assert pull[9] == 1.0
    assert pull[10] == pytest.approx(0.5, abs=0.01)
    near[10:] = 0.0201
    pull = _pull(near, 50.0)
    assert 0.5 * (pull[21] + pull[22]) == pytest.approx(0.5, abs=0.01)
    assert (pull[34:] == 0.0).all()
    assert pull[33] > 0.0


def _touch(near, part=BALL, side="L", along=0.25, beside=(0.1, 0.0, 0.0), pull=None, floor=None):
    near = np.asarray(near, float)
    return Touch(side, part, near, np.ones(len(near)) if pull is None else np.asarray(pull, float),
                 np.full(len(near), along), np.tile(beside, (len(near), 1)), floor)  # fmt: skip


def test_a_touch_is_carried_to_a_part_of_another_length() -> None:
    """Twice as long: as far along, and twice as far off; but the hand may slip by a tenth."""
    source, own = _posture(), _posture(L_Knee=(0, 0, -2))
    goal = touch_goal(_touch([0.0]), source, own, 2.0)
    assert goal is not None
    np.testing.assert_allclose(goal[0], [0.2, 0, -0.5])
    for hand, z in ((-0.6, -0.6), (-1.0, -0.7), (0.0, -0.3)):
        own = _posture(L_Knee=(0, 0, -2), L_hand=(0.2, 0, hand))
        goal = touch_goal(_touch([0.0]), source, own, 2.0)
        assert goal is not None
        np.testing.assert_allclose(goal[0], [0.2, 0, z], atol=1e-12)


def test_a_touch_turns_with_its_part() -> None:
    turn = axis_angle_to_matrix(np.array([0.0, 0.0, np.pi / 2]))
    goal = touch_goal(_touch([0.0]), _posture(), _posture(turn=turn), 1.0)
    assert goal is not None
    np.testing.assert_allclose(goal[0], [0, 0.1, -0.25], atol=1e-12)


@pytest.mark.parametrize("lacking", ["L_Hip", "L_Knee", "turn"])
def test_a_figure_without_the_part_has_no_goal(lacking: str) -> None:
    own = _posture()
    (own.turns if lacking == "turn" else own.points).pop("L_Hip" if lacking == "turn" else lacking)
    assert touch_goal(_touch([0.0]), _posture(), own, 1.0) is None


def test_a_hand_on_the_floor_comes_to_the_same_height_by_size() -> None:
    touch = _touch([0.0], beside=(0.0, 0.0, 0.03), floor=Floor(0.5))
    goal = touch_goal(touch, _posture(), _posture(L_hand=(1, 2, 0.9)), 2.0)
    assert goal is not None
    np.testing.assert_allclose(goal[0], [1, 2, 0.56])
    assert touch_goal(touch, _posture(), _posture(), 2.0) is None


def test_parts_near_each_other_share_a_hand_by_their_distance() -> None:
    """2.5 mm farther has a third (1/e) of the say."""
    other = Part("L_Hip", "L_Hip", "L_Hip", (0.1, 0.1, 0.1))
    near = _touch([0.0], along=0.0, beside=(0.1, 0, 0))
    far = _touch([0.0025], other, along=0.0, beside=(0, 0.1, 0))
    own = _posture(L_hand=(0, 0, 0))
    move = hand_corrections([near, far], _posture(), own, 1.0)["L"][0]
    share = 1.0 / (1.0 + np.exp(-1.0))
    np.testing.assert_allclose(move, [0.1 * share, 0.1 * (1 - share), 0], atol=1e-9)


@pytest.mark.parametrize("pull", [1.0, 0.5, 0.0])
def test_a_hand_is_moved_by_its_pull(pull: float) -> None:
    own = _posture(L_hand=(0, 0, -0.25))
    move = hand_corrections([_touch([0.0], pull=[pull])], _posture(), own, 1.0)["L"]
    np.testing.assert_allclose(move[0], [0.1 * pull, 0, 0], atol=1e-9)


def test_two_hands_that_touch_each_other_meet_half_way() -> None:
    part = Part("R_hand", "R_hand", "L_Wrist", (0.04, 0.03, 0.04))
    hands = {"L_hand": (0, 0, 0), "R_hand": (1, 0, 0)}
    source = _posture(**hands)
    touch = _touch([0.0], part, along=0.0, beside=(-0.04, 0, 0))
    move = hand_corrections([touch], source, _posture(**hands), 1.0)
    np.testing.assert_allclose(move["L"][0], [0.48, 0, 0], atol=1e-9)
    assert set(move) == {"L"}
    assert hand_corrections([touch], source, _posture(), 1.0) == {}


def _count(near, off, rate=RATE, more=()):
    """Touches found and kept of a hand that is off its goal by so many metres a frame."""
    frames = len(near)
    goal = np.array([0.1, 0.0, -0.25])
    places = np.tile(goal, (frames, 1)) + np.asarray(off, float).reshape(-1, 1) * [1.0, 0, 0]
    own = _posture(frames, L_hand=(0, 0, 0))
    own.points["L_hand"] = places
    return count_touches([_touch(near), *more], _posture(frames), own, 1.0, rate)


@pytest.mark.parametrize(
    ("near", "off", "counts"),
    [
        ([0.01] * 20, [0.0] * 20, (1, 1)),
        ([0.01] * 20, [0.019] * 20, (1, 1)),
        ([0.01] * 20, [0.021] * 20, (1, 0)),
        ([0.01] * 20, [0.5] * 2 + [0.0] * 18, (1, 1)),
        ([0.01] * 20, [0.5] * 3 + [0.0] * 17, (1, 0)),
        ([0.021] * 20, [0.0] * 20, (0, 0)),
        ([0.01] * 4 + [0.5] * 16, [0.0] * 20, (0, 0)),
        ([0.01] * 5 + [0.5] * 15, [0.0] * 20, (1, 1)),
        ([0.01] * 8 + [0.5] * 4 + [0.01] * 8, [0.0] * 8 + [0.5] * 12, (2, 1)),
    ],
)
def test_touches_last_a_tenth_of_a_second_and_are_kept_within_20_mm(near, off, counts) -> None:
    """In nine of ten frames; 50 frames a second."""
    assert _count(near, off) == counts


def test_only_the_nearest_part_is_touched() -> None:
    other = _touch([0.005] * 20, Part("L_Hip", "L_Hip", "L_Hip", (0.1, 0.1, 0.1)), along=0.0)
    assert _count([0.01] * 20, [0.0] * 20, more=[other]) == (1, 0)
    right = _touch([0.0] * 20, side="R")
    assert _count([0.01] * 20, [0.0] * 20, more=[right]) == (1, 1)


def _whole(hand):
    """A source of all points far away but the left hand, one frame."""
    far = {n: (10.0 + i, 0, 5) for i, n in enumerate((*NAMES, "hips", "shoulders", "crown"))}
    source = _posture(**(far | {"L_hand": hand, "R_hand": (-50, 0, 9)}))
    source.turns.update({p.turn: np.eye(3)[None] for p in PARTS})
    return source


def test_touches_are_found_on_every_part_but_the_own_arm() -> None:
    source = _whole((11.9, 0.075, 5.0))  # the left hip is at 11, its knee at 12
    found = find_touches(source, Floor(), 1.0, RATE)
    assert [(t.side, t.part.start) for t in found] == [("L", "Head"), ("L", "L_Hip")]
    assert find_touches(source, Floor(), 1.0, RATE, floor_only=True) == []
    arm = find_touches(_whole((14.5, 0.0, 5.0)), Floor(), 1.0, RATE)
    assert all(t.part.start != "L_Shoulder" for t in arm)
    ground = find_touches(_whole((0.0, 0.0, 0.01)), Floor(), 1.0, RATE, floor_only=True)
    assert [(t.side, t.floor is not None) for t in ground] == [("L", True)]


def test_parts_of_a_body() -> None:
    assert len(PARTS) == 12
    assert {p.start for p in PARTS} >= {"hips", "Head", "L_hand", "R_Elbow"}


def _world(frames=2):
    """A source in which joint n is at x = n, turned a quarter about Z."""
    order = [*NAMES, "Spine2"]
    turn = axis_angle_to_matrix(np.array([0.0, 0.0, np.pi / 2]))
    return SimpleNamespace(
        place=lambda n: np.tile([float(order.index(n)), 0.0, 0.0], (frames, 1)),
        turn=lambda n: np.tile(turn, (frames, 1, 1)),
    )


def test_a_sources_hands_crown_and_middles() -> None:
    """A hand is 9 cm along the arm, X at rest, the skull 10 cm over the head: of a body twice as
    large twice that; all turned a quarter about Z."""
    world = _world()
    found = source_posture(world, 2.0)
    left, right = (NAMES.index(f"{s}_Wrist") for s in "LR")
    np.testing.assert_allclose(found.points["L_hand"][0], [left + 0.0054, 0.18, -0.0036], atol=1e-9)
    np.testing.assert_allclose(
        found.points["R_hand"][1], [right + 0.0054, -0.18, -0.0036], atol=1e-9
    )
    np.testing.assert_allclose(found.points["crown"][0], [-0.2, 0.0, 0.04], atol=1e-9)
    hips = 0.5 * (NAMES.index("L_Hip") + NAMES.index("R_Hip"))
    np.testing.assert_allclose(found.points["hips"][0], [hips, 0, 0])
    assert set(found.turns) == {*NAMES, "Spine2"}


def test_a_figures_points_are_those_of_its_bones() -> None:
    figure = figure_of(rigs.person(), RigMap("person", rigs.person_roles()))
    heads = np.tile(figure.rig.heads[figure.bones], (2, 1, 1))
    turns = {r: [np.tile(figure.frames[r], (2, 1, 1))] for r in dict.fromkeys(figure.roles)}
    found = figure_posture(figure, _world(), turns, heads, 2.0)
    np.testing.assert_allclose(found.points["L_Knee"][0], [0.1, -0.01, 0.52])
    np.testing.assert_allclose(found.points["hips"][0], [0, 0, 0.95])
    np.testing.assert_allclose(found.points["shoulders"][0], [0, 0.01, 1.44])
    np.testing.assert_allclose(found.points["L_hand"][0], figure.points.ends["L_Wrist"], atol=1e-9)
    np.testing.assert_allclose(found.points["crown"][0], [0, -0.05, 1.77], atol=1e-9)
    assert "Spine" not in found.turns
    assert "Spine2" in found.turns


def test_hands_are_brought_by_their_arms() -> None:
    figure = figure_of(rigs.person(), RigMap("person", rigs.person_roles()))
    heads = np.tile(figure.rig.heads[figure.bones], (1, 1, 1))
    turns = {r: [np.tile(figure.frames[r], (1, 1, 1))] for r in dict.fromkeys(figure.roles)}
    own = figure_posture(figure, _world(1), turns, heads, 1.0)
    before = turns["R_Shoulder"]
    shift = np.array([[-0.2, -0.1, 0.05]])
    bring_hands(figure, turns, own, {"L": shift, "R": np.full((1, 3), 5e-7)}, 30.0)
    arm = [figure.segment(r) for r in ("L_Shoulder", "L_Elbow")]
    end = turns["L_Shoulder"][0] @ arm[0] + turns["L_Elbow"][0] @ arm[1]
    np.testing.assert_allclose(end, [[0.52 - 0.2, -0.1, 0.05]], atol=1e-6)
    assert turns["R_Shoulder"] is before
    bring_hands(figure, turns, own, {"R": np.full((1, 3), 2e-6)}, 30.0)
    assert turns["R_Shoulder"] is not before
