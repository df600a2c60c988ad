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
_J: Final = JOINT_INDEX


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name: metres a second, radians a second, shares of frames."""
    rate = evidence.motion.rate
    first, end = evidence.shown_span
    begin = first + _begin(evidence.places[first:end])
    placed, rotations = evidence.places[begin:end], evidence.motion.rotations[begin:end]
    step = max(1, round(_MOMENT * rate))
    if len(placed) <= step + 2:
        return {}
    speed = np.linalg.norm(placed[step:] - placed[:-step], axis=-1) * (rate / step)
    pelvis = speed[:, 0]
    relative = placed - placed[:, :1]
    limbs = np.linalg.norm(relative[step:] - relative[:-step], axis=-1) * (rate / step)
    fast = limbs.max(axis=1) / evidence.size
    found = {
        "pelvis_speed": Measure(float(pelvis.max()), _middle(pelvis, step)),
        "pelvis_fast": Measure(float((pelvis > _FASTEST_RUN).mean()), _middle(pelvis, step)),
        "limb_speed": Measure(float(np.percentile(fast, 95)), _middle(fast, step)),
    }
    found |= _turns(rotations, evidence.shown[begin:end], rate)
    found |= _leaps(placed[:, :22] / evidence.size, rate)
    if evidence.tracks is not None:  # smoothing may bridge what the tracks leap over
        own = _leaps(evidence.tracks.positions[begin:end] / evidence.size, rate)
        found |= {n: m for n, m in own.items() if m.value > _LEAP_OF_TRACKS}
    return {name: _later(measure, begin) for name, measure in found.items()}


def _begin(placed: Floats) -> int:
    """The frame that the movement begins at: many files have the rest pose in their first one, from
    which the body leaps to where it is."""
    if len(placed) < _LEAST_FRAMES:
        return 0
    step = np.median(np.linalg.norm(np.diff(placed, axis=0), axis=-1), axis=1)
    usual = float(np.percentile(step[2:], 99))
    leaps = np.flatnonzero(step[:2] > 3.0 * usual + 0.02)
    return int(leaps[-1]) + 1 if len(leaps) else 0


def _later(measure: Measure, frames: int) -> Measure:
    """The measure of a part that begins so many frames later."""
    return measure if measure.frame is None else replace(measure, frame=measure.frame + frames)


def _turns(rotations: Floats, shown: NDArray[np.bool_], rate: float) -> dict[str, Measure]:
    """How fast the pelvis turns over a moment, in degrees, and the share of frames that tracks show
    in which any joint but the hands turns faster than people do."""
    local = np.degrees(angle_between(rotations[1:, :20], rotations[:-1, :20])) * rate
    flips = (local > _FASTEST_TURN).any(axis=1) & shown[1:] & shown[:-1]
    step = max(1, round(_MOMENT * rate))
    pelvis = np.degrees(angle_between(rotations[step:, 0], rotations[:-step, 0]))
    return {
        "flips": Measure(float(flips.mean()), int(np.argmax(flips)) + 1),
        "pelvis_turn": Measure(float(pelvis.max()), _middle(pelvis, step)),
    }


def _leaps(placed: Floats, rate: float) -> dict[str, Measure]:
    """The largest step of the whole body from one frame to the next that its neighbours do not
    bear out, in metres: half the points (T, K, 3) leap together, and move on afterwards as
    before; NaN where unseen."""
    if len(placed) < 6:
        return {}
    velocity = np.diff(placed, axis=0)
    before, after = velocity[:-2], velocity[2:]
    steady = np.linalg.norm(velocity[1:-1] - 0.5 * (before + after), axis=-1)
    seen = np.isfinite(steady).sum(axis=1) * 2 > steady.shape[1]
    leap = np.zeros(len(steady))
    leap[seen] = np.nanmedian(steady[seen], axis=1)
    largest = float(leap.max())
    alone = largest > _ALONE[0] and largest > _ALONE[1] * float(np.percentile(leap, 90))
    counts = alone or largest > max(_LEAP[0], _LEAP[1] / rate)
    return {"leap": Measure(largest if counts else 0.0, _middle(leap, 1) + 1)}


def _middle(values: Floats, step: int) -> int:
    return int(np.argmax(values)) + step // 2
