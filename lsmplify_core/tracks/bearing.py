# SPDX-License-Identifier: GPL-3.0-or-later
"""Where down is, by what bears the body: feet that stay in place while all else moves.

Who sits, lies or leans on something rests on more than the feet, and that stays in place too. Where
nothing but the feet does, they bear the weight, however bent the body is, and its centre of mass
stays above them: the line between them is within some degrees of the vertical.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.skeleton import JOINT_INDEX, among
from ..geometry.vectors import all_finite, squares
from .centre import centre_of_mass, feet_of, mean_of_seen

Floats = NDArray[np.float64]

_WINDOW: Final = 1.0
"""Seconds over which things stay in place or move."""
_STILL: Final = 0.015
"""Metres that a foot's middle may be spread over a window, less its noise."""
_MOVES: Final = 0.02
"""Metres that everything else must be spread at least."""
_BESIDE: Final = 0.55
"""Metres between feet that both bear: wider stances may rest on one."""
_LEAST: Final = 2
"""Windows that it takes."""
_MOST_WINDOWS: Final = 150
"""Windows that are looked at, spread over a take."""
_AGREE: Final = 20.0
"""Degrees that the windows may be apart."""
_OTHERS: Final = (
    ("Pelvis", "L_Hip", "R_Hip", "Spine1"), ("Head", "Neck"), ("L_Wrist", "L_Hand"),
    ("R_Wrist", "R_Hand"), ("L_Elbow",), ("R_Elbow",), ("Spine3", "L_Shoulder", "R_Shoulder"),
)  # fmt: skip


@dataclass(frozen=True)
class Bearing:
    """up: (3,) unit vector from the feet to the centre of mass. windows: how many showed it."""

    up: Floats
    windows: int


def find_bearing(points: Floats, joints: NDArray[np.intp], rate: float) -> Bearing | None:
    """The vertical by feet that alone bear the body, or None where they do not.

    Args:
        points: (T, K, 3) metres in any axes, NaN where unseen.
        joints: (K,) the joint that carries each.
        rate: frames per second.
    """
    feet, body = feet_of(points, joints), centre_of_mass(points, joints)
    if feet is None or body is None:
        return None
    others = [
        mean_of_seen(points[:, own])
        for names in _OTHERS
        if (own := among(joints, [JOINT_INDEX[n] for n in names])).any()
    ]
    if not others:
        return None
    width = max(round(_WINDOW * rate), 4)
    last = len(points) - width
    firsts = np.arange(0, last + 1, max(width // 2, last // _MOST_WINDOWS, 1))
    windows = firsts[:, None] + np.arange(width)
    for foot in (feet[:, 0], feet[:, 1]):
        windows = windows[_spreads(foot, windows) <= _STILL]
    for other in others:
        windows = windows[_spreads(other, windows) >= _MOVES]
    found = [up for w in windows if (up := _up(feet[w], body[w])) is not None]
    if len(found) < _LEAST:
        return None
    mean = np.mean(found, axis=0)
    mean = mean / max(float(np.linalg.norm(mean)), 1e-9)
    apart = np.degrees(np.arccos(np.clip(np.array(found) @ mean, -1.0, 1.0)))
    return Bearing(mean, len(found)) if np.percentile(apart, 80) < _AGREE else None


def _up(feet: Floats, body: Floats) -> Floats | None:
    """From the feet to the centre of mass, over frames in which only the feet stay in place."""
    known = np.isfinite(feet).all(axis=(1, 2)) & all_finite(body)
    if known.sum() < 4:
        return None
    feet, body = feet[known], body[known]
    if np.linalg.norm(np.median(feet[:, 0] - feet[:, 1], axis=0)) > _BESIDE:
        return None
    over = np.median(body - feet.mean(axis=1), axis=0)
    length = float(np.linalg.norm(over))
    return np.asarray(over / length) if length > 0.3 else None


def _spreads(path: Floats, windows: NDArray[np.intp]) -> Floats:
    """(W,) metres: the root mean square distance of a path (T, 3) from its middle over each of the
    windows (W, N) of its frames, without the noise of single frames; infinite where half of it is
    unseen."""
    whole = all_finite(path)[windows].all(axis=1)
    spreads = np.empty(len(windows))
    spreads[~whole] = [_spread(path[w]) for w in windows[~whole]]
    seen = path[windows[whole]]
    noise = squares(np.diff(seen, n=2, axis=1)).mean(axis=1) / 6.0
    variance = squares(seen - seen.mean(axis=1, keepdims=True)).mean(axis=1)
    spreads[whole] = np.sqrt(np.maximum(variance - noise, 0.0))
    return spreads


def _spread(points: Floats) -> float:
    """Metres: the root mean square distance of a path (N, 3) from its middle, as `_spreads`, where
    samples are missing."""
    seen = points[all_finite(points)]
    if len(seen) * 2 < len(points) or len(seen) < 4:
        return float("inf")
    noise = float(squares(np.diff(seen, n=2, axis=0)).mean()) / 6.0
    variance = float(squares(seen - seen.mean(axis=0)).mean())
    return float(np.sqrt(max(variance - noise, 0.0)))
