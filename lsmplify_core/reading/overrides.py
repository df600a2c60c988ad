# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user says of a take against what its file says."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError
from ..tracks.axes import AXES, reflection, turn_up
from ..tracks.level import turn_onto_z
from ..tracks.tracks import Tracks
from ..tracks.units import UNITS


def with_overrides(
    tracks: Tracks, *, fps: float | None = None, unit: str | None = None, up: str | None = None,
    mirror: str | None = None,
) -> Tracks:  # fmt: skip
    """What the user says, over what the file says.

    Args:
        tracks: as read.
        fps: frames per second.
        unit: "m", "cm", "mm", "ft" or "in".
        up: an axis ("y", "+y", "-z", …), or a direction in the file's axes ("0.1,0.9,-0.3").
        mirror: "x", "y" or "z", along which the world is turned into its mirror image, or "off".

    Raises:
        InputError: for values that are none of these.
    """
    if fps is not None:
        if not 0 < fps < 1e5:
            raise InputError(f"--fps {fps} is not a number of frames per second")
        tracks = replace(tracks, rate=float(fps))
    if unit is not None:
        if unit not in UNITS:
            raise InputError(f"unit {unit!r} is not one of {', '.join(UNITS)}")
        tracks = replace(tracks, unit=UNITS[unit], unit_given=True)
    if mirror is not None:
        axis = mirror.lower().lstrip("+-")
        if axis not in ("x", "y", "z", "off"):
            raise InputError(f"--mirror {mirror} is not one of x, y, z and off")
        if axis != "off":
            mirrored = tracks.positions @ reflection(axis)  # no rotation has a mirror image
            tracks = replace(tracks, positions=mirrored, segments=None)
        tracks = replace(tracks, mirror_given=True)
    if up is not None:
        tracks = _with_up(tracks, up)
    return tracks


def _with_up(tracks: Tracks, up: str) -> Tracks:
    if "," in up:
        direction = _direction(up)
        axis = int(np.argmax(np.abs(direction)))
        name = f"{'+' if direction[axis] > 0 else '-'}{'xyz'[axis]}"
        to_z = turn_up(name)
        turn = to_z.T @ turn_onto_z(to_z @ direction) @ to_z
        turned = tracks.positions @ turn.T
        segments = None if tracks.segments is None else tracks.segments.turned(turn)
        return replace(tracks, positions=turned, up=name, up_given=True, segments=segments)
    name = up.lower() if up[:1] in ("+", "-") else f"+{up.lower()}"
    if name not in AXES:
        raise InputError(
            f"up axis {up!r} is not one of {', '.join(AXES)}, nor a direction like 0.1,0.9,-0.3"
        )
    return replace(tracks, up=name, up_given=True)


def _direction(text: str) -> NDArray[np.float64]:
    try:
        values = np.array([float(w) for w in text.split(",")])
    except ValueError:
        values = np.zeros(0)
    length = float(np.linalg.norm(values)) if len(values) == 3 else 0.0
    if not (np.isfinite(length) and length > 1e-9):
        raise InputError(f"up direction {text!r} is not three numbers like 0.1,0.9,-0.3")
    return values / length
