# SPDX-License-Identifier: GPL-3.0-or-later
"""The cheapest way through "as labelled" and "exchanged" is that of a plain Viterbi search, and
flips are found over gaps, in any number of parts."""

import re

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.repair import swaps
from lsmplify_core.repair.jumps import find_jumps
from lsmplify_core.repair.rigid_neighbours import find_rigid_neighbours


def plain_viterbi(as_is: np.ndarray, exchanged: np.ndarray, flips: set[int]) -> np.ndarray:
    cost, came = [as_is[0], exchanged[0]], []
    for frame in range(1, len(as_is)):
        stay, change = (3.0, 0.0) if frame in flips else (0.0, 5.0)
        came.append((cost[1] + change < cost[0] + stay, cost[1] + stay <= cost[0] + change))
        cost = [
            min(cost[0] + stay, cost[1] + change) + as_is[frame],
            min(cost[1] + stay, cost[0] + change) + exchanged[frame],
        ]
    states = [bool(cost[1] < cost[0])]
    for back in reversed(came):
        states.append(bool(back[int(states[-1])]))
    return np.array(states[::-1])


@pytest.mark.parametrize("seed", range(40))
def test_the_cheapest_way_is_a_plain_searchs(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 120))
    as_is, exchanged = (
        random.exponential(1.0, (2, count)) * random.choice([0.3, 1.0, 4.0], 2)[:, None]
    )
    flips = set(random.integers(0, count, int(random.integers(0, 8))).tolist())
    found = swaps._cheapest(as_is, exchanged, flips)
    wanted = plain_viterbi(as_is, exchanged, flips)
    np.testing.assert_array_equal(found, wanted)


def swapped_take(gap: int = 0) -> tuple[np.ndarray, tuple[str, ...]]:
    tracks = tracks_of(waving(120), "CMU_41")
    positions = tracks.positions.copy()
    a, b = tracks.names.index("LELB"), tracks.names.index("LWRA")
    positions[40:70, [a, b]] = positions[40:70, [b, a]]
    if gap:
        positions[40 : 40 + gap, [a, b]] = np.nan
    return positions, tracks.names


def found_in(positions: np.ndarray, names: tuple[str, ...]) -> list:
    partners = find_rigid_neighbours(positions)
    _, maybe = find_jumps(positions, partners)
    return swaps.find_swaps(positions, partners, maybe, 30.0, names)


@pytest.mark.parametrize("gap", [0, 3])
def test_two_labels_that_change_places_are_found(gap: int) -> None:
    (swap,) = found_in(*swapped_take(gap))
    assert set(swap.tracks) == {"LELB", "LWRA"}
    assert abs(swap.first - 40 - gap) <= gap
    assert swap.last == 69


def test_parts_of_a_take_find_what_the_whole_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = found_in(*swapped_take())
    monkeypatch.setattr(swaps, "_PAIRS", 1)
    assert found_in(*swapped_take()) == whole


def pair(apart: float, frames: int = 120, count: int = 4) -> np.ndarray:
    """Two bones of some markers each, whose first markers are so many metres apart."""
    t = np.linspace(0.0, 4.0, frames)[:, None]
    path = np.concatenate((np.sin(t), np.cos(0.7 * t), 0.3 * np.sin(1.3 * t)), axis=1)
    spots = np.random.default_rng(5).uniform(-0.15, 0.15, (count, 3))
    spots[0] = 0.0
    other = path + np.array([apart, 0.0, 0.0])
    return np.concatenate((path[:, None] + spots, other[:, None] - spots[:, [1, 0, 2]]), axis=1)


def exchanged(points: np.ndarray, span: slice, a: int = 0, b: int = 4) -> np.ndarray:
    result = points.copy()
    result[span, [a, b]] = points[span, [b, a]]
    return result


def swaps_of(points: np.ndarray, rate: float = 60.0) -> list[tuple[int, int]]:
    neighbours = find_rigid_neighbours(points)
    _, possible = find_jumps(points, neighbours)
    found = swaps.find_swaps(points, neighbours, possible, rate, tuple("abcdefgh"))
    assert all(set(r.tracks) == {"a", "e"} for r in found)
    return [(r.first, r.last) for r in found]


@pytest.mark.parametrize(("apart", "found"), [(0.02, False), (0.04, True), (0.5, True)])
def test_labels_that_lie_on_one_place_are_not_exchanged(apart: float, found: bool) -> None:
    """The vector between them has to jump by five centimetres: by twice their distance."""
    assert bool(swaps_of(exchanged(pair(apart), slice(50, 80)))) == found


@pytest.mark.parametrize("span", [(1, 40), (50, 54), (50, 80), (90, 119)])
def test_the_side_that_the_neighbours_contradict_is_the_wrong_one(span: tuple[int, int]) -> None:
    first, last = span
    assert swaps_of(exchanged(pair(0.4), slice(first, last + 1))) == [span]


def test_more_than_half_of_a_take_is_exchanged_where_the_neighbours_say_so() -> None:
    points = pair(0.4)
    wrong = exchanged(points, slice(70, 120))
    assert swaps_of(wrong) == [(70, 119)]
    assert swaps_of(points) == []


@pytest.mark.parametrize(("gap", "found"), [(10, True), (20, True), (24, False)])
def test_labels_may_change_places_in_a_gap_of_a_third_of_a_second(gap: int, found: bool) -> None:
    points = exchanged(pair(0.4), slice(50, 120))
    points[50 - gap : 50, [0, 4]] = np.nan
    still = np.repeat(points[:1], 120, axis=0)
    still[:, [0, 4]] = np.where(np.arange(120)[:, None, None] < 50, still[:, [0, 4]],
                                still[:, [4, 0]])  # fmt: skip
    still[50 - gap : 50, [0, 4]] = np.nan
    assert bool(swaps_of(still)) == found


def test_what_is_said_of_an_exchange_is_in_millimetres() -> None:
    points = pair(0.4)
    wrong = exchanged(points, slice(50, 80))
    neighbours = find_rigid_neighbours(wrong)
    _, possible = find_jumps(wrong, neighbours)
    (repair,) = swaps.find_swaps(wrong, neighbours, possible, 60.0, tuple("abcdefgh"))
    assert (repair.kind, repair.done) == ("swap", "exchanged")
    assert re.fullmatch(r"they leap apart by (79|80|81)\d mm as labelled and \d mm exchanged",
                        repair.evidence)  # fmt: skip


def test_a_mirror_that_both_pass_is_no_exchange() -> None:
    """The vector turns round slowly: two people who walk past each other."""
    t = np.linspace(0.0, np.pi, 120)
    points = pair(0.4)
    turn = np.stack((np.cos(t), np.sin(t), 0 * t), axis=1)
    points[:, 4:] = points[:, :4] + 0.3 * turn[:, None]
    assert swaps_of(points) == []
