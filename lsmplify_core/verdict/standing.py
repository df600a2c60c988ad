# SPDX-License-Identifier: GPL-3.0-or-later
"""How the body stands in its world: lying, leaning, floating, and walking against its own face."""

from typing import Final

import numpy as np

from ..geometry.skeleton import JOINT_INDEX
from ..runtime.array_types import Floats
from .anatomy import forward_of
from .evidence import Evidence, Measure

_J: Final = JOINT_INDEX
_MASSES: Final = {
    0: 0.14, 3: 0.08, 6: 0.10, 9: 0.10, 12: 0.03, 15: 0.06, 1: 0.07, 2: 0.07, 4: 0.07, 5: 0.07,
    7: 0.03, 8: 0.03, 16: 0.04, 17: 0.04, 18: 0.025, 19: 0.025, 20: 0.01, 21: 0.01,
}  # fmt: skip
"""Shares of the body's mass near each joint, after de Leva (1996), segments' masses halved between
their ends."""
_FEET: Final = (_J["L_Ankle"], _J["R_Ankle"], _J["L_Foot"], _J["R_Foot"])
_STILL: Final = 0.4
"""Metres a second: a foot that moves slower is taken to stand."""
_WALKING: Final = 0.4
"""Metres a second: slower bodies don't walk."""
_MOMENT: Final = 0.1
"""Seconds over which a foot's speed is measured."""


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name: metres on a body of the default size, shares of frames, degrees."""
    turned, placed = evidence.posed
    placed = placed / evidence.size
    rate = evidence.motion.rate
    up = placed[:, _J["Neck"]] - placed[:, 0]
    up = up / np.maximum(np.linalg.norm(up, axis=-1, keepdims=True), 1e-9)
    tilt = np.degrees(np.arccos(np.clip(up[:, 2], -1, 1)))
    found = {
        "lying": Measure(float((tilt > 60.0).mean()), int(np.argmax(tilt))),
        "upside_down": Measure(float((tilt > 120.0).mean()), int(np.argmax(tilt))),
        "tilt": Measure(float(np.median(tilt))),
        "backwards": _backwards(turned, placed, rate),
    }
    return found | _balance(placed, rate, tilt)


def _backwards(turned: Floats, placed: Floats, rate: float) -> Measure:
    """Share of the walked way that goes against where the body faces; 0 where nobody walks."""
    if len(placed) < 3:
        return Measure(0.0)
    going = np.gradient(placed[:, 0, :2], axis=0) * rate
    speed = np.linalg.norm(going, axis=1)
    ahead = forward_of(turned)[:, :2]
    ahead = ahead / np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 0.5)
    walking = speed > _WALKING
    if walking.sum() < rate:
        return Measure(0.0)
    along = (going * ahead).sum(1) / np.maximum(speed, 1e-9)
    share = float((speed * (along < -0.5))[walking].sum() / speed[walking].sum())
    return Measure(share, int(np.argmax(np.where(walking, -along, -2.0))))


def _speed(points: Floats, rate: float) -> Floats:
    """(T, K) metres a second over a moment around each frame, so that noise does not count."""
    half = max(1, round(0.5 * _MOMENT * rate))
    ahead = np.minimum(np.arange(len(points)) + half, len(points) - 1)
    behind = np.maximum(np.arange(len(points)) - half, 0)
    apart = np.linalg.norm(points[ahead] - points[behind], axis=-1)
    return apart * rate / np.maximum(ahead - behind, 1)[:, None]


def _balance(placed: Floats, rate: float, tilt: Floats) -> dict[str, Measure]:
    """How far the centre of mass is beside the standing feet on average, in metres; the spread of
    the heights at which feet stand; and the share of frames in which something stands.

    Over a take the mean of the offset is height / g times the mean acceleration, near 0.
    """
    if len(placed) < 3:
        return {}
    joints = list(_MASSES)
    weights = np.array(list(_MASSES.values()))
    centre = np.einsum("tjd,j->td", placed[:, joints], weights / weights.sum())
    feet = placed[:, _FEET]
    speed = _speed(feet, rate)
    height = feet[..., 2] - feet[..., 2].min(axis=1, keepdims=True)
    stands = (speed < _STILL) & (height < 0.12)
    some = stands.any(axis=1) & (tilt < 45.0)
    lowest = placed[:, :22, 2].min(axis=1)
    on_feet = feet[..., 2].min(axis=1) < lowest + 0.05
    some &= on_feet
    if some.sum() < 5:
        return {"standing": Measure(float(some.mean()))}
    weight = stands[..., None].astype(float)
    support = (feet * weight).sum(1) / np.maximum(weight.sum(1), 1.0)
    away = (centre - support)[some][:, :2]
    level = support[some, 2]
    low, high = np.percentile(level, (5, 95))
    return {
        "standing": Measure(float(some.mean())),
        "off_balance": Measure(float(np.linalg.norm(away.mean(axis=0)))),
        "floor_spread": Measure(float(high - low)),
    }
