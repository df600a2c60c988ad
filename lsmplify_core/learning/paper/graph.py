# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keypoints are neighbours: the graph that the spatial convolutions run on.

Two graphs. "body25" is OpenPose's BODY_25 skeleton. "released" is the one that the official weights
were trained with: the 25 joints of the Kinect v2 skeleton (NTU RGB+D, Shahroudy et al. 2016), laid
over BODY_25's indices all the same.
"""

from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ...runtime.errors import InputError

N_POINTS: Final = 25

_BODY_25: Final = (
    (0, 1), (2, 1), (3, 2), (4, 3), (5, 1), (6, 5), (7, 6), (1, 8), (9, 8), (10, 9), (11, 10),
    (12, 8), (13, 12), (14, 13), (15, 0), (16, 0), (17, 15), (18, 16), (19, 14), (20, 19),
    (21, 14), (22, 11), (23, 22), (24, 11),
)  # fmt: skip
_KINECT_25: Final = (
    (0, 1), (1, 20), (2, 20), (3, 2), (4, 20), (5, 4), (6, 5), (7, 6), (8, 20), (9, 8), (10, 9),
    (11, 10), (12, 0), (13, 12), (14, 13), (15, 14), (16, 0), (17, 16), (18, 17), (19, 18),
    (21, 22), (22, 7), (23, 24), (24, 11),
)  # fmt: skip
GRAPHS: Final = {"body25": _BODY_25, "released": _KINECT_25}
"""Edges by graph, each from a point to its neighbour nearer to the middle of the body."""


def partitions(graph: str) -> Floats:
    """(3, 25, 25): each point itself, the neighbours inwards, the neighbours outwards.

    ST-GCN's spatial partition (Yan et al. 2018). A[p, i, j] says how much of point i goes into
    point j; the columns of each part add up to one where they are not empty.
    """
    if graph not in GRAPHS:
        raise InputError(f"there is no graph {graph!r}; choose from {', '.join(GRAPHS)}")
    inwards = np.zeros((N_POINTS, N_POINTS))
    for point, neighbour in GRAPHS[graph]:
        inwards[neighbour, point] = 1.0
    return np.stack((np.eye(N_POINTS), _shared_out(inwards), _shared_out(inwards.T)))


def _shared_out(links: Floats) -> Floats:
    return links / np.maximum(links.sum(axis=0), 1.0)
