# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for points that a file does not name: those of the order that they are in, if it is
clear."""

import numpy as np
from numpy.typing import NDArray

from ..tracks.point_order import clear_order, ranked_orders

Floats = NDArray[np.float64]


def names_by_order(positions: Floats) -> tuple[list[str], tuple[str, ...]]:
    """Names of nameless points, and sentences about how they were found.

    Args:
        positions: (T, K, 3) of one person, NaN where unseen.

    Returns:
        The names of the known order whose body fits best; "point 0", "point 1", … where none is
        clear, so that whoever solves them has to say it.
    """
    count = positions.shape[1]
    ranked = ranked_orders(positions)
    order = clear_order(ranked)
    if order is None:
        return [f"point {i}" for i in range(count)], ()
    others = [r.order.name for r in ranked if r.order.names != order.names]
    if not others:
        return order.titles(count), ()
    return order.titles(count), (
        f"{count} points without names were taken in the order of {order.name}, which fits the "
        f"body best (others: {', '.join(others[:4])}); --layout NAME says another",
    )
