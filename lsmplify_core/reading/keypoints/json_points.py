# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in JSON: objects with x, y, z, lists of three or four numbers, or all numbers in a row."""

from dataclasses import replace
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from .identities import Seen

Floats = NDArray[np.float64]

_SURE: Final = ("visibility", "score", "confidence", "likelihood", "presence", "c")


def with_scores(seen: Seen, fields: dict[str, Any]) -> Seen:
    """With the confidences that stand in a list of their own."""
    scores: Any = next((fields[k] for k in ("keypoint_scores", "scores") if k in fields), None)
    if not isinstance(scores, list) or len(cast("list[Any]", scores)) != len(seen.points):
        return seen
    points = seen.points.copy()
    points[:, 3] = [as_float(x) for x in cast("list[Any]", scores)]
    return replace(seen, points=points)


def is_2d(points: Any) -> bool:
    """Whether points are pairs of numbers."""
    rows = cast("list[Any]", points) if isinstance(points, list) else []
    while rows and isinstance(rows[0], list) and rows[0] and isinstance(rows[0][0], list):
        rows = cast("list[Any]", rows[0])
    return bool(rows) and isinstance(rows[0], list) and len(cast("list[Any]", rows[0])) == 2


def points_in_a_row(numbers: list[Any], who: int | None) -> Seen:
    """Numbers in a row: four a point where that is a known count, else three."""
    count = len(numbers)
    each = (
        4 if count % 4 == 0 and (count % 3 or count // 4 in (15, 18, 19, 21, 24, 25, 26, 33)) else 3
    )
    values = [as_float(x) for x in numbers[: count - count % each]]
    return Seen(_four(np.array(values).reshape(-1, each)), None, who)


def listed_points(points: list[Any], names: tuple[str, ...] | None, who: int | None) -> Seen:
    """A list of points, with their names and the person's number if they are told."""
    return Seen(np.array([_point(p) for p in points]).reshape(-1, 4), names, who)


def is_point(value: Any) -> bool:
    """Whether a JSON value is a point in space."""
    if isinstance(value, dict):
        return {"x", "y", "z"} <= cast("dict[str, Any]", value).keys()
    numbers = cast("list[Any]", value) if isinstance(value, list) else []
    return len(numbers) in (3, 4) and all(isinstance(x, int | float | None) for x in numbers)


def _point(value: Any) -> tuple[float, float, float, float]:
    nan = float("nan")
    if isinstance(value, dict):
        p = cast("dict[str, Any]", value)
        sure = next((as_float(p[k]) for k in _SURE if k in p), nan)
        return as_float(p.get("x")), as_float(p.get("y")), as_float(p.get("z")), sure
    row = [as_float(x) for x in cast("list[Any]", value)] if isinstance(value, list) else []
    row = (row + [nan] * 4)[:4]
    return row[0], row[1], row[2], row[3]


def _four(rows: Floats) -> Floats:
    if rows.shape[1] == 4:
        return rows
    return np.concatenate((rows, np.full((len(rows), 1), np.nan)), axis=1)


def as_float(value: Any) -> float:
    """A JSON value as a number, NaN for anything else."""
    try:
        return float(value) if isinstance(value, int | float) else float("nan")
    except OverflowError:
        return float("nan")
