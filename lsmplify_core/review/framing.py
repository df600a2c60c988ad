# SPDX-License-Identifier: GPL-3.0-or-later
"""How a view must stand so that whole takes are in it."""

from collections.abc import Sequence

import numpy as np

from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks

_MARGIN = 0.25
"""Metres around the joints: flesh, hair and shoes."""


def take_bounds(motions: Sequence[Motion]) -> tuple[Floats, float]:
    """What takes fill of the world.

    Args:
        motions: one at least, Z up.

    Returns:
        The middle (3,) of a box around all joints on all frames, and the length of its diagonal,
        both in metres.
    """
    return _box(np.concatenate([m.joints().reshape(-1, 3) for m in motions]))


def tracks_bounds(everybody: Sequence[Tracks]) -> tuple[Floats, float]:
    """The same of tracks, in their own unit; what is not seen does not count.

    Args:
        everybody: the tracks of each person.
    """
    return _box(np.concatenate([t.positions[t.seen] for t in everybody]))


def _box(points: Floats) -> tuple[Floats, float]:
    """Of points (N, 3): strays apart, so that one bad sample does not shrink the rest to a dot."""
    if not len(points):
        return np.array([0.0, 0.0, 1.0]), 2.0
    low, high = np.percentile(points, (0.5, 99.5), axis=0)
    low, high = low - _MARGIN, high + _MARGIN
    return 0.5 * (low + high), float(np.linalg.norm(high - low))
