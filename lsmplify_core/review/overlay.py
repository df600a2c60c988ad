# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn over the viewport: lines from tracks to the body's points, and bones by certainty.

Colours run from green over yellow to red, as (r, g, b, a) from 0 to 1.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..geometry.skeleton import N_JOINTS, N_POSED, PARENTS
from ..runtime.array_types import Floats

_RAMP: Final = np.array([[0.15, 0.85, 0.35, 0.9], [1.0, 0.82, 0.1, 0.95], [1.0, 0.12, 0.08, 1.0]])


@dataclass(frozen=True)
class Lines:
    """ends: (2 N, 3) metres in the world, two a line. colours: (2 N, 4)."""

    ends: Floats
    colours: Floats


@dataclass(frozen=True)
class Dots:
    """places: (N, 3) metres in the world. colours: (N, 4)."""

    places: Floats
    colours: Floats


def ramp(share: Floats) -> Floats:
    """(N, 4) colours of shares (N,): green at 0, yellow at a half, red from 1 on."""
    at = 2.0 * np.clip(np.nan_to_num(share, nan=0.0), 0.0, 1.0)
    low = np.minimum(at.astype(np.intp), 1)
    t = (at - low)[:, None]
    return _RAMP[low] + t * (_RAMP[low + 1] - _RAMP[low])


def track_lines(tracks: Floats, on_body: Floats, worst: float) -> tuple[Lines, Dots]:
    """Lines from each track (K, 3) to its point on the body (K, 3), and a dot on each track.

    worst: metres of distance that is drawn red. Tracks that are not seen (NaN) are left out.
    """
    seen = np.isfinite(tracks).all(axis=1) & np.isfinite(on_body).all(axis=1)
    there, body = tracks[seen], on_body[seen]
    colours = ramp(np.linalg.norm(there - body, axis=1) / worst)
    ends = np.stack((there, body), axis=1).reshape(-1, 3)
    return Lines(ends, np.repeat(colours, 2, axis=0)), Dots(there, colours)


def bone_lines(placed: Floats, expected: Floats, worst: float) -> Lines:
    """A line along each bone, coloured by how unsure the rotation is that swings it.

    placed: (24, 3) metres, the joints. expected: (22,) radians of the joints' rotations. worst: radians
    that are drawn red. A bone is swung by the joint at its upper end.
    """
    below = np.array([j for j in range(1, N_JOINTS) if PARENTS[j] < N_POSED])
    above = np.array([PARENTS[j] for j in below])
    ends = np.stack((placed[above], placed[below]), axis=1).reshape(-1, 3)
    return Lines(ends, np.repeat(ramp(expected[above] / worst), 2, axis=0))
