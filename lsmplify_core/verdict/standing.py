# SPDX-License-Identifier: GPL-3.0-or-later
"""How the body stands in its world: lying, leaning, floating, and walking against its own face."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.intervals import intervals_of
from ..geometry.skeleton import JOINT_INDEX
from ..runtime.array_types import Floats
from ..tracks.bearing import find_bearing
from .evidence import Evidence, Measure
from .posed_body import PosedBody, chunks, directions, dot, length

_J: Final = JOINT_INDEX
_MASSES: Final = {
    0: 0.14, 3: 0.08, 6: 0.10, 9: 0.10, 12: 0.03, 15: 0.06, 1: 0.07, 2: 0.07, 4: 0.07, 5: 0.07,
    7: 0.03, 8: 0.03, 16: 0.04, 17: 0.04, 18: 0.025, 19: 0.025, 20: 0.01, 21: 0.01,
}  # fmt: skip
"""Shares of the body's mass near each joint, after de Leva (1996), segments' masses halved between
their ends."""
_FEET: Final = (_J["L_Ankle"], _J["R_Ankle"], _J["L_Foot"], _J["R_Foot"])
_GRAVITY: Final = 9.81
_STILL: Final = 0.4
"""Metres a second: a foot that moves slower is taken to stand."""
_STEADY: Final = 0.3
"""Metres: feet that spread less over the floor do not show its slope."""
_LEAST_SECONDS: Final = 1.2
"""Seconds on the feet that it takes to say whether a body is in balance."""
_MOSTLY: Final = 0.5
"""Share of the frames that a body must stand in for its balance to count by itself."""
_LASTS: Final = 1.8
"""Seconds that a body must lie or be upside down to be told of."""
_TRAVELS: Final = 1.5
"""Metres that the pelvis of a body that really lies does not move."""
_STANDS: Final = 0.05
_LIES: Final = 0.75
"""Shares of the frames: who stands up on the feet at some time, and lies for less than most of the
take, has lain down."""
_WALKING: Final = 0.4
"""Metres a second: slower bodies don't walk."""
_MOMENT: Final = 0.1
"""Seconds over which a foot's speed is measured."""


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name: metres on a body of the default size, shares of frames, degrees."""
    body, rate = evidence.body, evidence.motion.rate
    placed = np.asarray(body.placed / evidence.size, dtype=np.float64)
    up = directions(placed[:, _J["Neck"]] - placed[:, 0])
    tilt = np.degrees(np.arccos(np.clip(up[2], -1, 1)))
    found = {
        "lying": _lasting(_lying_straight(placed, up, tilt), placed, rate),
        "upside_down": _lasting(np.asarray(tilt > 120.0), placed, rate),
        "backwards": _backwards(body, placed, rate),
        "floating": _floating(placed, rate),
    }
    found |= _balance(placed, rate, tilt)
    joints = np.arange(placed.shape[1])
    bearing = find_bearing(placed.transpose(2, 1, 0), joints, rate)
    if bearing is not None:
        off = float(np.degrees(np.arccos(np.clip(bearing.up[2], -1.0, 1.0))))
        found["off_its_feet"] = Measure(off)
    stands = "standing" in found and found["standing"].value > _STANDS
    if stands and found["lying"].value < _LIES:
        found["lying"] = Measure(0.0)
    return found


def _lasting(frames: NDArray[np.bool_], placed: Floats, rate: float) -> Measure:
    """The share of frames that are true, 0 where they come to a moment only: a fall, a handstand;
    but who lies does not travel either."""
    if not frames.any():
        return Measure(0.0, 0)
    way = float(length(np.diff(placed[:, 0]))[frames[1:]].sum())
    lasts = float(frames.sum()) / rate >= _LASTS or way > _TRAVELS
    return Measure(float(frames.mean()) if lasts else 0.0, int(np.argmax(frames)))


def _lying_straight(placed: Floats, up: Floats, tilt: Floats) -> NDArray[np.bool_]:
    """Frames (T,) in which the body lies with its legs in line with its trunk: people who are on
    the floor bend, those whose world lies on its side stand straight in it."""
    straight = np.asarray(tilt > 60.0)
    if not straight.any():
        return straight
    for hip, ankle in (("L_Hip", "L_Ankle"), ("R_Hip", "R_Ankle")):
        straight = straight & (dot(directions(placed[:, _J[hip]] - placed[:, _J[ankle]]), up) > 0.8)
    return straight


def _floating(placed: Floats, rate: float) -> Measure:
    """Seconds of the longest span in which every joint moves: nothing rests on anything, and nobody
    flies for so long."""
    if placed.shape[-1] < 3:
        return Measure(0.0)
    spans = intervals_of(_speeds(placed[:, :22], rate).min(axis=0) > _STILL)
    first, end = max(spans, key=lambda s: s[1] - s[0]) if spans else (0, 0)
    return Measure((end - first) / rate, first + (end - first) // 2)


def _backwards(body: PosedBody, placed: Floats, rate: float) -> Measure:
    """Share of the walked way that goes against where the body faces; 0 where nobody walks."""
    if placed.shape[-1] < 3:
        return Measure(0.0)
    going = np.gradient(placed[:2, 0], axis=1) * rate
    speed = np.hypot(*going)
    walking = speed > _WALKING
    if walking.sum() < rate:
        return Measure(0.0)
    ahead = body.ahead[:2] / np.maximum(np.hypot(*body.ahead[:2]), 0.5)
    along = (going * ahead).sum(axis=0) / np.maximum(speed, 1e-9)
    share = float((speed * (along < -0.5))[walking].sum() / speed[walking].sum())
    return Measure(share, int(np.argmax(np.where(walking, -along, -2.0))))


def _acceleration(centre: Floats, rate: float) -> Floats:
    """(2, T) metres per second² along the floor, over a fifth of a second around each frame."""
    half = max(1, min(round(_MOMENT * rate), (centre.shape[-1] - 1) // 2))
    found = np.zeros_like(centre[:2])
    ahead, behind = centre[:2, 2 * half :], centre[:2, : -2 * half]
    found[:, half:-half] = (ahead + behind - 2.0 * centre[:2, half:-half]) * (rate / half) ** 2
    return found


def _speeds(points: Floats, rate: float) -> Floats:
    """(K, T) metres a second of points (3, K, T), over a moment around each frame, so that noise
    does not count."""
    frames = points.shape[-1]
    half = max(1, round(0.5 * _MOMENT * rate))
    speeds = np.empty(points.shape[1:])
    for chunk in chunks(frames):
        at = np.arange(chunk.start, chunk.stop)
        ahead, behind = np.minimum(at + half, frames - 1), np.maximum(at - half, 0)
        apart = points.take(ahead, axis=-1) - points.take(behind, axis=-1)
        speeds[:, chunk] = length(apart) * (rate / np.maximum(ahead - behind, 1))
    return speeds


def _balance(placed: Floats, rate: float, tilt: Floats) -> dict[str, Measure]:
    """The share of frames in which the body stands on its feet; how far its centre of mass is
    beside them on average, in metres; and by how many degrees the floor slopes that the body leans
    with.

    A body that is carried by its feet falls away from them: the offset of its centre of mass is the
    acceleration times height / g (the inverted pendulum), which is taken off.
    """
    if placed.shape[-1] < 3:
        return {}
    feet = placed[:, _FEET]
    bottom = feet[2].min(axis=0)
    stands = (_speeds(feet, rate) < _STILL) & (feet[2] - bottom < 0.12)
    some = stands.any(axis=0) & (tilt < 45.0)
    some &= bottom < placed[2, :22].min(axis=0) + 0.05
    if some.sum() < 5:
        return {"standing": Measure(float(some.mean()))}
    found = {"standing": Measure(float(some.mean()))}
    seconds = float(some.sum()) / rate
    if seconds < _LEAST_SECONDS:
        return found
    weights = np.array(list(_MASSES.values()))
    centre = np.einsum("djt,j->dt", placed[:, list(_MASSES)], weights / weights.sum())
    support = (feet * stands).sum(axis=1) / np.maximum(stands.sum(axis=0), 1)
    pushed = centre[2] / _GRAVITY * _acceleration(centre, rate)
    lean = (centre[:2] - support[:2] - pushed)[:, some].mean(axis=1)
    slope, degrees = _slope(support[:, some].T)
    along = float(lean @ slope)
    both = min(along / float(np.mean(centre[2, some] - support[2, some])), np.sin(degrees))
    still = some.mean() >= _MOSTLY
    return found | {
        "off_balance": Measure(float(np.linalg.norm(lean)) if still else 0.0),
        "sloping": Measure(float(np.degrees(max(both, 0.0)))),
    }


def _slope(support: Floats) -> tuple[Floats, float]:
    """Which way (2,) the floor under the feet (N, 3) falls, and by how many radians; none where the
    feet stay in one place."""
    away = support - support.mean(axis=0)
    spread = away[:, :2].T @ away[:, :2] / len(away)
    fall = -np.linalg.solve(spread + _STEADY**2 * np.eye(2), away[:, :2].T @ away[:, 2]) / len(away)
    steep = float(np.linalg.norm(fall))
    return fall / max(steep, 1e-9), float(np.arctan(steep))
