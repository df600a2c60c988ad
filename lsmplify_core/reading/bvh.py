# SPDX-License-Identifier: GPL-3.0-or-later
"""BVH (Biovision hierarchy): a skeleton and its angles, read as the tracks of its joints."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from .checked_input import make_tracks, read_text
from .dialect import number

Floats = NDArray[np.float64]

_MOST_JOINTS: Final = 2000
_MOST_NUMBERS: Final = 60_000_000


@dataclass(frozen=True)
class BvhMotion:
    """A skeleton moving, in the file's own unit and axes.

    names, parents (-1 for roots) and offsets (J, 3) of the joints, tips ("End Site") included.
    rotations: (T, J, 3, 3), each in its parent's frame. places: (T, J, 3) each joint's offset from
    its parent, as animated. rate: frames a second, or None.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Floats
    rotations: Floats
    places: Floats
    rate: float | None

    def world(self) -> tuple[Floats, Floats]:
        """Rotations (T, J, 3, 3) and positions (T, J, 3) in the file's world."""
        turned, placed = self.rotations.copy(), self.places.copy()
        for j, parent in enumerate(self.parents):
            if parent >= 0:
                turned[:, j] = turned[:, parent] @ self.rotations[:, j]
                away = (turned[:, parent] @ self.places[:, j, :, None])[..., 0]
                placed[:, j] = placed[:, parent] + away
        return turned, placed


def is_bvh(text: str) -> bool:
    """Whether a file begins as a BVH does."""
    return text.lstrip("\ufeff \t\r\n").upper().startswith("HIERARCHY")


def read_bvh(path: Path, fps: float | None = None) -> Tracks:
    """The joints of a BVH as tracks, named as there, tips as "Head_end". Raises InputError."""
    motion = load_bvh(path)
    return make_tracks(motion.world()[1], motion.names, motion.rate, fps, path)


def load_bvh(path: Path) -> BvhMotion:
    """The skeleton and its motion. Raises InputError with the line that is wrong."""
    text = read_text(path)
    if not is_bvh(text):
        raise InputError(f"{path}: this is not a BVH file: it does not begin with HIERARCHY")
    lines = text.splitlines()
    motion = next((i for i, line in enumerate(lines) if line.strip().upper() == "MOTION"), None)
    if motion is None:
        raise InputError(f"{path}: the BVH has no MOTION")
    names, parents, offsets, channels = _hierarchy(lines[:motion], path)
    values = _values(lines[motion + 1 :], sum(map(len, channels)), len(names), path)
    rate = _rate(lines[motion + 1 :])
    places = np.broadcast_to(offsets, (len(values), *offsets.shape)).copy()
    rotations = np.broadcast_to(np.eye(3), (len(values), len(names), 3, 3)).copy()
    column = 0
    for j, own in enumerate(channels):
        for channel in own:
            axis = "XYZ".index(channel[0])
            if channel.endswith("POSITION"):
                places[:, j, axis] = values[:, column]
            else:
                rotations[:, j] = rotations[:, j] @ _about(axis, np.radians(values[:, column]))
            column += 1
    return BvhMotion(tuple(names), tuple(parents), offsets, rotations, places, rate)


def _hierarchy(
    lines: list[str], path: Path
) -> tuple[list[str], list[int], Floats, list[list[str]]]:
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[list[str]] = []
    stack: list[int] = []
    for n, line in enumerate(lines, 1):
        words = line.split()
        key = words[0].upper() if words else ""
        if key in ("ROOT", "JOINT", "END"):
            parent = stack[-1] if stack else -1
            name = " ".join(words[1:]) or f"joint {len(names)}"
            names.append(f"{names[parent]}_end" if key == "END" and parent >= 0 else name)
            parents.append(parent)
            offsets.append([0.0, 0.0, 0.0])
            channels.append([])
        elif key == "{":
            stack.append(len(names) - 1)
        elif key == "}" and stack:
            stack.pop()
        elif key == "OFFSET" and names:
            offsets[-1] = [number(w) for w in words[1:4]]
        elif key == "CHANNELS" and names:
            channels[-1] = [w.upper() for w in words[2:]]
            if not all(re.fullmatch(r"[XYZ](POSITION|ROTATION)", c) for c in channels[-1]):
                raise InputError(f"{path}: line {n}: unknown channels {' '.join(words[2:8])}")
        if len(names) > _MOST_JOINTS or len(stack) > _MOST_JOINTS:
            raise InputError(f"{path}: the BVH has more than {_MOST_JOINTS} joints")
    if not names or not np.isfinite([o if len(o) == 3 else [np.nan] * 3 for o in offsets]).all():
        raise InputError(f"{path}: the BVH's hierarchy has no joints, or an offset is not numbers")
    return names, parents, np.array(offsets), channels


def _values(lines: list[str], width: int, joints: int, path: Path) -> Floats:
    rows = [line.split() for line in lines if line.strip() and line.strip()[0] not in "Ff"]
    if not rows or not width:
        raise InputError(f"{path}: the BVH has no frames")
    if len(rows) * max(width, 12 * joints) > _MOST_NUMBERS:
        raise InputError(f"{path}: {len(rows)} frames of {joints} joints are too many")
    wrong = next((i for i, row in enumerate(rows) if len(row) < width), None)
    if wrong is not None:
        raise InputError(
            f"{path}: frame {wrong} of the BVH has {len(rows[wrong])} numbers instead of {width}"
        )
    values = np.array([[number(w) for w in row[:width]] for row in rows])
    if not np.isfinite(values).all():
        frame = int(np.argmin(np.isfinite(values).all(axis=1)))
        raise InputError(f"{path}: frame {frame} of the BVH holds something that is not a number")
    return values


def _rate(lines: list[str]) -> float | None:
    for line in lines[:10]:
        found = re.match(r"\s*frame\s*time\s*:\s*(\S+)", line, re.IGNORECASE)
        if found:
            step = number(found[1])
            return round(1.0 / step, 4) if step > 0 else 0.0
    return None


def _about(axis: int, angle: Floats) -> Floats:
    """Rotations (T, 3, 3) about one of the axes by angles (T,) in radians."""
    turn = np.zeros((len(angle), 3, 3))
    a, b = (axis + 1) % 3, (axis + 2) % 3
    cosine, sine = np.cos(angle), np.sin(angle)
    turn[:, axis, axis] = 1.0
    turn[:, a, a] = turn[:, b, b] = cosine
    turn[:, b, a], turn[:, a, b] = sine, -sine
    return turn
