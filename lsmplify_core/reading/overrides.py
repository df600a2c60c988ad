# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user says of a take against what its file says."""

from dataclasses import replace

from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import AXES, UNITS


def with_overrides(
    tracks: Tracks, *, fps: float | None = None, unit: str | None = None, up: str | None = None
) -> Tracks:
    """The tracks with another rate, unit ("m", "cm", "mm", "ft", "in") or up axis ("y", "+y",
    "-z", …). InputError for values that are none of these."""
    if fps is not None:
        if not 0 < fps < 1e5:
            raise InputError(f"--fps {fps} is not a number of frames per second")
        tracks = replace(tracks, rate=float(fps))
    if unit is not None:
        if unit not in UNITS:
            raise InputError(f"unit {unit!r} is not one of {', '.join(UNITS)}")
        tracks = replace(tracks, unit=UNITS[unit], unit_given=True)
    if up is not None:
        axis = up.lower() if up[:1] in ("+", "-") else f"+{up.lower()}"
        if axis not in AXES:
            raise InputError(f"up axis {up!r} is not one of {', '.join(AXES)}")
        tracks = replace(tracks, up=axis, up_given=True)
    return tracks
