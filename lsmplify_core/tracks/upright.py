# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet are down: whether a body contradicts the axis that a file declares to be up.

Somebody who stands the other way round than the file says, arms not stretched past the head, stands
on the feet in a world that is upside down, and not on the hands. Somebody who stands straight along
another axis, feet flat against it, does not lie.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.medians import seen_medians
from ..geometry.skeleton import JOINT_INDEX, among
from ..geometry.vectors import all_finite, lengths
from ..layouts.layout import Layout
from .body_fit import rest_points
from .centre import mean_of_seen

Floats = NDArray[np.float64]

_ALWAYS: Final = 0.9
"""Share of the frames in which the body has to stand against the declaration."""
_STANDS: Final = 30.0
_STRAIGHT: Final = 10.0
"""Degrees: how far from the axis a body is that stands, and one that cannot be lying: whoever lies
does so in any direction of the floor."""
_FLAT: Final = 35.0
"""Degrees from square to the axis that the soles of somebody who stands are."""
_LEAST_POINTS: Final = 4
"""Points of a frame that it takes to show which way the body lies."""


def stands_along(found: str, declared: str, points: Floats, layout: Layout) -> bool:
    """Whether the body stands along `found`, whatever was declared.

    Args:
        found: the axis along which the body is upright.
        declared: the axis that the file calls up.
        points: (T, K, 3) of the layout's points, NaN where unseen.
        layout: what they are.
    """
    rest = rest_points(layout)
    up = _vector(found)
    lean = np.degrees(np.arccos(np.clip(_axes(points, rest) @ up, -1.0, 1.0)))
    lean = lean[np.isfinite(lean)]
    if not len(lean) or np.mean(lean < _STANDS) < _ALWAYS:
        return False
    if found[1] == declared[1]:
        return not _on_hands(points, layout, up)
    flat = _soles(points, rest, layout, up)
    return float(np.median(lean)) < _STRAIGHT and flat is not None and flat


def stands_against(given: str, points: Floats, layout: Layout) -> float:
    """Share of the frames in which a body stands straight along another axis than it is told to.

    Args:
        given: the axis that the user calls up.
        points: (T, K, 3) of the layout's points, NaN where unseen.
        layout: what they are.

    Returns:
        0 to 1: of the frames that show the body's axis, those in which it is within 30 degrees of
        another axis of the world.
    """
    along = _axes(points, rest_points(layout))
    along = along[np.isfinite(along).all(axis=1)]
    if not len(along):
        return 0.0
    axis, sign = "xyz".index(given[1]), 1.0 if given[0] == "+" else -1.0
    near = np.abs(along) > np.cos(np.radians(_STANDS))
    near[:, axis] = sign * along[:, axis] < -np.cos(np.radians(_STANDS))
    return float(near.any(axis=1).mean())


def _axes(points: Floats, rest: Floats) -> Floats:
    """(T, 3) unit vectors from the body's low points to its high ones."""
    slope, enough = long_axes(points, rest)
    length = lengths(slope)
    enough &= length > 0
    return np.where(enough[:, None], slope / np.maximum(length, 1e-12)[:, None], np.nan)


def long_axes(points: Floats, rest: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """How points of a body lie from its low ones to its high ones.

    Args:
        points: (T, K, 3), NaN where unseen.
        rest: (K, 3) metres, the same on the body at rest, Y up.

    Returns:
        (T, 3) vectors of no length in particular, and (T,) the frames that show enough points.
    """
    seen = all_finite(points)
    count = seen.sum(axis=1)
    middle = seen @ rest[:, 1] / np.maximum(count, 1)
    level = np.where(seen, rest[:, 1] - middle[:, None], 0.0)
    known = points if seen.all() else np.where(seen[..., None], points, 0.0)
    return np.einsum("tk,tkd->td", level, known), count >= _LEAST_POINTS


def _on_hands(points: Floats, layout: Layout, up: Floats) -> bool:
    """Whether both arms are stretched past the head most of the time."""
    head = layout.joints == JOINT_INDEX["Head"]
    wrists = [
        among(layout.joints, [JOINT_INDEX[f"{s}_Wrist"], JOINT_INDEX[f"{s}_Hand"]]) for s in "LR"
    ]
    if not head.any() or not all(w.any() for w in wrists):
        return False
    height = points @ up
    with np.errstate(invalid="ignore"):
        top = _median(height[:, head])
        past = [_median(height[:, w]) > top for w in wrists]
    return bool(np.mean(past[0] & past[1]) > 0.5)


def _soles(points: Floats, rest: Floats, layout: Layout, up: Floats) -> bool | None:
    """Whether the feet are square to the axis; None where they do not show."""
    votes: list[float] = []
    for side in ("L", "R"):
        own = among(layout.joints, [JOINT_INDEX[f"{side}_Ankle"], JOINT_INDEX[f"{side}_Foot"]])
        if own.sum() < 2 or np.ptp(rest[own, 2]) < 0.07:
            continue
        front = rest[:, 2] > np.median(rest[own, 2])
        toes, heel = own & front, own & ~front
        if not (toes.any() and heel.any()):
            continue
        foot = mean_of_seen(points[:, toes]) - mean_of_seen(points[:, heel])
        expected = rest[toes].mean(axis=0) - rest[heel].mean(axis=0)
        drop = np.degrees(np.arcsin(expected[1] / np.linalg.norm(expected)))
        with np.errstate(invalid="ignore"):
            rise = np.degrees(np.arcsin(np.clip(foot @ up / np.linalg.norm(foot, axis=1), -1, 1)))
        rise = rise[np.isfinite(rise)]
        if len(rise):
            votes.append(float(np.median(np.abs(rise - drop))))
    return min(votes) < _FLAT if votes else None


def _vector(axis: str) -> Floats:
    return (1.0 if axis[0] == "+" else -1.0) * np.eye(3)["xyz".index(axis[1])]


def _median(values: Floats) -> Floats:
    """(T, K) -> (T,): medians of what is seen."""
    return np.asarray(seen_medians(values.T, np.isfinite(values.T)), dtype=np.float64)
