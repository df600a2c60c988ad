# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig's bones as what the parts of a body are looked for in."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ..rig.rig import Rig
from ..rig.tree import Tree
from .symmetry import Symmetry, symmetry_of

_NO_LENGTH: Final = 0.004
"""Share of the height: a bone that is shorter has no length."""


@dataclass(frozen=True)
class Skeleton:
    """What the parts of a body are looked for in. floor, height: metres."""

    rig: Rig
    tree: Tree
    mirror: Symmetry
    floor: float
    height: float

    def sided(self, bone: int) -> bool:
        """Whether a bone has a mirror image other than itself."""
        other = int(self.mirror.partner[bone])
        return other not in (-1, bone)

    def starts(self) -> list[int]:
        """Where mirrored chains begin, one bone a pair."""
        parents, sided = self.rig.parents, self.sided
        return [
            b for b in range(self.rig.count)
            if sided(b) and b < self.mirror.partner[b]
            and (parents[b] < 0 or not sided(int(parents[b])))
        ]  # fmt: skip

    def with_length(self, chain: list[int], end: Floats) -> list[int]:
        """A limb's chain without helpers of no length, which lie on the bone after them. end: (3,)
        where the limb ends. Where all are such, the last is kept."""
        heads = [self.rig.heads[b] for b in chain] + [end]
        long = [
            b for i, b in enumerate(chain)
            if np.linalg.norm(heads[i + 1] - heads[i]) > _NO_LENGTH * self.height
        ]  # fmt: skip
        return long or chain[-1:]

    def other(self, chain: list[int]) -> list[int]:
        """The mirror image of a chain."""
        return [int(self.mirror.partner[b]) for b in chain]


def skeleton_of(rig: Rig) -> Skeleton:
    """The rig with its tree and its symmetry. The floor is where the lowest bones off the middle
    begin; tails count no farther than a foot's height under it, for importers lay them anyhow."""
    mirror = symmetry_of(rig)
    off = (mirror.partner >= 0) & (mirror.partner != np.arange(rig.count))
    heads = rig.heads[off if off.any() else slice(None), 2]
    low, high = float(heads.min()), float(rig.heads[:, 2].max())
    span = max(high - low, 1e-6)
    floor = max(float(rig.tails[:, 2].min()), low - 0.06 * span)
    top = min(float(rig.tails[:, 2].max()), high + 0.2 * span)
    return Skeleton(rig, Tree.of(rig), mirror, min(floor, low), max(top, high) - min(floor, low))
