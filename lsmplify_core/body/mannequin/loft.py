# SPDX-License-Identifier: GPL-3.0-or-later
"""Tubes through rings: the one kind of surface that the mannequin is made of."""

from dataclasses import dataclass

import numpy as np

from ...runtime.array_types import Floats

Face = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """A closed piece of surface.

    vertices: (V, 3) metres. faces: quads and triangles, anticlockwise seen from outside.
    station: (V,) where along the tube a vertex lies, in the units of the table it was made from.
    """

    vertices: Floats
    faces: list[Face]
    station: Floats


def tube(
    centres: Floats, right: Floats, ahead: Floats, back: Floats, stations: Floats, around: int
) -> Part:
    """A tube through rings that closes in a point at both ends.

    centres: (N, 3); the first and the last are the end points, the others the rings' middles.
    right, ahead, back: (N, 3) from a middle to the ring at a quarter turn; the ring goes from
    `right` over `ahead` to -`right` and by `back` home. `right` × `ahead` points along the tube.
    stations: (N,) handed on to the vertices. around: vertices in a ring.
    """
    angle = 2 * np.pi * np.arange(around) / around
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    inner = slice(1, -1)
    rings = (
        centres[inner, None]
        + c * right[inner, None]
        + np.maximum(s, 0) * ahead[inner, None]
        + np.maximum(-s, 0) * back[inner, None]
    )
    count = len(rings)
    vertices = np.concatenate((centres[:1], rings.reshape(-1, 3), centres[-1:]))
    station = np.concatenate((stations[:1], np.repeat(stations[inner], around), stations[-1:]))
    return Part(vertices, _tube_faces(count, around), station)


def _tube_faces(rings: int, around: int) -> list[Face]:
    """Vertex 0 is the first end, then the rings in turn, the last vertex is the other end."""
    last = rings * around + 1
    faces: list[Face] = []
    for i in range(around):
        j = (i + 1) % around
        faces.append((0, 1 + j, 1 + i))
        for ring in range(rings - 1):
            low, high = 1 + ring * around, 1 + (ring + 1) * around
            faces.append((low + i, low + j, high + j, high + i))
        top = 1 + (rings - 1) * around
        faces.append((top + i, top + j, last))
    return faces


def smoothed(values: Floats, faces: list[Face], much: Floats, times: int) -> Floats:
    """Values at vertices evened out over a surface: each goes half-way to its neighbours' mean.

    Args:
        values: (V, N).
        faces: of the surface.
        much: (V,) from 0, where a value stays, to 1.
        times: how often; more, and it is evened out over a longer way.
    """
    ends = np.array(sorted({
        (face[i - k], face[i - 1 + k]) for face in faces for i in range(len(face)) for k in (0, 1)
    }))  # fmt: skip
    number = np.bincount(ends[:, 0], minlength=len(values)).clip(1)[:, None]
    for _ in range(times):
        total = np.zeros_like(values)
        np.add.at(total, ends[:, 0], values[ends[:, 1]])
        values = values + 0.5 * much[:, None] * (total / number - values)
    return values


def mirrored(part: Part, middle: float) -> Part:
    """The part on the other side of the plane x = middle, still facing outwards."""
    vertices = part.vertices * np.array([-1.0, 1.0, 1.0]) + np.array([2 * middle, 0.0, 0.0])
    return Part(vertices, [face[::-1] for face in part.faces], part.station)
