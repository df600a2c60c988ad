# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn over the viewport: lines from tracks to the body's points, and joints by
confidence.

Colours run from green over yellow to red, as (r, g, b, a) from 0 to 1.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..runtime.array_types import Floats

_RAMP: Final = np.array([[0.15, 0.85, 0.35, 0.9], [1.0, 0.82, 0.1, 0.95], [1.0, 0.12, 0.08, 1.0]])


@dataclass(frozen=True)
class Lines:
    """ends: (2 N, 3) metres in the world, two a line. colours: (2 N, 4)."""

    ends: Floats
    colours: Floats


@dataclass(frozen=True)
class Dots:
    """places: (N, 3) metres in the world. colours: (N, 4). size: pixels."""

    places: Floats
    colours: Floats
    size: float = 6.0


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


def joint_dots(placed: Floats, expected: Floats, worst: float) -> Dots:
    """A large dot at each joint, coloured by how unsure its rotation is: lines would look like
    bones.

    Args:
        placed: (24, 3) metres in the world, the joints.
        expected: (22,) radians that the network expects the joints' rotations to be wrong by.
        worst: radians that are drawn red.
    """
    return Dots(placed[: len(expected)], ramp(expected / worst), 13.0)
