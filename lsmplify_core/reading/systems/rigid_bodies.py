# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigid bodies that a capture system has solved itself: Motive's rigid bodies, Qualisys' 6DOF.

Qualisys writes them to a file of their own, TAKE_6D.tsv beside TAKE.tsv.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ...geometry.rotations import (
    angle_between,
    axis_angle_to_matrix,
    nearest_rotation,
    quaternion_to_matrix,
)
from ...runtime.array_types import Floats
from ..checked_input import matrix, read_text
from ..clock import in_seconds
from ..dialect import number
from ..regular import Frames, frames_of
from .motive import column_titles, is_motive, motive_table
from .qualisys import is_qualisys, qualisys_head

_TEXT: Final = (".csv", ".tsv", ".txt")
_BODY_COLUMNS: Final = 16
"""Qualisys: X Y Z, Roll Pitch Yaw, Residual, Rot[0] to Rot[8] of each body."""
_HEAD: Final = 4096


@dataclass(frozen=True)
class RigidBody:
    """name; location: (T, 3) in the file's unit and axes, NaN where not solved; rotation: (T, 3, 3)
    to the file's axes. rate: frames per second, or None. unit: metres, or None."""

    name: str
    location: Floats
    rotation: Floats
    rate: float | None
    unit: float | None


def read_rigid_bodies(path: Path) -> tuple[RigidBody, ...]:
    """The rigid bodies in a file of Motive or Qualisys, or in TAKE_6D.tsv beside it.

    Raises InputError for a file that is damaged.
    """
    if path.is_dir() or path.suffix.lower() not in _TEXT or not path.is_file():
        return ()
    beside = path.with_name(f"{path.stem}_6D{path.suffix}")
    found = _of_file(path)
    return found or (_of_file(beside) if beside.is_file() else ())


def _of_file(path: Path) -> tuple[RigidBody, ...]:
    head = read_text(path)[:_HEAD]
    if is_motive(head):
        return _of_motive(path)
    return _of_qualisys(path) if is_qualisys(head) and "BODY_NAMES" in head else ()


def _of_motive(path: Path) -> tuple[RigidBody, ...]:
    table = motive_table(path)
    columns: dict[str, dict[tuple[str, str], int]] = {}
    for column, title in enumerate(column_titles(table.titles)):
        if title.kind == "rigid body" and title.name:
            columns.setdefault(title.name, {}).setdefault((title.what, title.axis), column)
    if not columns:
        return ()
    data = matrix(table.rows, 1 + max(max(c.values()) for c in columns.values()), path)
    order = table.values.get("rotation type", "Quaternion")
    found: list[RigidBody] = []
    for name, own in columns.items():
        at = [own.get(("position", a)) for a in "xyz"]
        turn = [own.get(("rotation", a)) for a in "xyzw"]
        if None in at or None in turn[:3]:
            continue
        location = data[:, [c for c in at if c is not None]]
        angles = data[:, [c for c in turn if c is not None]]
        rotation = _of_quaternions(angles) if len(angles[0]) == 4 else _of_angles(angles, order)
        missing = ~np.isfinite(rotation).all(axis=(1, 2)) | (location == 0).all(axis=-1)
        location = np.where(missing[:, None], np.nan, location)
        found.append(_on_frames(name, location, rotation, table.frames, table.unit))
    return tuple(found)


def _of_qualisys(path: Path) -> tuple[RigidBody, ...]:
    values, lines, cells, first = qualisys_head(path)
    names = [n for n in values["BODY_NAMES"] if n]
    rows = [cells(line) for line in lines[first:]]
    rows = [r for r in rows if number(r[0]) == number(r[0])]
    if not rows or not names:
        return ()
    lead = min(max(len([c for c in rows[0] if c]) - _BODY_COLUMNS * len(names), 0), 2)
    data = matrix(rows, lead + _BODY_COLUMNS * len(names), path)
    rate = number((values.get("FREQUENCY") or [""])[0])
    frames = frames_of(
        len(data), str(path), data[:, 0] if lead else None,
        in_seconds(data[:, 1]) if lead == 2 else None, rate, "header (FREQUENCY)",
    )  # fmt: skip
    found: list[RigidBody] = []
    for k, name in enumerate(names):
        own = data[:, lead + _BODY_COLUMNS * k :][:, :_BODY_COLUMNS]
        location, angles = own[:, :3].copy(), own[:, 3:6]
        rotation = _qualisys_rotation(own[:, 7:16], angles)
        missing = ~np.isfinite(rotation).all(axis=(1, 2)) | (own[:, 7:16] == 0).all(axis=-1)
        location[missing] = np.nan
        found.append(_on_frames(name, location, rotation, frames, 0.001))
    return tuple(found)


def _qualisys_rotation(numbers: Floats, angles: Floats) -> Floats:
    """Rot[0] to Rot[8] column by column, as QTM's manual numbers them; row by row where only that
    agrees with Roll, Pitch and Yaw, which QTM by default turns about X, Y and Z of the body."""
    by_columns = np.swapaxes(numbers.reshape(-1, 3, 3), 1, 2)
    there = np.isfinite(numbers).all(axis=1) & np.isfinite(angles).all(axis=1)
    if there.any():
        by_angles = _of_angles(angles[there], "XYZ")
        off = [
            float(np.median(np.asarray(angle_between(m[there], by_angles))))
            for m in (by_columns, np.swapaxes(by_columns, 1, 2))
        ]
        if off[1] < 0.02 < off[0]:
            return np.swapaxes(by_columns, 1, 2)
    return by_columns


def _of_quaternions(xyzw: Floats) -> Floats:
    """(T, 4) x, y, z, w to (T, 3, 3), NaN where missing."""
    size = np.linalg.norm(xyzw, axis=-1, keepdims=True)
    q = np.where(size > 0.5, xyzw, np.nan) / np.where(size > 0.5, size, 1.0)
    return np.asarray(quaternion_to_matrix(q[:, [3, 0, 1, 2]]))


def _of_angles(degrees: Floats, order: str) -> Floats:
    """(T, 3) angles about X, Y, Z to (T, 3, 3), turned in this order about the body's own axes."""
    order = order.upper() if sorted(order.upper()) == ["X", "Y", "Z"] else "XYZ"
    rotation = np.tile(np.eye(3), (len(degrees), 1, 1))
    for axis in order:
        vector = np.zeros((len(degrees), 3))
        vector[:, "XYZ".index(axis)] = np.radians(degrees[:, "XYZ".index(axis)])
        rotation = rotation @ np.asarray(axis_angle_to_matrix(vector))
    return rotation


def _on_frames(
    name: str, location: Floats, rotation: Floats, frames: Frames, unit: float | None
) -> RigidBody:
    at, turned = (frames.spread(v.astype(np.float64)) for v in (location, rotation))
    good = np.isfinite(turned).all(axis=(1, 2))
    turned[good] = nearest_rotation(turned[good])
    turned[~good] = np.eye(3)
    at[~good] = np.nan
    return RigidBody(name, at, turned, frames.rate, unit)
