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
    clear_order,
    known_counts,
    order_named,
    orders_of,
    ranked_orders,
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
