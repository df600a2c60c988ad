# SPDX-License-Identifier: GPL-3.0-or-later
"""MediaPipe's body, hands and face in one array of 543 or 553 points: which are body and hands.

The body comes first; tools put the two hands of 21 points behind it or at the end, with the face
(468 points, 478 with the irises) between or after them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BODY: Final = 33
_HANDS: Final = 42
_COUNTS: Final = (543, 553)
_ARMS: Final = ((13, 15), (14, 16))
"""Elbow and wrist of the left and the right arm among MediaPipe's 33."""
_NEAR: Final = 0.4
"""Lengths of the forearm from a wrist within which a hand's root lies."""


def body_and_hands(positions: Floats) -> tuple[list[int] | None, tuple[str, ...]]:
    """The columns of body and hands, and sentences about the others.

    Args:
        positions: (T, K, 3) of one person, NaN where unseen.

    Returns:
        None and no sentence where the points are not so many; the body's columns alone where no
        hands lie at its wrists.
    """
    count = positions.shape[1]
    if count not in _COUNTS:
        return None, ()
    body = list(range(_BODY))
    for start in (_BODY, count - _HANDS):
        if _are_hands(positions, start):
            face = count - _BODY - _HANDS
            said = f"{face} of {count} points are the face's, which are not read"
            return [*body, *range(start, start + _HANDS)], (said,)
    rest = count - _BODY
    return body, (
        f"{rest} of {count} points, hands and face, are not read: none lie at the wrists",
    )


def _are_hands(positions: Floats, start: int) -> bool:
    """Whether two hands begin here, each root at a wrist of its own."""
    nearest = [
        [_away(positions, root, *arm) for arm in _ARMS]
        for root in (start, start + _HANDS // 2)
    ]  # fmt: skip
    straight = max(nearest[0][0], nearest[1][1])
    crossed = max(nearest[0][1], nearest[1][0])
    return min(straight, crossed) < _NEAR


def _away(positions: Floats, root: int, elbow: int, wrist: int) -> float:
    forearm = np.linalg.norm(positions[:, wrist] - positions[:, elbow], axis=-1)
    distance = np.linalg.norm(positions[:, root] - positions[:, wrist], axis=-1)
    both = np.isfinite(forearm) & np.isfinite(distance)
    if not both.any() or not np.median(forearm[both]) > 0:
        return np.inf
    return float(np.median(distance[both]) / np.median(forearm[both]))
