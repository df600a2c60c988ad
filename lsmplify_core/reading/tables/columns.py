# SPDX-License-Identifier: GPL-3.0-or-later
"""What the columns of a table hold: places of points, told from rotations, velocities and the like.

Tools put the quantity before or behind the point ("Hips_rotation_x", "rot Hips X", "LFHD.PosX"),
and the axis at either end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError

Floats = NDArray[np.float64]

_PLACES: Final = frozenset(
    [
        "pos",
        "position",
        "positions",
        "translation",
        "translations",
        "trans",
        "translate",
        "location",
        "loc",
        "coord",
        "coords",
        "coordinate",
        "coordinates",
        "xyz",
        "place",
        "placement",
        "worldpos",
        "worldposition",
        "globalposition",
        "world",
        "global",
        "3d",
        "abs",
        "absolute",
    ]
)
_OTHERS: Final = frozenset(
    [
        "rot",
        "rotation",
        "rotations",
        "rotate",
        "euler",
        "eulers",
        "eulerangle",
        "eulerangles",
        "quat",
        "quaternion",
        "quaternions",
        "orientation",
        "orientations",
        "orient",
        "ori",
        "ang",
        "angle",
        "angles",
        "vel",
        "velocity",
        "velocities",
        "speed",
        "acc",
        "accel",
        "acceleration",
        "accelerations",
        "force",
        "forces",
        "grf",
        "moment",
        "moments",
        "torque",
        "torques",
        "power",
        "powers",
        "omega",
        "gyro",
        "gyroscope",
        "mag",
        "magnetic",
        "magnetometer",
        "angvel",
        "angularvelocity",
        "linvel",
        "jerk",
        "direction",
        "scale",
        "error",
        "errors",
        "std",
        "stdev",
        "cov",
        "covariance",
        "residual",
        "normal",
        "rotvec",
        "rotationvector",
        "axisangle",
        "angular",
        "derivative",
        "delta",
        "velo",
        "imu",
        "cop",
    ]
)
"""Words of quantities that are no places; forces' and moments' are lists of Vicon's models."""
_LOCAL: Final = frozenset(
    ("local", "localpos", "localposition", "localpositions", "relative", "rel")
)
_UNIT: Final = re.compile(
    r"\s*[\[(]\s*(m|mm|cm|meters?|metres?|deg|°|rad|m/s|px|-)\s*[\])]\s*$", re.I
)
_NO_PLACE: Final = re.compile(
    r".*[a-z](Angles?|Force|Moment|Power|GRF|Torque|Velocity|Acceleration|Rotation|Quaternion)(_?\d+)?",
    re.DOTALL,
)
_END: Final = re.compile(r"(.+?)[\s_.:\-\[(|/]*([xyzwXYZW])[\])]?\d*")
_GLUED: Final = re.compile(r"(.+?)[\s_.:\-|/]+([tTrRqQvV])([xyzwXYZW])")
_BEGIN: Final = re.compile(r"([xyzXYZ])[\s_.:\-|/(]+(.+?)\)?")
_PARTS: Final = re.compile(r"[\s_.:\-|/()\[\]]+|(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Column:
    """point: its name. kind: "place", "local", "other" or "" where the title does not say. axis:
    one of x, y, z, w."""

    point: str
    kind: str
    axis: str


def place_columns(
    titles: Sequence[str], data: Floats, path: Path
) -> dict[str, tuple[int, int, int]]:
    """The points of a table: for each name its columns of x, y and z.

    Args:
        titles: of all columns.
        data: (T, C) numbers, to tell quaternions.
        path: the file, for messages.

    Raises:
        InputError: where the columns hold no places, with what they hold.
    """
    columns = [column_of(t) for t in titles]
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for index, column in enumerate(columns):
        if column is not None:
            groups.setdefault((column.point, column.kind), {}).setdefault(column.axis, index)
    whole = {k: v for k, v in groups.items() if {"x", "y", "z"} <= v.keys()}
    turns = {k for k, v in whole.items() if "w" in v and _is_unit(data[:, [v[a] for a in "xyzw"]])}
    place_names = {name for name, kind in whole if kind == "place"}
    found: dict[str, tuple[int, int, int]] = {}
    for (name, kind), axes in whole.items():
        if (
            (name, kind) in turns
            or kind in ("other", "local")
            or (kind == "" and name in place_names)
        ):
            continue
        found.setdefault(name, (axes["x"], axes["y"], axes["z"]))
    # "Hips_position_x" beside "Hips_x", which is what?
    if place_names and len(place_names) >= 0.5 * len(found):
        found = {n: c for n, c in found.items() if n in place_names}
    if found:
        return found
    if any(kind == "local" for _, kind in whole):
        raise InputError(
            f"{path}: its positions are local ones, relative to each bone's parent; export world "
            "(global) positions"
        )
    if whole:
        raise InputError(
            f"{path}: its {len(whole)} groups of columns are rotations, velocities or other "
            "quantities and no places; export positions"
        )
    flat = sum(c is not None and c.axis in "xy" for c in columns)
    if flat >= 8:
        raise InputError(
            f"{path}: its points have x and y and no z: they are 2D; make them 3D first (Pose2Sim, "
            "Anipose and FreeMoCap do, from several cameras)"
        )
    raise InputError(f"{path}: no columns named like name_x, name_y, name_z")


def column_of(title: str) -> Column | None:
    """What a column's title says, or None for columns without an axis."""
    title = _UNIT.sub("", title.strip())
    glued = _GLUED.fullmatch(title)
    if glued:
        kind = "place" if glued[2] in "tT" else "other"
        return Column(*_point(glued[1], kind), glued[3].lower())
    found = _END.fullmatch(title)
    if found:
        return Column(*_point(found[1]), found[2].lower())
    found = _BEGIN.fullmatch(title)
    return Column(*_point(found[2]), found[1].lower()) if found else None


def _point(name: str, kind: str = "") -> tuple[str, str]:
    """A name without its quantity's words at the beginning or the end, and the kind of quantity."""
    if _NO_PLACE.fullmatch(name):
        return name, "other"
    words = [w for w in _PARTS.split(name) if w]
    kinds: list[str] = [kind] if kind else []
    first, last = 0, len(words)
    while last - first > 1:
        at_end, at_start = _kind(words[last - 1]), _kind(words[first])
        if at_end:
            kinds.append(at_end)
            last -= 1
        elif at_start:
            kinds.append(at_start)
            first += 1
        else:
            break
    for wanted in ("other", "local", "place"):
        if wanted in kinds:
            kind = wanted
            break
    if (first, last) == (0, len(words)):
        return name, kind
    return _between(name, words[:first], words[last:]), kind


def _between(name: str, before: Sequence[str], behind: Sequence[str]) -> str:
    """The name as it is written, without words at its two ends."""
    for word in before:
        name = name.lstrip(" _.:-|/()[]")[len(word) :]
    for word in reversed(behind):
        name = name.rstrip(" _.:-|/()[]")[: -len(word)]
    return name.strip(" _.:-|/()[]")


def _kind(word: str) -> str:
    plain = word.lower()
    if plain in _OTHERS:
        return "other"
    if plain in _LOCAL:
        return "local"
    return "place" if plain in _PLACES else ""


def _is_unit(values: Floats) -> bool:
    """Whether four columns are quaternions: of length one."""
    length = np.linalg.norm(values, axis=1)
    length = length[np.isfinite(length)]
    return len(length) > 0 and bool(np.abs(np.median(length) - 1.0) < 0.02)
