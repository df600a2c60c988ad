# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeletons of a few bones at round places, mirrored across x = 0, of a chosen floor and height."""

import numpy as np

from lsmplify_core.retarget.rig.tree import Tree
from lsmplify_core.retarget.structure.skeleton import Skeleton
from lsmplify_core.retarget.structure.symmetry import Symmetry

from . import rigs

Bone = tuple[str, str, tuple[float, float, float], tuple[float, float, float]]


def skeleton(bones: list[Bone], height: float = 1.0) -> Skeleton:
    """Bones (name, parent, head, tail) as they are, floor at 0; bones "L …" and "R …" are each
    other's mirror images, all others their own."""
    names = [b[0] for b in bones]
    parents = [names.index(b[1]) if b[1] else -1 for b in bones]
    rig = rigs.made(names, parents, [b[2] for b in bones], [b[3] for b in bones])
    other = {"L": "R", "R": "L"}
    partner = [
        names.index(other[n[0]] + n[1:]) if n[1:2] == " " else i for i, n in enumerate(names)
    ]
    mirror = Symmetry(np.array([1.0, 0.0, 0.0]), 0.0, np.array(partner))
    return Skeleton(rig, Tree.of(rig), mirror, 0.0, height)


def both(bones: list[Bone]) -> list[Bone]:
    """Bones named "L …", and their mirror images after them."""

    def turned(p: tuple[float, float, float]) -> tuple[float, float, float]:
        return (-p[0], p[1], p[2])

    right = [("R" + n[1:], "R" + p[1:] if p[1:2] == " " else p, turned(h), turned(t))
             for n, p, h, t in bones]  # fmt: skip
    return [*bones, *right]


def found(body: Skeleton, *names: str) -> list[int]:
    """The bones of these names."""
    return [body.rig.index(n) for n in names]
