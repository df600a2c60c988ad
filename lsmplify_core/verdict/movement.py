# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a body can move like that: speeds, leaps, and turns within a moment."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.rotations import angle_between
from ..geometry.skeleton import JOINT_INDEX
from ..runtime.array_types import Floats
from .evidence import Evidence, Measure
from .posed_body import chunks, dot, length

_MOMENT: Final = 0.1
"""Seconds over which a speed is measured, so that noise of single frames does not count."""
_LEAP: Final = (0.05, 6.5)
"""A leap is of so many metres at least, and of so many metres a second."""
_ALONE: Final = (0.1, 12.0)
"""Or of so many metres, and so many times what nine tenths of the take's frames have."""
_LEAP_OF_TRACKS: Final = 0.18
"""Metres on a body of the default size that tracks leap by at least where the body does not; those
of `motion/test` without a fault come to 0.178, in one clip."""
_FASTEST_TURN: Final = 2500.0
"""Degrees a second from one frame to the next; a throwing shoulder's 7,000 are about its own axis
and last a few hundredths of a second."""
_FASTEST_RUN: Final = 11.0
"""Metres a second of the pelvis; the fastest sprinters come to 12."""
_LEAST_FRAMES: Final = 10
_FIRST_LEAP: Final = 0.02
"""Metres that the middle joint leaps by at least from a first frame that is not of the movement."""
_J: Final = JOINT_INDEX


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name: metres a second, radians a second, shares of frames."""
    rate = evidence.motion.rate
    first, end = evidence.shown_span
    begin = first + _begin(evidence.body.placed[:, :, first:end])
    placed, rotations = evidence.body.placed[..., begin:end], evidence.motion.rotations[begin:end]
    step = max(1, round(_MOMENT * rate))
    if placed.shape[-1] <= step + 2:
        return {}
    pelvis = length(placed[:, 0, step:] - placed[:, 0, :-step]) * (rate / step)
    fast = _limbs(placed, step) * (rate / step) / evidence.size
    found = {
        "pelvis_speed": Measure(float(pelvis.max()), _middle(pelvis, step)),
        "pelvis_fast": Measure(float((pelvis > _FASTEST_RUN).mean()), _middle(pelvis, step)),
        "limb_speed": Measure(float(np.percentile(fast, 95)), _middle(fast, step)),
    }
    found |= _turns(rotations, evidence.shown[begin:end], rate)
    found |= _leaps(placed[:, :22], evidence.size, rate)
    if evidence.tracks is not None:  # smoothing may bridge what the tracks leap over
        points = evidence.tracks.positions[begin:end].transpose(2, 1, 0)
        own = _leaps(points, evidence.size, rate)
        found |= {n: m for n, m in own.items() if m.value > _LEAP_OF_TRACKS}
    return {name: _later(measure, begin) for name, measure in found.items()}


def _limbs(placed: Floats, step: int) -> Floats:
    """(T - step,) metres that the joint that moves most about the pelvis moves in so many
    frames."""
    fast = np.empty(placed.shape[-1] - step)
    for chunk in chunks(len(fast)):
        part = placed[:, :, chunk.start : chunk.stop + step]
        part = part - part[:, :1]
        moved = part[:, :, step:] - part[:, :, :-step]
        fast[chunk] = np.sqrt(dot(moved, moved).max(axis=0))
    return fast


def _begin(placed: Floats) -> int:
    """The frame that the movement begins at: many files have the rest pose in their first one, from
    which the body leaps to where it is."""
    if placed.shape[-1] < _LEAST_FRAMES:
        return 0
    first = np.median(length(np.diff(placed[:, :, :3])), axis=0)
    if first.max() <= _FIRST_LEAP:
        return 0
    step = np.median(length(np.diff(placed)), axis=0)
    leaps = np.flatnonzero(first > 3.0 * float(np.percentile(step[2:], 99)) + _FIRST_LEAP)
    return int(leaps[-1]) + 1 if len(leaps) else 0


def _later(measure: Measure, frames: int) -> Measure:
    """The measure of a part that begins so many frames later."""
    return measure if measure.frame is None else replace(measure, frame=measure.frame + frames)


def _turns(rotations: Floats, shown: NDArray[np.bool_], rate: float) -> dict[str, Measure]:
    """How fast the pelvis turns over a moment, in degrees, and the share of frames that tracks show
    in which any joint but the hands turns faster than people do."""
    most = np.radians(_FASTEST_TURN / rate)
    flips = np.zeros(len(rotations) - 1, dtype=bool)
    if most < np.pi:
        # the trace of aᵀ b, the sum of products of their entries, is 1 + 2 cos of the angle between
        least = 1.0 + 2.0 * np.cos(most)
        for chunk in chunks(len(flips)):
            part = rotations[chunk.start : chunk.stop + 1, :20]
            entries = part.reshape(len(part), 20, 9)
            traces = np.einsum("tji,tji->tj", entries[1:], entries[:-1])
            flips[chunk] = (traces < least).any(axis=1)
    flips &= shown[1:] & shown[:-1]
    step = max(1, round(_MOMENT * rate))
    pelvis = np.degrees(angle_between(rotations[step:, 0], rotations[:-step, 0]))
    return {
        "flips": Measure(float(flips.mean()), int(np.argmax(flips)) + 1),
        "pelvis_turn": Measure(float(pelvis.max()), _middle(pelvis, step)),
    }


def _leaps(placed: Floats, size: float, rate: float) -> dict[str, Measure]:
    """The largest step of the whole body from one frame to the next that its neighbours do not
    bear out, in metres on a body of the default size: half the points leap together, and move on
    afterwards as before.

    Args:
        placed: (3, K, T) metres, NaN where unseen.
        size: the body's beside the default one.
        rate: frames per second.
    """
    frames = placed.shape[-1]
    if frames < 6:
        return {}
    steady = np.empty((placed.shape[1], frames - 3))
    for chunk in chunks(frames - 3):
        part = np.ascontiguousarray(placed[..., chunk.start : chunk.stop + 3])
        velocity = np.diff(part)
        velocity[..., 1:-1] -= 0.5 * (velocity[..., :-2] + velocity[..., 2:])
        steady[:, chunk] = length(velocity[..., 1:-1])
    steady /= size
    counts = max(_LEAP[0], _LEAP[1] / rate)
    # a median over half the points or more needs a quarter of them above it
    if (4 * (steady > min(counts, _ALONE[0])).sum(axis=0) < len(steady)).all():
        return {"leap": Measure(0.0, 0)}
    leap = _upper_half(steady)
    largest = float(leap.max())
    alone = largest > _ALONE[0] and largest > _ALONE[1] * float(np.percentile(leap, 90))
    value = largest if alone or largest > counts else 0.0
    return {"leap": Measure(value, _middle(leap, 1) + 1)}


def _upper_half(steady: Floats) -> Floats:
    """(K, T) -> (T,): medians of what is seen, 0 where half of it or more is not."""
    finite = np.isfinite(steady)
    if finite.all():
        return np.median(steady, axis=0)
    found = np.zeros(steady.shape[1])
    seen = finite.sum(axis=0) * 2 > len(steady)
    found[seen] = np.nanmedian(steady[:, seen], axis=0)
    return found


def _middle(values: Floats, step: int) -> int:
    return int(np.argmax(values)) + step // 2
