# SPDX-License-Identifier: GPL-3.0-or-later
"""The vertical of a tilted world: of a camera's frame, or of a calibration without a ground plane.

Two things show where down is. Whoever is not in flight is balanced: over a take the body's middle
lies above its support. And feet that stand, here and there, lie on one floor.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.skeleton import JOINT_INDEX, among
from ..geometry.vectors import all_finite, lengths
from ..layouts.layout import Layout
from .bearing import find_bearing
from .body_fit import rest_points
from .centre import centre_of_mass, feet_of, mean_of_seen
from .upright import long_axes

Floats = NDArray[np.float64]

_STILL: Final = 0.25
"""Metres a second: a foot that moves less stands."""
_AREA: Final = 0.5
"""Metres that stances have to be spread in both directions to show a floor of their own."""
_LINE: Final = 1.0
"""Metres that stances have to be apart for a line of the floor to show."""
_LEAST_TILT: Final = 10.0
_LEAST_BY_STANCE: Final = 7.0
_LEAST_ON_ANKLES: Final = 10.0
"""Degrees by stance where no toe shows, so that an ankle stands for the foot."""
_LEAST_BY_BEARING: Final = 12.0
_LEAST_BEARING_ON_ANKLES: Final = 14.0
"""Degrees by feet that alone bear the body: without a tilt the takes of `motion/test` and a third
of `motion/train` come to 7.8 with toes and to 11.6 on ankles."""
_MOST_TILT: Final = 60.0
"""Degrees: less is how people move, and stand; more is another axis. Without a tilt the takes of
`motion/test` and a third of `motion/train` come to 9.3 by the floor and to 4.9 by stance."""
_UPRIGHT: Final = 0.8
"""Share of the frames in which the body has to stand for its balance to be believed."""
_STANDING: Final = 0.5
"""Share of the frames in which somebody stays standing, for stance alone to show the vertical."""
_BESIDE: Final = 0.45
"""Metres between feet that stand beside each other, so that both bear."""
_BENT: Final = 15.0
"""Degrees between legs and torso of somebody who stands straight."""
_FLOOR_AGREES: Final = 9.0
"""Degrees that floor and balance may be apart: who walks briskly leans, and stairs are steeper."""
_AGREE: Final = 6.0
"""Degrees that the two halves of a take may be apart where somebody stands."""


@dataclass(frozen=True)
class Tilt:
    """up: (3,) unit vector of the true vertical in the world that was asked about. degrees: from
    that world's Z. evidence: what showed it."""

    up: Floats
    degrees: float
    evidence: str


def find_tilt(
    points: Floats, layout: Layout, rate: float, least: float | None = None
) -> Tilt | None:
    """How a world leans, or None where it does not, or where nothing shows it.

    Args:
        points: (T, K, 3) metres of the layout's points, Z about up, NaN where unseen.
        layout: what they are.
        rate: frames per second.
        least: degrees of a tilt that is told; None for what is sure without anybody's asking.
    """
    found = _by_floor_or_stance(points, layout, rate) or _by_bearing(points, layout, rate)
    if found is None:
        return None
    up, evidence, sure = found
    degrees = angle(up, np.array([0.0, 0.0, 1.0]))
    told = sure if least is None else least
    return Tilt(up, degrees, evidence) if told < degrees < _MOST_TILT else None


def _by_bearing(points: Floats, layout: Layout, rate: float) -> tuple[Floats, str, float] | None:
    """Up by feet that alone bear the body, however bent it is; what showed it; and the degrees from
    which on it is sure."""
    bearing = find_bearing(points, layout.joints, rate)
    if bearing is None:
        return None
    toes = _toes(rest_points(layout), layout)
    return bearing.up, "the feet that bear the body", (
        _LEAST_BY_BEARING if toes else _LEAST_BEARING_ON_ANKLES
    )  # fmt: skip


def _by_floor_or_stance(
    points: Floats, layout: Layout, rate: float
) -> tuple[Floats, str, float] | None:
    """The same by the floor that feet walk on, or by somebody who stands straight."""
    rest = rest_points(layout)
    feet = feet_of(points, layout.joints)
    body = centre_of_mass(points, layout.joints)
    if feet is None or body is None:
        return None
    known = all_finite(body) & all_finite(feet).all(axis=1)
    if known.sum() < max(10, 0.5 * len(points)):
        return None
    straight = _straight(points, rest, layout)[known]
    body, feet = body[known], feet[known]
    up = _unit(np.median(body - feet.mean(axis=1), axis=0))
    for _ in range(4):  # which foot bears the body depends on where up is
        up = _balance(body, feet, up)
    if not _stands(points, rest, layout, up):
        return None
    floor = _floor(feet, up, rate)
    if floor is not None:
        return (floor, "floor and stance", _LEAST_TILT) if angle(floor, up) <= _FLOOR_AGREES else (
            None
        )  # fmt: skip
    straight &= (_speed(feet, rate) < _STILL).all(axis=1)
    straight &= lengths(feet[:, 0] - feet[:, 1]) < _BESIDE
    if straight.mean() < _STANDING:  # who sits or runs is not above the feet
        return None
    over = body - feet.mean(axis=1)
    up = _unit(np.median(over[straight], axis=0))
    halves = np.array_split(np.flatnonzero(straight), 2)
    if angle(*(_unit(np.median(over[h], axis=0)) for h in halves)) > _AGREE:
        return None
    return up, "stance", _LEAST_BY_STANCE if _toes(rest, layout) else _LEAST_ON_ANKLES


def turn_onto_z(up: Floats) -> Floats:
    """(3, 3) the smallest rotation that brings a unit vector to +Z."""
    x, y, z = (float(v) for v in up)
    if z < -0.999999:
        return np.diag([1.0, -1.0, -1.0])
    k = np.array([[0.0, 0.0, -x], [0.0, 0.0, -y], [x, y, 0.0]])
    return np.eye(3) + k + k @ k / (1.0 + z)


def angle(a: Floats, b: Floats) -> float:
    """Degrees between two unit vectors."""
    return float(np.degrees(np.arccos(np.clip(a @ b, -1.0, 1.0))))


def _toes(rest: Floats, layout: Layout) -> bool:
    """Whether points before the ankles show."""
    ankle = JOINT_INDEX["L_Ankle"]
    foot = among(layout.joints, [ankle, JOINT_INDEX["L_Foot"]])
    return bool(foot.any() and np.ptp(rest[foot, 2]) > 0.07)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float64)


def _balance(body: Floats, feet: Floats, up: Floats) -> Floats:
    """From the support to the body's middle, over the take: the lower foot bears, or both. Feet
    that are near each other leave little doubt about where the support is."""
    height = feet @ up
    apart = height[:, 0] - height[:, 1]
    share = 1.0 / (1.0 + np.exp(np.clip(apart / 0.02, -30, 30)))
    support = feet[:, 0] * share[:, None] + feet[:, 1] * (1.0 - share)[:, None]
    across = lengths(feet[:, 0] - feet[:, 1])
    weight = 1.0 / (0.1 + across) ** 2
    return _unit(((body - support) * weight[:, None]).sum(axis=0))


def _floor(feet: Floats, up: Floats, rate: float) -> Floats | None:
    """Up by the floor: the normal of the plane that standing feet lie on; where they lie on a line,
    as those of somebody who walks past do, `up` made square to it. None where they stay in
    place."""
    if len(feet) < 3:
        return None
    speed = _speed(feet, rate)
    height = feet @ up
    lower = height <= height.min(axis=1, keepdims=True) + 0.03
    stance = feet[(speed < _STILL) & lower]
    if len(stance) < 8:
        return None
    own = stance - stance.mean(axis=0)
    _, _, vt = np.linalg.svd(own, full_matrices=False)
    extent = [float(np.ptp(own @ v)) for v in vt]
    if extent[0] < _LINE or np.sqrt(np.square(own @ vt[2]).mean()) > 0.04:
        return None
    if extent[1] > _AREA:
        return vt[2] if vt[2] @ up > 0 else -vt[2]
    return _unit(up - (up @ vt[0]) * vt[0])


def _speed(feet: Floats, rate: float) -> Floats:
    """(T, 2) metres a second, over a twelfth of a second so that noise does not count as
    movement."""
    span = max(1, round(rate / 24.0))
    ahead, behind = (
        np.minimum(np.arange(len(feet)) + span, len(feet) - 1),
        np.maximum(np.arange(len(feet)) - span, 0),
    )
    way = lengths(feet[ahead] - feet[behind])
    return way * rate / np.maximum(ahead - behind, 1)[:, None]


def _stands(points: Floats, rest: Floats, layout: Layout, up: Floats) -> bool:
    """Whether the body stands along `up` nearly all the time: high points high, low ones low."""
    slope, _ = long_axes(points, rest)
    slope /= np.maximum(lengths(slope), 1e-9)[:, None]
    return bool(np.mean(slope @ up > np.cos(np.radians(25.0))) > _UPRIGHT)


def _straight(points: Floats, rest: Floats, layout: Layout) -> NDArray[np.bool_]:
    """(T,) frames in which the legs are as long, beside the torso, as on somebody who stands."""
    hips, ankles, tops = (
        among(layout.joints, [JOINT_INDEX[n] for n in names])
        for names in (
            ("L_Hip", "R_Hip", "Pelvis"),
            ("L_Ankle", "R_Ankle"),
            ("L_Shoulder", "R_Shoulder", "Neck"),
        )
    )
    if not (hips.any() and ankles.any() and tops.any()):
        return np.zeros(len(points), dtype=bool)
    hip, ankle, top = (mean_of_seen(points[:, own]) for own in (hips, ankles, tops))
    usual = [rest[own].mean(axis=0) for own in (hips, ankles, tops)]
    leg, torso = hip - ankle, top - hip
    sizes = [np.maximum(lengths(v), 1e-9) for v in (leg, torso)]
    standing = np.linalg.norm(usual[0] - usual[1]) / np.linalg.norm(usual[2] - usual[0])
    with np.errstate(invalid="ignore"):
        bent = (leg * torso).sum(axis=1) / (sizes[0] * sizes[1]) < np.cos(np.radians(_BENT))
        return (sizes[0] / sizes[1] > 0.9 * standing) & ~bent
