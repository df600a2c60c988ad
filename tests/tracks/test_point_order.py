# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders of nameless points are told apart by the body, and named by the user where they are
not."""

from dataclasses import replace

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.matching import match_layout
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.point_order import (
    Order,
    Ranked,
    clear_order,
    known_counts,
    order_misfit,
    order_named,
    orders_of,
    ranked_orders,
    unclear,
)
from lsmplify_core.tracks.tracks import Tracks, checked_tracks
from lsmplify_core.unnamed.assigning import matched

BODIES = sorted(
    {o.names: o for c in known_counts() if c <= 33 for o in orders_of(c)}.values(),
    key=lambda o: o.name,
)


def in_order(order: Order, noise: float = 0.004) -> np.ndarray:
    points = points_of(waving(50), order.layout)
    match = match_layout(order.names, load_layout(order.layout), strict=False)
    exact = np.repeat(points.mean(axis=1, keepdims=True), len(order.names), axis=1)
    for keypoint, place in match.matched:
        exact[:, place] = points[:, keypoint]
    return exact + noise * np.random.default_rng(0).standard_normal(exact.shape)


@pytest.mark.parametrize("order", BODIES, ids=lambda o: o.name)
def test_every_order_is_found_among_those_of_its_number(order: Order) -> None:
    found = clear_order(ranked_orders(in_order(order)))
    assert found is not None
    assert found.names == order.names


def nameless(points: np.ndarray) -> Tracks:
    made = checked_tracks(points, [f"point {i}" for i in range(points.shape[1])], 30.0, "take.npy")
    return replace(made, nameless=True)


def test_points_that_are_no_body_are_refused_with_candidates() -> None:
    tracks = nameless(np.random.default_rng(0).random((40, 17, 3)))
    with pytest.raises(InputError, match=r"H36M_17.*COCO_17"):
        matched(tracks)
    with pytest.raises(InputError, match="orders are known of"):
        matched(nameless(np.random.default_rng(0).random((40, 11, 3))))


@pytest.mark.parametrize("name", ["H36M_17", "h36m_17", "H36M", "MPI_INF_3DHP_17", "COCO_17"])
def test_the_user_names_the_order(name: str) -> None:
    order = order_named(name, 17)
    assert order is not None
    named, match = matched(nameless(in_order(order)), name)
    assert named.names == order.names
    assert match.layout.name == order.layout
    assert len(match.matched) >= 15


def test_an_order_of_another_number_is_not_taken() -> None:
    with pytest.raises(InputError):
        matched(nameless(np.random.default_rng(0).random((40, 17, 3))), "MediaPipe_33")


def ranked(*misfits: float) -> list[Ranked]:
    """Orders of other names that fit so badly."""
    return [Ranked(Order(f"O{i}", "COCO_17", (f"a{i}",)), m) for i, m in enumerate(misfits)]


@pytest.mark.parametrize(
    ("misfits", "clear"),
    [((0.59,), True), ((0.61,), False), ((0.3, 0.41), True), ((0.3, 0.39), False),
     ((0.3, 0.39, 9.0), False), ((0.1, 0.5, 0.55), True)],
)  # fmt: skip
def test_an_order_is_clear_where_it_fits_and_the_next_fits_worse(misfits, clear: bool) -> None:
    """A misfit of 0.6 at the most, and three quarters of the next one's."""
    found = clear_order(ranked(*misfits))
    assert (found is not None) == clear
    if clear:
        assert found == ranked(*misfits)[0].order


def test_one_order_under_two_names_is_one() -> None:
    first, second, third = ranked(0.3, 0.31, 0.5)
    second = Ranked(Order("again", "COCO_17", first.order.names), 0.31)
    assert clear_order([first, second, third]) == first.order
    assert clear_order([first, second]) == first.order
    assert clear_order([]) is None


def test_what_is_unclear_is_told_with_the_candidates_that_fit() -> None:
    assert "O0, O1, and the body does not tell" in unclear(ranked(0.3, 0.31, 0.9), 17)
    assert "candidates: O0, O1" in unclear(ranked(0.7, 0.9), 17)
    assert unclear([], 11).startswith("11 points without names; orders are known of 12, 14, 15,")


def test_points_behind_a_body_are_named_by_their_part() -> None:
    for count, own, named in (
        (17, 17, {}), (65, 25, {"point 25": 25, "point 64": 64}),
        (67, 25, {"left_hand_0": 25, "left_hand_20": 45, "right_hand_0": 46, "right_hand_20": 66}),
        (75, 33, {"left_hand_0": 33, "right_hand_20": 74}),
        (133, 23, {"face_0": 23, "left_hand_0": 91, "right_hand_20": 132}),
        (136, 26, {"face_0": 26, "left_hand_0": 94, "right_hand_20": 135}),
        (137, 25, {"left_hand_0": 25, "right_hand_0": 46, "face_69": 136}),
        (553, 33, {"right_hand_0": 33, "left_hand_0": 54, "face_0": 75, "face_477": 552}),
    ):  # fmt: skip
        order = orders_of(count)[0]
        titles = order.titles(count)
        assert len(titles) == count
        assert len(set(titles)) == count
        assert {n: titles.index(n) for n in named} == named
        assert titles[:own] == [n or f"point {i}" for i, n in enumerate(order.names[:own])]


@pytest.mark.parametrize(
    "count",
    [
        17,
        21,
        23,
        24,
        25,
        26,
        32,
        33,
        45,
        52,
        55,
        65,
        67,
        75,
        127,
        133,
        135,
        136,
        137,
        144,
        543,
        553,
    ],
)
def test_numbers_of_points_that_tools_write_are_known(count: int) -> None:
    assert count in known_counts()
    body = orders_of(count)[0]
    points = in_order(Order(body.name, body.layout, body.names))
    more = np.concatenate((points, np.ones((50, max(count - points.shape[1], 0), 3))), axis=1)
    assert order_misfit(more[:, :count], body) < 0.6


def test_a_mirrored_twin_fits_worse_and_too_few_points_do_not_fit() -> None:
    order = next(o for o in BODIES if o.name == "H36M_17")
    points = in_order(order, 0.0)
    right = order_misfit(points, order)
    assert order_misfit(points * [-1.0, 1.0, 1.0], order) == pytest.approx(right + 0.3)
    assert order_misfit(points[:, :8], order) == 9.0
    few = Order("few", "H36M_17", order.names[:5])
    assert order_misfit(points, few) == 9.0
    assert order_misfit(np.full_like(points, np.nan), order) == 9.0
