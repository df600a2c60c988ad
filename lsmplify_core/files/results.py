# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that this project wrote: they may lie in a folder of takes, and are none."""

from pathlib import Path
from typing import Any, Final, cast

from ..runtime.errors import InputError
from .json_files import read_json
from .npz import names_in

_MOTION: Final = frozenset(("poses", "rest_joints", "track_names", "track_error"))
"""Arrays that every motion npz of ours has, and no other program's."""
_MOST_BYTES: Final = 1 << 20
"""Larger JSON files are looked at by their first bytes only."""
_LONG: Final = (b'{"repairs"', b'{\n "floor"', b'{"rate"')
"""How the longest of ours begin."""
_FIELDS: Final = (
    {"track_error_mm"}, {"limb_direction_deg"}, {"repairs"}, {"floor", "contacts"},
    {"rotation_quaternion", "location"}, {"form", "rest_joints"}, {"verdict", "take"},
)  # fmt: skip
"""Fields that tell our reports, lists of repairs, contacts, keys and calibrations."""
_ROWS: Final = ({"geodesic_deg", "method"}, {"verdict", "take"})
"""Fields of the rows of our tables."""


def is_result(path: Path) -> bool:
    """Whether a file is one of ours: a motion npz, a report or list, a layout, a manifest.

    Looks into the file and never raises: what cannot be read is somebody else's.
    """
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return names_in(path) >= _MOTION
    return suffix == ".json" and _is_our_json(path)


def _is_our_json(path: Path) -> bool:
    try:
        if path.stat().st_size > _MOST_BYTES:  # a long list of repairs, of contacts or of keys
            with path.open("rb") as file:
                return file.read(64).lstrip().startswith(_LONG)
        data = read_json(path, "a result", _MOST_BYTES)
    except (OSError, InputError):
        return False
    if isinstance(data, dict):
        fields = cast("dict[str, Any]", data)
        return any(wanted <= fields.keys() for wanted in _FIELDS) or _is_layout(fields)
    rows = cast("list[Any]", data) if isinstance(data, list) else []
    first = cast("dict[str, Any]", rows[0]) if rows and isinstance(rows[0], dict) else {}
    return any(wanted <= first.keys() for wanted in _ROWS)


def _is_layout(fields: dict[str, Any]) -> bool:
    points = fields.get("keypoints")
    entries = cast("list[Any]", points) if isinstance(points, list) else []
    first = cast("dict[str, Any]", entries[0]) if entries and isinstance(entries[0], dict) else {}
    return {"name", "joint"} <= first.keys()
