# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bones of a rig mirror each other, and which way it faces across."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.array_types import Floats
from ..rig.rig import Rig
from ..rig.tree import Tree
from ..vectors import unit

_NEAR: Final = 0.05
"""Share of the height that a bone and its mirror image may lie apart."""
_TAIL: Final = 0.3
"""How much tails weigh beside heads: some importers lay them anyhow."""
_SURE: Final = 0.9
"""Share of mirrored heads at which an axis of the world is taken without looking at others."""


@dataclass(frozen=True)
class Symmetry:
    """across: (3,) unit, horizontal, from one side to the other. middle: where the plane lies on
    it. partner: (B,) each bone's mirror image, itself on the midline, -1 for a bone without one."""

    across: Floats
    middle: float
    partner: NDArray[np.intp]

    def lateral(self, points: Floats) -> Floats:
        """Metres (...) of points (..., 3) off the plane, positive along `across`."""
        return points @ self.across - self.middle


def symmetry_of(rig: Rig) -> Symmetry:
    """The vertical plane that mirrors the rig best, and its pairs of bones."""
    size = max(rig.height, 1e-6)
    best, score = 0.0, -1.0
    for degrees in (0.0, 90.0, *np.arange(5.0, 180.0, 5.0)):
        if degrees > 0 and degrees != 90.0 and score >= _SURE:
            break
        found, _ = _mirrored(rig, degrees, size)
        if found > score + 1e-9:
            best, score = degrees, found
    for step in (0.5, 0.05) if score < _SURE else ():
        for degrees in best + step * np.arange(-9, 10):
            found, _ = _mirrored(rig, float(degrees), size)
            if found > score + 1e-9:
                best, score = float(degrees), found
    across = _axis(best)
    middle = _mirrored(rig, best, size)[1]
    return Symmetry(across, middle, _partners(rig, across, middle, size))


def _axis(degrees: float) -> Floats:
    angle = np.radians(degrees)
    return unit(np.array([np.cos(angle), np.sin(angle), 0.0]))


def _mirrored(rig: Rig, degrees: float, size: float) -> tuple[float, float]:
    """How near the heads' mirror images lie to heads, 0 to 1, less where all lie in the plane; and
    where the plane lies best, metres along its normal.

    The plane lies in the middle of pairs of heads, the outermost first; or, where one side has more
    bones than the other (a sword in one hand), through the trunk: the bones that carry most.
    """
    across = _axis(degrees)
    values = np.sort(rig.heads @ across)
    halves = 0.5 * (values + values[::-1])
    trunk = float(np.median(rig.heads[_trunk(rig)] @ across))
    places = dict.fromkeys((float(np.median(halves)), trunk))
    found = ((_score(rig, across, middle, size), middle) for middle in places)
    return max(found, key=lambda f: f[0])


def _trunk(rig: Rig) -> list[int]:
    """Bones that carry at least a third of all, or the one that carries most."""
    below = Tree.of(rig).below
    most = max(below.values())
    return [b for b, n in below.items() if n >= min(rig.count / 3.0, most)]


def _score(rig: Rig, across: Floats, middle: float, size: float) -> float:
    """How well a plane mirrors the heads, 0 to 1; less where all lie in it."""
    off = rig.heads @ across - middle
    mirror = rig.heads - 2.0 * off[:, None] * across
    apart = np.linalg.norm(mirror[:, None] - rig.heads[None], axis=-1).min(axis=1)
    wide = np.abs(off).max() / size
    return float((1.0 - np.minimum(apart / (0.02 * size), 1.0)).mean()) - 0.5 * (wide < 0.08)


def _partners(rig: Rig, across: Floats, middle: float, size: float) -> NDArray[np.intp]:
    """Pairs from the roots down: children of a pair are paired with each other."""
    partner = np.full(rig.count, -1, dtype=np.intp)
    children: dict[int, list[int]] = {}
    for bone, above in enumerate(rig.parents):
        children.setdefault(int(above), []).append(bone)
    open_pairs = [(-1, -1)]
    while open_pairs:
        left, right = open_pairs.pop()
        ours, theirs = children.get(left, []), children.get(right, [])
        if not ours or not theirs:
            continue
        cost = _costs(rig, ours, theirs, across, middle) / size
        for i, k in _cheapest(cost):
            partner[ours[i]], partner[theirs[k]] = theirs[k], ours[i]
            open_pairs.append((ours[i], theirs[k]))
    return partner


def _costs(rig: Rig, ours: list[int], theirs: list[int], across: Floats, middle: float) -> Floats:
    """(n, m) metres between bones and the mirror images of others."""
    result = np.zeros((len(ours), len(theirs)))
    for points, weight in ((rig.heads, 1.0), (rig.tails, _TAIL)):
        off = points[theirs] @ across - middle
        mirror = points[theirs] - 2.0 * off[:, None] * across
        result += weight * np.linalg.norm(points[ours][:, None] - mirror[None], axis=-1)
    return result


def _cheapest(cost: Floats) -> list[tuple[int, int]]:
    """Pairs of rows and columns, the nearest first, each used once, none beyond the limit."""
    pairs: list[tuple[int, int]] = []
    rows, columns = set[int](), set[int]()
    for flat in np.argsort(cost, axis=None):
        i, k = divmod(int(flat), cost.shape[1])
        if cost[i, k] > _NEAR:
            break
        if i not in rows and k not in columns:
            pairs.append((i, k))
            rows.add(i)
            columns.add(k)
    return pairs
