# SPDX-License-Identifier: GPL-3.0-or-later
"""What a C3D's parameters say of its points: labels, kinds, subjects, axes, events."""

import re
from typing import Final

import numpy as np

from ...tracks.axes import AXES
from .container import C3dFile
from .data import first_frame

_NO_PLACES: Final = ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS", "REACTIONS")
"""Vicon lists what its models wrote among the points under these names (POINT:ANGLES, …)."""
_NO_PLACE: Final = re.compile(
    r".*(Angles?|Force|Moment|Power|GRF|Torque|Velocity|Acceleration)(_?\d+)?", re.DOTALL
)
"""How such quantities are named where no list tells."""


def labels(file: C3dFile, count: int) -> list[str]:
    """A name for each of the points; lists longer than 255 go on in LABELS2, LABELS3, ….

    A subject's prefix that is not followed by a colon is set apart by one.
    """
    names = file.texts("POINT:LABELS")
    for group in range(2, 257):
        if len(names) >= count:
            break
        more = file.texts(f"POINT:LABELS{group}")
        if not more:
            break
        names += more
    names = [n or f"point {i}" for i, n in enumerate(names[:count])]
    names += [f"point {i}" for i in range(len(names), count)]
    subjects = file.texts("SUBJECTS:NAMES")
    for prefix, subject in zip(file.texts("SUBJECTS:LABEL_PREFIXES"), subjects, strict=False):
        if len(prefix) > 1 and not prefix.endswith(":"):
            names = [
                f"{subject or prefix}:{n[len(prefix) :]}" if n.startswith(prefix) else n
                for n in names
            ]
    return names


def not_points(file: C3dFile, names: list[str]) -> set[str]:
    """The names that are angles, forces and the like."""
    found: set[str] = set()
    for kind in _NO_PLACES:
        for group in ("", *map(str, range(2, 10))):
            listed = file.texts(f"POINT:{kind}{group}")
            found.update(listed)
            if not listed:
                break
    # Labels may carry a prefix that the lists lack.
    return {n for n in names if n in found or n.split(":")[-1] in found or _NO_PLACE.fullmatch(n)}


def up_of(file: C3dFile) -> str | None:
    """The axis that the writing program drew upwards on the screen, or None."""
    axis = "".join(file.texts("POINT:Y_SCREEN")[:1]).lower()
    return axis if axis in AXES else None


def events(file: C3dFile, rate: float) -> tuple[tuple[float, str], ...]:
    """(seconds from the first frame, "Left Foot Strike") of the events, in time's order.

    EVENT:TIMES are pairs of minutes and seconds since frame 1, which may lie before the first frame
    that is in the file.
    """
    names = file.texts("EVENT:LABELS")
    sides = file.texts("EVENT:CONTEXTS")
    values = file.numbers("EVENT:TIMES")
    times = values[: len(values) - len(values) % 2].reshape(-1, 2)
    first = max(first_frame(file) - 1, 0) / rate if rate > 0 else 0.0
    found: list[tuple[float, str]] = []
    for i, (minutes, seconds) in enumerate(times.tolist()[: len(names)]):
        moment = 60.0 * minutes + seconds - first
        side = sides[i] if i < len(sides) and sides[i].lower() != "general" else ""
        if np.isfinite(moment):
            found.append((round(moment, 6), f"{side} {names[i]}".strip()))
    return tuple(sorted(found))
