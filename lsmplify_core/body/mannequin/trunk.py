# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunk and legs of the mannequin as one surface: two tubes that part at the crotch.

The trunk's ring above the hips is parted by a line under the crotch, from its front to its back.
Each half with that line is the first ring of a leg.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.array_types import Floats
from . import shape
from .loft import Face, smoothed

_X, _Y, _Z = np.eye(3)
_AROUND: Final = 24
"""Vertices of a ring of the trunk; front and back middle are among them."""
_FRONT, _BACK = _AROUND // 4, 3 * _AROUND // 4
_LOWEST: Final = np.array([-0.332, 0.165, 0.104, -0.114])
"""The ring at which the trunk parts, as the trunk's table has them: under the hip joints, as wide
as the thighs."""
_CROTCH: Final = np.array([
    # height, depth, from the back to the front
    (-0.374, -0.096), (-0.402, -0.058), (-0.412, -0.008), (-0.402, 0.044), (-0.374, 0.082),
])  # fmt: skip
_FIRST: Final = 0.40
"""Where a leg's first own ring lies on the way from hip to knee: below the crotch."""
_MIDDLE: Final = np.radians(125.0)
"""Where on a thigh's ring, from outwards over the front, the trunk's front middle goes on: on its
inside, so that the thighs part at the crotch and no higher."""
_BETWEEN: Final = 7
"""Rings between the trunk's and the leg's, on a curve that goes on from the one to the other."""
_HIPS: Final = (-0.54, -0.46, -0.34, -0.20)
"""Heights between which the surface is evened out, wholly between the two in the middle."""
_EVENED: Final = 10
"""How often; more, and the seat and the thighs get thin."""
_EARLY: Final = 0.7
"""Part of the way between from which the surface is the leg's alone. Larger, and a bent hip gets
thin."""
_PULL: Final = 0.75
"""How far these curves keep their ends' directions, in lengths of the way between."""


@dataclass(frozen=True)
class Trunk:
    """Trunk and legs, closed.

    vertices: (V, 3) metres. faces: anticlockwise seen from outside. height: (V,) of each vertex on
    the trunk. along: (V,) its place on the leg, 0 at the hip, 1 at the knee, 2 at the ankle. leg:
    (V,) how far it is the leg's, from 0 to 1. side: (V,) 1 on the left, -1 on the right, 0 between.
    """

    vertices: Floats
    faces: list[Face]
    height: Floats
    along: Floats
    leg: Floats
    side: Floats


def trunk_and_legs(rest: Floats) -> Trunk:
    """The surface around the default body. rest: (24, 3) its joints."""
    middle = float(rest[0, 0])
    table = np.concatenate((_LOWEST[None], shape.TORSO[shape.TORSO[:, 0] > _LOWEST[0]]))
    upper, top = _rings(table, middle)
    crotch = np.column_stack((np.full(len(_CROTCH), middle), _CROTCH))
    legs = [_leg(rest, upper, crotch, side) for side in (1, -1)]
    rings = len(upper)
    vertices = [upper.reshape(-1, 3), top[None], crotch]
    faces = _trunk_faces(rings)
    height = [np.repeat(table[:-1, 0], _AROUND), table[-1:, 0], crotch[:, 1]]
    first = rings * _AROUND + 1
    line = list(range(first, first + len(crotch)))
    count = first + len(crotch)
    along = [np.zeros(count)]
    share = [np.zeros(count)]
    side = [np.zeros(count)]
    for sign, (points, stations, shares, end) in zip((1, -1), legs, strict=True):
        loop = _loop(line, sign)
        own = count + np.arange(points.shape[0] * points.shape[1]).reshape(points.shape[:2])
        faces += _leg_faces([loop, *own.tolist()], count + own.size, sign)
        vertices += [points.reshape(-1, 3), end[None]]
        height += [points[..., 1].ravel(), end[1:2]]
        along += [np.repeat(stations, points.shape[1]), stations[-1:]]
        share += [np.repeat(shares, points.shape[1]), shares[-1:]]
        side += [np.full(own.size + 1, float(sign))]
        count += own.size + 1
    made = [np.concatenate(part) for part in (vertices, height, along, share, side)]
    even = smoothed(made[0], faces, near_hips(made[1]), _EVENED)
    return Trunk(even, faces, *made[1:])


def near_hips(height: Floats) -> Floats:
    """(V,) from 0 to 1: how near vertices lie to where trunk and legs meet. height: (V,)."""
    low, lower, upper, high = _HIPS
    return np.interp(height, (low, lower, upper, high), (0.0, 1.0, 1.0, 0.0))


def _rings(table: Floats, middle: float) -> tuple[Floats, Floats]:
    """(N, A, 3) the trunk's rings from the cut upwards, and the point on top. A ring goes from the
    right (-X) over the front to the left."""
    y, breadth, front, back = table.T
    angle = 2 * np.pi * np.arange(_AROUND) / _AROUND
    c, s = np.cos(angle), np.sin(angle)
    x = middle - breadth[:, None] * c
    z = 0.5 * (front + back)[:, None] + 0.5 * (front - back)[:, None] * s
    points = np.stack((x, np.broadcast_to(y[:, None], x.shape), z), axis=-1)
    squared = shape.squarer(points.reshape(-1, 3), middle).reshape(points.shape)
    return squared[:-1], points[-1].mean(axis=0)


def _loop(line: list[int], side: int) -> list[int]:
    """The first ring of a leg as vertices of the trunk: from the front over the outside to the
    back, and home under the crotch."""
    way = 1 if side > 0 else -1
    outside = [(_FRONT + way * i) % _AROUND for i in range(_BACK - _FRONT + 1)]
    return [*outside, *line]


def _angles() -> Floats:
    """(R,) where a leg's ring has its vertices: 0 outwards, a quarter turn ahead; as `_loop` goes,
    from the front over the outside to the back, then the inside."""
    outside = np.linspace(_MIDDLE, -_MIDDLE, _BACK - _FRONT + 1)
    inside = np.linspace(-_MIDDLE, _MIDDLE - 2 * np.pi, len(_CROTCH) + 2)[1:-1]
    return np.concatenate((outside, inside))


def _leg(
    rest: Floats, upper: Floats, crotch: Floats, side: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """A leg's own rings (N, R, 3), their stations (N,), how far they are the leg's (N,), and the
    point at its end."""
    names = ("L_Hip", "L_Knee", "L_Ankle") if side > 0 else ("R_Hip", "R_Knee", "R_Ankle")
    rows = shape.LEG[shape.LEG[:, 0] > _FIRST]
    table = np.concatenate((_row_at(_FIRST)[None], rows))
    t, breadth, front, back, out = table.T
    centres = shape.along(rest, names, t) + side * out[:, None] * _X
    c, s = np.cos(_angles()), np.sin(_angles())
    rings = (
        centres[:, None] + side * breadth[:, None, None] * c[:, None] * _X
        + (np.where(s > 0, front[:, None], back[:, None]) * s)[..., None] * _Z
    )  # fmt: skip
    way = 1 if side > 0 else -1
    outside = [(_FRONT + way * i) % _AROUND for i in range(_BACK - _FRONT + 1)]
    first = np.concatenate((upper[0, outside], crotch))
    above = np.concatenate((np.tile(-_Y, (len(outside), 1)), _down(crotch, side)))
    rings, own = rings[:-1], rings[:-1]
    blend = _curves(first, above, own[0], own[1] - own[0])
    steps = np.arange(1, _BETWEEN + 1) / (_BETWEEN + 1)
    hip = shape.LEG[0, 0]
    stations = np.concatenate((hip + (_FIRST - hip) * steps, t[:-1]))
    early = np.minimum(steps / _EARLY, 1.0)
    shares = np.concatenate((early**2 * (3 - 2 * early), np.ones(len(rings))))
    return np.concatenate((blend, rings)), stations, shares, centres[-1]


def _down(crotch: Floats, side: int) -> Floats:
    """(M, 3) how the surface leaves the crotch's line: outwards to the leg, and down at its
    ends."""
    level = np.abs(np.linspace(-1, 1, len(crotch)))[:, None]
    return side * (1 - 0.6 * level) * _X - 0.6 * level * _Y


def _row_at(station: float) -> NDArray[np.float64]:
    """The leg's table between its rows."""
    rows = shape.LEG
    return np.array([station, *(np.interp(station, rows[:, 0], rows[:, i]) for i in range(1, 5))])


def _curves(start: Floats, leaving: Floats, end: Floats, arriving: Floats) -> Floats:
    """(_BETWEEN, R, 3) points on cubic curves (Hermite) from one ring to another."""
    length = _PULL * np.linalg.norm(end - start, axis=-1, keepdims=True)
    a = length * leaving / np.linalg.norm(leaving, axis=-1, keepdims=True)
    b = length * arriving / np.linalg.norm(arriving, axis=-1, keepdims=True)
    u = (np.arange(1, _BETWEEN + 1) / (_BETWEEN + 1))[:, None, None]
    return (
        (2 * u**3 - 3 * u**2 + 1) * start + (u**3 - 2 * u**2 + u) * a
        + (3 * u**2 - 2 * u**3) * end + (u**3 - u**2) * b
    )  # fmt: skip


def _trunk_faces(rings: int) -> list[Face]:
    top = rings * _AROUND
    faces: list[Face] = []
    for i in range(_AROUND):
        j = (i + 1) % _AROUND
        for ring in range(rings - 1):
            low, high = ring * _AROUND, (ring + 1) * _AROUND
            faces.append((low + i, low + j, high + j, high + i))
        last = (rings - 1) * _AROUND
        faces.append((last + i, last + j, top))
    return faces


def _leg_faces(rings: list[list[int]], end: int, side: int) -> list[Face]:
    """Between rings from the trunk down, and to the point at the end. A left ring goes the other
    way round than a right one."""
    rings = [ring[::-side] for ring in rings]
    faces: list[Face] = []
    around = len(rings[0])
    for i in range(around):
        j = (i + 1) % around
        for upper, lower in pairwise(rings):
            faces.append((upper[i], upper[j], lower[j], lower[i]))
        faces.append((rings[-1][i], rings[-1][j], end))
    return faces
