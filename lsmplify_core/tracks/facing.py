# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way a person looks when first seen."""

import numpy as np

from ..layouts.matching import Match
from ..runtime.array_types import Floats
from .body_fit import TORSO, rest_points
from .tracks import Tracks


def facing(tracks: Tracks, match: Match) -> float | None:
    """Where the person looks when first seen: degrees about Z from +X towards +Y, or None.

    tracks: metres, Z up (`to_world`). From the points left and right of the middle of the body.
    """
    pairs = match.matched
    layout = match.layout.select([k for k, _ in pairs])
    positions = tracks.positions[:, [t for _, t in pairs]]
    aside = rest_points(layout)[:, 0]
    torso = np.isin(layout.joints, list(TORSO))
    left, right = ((torso & (sign * aside > 0.03)) for sign in (1.0, -1.0))
    if not (left.any() and right.any()):
        return None
    across = _middle(positions[:, left]) - _middle(positions[:, right])
    ahead = np.stack((across[:, 1], -across[:, 0]), axis=1)  # across × up, on the floor
    known = ahead[np.isfinite(ahead).all(axis=1)][: max(1, round(tracks.rate))]
    if not len(known):
        return None
    x, y = known.sum(axis=0)
    return round(float(np.degrees(np.arctan2(y, x))) % 360.0, 1)


def _middle(points: Floats) -> Floats:
    seen = np.isfinite(points).all(axis=-1, keepdims=True)
    count = seen.sum(axis=1)
    total = np.where(seen, points, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
