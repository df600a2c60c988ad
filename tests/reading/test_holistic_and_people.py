# SPDX-License-Identifier: GPL-3.0-or-later
"""Body, hands and face in one array; rows of people in frames; names by the order of points."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lsmplify_core.reading import nameless
from lsmplify_core.reading.keypoints.holistic import body_and_hands
from lsmplify_core.reading.tables.people import is_person_title, pivoted
from lsmplify_core.runtime.errors import InputError


def _whole(count: int, start: int, off: float = 0.05, crossed: bool = False):
    """Two arms with forearms of 25 cm, and two hands of 21 points from `start` on, their roots so
    far from the wrists; all else at the origin, 5 frames."""
    points = np.zeros((5, count, 3))
    for side, (elbow, wrist) in enumerate(((13, 15), (14, 16))):
        points[:, elbow], points[:, wrist] = (3.0 + side, 0, 0), (3.0 + side, 0.25, 0)
        root = start + 21 * (side if not crossed else 1 - side)
        points[:, root] = (3.0 + side, 0.25 + off, 0.0)
    return points


@pytest.mark.parametrize("crossed", [False, True])
@pytest.mark.parametrize(("count", "face"), [(543, 468), (553, 478)])
@pytest.mark.parametrize("end", [False, True])
def test_hands_follow_the_body_or_end_the_array(count: int, face: int, end: bool, crossed) -> None:
    start = count - 42 if end else 33
    columns, said = body_and_hands(_whole(count, start, crossed=crossed))
    assert columns == [*range(33), *range(start, start + 42)]
    assert said == (f"{face} of {count} points are the face's, which are not read",)


@pytest.mark.parametrize(("off", "near"), [(0.095, True), (0.105, False)])
def test_hands_begin_within_four_tenths_of_a_forearm(off: float, near: bool) -> None:
    columns, said = body_and_hands(_whole(543, 33, off))
    assert columns is not None
    assert len(columns) == (75 if near else 33)
    assert ("510 of 543 points, hands and face, are not read" in said[0]) != near


def test_other_numbers_of_points_and_unseen_arms() -> None:
    assert body_and_hands(np.zeros((5, 75, 3))) == (None, ())
    points = _whole(543, 33)
    points[:, 13] = np.nan
    columns, _ = body_and_hands(points)
    assert columns == list(range(33))
    flat = _whole(543, 33)
    flat[:, 13], flat[:, 14] = flat[:, 15], flat[:, 16]  # forearms of no length
    assert body_and_hands(flat)[0] == list(range(33))


@pytest.mark.parametrize(
    ("title", "person"),
    [("id", True), ("Person_ID", True), ("track-id", True), ("#body", True), ("frame", False),
     ("identity", False), ("x", False)],
)  # fmt: skip
def test_titles_that_tell_people_apart(title: str, person: bool) -> None:
    assert is_person_title(title) == person


def _rows(people, keys, confidence=None):
    """Each row has a point at its own number."""
    positions = np.arange(float(len(people)))[:, None, None] * np.ones((1, 1, 3))
    sure = None if confidence is None else np.array(confidence, float)[:, None]
    return pivoted(people, np.array(keys, float), positions, ["nose"], sure, Path("t.csv"))


@pytest.mark.parametrize("sure", [None, [0.1, 0.2, 0.3]])
def test_rows_become_frames_of_all_people(sure) -> None:
    points, names, keys, confidence = _rows(["7", "Ben", "7"], [4, 4, 9], sure)
    assert names == ["Person 7:nose", "Ben:nose"]
    assert keys.tolist() == [4.0, 9.0]
    assert points[:, 0, 0].tolist() == [0.0, 2.0]
    assert points[0, 1, 0] == 1.0
    assert np.isnan(points[1, 1]).all()
    if sure is None:
        assert confidence is None
    else:
        assert confidence is not None
        assert confidence.tolist() == [[0.1, 0.2], [0.3, 0.0]]


def test_someone_alone_has_no_prefix_and_ghosts_are_left_out() -> None:
    assert _rows(["3", "3"], [1, 2])[1] == ["nose"]
    many = ["a"] * 40 + ["ghost"] + ["b"] * 2
    assert _rows(many, [*range(40), 5, 6, 7])[1] == ["a:nose", "b:nose"]
    points, _, keys, _ = _rows(["a", "a"], [1, np.nan])
    assert keys.tolist() == [1.0]
    assert points[0, 0, 0] == 0.0


def test_rows_without_a_frame_or_of_too_many_people_are_said() -> None:
    with pytest.raises(InputError, match=r"t\.csv: no row says which frame"):
        _rows(["a"], [np.nan])
    fifty = [f"p{i}" for i in range(50)]
    assert len(_rows(fifty, [1] * 50)[1]) == 50
    with pytest.raises(InputError, match=r"t\.csv: its rows are of 51 people"):
        _rows([*fifty, "one more"], [1] * 51)


@pytest.mark.parametrize(
    ("others", "said"),
    [((), None), (("B",), "(others: B)"), (("B", "C", "D", "E", "F"), "(others: B, C, D, E)")],
)
def test_the_order_that_fits_best_is_said_where_others_fit(monkeypatch, others, said) -> None:
    """Orders of the same names are no others."""

    def order(name: str, first: str):
        names = (first, "y")
        titles = lambda count: [first, "y"][:count]  # noqa: E731
        return SimpleNamespace(order=SimpleNamespace(name=name, names=names, titles=titles))

    ranked = [order("A", "a"), order("A twin", "a"), *(order(n, n) for n in others)]
    monkeypatch.setattr(nameless, "ranked_orders", lambda _: ranked)
    monkeypatch.setattr(nameless, "clear_order", lambda found: found[0].order)
    names, notes = nameless.names_by_order(np.zeros((3, 2, 3)))
    assert names == ["a", "y"]
    assert len(notes) == (said is not None)
    if said:
        assert notes[0].startswith("2 points without names were taken in the order of A, ")
        assert said in notes[0]
    monkeypatch.setattr(nameless, "clear_order", lambda _: None)
    assert nameless.names_by_order(np.zeros((3, 2, 3))) == (["point 0", "point 1"], ())
