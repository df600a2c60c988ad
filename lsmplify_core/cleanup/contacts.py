# SPDX-License-Identifier: GPL-3.0-or-later
"""When heels and toes stand on the floor, and where the floor is."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..body import default_body
from ..clean import gaussian
from ..errors import InputError
from ..joints import JOINT_INDEX
from ..kinematics import attached_points, forward
from ..motion import Motion, write_whole

PARTS: Final = ("left heel", "left toe", "right heel", "right toe")
SOLE_JOINTS: Final = np.array([JOINT_INDEX[n] for n in ("L_Ankle", "L_Foot", "R_Ankle", "R_Foot")])
SOLES: Final = np.array([[0.0, -0.083, -0.045], [0.0, -0.030, 0.045]] * 2)
"""(4, 3) metres on the default body: from ankle to heel and from the ball of the foot to the toe."""


@dataclass(frozen=True)
class Contact:
    """A part of PARTS stands from frame `first` to frame `last`, both included."""

    part: str
    first: int
    last: int


@dataclass(frozen=True)
class Floor:
    """The plane z = height + slope · (x, y), metres in the world."""

    height: float = 0.0
    slope: tuple[float, float] = (0.0, 0.0)

    def above(self, points: Floats) -> Floats:
        """Metres (...) of points (..., 3) above the floor, straight up."""
        return points[..., 2] - self.height - points[..., :2] @ np.array(self.slope)


@dataclass(frozen=True)
class ContactSettings:
    """speed: metres a second, a part slower than this may stand. height: metres above the floor
    under which it may. shortest: seconds of the shortest contact, and of the shortest lift between two.
    calm: seconds that positions are smoothed over before speeds are taken."""

    speed: float = 0.25
    height: float = 0.06
    shortest: float = 0.1
    calm: float = 0.04


def sole_offsets(motion: Motion) -> Floats:
    """(4, 3) metres of PARTS in the joints SOLE_JOINTS, on the motion's body."""
    return SOLES * (motion.body.height / default_body().height)


def sole_points(motion: Motion) -> Floats:
    """(T, 4, 3) metres: PARTS in the world."""
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    return attached_points(turned, placed, SOLE_JOINTS, sole_offsets(motion))


def find_floor(motion: Motion, settings: ContactSettings | None = None) -> Floor:
    """The floor under a motion: a plane through where the soles come to rest lowest.

    A level floor unless the soles rest over an area wide enough to show a slope.
    """
    settings = settings or ContactSettings()
    points, slow = _slow_points(motion, settings)
    resting = points[slow]
    if len(resting) < 10:
        return Floor(float(np.percentile(points[..., 2].min(axis=1), 5)))
    low = resting[resting[:, 2] <= np.percentile(resting[:, 2], 30) + settings.height]
    return Floor(float(np.median(low[:, 2])))


def find_contacts(
    motion: Motion, floor: Floor, settings: ContactSettings | None = None
) -> list[Contact]:
    """Spans in which a heel or toe is slow and near the floor, by part and first frame."""
    settings = settings or ContactSettings()
    points, slow = _slow_points(motion, settings)
    stands = slow & (floor.above(points) < settings.height)
    least = max(1, round(settings.shortest * motion.rate))
    found: list[Contact] = []
    for index, part in enumerate(PARTS):
        found += [Contact(part, a, b) for a, b in _runs(stands[:, index], least)]
    return found


def contact_table(contacts: Sequence[Contact], frames: int) -> NDArray[np.bool_]:
    """(T, 4) booleans: which of PARTS stand. Contacts beyond the take are cut."""
    table = np.zeros((frames, len(PARTS)), dtype=bool)
    for contact in contacts:
        table[max(contact.first, 0) : contact.last + 1, PARTS.index(contact.part)] = True
    return table


def save_contacts(contacts: Sequence[Contact], floor: Floor, path: Path) -> None:
    """Write contacts and floor as JSON, whole or not at all."""
    data = {"floor": asdict(floor), "contacts": [asdict(c) for c in contacts]}
    text = json.dumps(data, indent=1) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))


def load_contacts(path: Path) -> tuple[list[Contact], Floor]:
    """Read what `save_contacts` wrote. InputError says which entry is wrong."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a file of contacts in JSON: {error}") from error
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    entries = fields.get("contacts")
    if not isinstance(entries, list):
        raise InputError(f'{path}: contacts have the form {{"floor": …, "contacts": […]}}')
    contacts = [_contact(e, i, path) for i, e in enumerate(cast("list[Any]", entries))]
    return contacts, _floor(fields.get("floor", {}), path)


def _contact(data: Any, index: int, path: Path) -> Contact:
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    part, first, last = (fields.get(k) for k in ("part", "first", "last"))
    if part not in PARTS:
        raise InputError(f"{path}: contact {index}: part {part!r} is not one of {', '.join(PARTS)}")
    if type(first) is not int or type(last) is not int or not 0 <= first <= last:
        raise InputError(f"{path}: contact {index}: first and last must be frames, counted from 0")
    return Contact(part, first, last)


def _floor(data: Any, path: Path) -> Floor:
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    try:
        height = float(fields.get("height", 0.0))
        x, y = (float(s) for s in fields.get("slope", (0.0, 0.0)))
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: the floor is a height and a slope of two numbers") from error
    if not np.isfinite([height, x, y]).all():
        raise InputError(f"{path}: the floor's height and slope must be finite numbers")
    return Floor(height, (x, y))


def _slow_points(motion: Motion, settings: ContactSettings) -> tuple[Floats, NDArray[np.bool_]]:
    """(T, 4, 3) soles, calmed, and (T, 4) where they are slow."""
    points = sole_points(motion)
    frames = len(points)
    if frames < 3:
        return points, np.zeros(points.shape[:2], dtype=bool)
    calm = gaussian(points.reshape(frames, -1), settings.calm * motion.rate).reshape(points.shape)
    speed = np.linalg.norm(np.gradient(calm, axis=0), axis=-1) * motion.rate
    return calm, speed < settings.speed


def _runs(stands: NDArray[np.bool_], least: int) -> list[tuple[int, int]]:
    """Runs (first, last) of true values; lifts and contacts shorter than `least` are left out."""
    filled = _without_short(~_without_short(~stands, least), least)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], filled.astype(int), [0]))))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _without_short(values: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """True runs shorter than `least` become false, unless they touch an end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], values.astype(int), [0]))))
    kept = values.copy()
    for a, b in edges.reshape(-1, 2):
        if b - a < least and a > 0 and b < len(values):
            kept[a:b] = False
    return kept
