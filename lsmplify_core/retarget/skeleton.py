# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig's bones as what the parts of a body are looked for in."""

from dataclasses import dataclass

import numpy as np

from .rig import Rig
from .symmetry import Symmetry, symmetry_of
from .tree import Tree


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

    def other(self, chain: list[int]) -> list[int]:
        """The mirror image of a chain."""
        return [int(self.mirror.partner[b]) for b in chain]


def skeleton_of(rig: Rig) -> Skeleton:
    """The rig with its tree and its symmetry."""
    z = np.concatenate((rig.heads[:, 2], rig.tails[:, 2]))
    return Skeleton(rig, Tree.of(rig), symmetry_of(rig), float(z.min()), float(np.ptp(z)))
