# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of people in tracks' names, and which points are whose by where they are."""

import numpy as np
import pytest

from lsmplify_core.tracks.people import (
    _assigned,
    _away,
    _before_colon,
    _common_word,
    _first_word,
    _in_one_place,
    _last_word,
    _nearest_first,
    _numbered_word,
    _same_place,
    _sample,
    _short,
)
from lsmplify_core.tracks.tracks import Tracks, checked_tracks


def _tracks(positions, names=None) -> Tracks:
    positions = np.asarray(positions, float)
    names = names or [f"t{i}" for i in range(positions.shape[1])]
    return checked_tracks(positions, names, 30.0, "t", 1.0, "+z")


@pytest.mark.parametrize(
    ("split", "name", "parts"),
    [
        (_before_colon, "Anna:LSHO", ("Anna", "LSHO")),
        (_before_colon, "Take 3:Anna:LSHO", ("Take 3:Anna", "LSHO")),
        (_before_colon, "Anna|LSHO", ("Anna", "LSHO")),
        (_before_colon, "LSHO", ("", "LSHO")),
        (_before_colon, ":LSHO", ("", ":LSHO")),
        (_numbered_word, "person 1_nose", ("person 1", "nose")),
        (_numbered_word, "S12/nose", ("S12", "nose")),
        (_numbered_word, "12_nose", ("", "12_nose")),
        (_first_word, "anna_left_knee", ("anna", "left_knee")),
        (_first_word, "left_knee", ("", "left_knee")),
        (_first_word, "knee", ("", "knee")),
        (_last_word, "left_knee-anna", ("anna", "left_knee")),
        (_last_word, "knee_left", ("", "knee_left")),
    ],
)
def test_the_word_of_a_person_and_the_rest(split, name: str, parts) -> None:
    assert split(name) == parts


def test_short_words_where_they_are_enough() -> None:
    assert _short(["Take 3:Anna", "Take 3:Ben"]) == ["Anna", "Ben"]
    assert _short(["a:Anna", "b:Anna"]) == ["a:Anna", "b:Anna"]
    assert _short(["x: ", "y:Ben"]) == ["Person", "Ben"]


def test_one_common_word_is_the_persons_name() -> None:
    points = np.arange(6.0).reshape(1, 2, 3)
    assert _common_word(_tracks(points, ["Anna:a", "b"])) == "Anna"
    assert _common_word(_tracks(points, ["Anna:a", "Ben:b"])) == "Person"
    assert _common_word(_tracks(points, ["a", "b"])) == "Person"


@pytest.mark.parametrize(
    ("cost", "persons", "margin"),
    [
        ([[1.0, 5.0], [6.0, 2.0]], (0, 1), (11.0 - 3.0) / 4.0),
        ([[5.0, 1.0], [2.0, 6.0]], (1, 0), (11.0 - 3.0) / 4.0),
        ([[5.0, 1.0]], (1,), 4.0 / 2.0),
        ([[3.0]], (0,), 0.0),
        ([[1.0, np.inf], [1.0, 1.0]], (0, 1), None),
    ],
)
def test_copies_go_to_people_at_the_least_cost(cost, persons, margin) -> None:
    """How clear that is: what the next best costs more, beside what it costs and one."""
    found = _assigned(np.array(cost))
    assert found[0] == persons
    if margin is not None:
        assert found[1] == pytest.approx(margin)


def test_of_more_than_five_people_the_nearest_first() -> None:
    cost = np.full((2, 6), 9.0)
    cost[0, 3], cost[1, 3], cost[1, 5] = 2.0, 1.0, 3.0
    assert _nearest_first(cost) == (0, 3)
    assert _assigned(cost) == ((0, 3), 0.0)
    five = np.full((1, 5), 9.0)
    five[0, 4] = 1.0
    assert _assigned(five) == ((4,), pytest.approx(8.0 / 2.0))


def test_how_far_a_track_is_from_another_and_how_much_that_changes() -> None:
    """2 m away throughout; 2 m and 4 m in turn: a median of 3 m, changing by 1 m."""
    positions = np.zeros((4, 4, 3))
    positions[:, 1, 0] = 2.0
    positions[:, 2, 0] = [2.0, 4.0, 2.0, 4.0]
    positions[:, 3] = np.nan
    assert _away(positions, 0).tolist() == [0.0, 2.0, 3.0 + 4.0 * 1.0, np.inf]


def _two_squares(apart: float, frames: int = 6):
    """Two groups of four points, each a metre and a bit from its middle, so far apart."""
    square = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    return np.tile(np.concatenate((square, np.add(square, [apart, 0, 0]))), (frames, 1, 1))


@pytest.mark.parametrize(("apart", "same"), [(0.25, True), (0.35, False), (2.0, False)])
def test_groups_whose_middles_stay_together_are_in_one_place(apart: float, same: bool) -> None:
    """Beside how far their own points are from them, 1 m."""
    tracks = _tracks(_two_squares(apart))
    assert _same_place(tracks, [0, 1, 2, 3], [4, 5, 6, 7]) == same
    pairs = [(i, i + 4) for i in range(4)]
    assert _in_one_place(tracks.positions, pairs, [0, 1, 2, 3]) == same


def test_groups_that_are_never_there_together_are_one_person() -> None:
    positions = _two_squares(5.0)
    positions[:3, :4] = np.nan
    positions[3:, 4:] = np.nan
    tracks = _tracks(positions)
    assert _same_place(tracks, [0, 1, 2, 3], [4, 5, 6, 7])
    assert _in_one_place(positions, [(0, 4), (1, 5)], [0, 1])


def test_long_takes_are_sampled_from_end_to_end() -> None:
    positions = np.zeros((5000, 1, 3))
    positions[:, 0, 0] = np.arange(5000)
    found = _sample(_tracks(positions))[:, 0, 0]
    assert (found[0], found[-1]) == (0, 4999)
    assert len(found) < 1000
    assert len(_sample(_tracks(positions[:7]))) == 7
