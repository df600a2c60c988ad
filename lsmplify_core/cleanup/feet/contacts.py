# SPDX-License-Identifier: GPL-3.0-or-later
"""When heels and toes stand on the floor, as spans that an artist can edit and keep in a file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ...files.atomic import write_whole
from ...files.json_files import read_json
from ...files.values import array_of, list_of, number_of
from ...geometry.intervals import intervals_of
from ...motion.motion import Motion
from ...runtime.errors import InputError
from .floor import PARTS, Floor, find_floor, slow_soles

__all__ = [
    "PARTS", "Contact", "ContactSettings", "Floor", "contact_table", "find_contacts", "find_floor",
    "load_contacts", "save_contacts",
]  # fmt: skip

_MOST_FRAME = 1 << 31
"""Frames are counted up to this one."""


@dataclass(frozen=True)
class Contact:
    """A part of PARTS stands from frame `first` to frame `last`, both included."""

    part: str
    first: int
    last: int


@dataclass(frozen=True)
class ContactSettings:
    """speed: metres a second, a part slower than this may stand. height: metres above the floor
    under which it may. shortest: seconds of the shortest contact, and of the shortest lift between
    two. calm: seconds that positions are averaged over before speeds are taken."""

    speed: float = 0.2
    height: float = 0.06
    shortest: float = 0.1
    calm: float = 0.06


def find_contacts(
    motion: Motion, floor: Floor, settings: ContactSettings | None = None
) -> list[Contact]:
    """Spans in which a heel or toe is slow and near the floor, by part and first frame.

    The motion is one that was solved from the tracks, so that it has what they say, and feet where
    no track is.
    """
    settings = settings or ContactSettings()
    points, slow = slow_soles(motion, settings.speed, settings.calm)
    stands = slow & (floor.above(points) < settings.height)
    least = max(1, round(settings.shortest * motion.rate))
    found: list[Contact] = []
    for index, part in enumerate(PARTS):
        calm = _without_short(~_without_short(~stands[:, index], least), least)
        found += [Contact(part, first, end - 1) for first, end in intervals_of(calm)]
    return found


def contact_table(contacts: Sequence[Contact], frames: int) -> NDArray[np.bool_]:
    """(T, 4) booleans: which of PARTS stand. Contacts beyond the take are cut."""
    table = np.zeros((frames, len(PARTS)), dtype=bool)
    for contact in contacts:
        table[max(contact.first, 0) : contact.last + 1, PARTS.index(contact.part)] = True
    return table


def _without_short(values: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """True runs shorter than `least` become false, unless they touch an end."""
    kept = values.copy()
    for first, end in intervals_of(values):
        if end - first < least and first > 0 and end < len(values):
            kept[first:end] = False
    return kept


def save_contacts(contacts: Sequence[Contact], floor: Floor, path: Path) -> None:
    """Write contacts and floor as JSON, whole or not at all."""
    data = {"floor": asdict(floor), "contacts": [asdict(c) for c in contacts]}
    text = json.dumps(data, indent=1) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))


def load_contacts(path: Path) -> tuple[list[Contact], Floor]:
    """Read what `save_contacts` wrote. InputError says which entry is wrong."""
    data = read_json(path, "contacts")
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    entries = fields.get("contacts")
    if not isinstance(entries, list):
        raise InputError(f'{path}: contacts have the form {{"floor": …, "contacts": […]}}')
    listed = list_of(entries, f"{path}: its contacts")
    contacts = [_contact(e, i, path) for i, e in enumerate(listed)]
    return contacts, _floor(fields.get("floor", {}), path)


def _contact(data: Any, index: int, path: Path) -> Contact:
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    part, first, last = (fields.get(k) for k in ("part", "first", "last"))
    if not isinstance(part, str) or part not in PARTS:
        raise InputError(f"{path}: contact {index}: part {part!r} is not one of {', '.join(PARTS)}")
    if type(first) is not int or type(last) is not int or not 0 <= first <= last < _MOST_FRAME:
        raise InputError(f"{path}: contact {index}: first and last must be frames, counted from 0")
    return Contact(part, first, last)


def _floor(data: Any, path: Path) -> Floor:
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    height = number_of(
        fields.get("height", 0.0),
        f"{path}: the floor is a height and a slope; its height",
        -1e4,
        1e4,
    )
    slope = array_of(
        fields.get("slope", (0.0, 0.0)),
        (2,),
        f"{path}: the floor is a height and a slope; its slope",
        10.0,
    )
    return Floor(height, (float(slope[0]), float(slope[1])))
