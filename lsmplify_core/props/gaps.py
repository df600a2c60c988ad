# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses of a prop where its markers say little or nothing."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.intervals import intervals_of
from ..geometry.rotations import (
    axis_angle_to_matrix,
    continuous_quaternions,
    matrix_to_axis_angle,
    matrix_to_quaternion,
    nearest_rotation,
)
from ..runtime.array_types import Floats
from .fit_rigid import seen_of

_CURVED: Final = 0.6
"""Seconds: longer gaps are crossed in a straight line, since a curve would swing out."""
_STEADY: Final = 1.5
"""Seconds: through longer gaps nothing is thought to go on turning."""
_ALIKE: Final = 0.5
"""It turns on through a gap where its turns before and after differ by less than this share."""
_BESIDE: Final = 0.15
"""Seconds beside a gap that its turn there is the mean of."""
_VELOCITY: Final = 0.05
"""Seconds beside a gap that its velocity there is measured over."""


def carried_through(
    rotations: Floats, sure: NDArray[np.bool_], shape: Floats, points: Floats, rate: float
) -> Floats:
    """Rotations through the frames whose markers leave them open.

    From the last sure frame on, the prop goes on turning as it did, brought frame by frame to what
    markers are seen; what is missing to the next sure frame is shared out evenly over the interval.

    Args:
        rotations: (T, 3, 3), right where `sure`.
        sure: (T,) frames whose markers show the whole rotation, one at least.
        shape: (k, 3) metres.
        points: (T, k, 3) metres, NaN where unseen.
        rate: frames per second.
    """
    found = rotations.copy()
    known = np.flatnonzero(sure)
    _carry(found, int(known[0]), -1, -1, np.zeros(3), shape, points)
    _carry(found, int(known[-1]), len(found), 1, np.zeros(3), shape, points)
    for first, end in intervals_of(~sure):
        if first == 0 or end == len(found):
            continue
        before, after = _turn(found, sure, first - 1, -1, rate), _turn(found, sure, end, 1, rate)
        steady = (end - first) / rate < _STEADY and bool(
            np.linalg.norm(before - after) < _ALIKE * np.linalg.norm(before + after) / 2
        )
        turn = (before + after) / 2 if steady else np.zeros(3)
        right = found[end].copy()
        shown = points[first - 1 : end + 1].copy()
        shown[-1, ~seen_of(shown[-2])] = np.nan  # no more than before shows there
        _carry(found[first - 1 : end + 1], 0, len(shown), 1, turn, shape, shown)
        lacking = matrix_to_axis_angle(found[end].T @ right)
        share = np.arange(1, end - first + 2) / (end - first + 1)
        found[first : end + 1] = found[first : end + 1] @ axis_angle_to_matrix(
            share[:, None] * lacking
        )
        found[end] = right
    return found


def carried_from(first: int, rotations: Floats, shape: Floats, points: Floats) -> Floats:
    """Rotations of a shape whose markers lie on one line: each follows from the one before, in both
    directions from one frame, by the least turn that brings the line to where it is."""
    found = rotations.copy()
    _carry(found, first, len(found), 1, np.zeros(3), shape, points)
    _carry(found, first, -1, -1, np.zeros(3), shape, points)
    return found


def _carry(
    found: Floats, start: int, stop: int, way: int, turn: Floats, shape: Floats, points: Floats
) -> None:
    """From frame `start` to before `stop`: each the one before, turned on by `turn` (radians a
    frame, in the prop's own axes), and brought to the markers that are seen."""
    step = np.asarray(axis_angle_to_matrix(turn))
    seen = seen_of(points)
    for frame in range(start + way, stop, way):
        if not 0 <= frame < len(found):
            return
        there, guess = seen[frame], found[frame - way] @ step
        if there.sum() >= 2:
            own = shape[there] - shape[there].mean(axis=0)
            at = points[frame, there] - points[frame, there].mean(axis=0)
            guess = nearest_rotation(at.T @ own + 1e-5 * len(own) * guess)
        found[frame] = guess


def _turn(rotations: Floats, sure: NDArray[np.bool_], frame: int, way: int, rate: float) -> Floats:
    """(3,) radians a frame, in the prop's own axes: how it turns in the sure frames beside one."""
    width = max(round(_BESIDE * rate), 3)
    last = frame
    while 0 <= last + way < len(sure) and sure[last + way] and abs(last - frame) < width:
        last += way
    if abs(last - frame) < 2:
        return np.zeros(3)
    low, high = min(frame, last), max(frame, last)
    steps = np.swapaxes(rotations[low:high], -1, -2) @ rotations[low + 1 : high + 1]
    return np.asarray(matrix_to_axis_angle(steps)).mean(axis=0)


def filled_locations(locations: Floats, rate: float) -> Floats:
    """Locations (T, 3) with gaps (NaN) filled: cubic curves that go on with the speed on both sides
    (what flies freely flies so), straight over long gaps; held at the ends.

    rate: frames per second.
    """
    found = locations.copy()
    missing = ~seen_of(locations)
    if missing.all() or not missing.any():
        return found
    for first, end in intervals_of(missing):
        if first == 0:
            found[:end] = found[end]
        elif end == len(found):
            found[first:] = found[first - 1]
        else:
            found[first:end] = _across(locations, first - 1, end, rate)
    return found


def _across(locations: Floats, a: int, b: int, rate: float) -> Floats:
    """Between frames a and b, by Hermite's cubic p(s) with the slopes at both ends."""
    gap = b - a
    s = (np.arange(1, gap) / gap)[:, None]
    start, stop = locations[a], locations[b]
    if gap / rate > _CURVED:
        return start + s * (stop - start)
    width = max(round(_VELOCITY * rate), 1)
    before, after = _slope(locations, a, -width), _slope(locations, b, width)
    straight = (stop - start) / gap
    before = straight if before is None else before
    after = straight if after is None else after
    h00, h10 = 2 * s**3 - 3 * s**2 + 1, s**3 - 2 * s**2 + s
    h01, h11 = -2 * s**3 + 3 * s**2, s**3 - s**2
    return h00 * start + gap * h10 * before + h01 * stop + gap * h11 * after


def _slope(locations: Floats, frame: int, width: int) -> Floats | None:
    """Metres a frame at the end of a gap, by a parabola through what is seen beside it."""
    rows = np.arange(frame, frame + 3 * width + int(np.sign(width)), int(np.sign(width)))
    rows = rows[(rows >= 0) & (rows < len(locations))]
    rows = rows[seen_of(locations[rows])]
    if len(rows) < 2:
        return None
    degree = 2 if len(rows) >= 5 else 1
    return np.polynomial.polynomial.polyfit(rows - frame, locations[rows], degree)[1]


def smooth_signs(rotations: Floats) -> Floats:
    """Quaternions (T, 4), w first, without jumps to the antipode."""
    return continuous_quaternions(np.asarray(matrix_to_quaternion(rotations)))
