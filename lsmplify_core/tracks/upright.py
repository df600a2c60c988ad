# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet are down: whether a body contradicts the axis that a file declares to be up.

Somebody who stands the other way round than the file says, arms not stretched past the head, stands
on the feet in a world that is upside down, and not on the hands. Somebody who stands straight along
another axis, feet flat against it, does not lie.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.skeleton import JOINT_INDEX
from ..layouts.layout import Layout
from .body_fit import rest_points

Floats = NDArray[np.float64]

_ALWAYS: Final = 0.9
"""Share of the frames in which the body has to stand against the declaration."""
_STANDS: Final = 30.0
_STRAIGHT: Final = 10.0
"""Degrees: how far from the axis a body is that stands, and one that cannot be lying: whoever lies
does so in any direction of the floor."""
_FLAT: Final = 35.0
"""Degrees from square to the axis that the soles of somebody who stands are."""


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
    seen = np.isfinite(points).all(axis=-1)
    count = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    level = np.where(seen, rest[:, 1], 0.0)
    level = np.where(seen, level - level.sum(axis=1, keepdims=True) / count, 0.0)
    slope = np.einsum("tk,tkd->td", level, np.nan_to_num(points))
    length = np.linalg.norm(slope, axis=1, keepdims=True)
    enough = (seen.sum(axis=1, keepdims=True) >= 4) & (length > 0)
    return np.where(enough, slope / np.maximum(length, 1e-12), np.nan)


def _on_hands(points: Floats, layout: Layout, up: Floats) -> bool:
    """Whether both arms are stretched past the head most of the time."""
    head = layout.joints == JOINT_INDEX["Head"]
    wrists = [
        np.isin(layout.joints, [JOINT_INDEX[f"{s}_Wrist"], JOINT_INDEX[f"{s}_Hand"]]) for s in "LR"
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
        own = np.isin(layout.joints, [JOINT_INDEX[f"{side}_Ankle"], JOINT_INDEX[f"{side}_Foot"]])
        if own.sum() < 2 or np.ptp(rest[own, 2]) < 0.07:
            continue
        front = rest[:, 2] > np.median(rest[own, 2])
        toes, heel = own & front, own & ~front
        if not (toes.any() and heel.any()):
            continue
        foot = _mean(points[:, toes]) - _mean(points[:, heel])
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
    masked = np.ma.masked_invalid(values)
    return np.asarray(np.ma.median(masked, axis=1).filled(np.nan), dtype=np.float64)


def _mean(points: Floats) -> Floats:
    """(T, K, 3) to (T, 3): the mean of what is seen, NaN where nothing is."""
    seen: NDArray[np.bool_] = np.asarray(np.isfinite(points).all(axis=-1))
    total = np.where(seen[..., None], points, 0.0).sum(axis=1)
    count = seen.sum(axis=1)[:, None]
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
