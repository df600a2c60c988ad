# SPDX-License-Identifier: GPL-3.0-or-later
"""What a C3D's parameters say of its points: labels, kinds, subjects, axes, events."""

import re
from typing import Any, Final

import numpy as np

from ..tracks.units_and_axes import AXES

_NO_PLACES: Final = ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS", "REACTIONS")
"""Vicon lists what its models wrote among the points under these names (POINT:ANGLES, …)."""
_NO_PLACE: Final = re.compile(
    r".*(Angles?|Force|Moment|Power|GRF|Torque|Velocity|Acceleration)(_?\d+)?", re.DOTALL
)
"""How such quantities are named where no list tells."""


def texts(reader: Any, name: str) -> list[str]:
    """A parameter's strings without padding; empty where it is missing or no text."""
    try:
        parameter = reader.get(name)
        if parameter is None:
            return []
        array = parameter.string_array if len(parameter.dimensions) > 1 else None
        values = [parameter.string_value] if array is None else np.ravel(array).tolist()
    except (ValueError, IndexError, TypeError, ArithmeticError):
        return []
    return [str(v).strip(" \x00\t\r\n") for v in values]


def frame_count(reader: Any) -> int:
    """Frames in the file, also where they are numbered past 65,535 or from 0 (OptiTrack)."""
    count = int(reader.frame_count)
    start = reader.get("TRIAL:ACTUAL_START_FIELD")
    if start is not None:  # the library takes the high word for 65,535
        count -= int(start.uint16_array[1])
    frames: Any = reader.get("POINT:FRAMES")
    if frames is None or frames.bytes_per_element != 2 or int(reader.header.first_frame) > 0:
        return count
    return count - 1 if int(frames.uint16_value) == count - 1 else count


def labels(reader: Any, count: int) -> list[str]:
    """A name for each of the points; lists longer than 255 go on in LABELS2, LABELS3, ….

    A subject's prefix that is not followed by a colon is set apart by one.
    """
    names = texts(reader, "POINT:LABELS")
    for group in range(2, 257):
        if len(names) >= count:
            break
        more = texts(reader, f"POINT:LABELS{group}")
        if not more:
            break
        names += more
    names = [n or f"point {i}" for i, n in enumerate(names[:count])]
    names += [f"point {i}" for i in range(len(names), count)]
    subjects = texts(reader, "SUBJECTS:NAMES")
    for prefix, subject in zip(texts(reader, "SUBJECTS:LABEL_PREFIXES"), subjects, strict=False):
        if len(prefix) > 1 and not prefix.endswith(":"):
            names = [
                f"{subject or prefix}:{n[len(prefix) :]}" if n.startswith(prefix) else n
                for n in names
            ]
    return names


def not_points(reader: Any, names: list[str]) -> set[str]:
    """The names that are angles, forces and the like."""
    found: set[str] = set()
    for kind in _NO_PLACES:
        for group in ("", *map(str, range(2, 10))):
            listed = texts(reader, f"POINT:{kind}{group}")
            found.update(listed)
            if not listed:
                break
    # Labels may carry a prefix that the lists lack.
    return {n for n in names if n in found or n.split(":")[-1] in found or _NO_PLACE.fullmatch(n)}


def up_of(reader: Any) -> str | None:
    """The axis that the writing program drew upwards on the screen, or None."""
    axis = "".join(texts(reader, "POINT:Y_SCREEN")[:1]).lower()
    return axis if axis in AXES else None


def rotations_only(reader: Any) -> bool:
    """Whether the file holds segments' matrices, as Theia writes them."""
    return bool(texts(reader, "ROTATION:LABELS"))


def events(reader: Any, rate: float) -> tuple[tuple[float, str], ...]:
    """(seconds from the first frame, "Left Foot Strike") of the events, in time's order.

    EVENT:TIMES are pairs of minutes and seconds since frame 1, which may lie before the first frame
    that is in the file.
    """
    names = texts(reader, "EVENT:LABELS")
    sides = texts(reader, "EVENT:CONTEXTS")
    try:
        times = np.ravel(reader.get("EVENT:TIMES").float_array).reshape(-1, 2)
        first = max(int(reader.first_frame) - 1, 0) / rate
    except (AttributeError, ValueError, TypeError, IndexError, ArithmeticError):
        return ()
    found: list[tuple[float, str]] = []
    for i, (minutes, seconds) in enumerate(times.tolist()[: len(names)]):
        moment = 60.0 * minutes + seconds - first
        side = sides[i] if i < len(sides) and sides[i].lower() != "general" else ""
        if np.isfinite(moment):
            found.append((round(moment, 6), f"{side} {names[i]}".strip()))
    return tuple(sorted(found))
