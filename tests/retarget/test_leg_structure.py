# SPDX-License-Identifier: GPL-3.0-or-later
"""Legs by structure: what is worth how much, where knee, ankle and toes are on a way of bones."""

from itertools import pairwise

import numpy as np
import pytest

from lsmplify_core.retarget.structure.legs import (
    _foot_below,
    _goes_on,
    _halfway,
    _leg_path,
    _leg_worth,
    _loose_foot,
    _on_way,
    _past_metatarsals,
    _points_ahead,
    _toes,
    _without_helpers,
    facing,
    find_leg,
)
from lsmplify_core.retarget.structure.skeleton import skeleton_of

from . import rigs
from .bodies import both, found, skeleton


def _leg(hip=(0.055, 0.0, 0.53), knee=(0.055, 0.0, 0.265), ankle=(0.055, 0.0, 0.0), ahead=0.04):
    """A person of height 1 with legs alone; without a foot where `ankle` is None."""
    bones = [("L thigh", "hips", hip, knee), ("L shin", "L thigh", knee, ankle or (0.055, 0, 0))]
    if ankle:
        bones.append(("L foot", "L shin", ankle, (ankle[0], -ahead, ankle[2])))
    body = skeleton([("hips", "", (0, 0, 0.55), (0, 0, 0.6)), *both(bones)])
    chains = {"Hip": found(body, "L thigh"), "Knee": found(body, "L shin")}
    if ankle:
        chains["Ankle"] = found(body, "L foot")
    return body, chains


def test_a_leg_of_usual_proportions_is_worth_most() -> None:
    """1 for hanging on the middle, 2 for a foot, 1.5 for a foot that goes on ahead."""
    assert _leg_worth(*_leg()) == pytest.approx(4.5, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "less"),
    [
        ({"ankle": (0.055, 0.0, 0.06), "knee": (0.055, 0.0, 0.295)}, 0.5),  # a foot's height off
        ({"hip": (0.1, 0.0, 0.53), "knee": (0.1, 0.0, 0.265), "ankle": (0.1, 0.0, 0.0)}, 1.0125),
        ({"hip": (0.3, 0.0, 0.53), "knee": (0.3, 0.0, 0.265), "ankle": (0.3, 0.0, 0.0)}, 2.0),
        ({"knee": (0.055, 0.0, 0.212)}, 1.0),  # six tenths are thigh
        ({"knee": (0.055, 0.0, 0.4)}, 2.0),
        ({"hip": (0.055, 0.0, 0.53 * np.exp(0.4)),
          "knee": (0.055, 0.0, 0.265 * np.exp(0.4))}, 0.8),
        ({"ahead": 0.025}, 1.5),  # nothing goes on level
    ],
)  # fmt: skip
def test_what_is_unlike_a_leg_costs(change, less: float) -> None:
    assert _leg_worth(*_leg(**change)) == pytest.approx(4.5 - less, abs=1e-9)


def test_a_leg_without_a_foot_is_judged_by_its_knee() -> None:
    """The last known joint then lies at the knee, far over the ground."""
    body, chains = _leg(ankle=None, knee=(0.055, 0.0, 0.06))
    assert _leg_worth(body, chains) == pytest.approx(1.0 - 0.5, abs=1e-9)
    assert not _points_ahead(body, chains)


def test_more_bones_than_two_and_hanging_on_a_sided_bone_cost() -> None:
    body, chains = _leg()
    more = chains | {"Hip": chains["Hip"] * 3, "Knee": chains["Knee"] * 2}
    assert _leg_worth(body, more) == pytest.approx(4.5 - 3 * 0.15, abs=1e-9)
    body.rig.parents[chains["Hip"][0]] = -1
    assert _leg_worth(body, chains) == pytest.approx(3.5, abs=1e-9)


def _way(points):
    """A body with one chain of bones through points, and the chain."""
    bones = [
        (f"L {i}", f"L {i - 1}" if i else "hips", tuple(a), tuple(b))
        for i, (a, b) in enumerate(pairwise(points))
    ]
    body = skeleton([("hips", "", (0, 0, 0.55), (0, 0, 0.6)), *both(bones)])
    path = found(body, *(b[0] for b in bones))
    return body, path, np.array(points, float)


def _named(body, chains):
    if chains is None:
        return None
    return {r: [body.rig.names[b] for b in c] for r, c in chains.items()}


DOWN = [(0.1, 0, 0.5), (0.1, 0, 0.26), (0.1, 0, 0.03), (0.1, -0.1, 0.0)]


def test_thigh_shin_and_foot_on_a_way_down() -> None:
    body, path, points = _way(DOWN)
    assert _named(body, _on_way(body, path, points)) == {
        "Hip": ["L 0"], "Knee": ["L 1"], "Ankle": ["L 2"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "thigh"),
    [((0.3, 0, 0.7), "L 1"),  # 45 degrees down: 0.71
     ((0.25, 0, 0.7), "L 0")],  # 53 degrees down: 0.8
)  # fmt: skip
def test_a_thigh_goes_steeply_down(first, thigh: str) -> None:
    body, path, points = _way([first, *DOWN])
    chains = _named(body, _on_way(body, path, points))
    assert chains["Hip"][0] == thigh


@pytest.mark.parametrize(("hip", "is_leg"), [(0.27, True), (0.23, False)])
def test_hips_lie_a_quarter_of_the_height_up(hip: float, is_leg: bool) -> None:
    body, path, points = _way([(0.1, 0, hip), (0.1, 0, 0.12), (0.1, 0, 0.02), (0.1, -0.1, 0.0)])
    assert (_on_way(body, path, points) is not None) == is_leg


@pytest.mark.parametrize(("ankle", "is_leg"), [(0.115, True), (0.125, False)])
def test_ankles_lie_under_a_quarter_of_the_hips_height(ankle: float, is_leg: bool) -> None:
    """0.24 of 0.5; where none does there is no leg."""
    points = [(0.1, 0, 0.5), (0.1, 0, 0.3), (0.1, 0, ankle), (0.1, -0.1, 0.122)]
    body, path, points = _way(points)
    assert (_on_way(body, path, points) is not None) == is_leg


def test_one_bone_from_hip_to_ankle_is_no_leg() -> None:
    body, path, points = _way([(0.1, 0, 0.5), (0.1, 0, 0.03), (0.1, -0.1, 0.0)])
    assert _on_way(body, path, points) is None


def test_knees_are_nearest_to_the_middle_of_the_way() -> None:
    points = np.array([[0, 0, 1.0], [0, 0, 0.9], [0, 0, 0.6], [0, 0, 0.35], [0, 0, 0.0]])
    assert _halfway(points, 0.5) == 1
    assert _halfway(points, 0.2) == 0
    assert _halfway(points, 0.62) == 2


def test_the_way_down_ends_at_the_lowest_end() -> None:
    """A skirt beside the leg ends higher, its last bone's tail under its head."""
    bones = [
        ("L top", "hips", (0.1, 0, 0.5), (0.1, 0, 0.45)),
        ("L shin", "L top", (0.1, 0, 0.3), (0.1, 0, 0.05)),
        ("L foot", "L shin", (0.1, 0, 0.05), (0.1, 0, -0.2)),
        ("L skirt", "L top", (0.2, 0, 0.3), (0.2, 0, 0.02)),
    ]
    body = skeleton([("hips", "", (0, 0, 0.55), (0, 0, 0.6)), *both(bones)])
    top = found(body, "L top")[0]
    assert [body.rig.names[b] for b in _leg_path(body, top)] == ["L top", "L shin", "L foot"]


@pytest.mark.parametrize(("more", "last"), [(0.005, "L deep"), (0.03, "L low")])
def test_of_ends_as_low_the_one_with_more_bones(more: float, last: str) -> None:
    """A bone more is worth a hundredth of the height."""
    bones = [
        ("L top", "hips", (0.1, 0, 0.5), (0.1, 0, 0.45)),
        ("L low", "L top", (0.2, 0, 0.3), (0.2, 0, 0.01)),
        ("L side", "L top", (0.1, 0, 0.3), (0.1, 0, 0.1)),
        ("L deep", "L side", (0.1, 0, 0.1), (0.1, 0, 0.01 + more)),
    ]
    body = skeleton([("hips", "", (0, 0, 0.55), (0, 0, 0.6)), *both(bones)])
    assert body.rig.names[_leg_path(body, found(body, "L top")[0])[-1]] == last


def _with_control(x: float, z: float, y: float = 0.0):
    """Legs that end at the shins' tails, 0.04 high, feet under controls somewhere else."""
    bones = [
        ("L thigh", "hips", (0.1, 0, 0.5), (0.1, 0, 0.26)),
        ("L shin", "L thigh", (0.1, 0, 0.26), (0.1, 0, 0.04)),
        ("L control", "root", (x, y, z), (x, y - 0.2, z)),
        ("L foot", "L control", (x, y, z), (x, y - 0.05, z)),
        ("L toes", "L foot", (x, y - 0.08, 0.01), (x, y - 0.1, 0.01)),
    ]
    top = [("root", "", (0, 0, 0), (0, 0.1, 0)), ("hips", "root", (0, 0, 0.55), (0, 0, 0.6))]
    return skeleton([*top, *both(bones)])


def test_a_foot_on_a_control_is_the_one_whose_child_begins_elsewhere() -> None:
    body = _with_control(0.1, 0.04)
    path = found(body, "L thigh", "L shin")
    foot, control = found(body, "L foot", "L control")
    assert _loose_foot(body, path, np.array([0.1, 0.0, 0.04])) == foot
    assert _foot_below(body, path) is not None
    assert _goes_on(body, foot)
    assert not _goes_on(body, control)


@pytest.mark.parametrize(("away", "near"), [(0.0, True), (0.025, True), (0.04, False)])
def test_a_loose_foot_begins_where_the_shin_ends(away: float, near: bool) -> None:
    body = _with_control(0.1, 0.04, away)
    path = found(body, "L thigh", "L shin")
    assert (_loose_foot(body, path, np.array([0.1, 0.0, 0.04])) is not None) == near


@pytest.mark.parametrize(("y", "z", "is_below"), [(0.05, 0.1, True), (0.07, 0.1, False),
                                                  (0.0, 0.13, False)])  # fmt: skip
def test_a_foot_below_is_on_the_same_side_and_low(y: float, z: float, is_below: bool) -> None:
    """0.06 of the height aside of the last bone; under 0.24 of the hip's height, 0.5."""
    body = _with_control(0.1, z, y)
    body.rig.heads[found(body, "L toes", "R toes"), 1] -= 0.5
    path = found(body, "L thigh", "L shin")
    below = _foot_below(body, path)
    assert (below is not None) == is_below
    if is_below:
        assert below == found(body, "L foot")[0]


def _foot(*toes, foot_end=(0.1, -0.1, 0.01)):
    """A foot at 0.1, 0, 0.06 with bones (name, parent, head, tail) under it."""
    return skeleton([
        ("hips", "", (0, 0, 0.55), (0, 0, 0.6)),
        *both([("L foot", "hips", (0.1, 0.0, 0.06), foot_end), *toes]),
    ])  # fmt: skip


def _toe_names(body):
    return [body.rig.names[b] for b in _toes(body, found(body, "L foot")[0])]


def test_toes_lie_ahead_under_the_foot_a_heel_does_not() -> None:
    body = _foot(
        ("L toe", "L foot", (0.1, -0.1, 0.02), (0.1, -0.15, 0.02)),
        ("L heel", "L foot", (0.1, 0.05, 0.0), (0.1, 0.08, 0.0)),
        ("L twist", "L foot", (0.1, 0.0, 0.057), (0.1, 0.0, 0.03)),
    )
    assert _toe_names(body) == ["L toe"]


@pytest.mark.parametrize(("reach", "count"), [(0.07, 2), (0.05, 1)])
def test_toes_side_by_side_reach_six_tenths_as_far(reach: float, count: int) -> None:
    """The inner one comes first."""
    body = _foot(
        ("L big", "L foot", (0.08, -0.1, 0.02), (0.08, -0.15, 0.02)),
        ("L small", "L foot", (0.13, -reach, 0.02), (0.13, -reach - 0.04, 0.02)),
    )
    assert len(_toe_names(body)) == count
    assert _toe_names(body)[0] == "L big"


def test_toes_that_point_back_or_lie_on_another_are_left_out() -> None:
    body = _foot(
        ("L toe", "L foot", (0.1, -0.1, 0.02), (0.1, -0.15, 0.02)),
        ("L tip", "L toe", (0.1, -0.15, 0.02), (0.1, -0.17, 0.02)),
        ("L pivot", "L foot", (0.1, -0.105, 0.02), (0.1, -0.05, 0.02)),
        ("L helper", "L foot", (0.1, -0.104, 0.02), (0.1, -0.16, 0.02)),
    )
    assert _toe_names(body) == ["L toe"]
    toe, pivot, helper = found(body, "L toe", "L pivot", "L helper")
    assert _without_helpers(body, [toe, helper]) == [toe]
    body.rig.heads[helper, 1] = -0.115
    assert _without_helpers(body, [toe, helper, pivot]) == [toe, helper]


def test_a_foot_whose_bones_all_lie_behind_keeps_the_farthest() -> None:
    body = _foot(("L a", "L foot", (0.1, 0.05, 0.0), (0.1, 0.07, 0.0)),
                 ("L b", "L foot", (0.1, 0.09, 0.0), (0.1, 0.1, 0.0)),
                 foot_end=(0.1, -0.4, 0.01))  # fmt: skip
    assert _toe_names(body) == ["L b"]


def test_metatarsals_are_no_toes() -> None:
    """The ball lies past 0.45 of the foot's length."""
    body = _foot(
        ("L meta", "L foot", (0.1, -0.03, 0.04), (0.1, -0.1, 0.02)),
        ("L toe", "L meta", (0.1, -0.1, 0.02), (0.1, -0.13, 0.02)),
        ("L end", "L toe", (0.1, -0.13, 0.02), (0.1, -0.16, 0.02)),
    )
    assert _toe_names(body) == ["L toe"]
    foot, meta = found(body, "L foot", "L meta")
    body.rig.heads[meta, 1] = -0.08  # half the way: already the ball
    assert _past_metatarsals(body, foot, meta) == [meta]


def test_the_toes_end_is_not_taken_for_the_ball() -> None:
    """0.85 of the foot's length: what begins there is the tip."""
    body = _foot(
        ("L toe", "L foot", (0.1, -0.04, 0.02), (0.1, -0.09, 0.02)),
        ("L end", "L toe", (0.1, -0.09, 0.02), (0.1, -0.1, 0.02)),
    )
    assert _toe_names(body) == ["L toe"]


def test_a_character_faces_where_its_feet_point() -> None:
    body = skeleton_of(rigs.person())
    leg = find_leg(body)
    assert leg is not None
    assert _named(body, leg) == {
        "Hip": ["L thigh"], "Knee": ["L shin"], "Ankle": ["L foot"], "Foot": ["L toes"],
    }  # fmt: skip
    np.testing.assert_allclose(facing(body, leg), [0.0, -1.0, 0.0], atol=1e-9)
    away = skeleton_of(rigs.set_in_world(rigs.person(), 180.0, 1.0))
    leg = find_leg(away)
    assert leg is not None
    np.testing.assert_allclose(facing(away, leg), [0.0, 1.0, 0.0], atol=1e-9)


@pytest.mark.parametrize(("ahead", "y"), [(-0.02, 1.0), (-0.004, -1.0)])
def test_feet_of_no_length_say_nothing_of_the_front(ahead: float, y: float) -> None:
    """A foot's bone straight down: it then faces -Y. Both feet together must reach 0.01."""
    body, chains = _leg(ahead=ahead)
    np.testing.assert_allclose(facing(body, chains), [0.0, y, 0.0], atol=1e-12)


def test_without_feet_a_character_faces_minus_y() -> None:
    body, chains = _leg(ankle=None)
    np.testing.assert_allclose(facing(body, chains), [0.0, -1.0, 0.0], atol=1e-12)
