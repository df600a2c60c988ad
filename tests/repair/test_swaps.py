# SPDX-License-Identifier: GPL-3.0-or-later
"""The cheapest way through "as labelled" and "exchanged" is that of a plain Viterbi search, and
flips are found over gaps, in any number of parts."""

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
