# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig's bones as a tree: children, paths, reach."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .rig import Rig


@dataclass(frozen=True)
class Tree:
    """children: bone -> its children. below: bone -> number of bones under it."""

    rig: Rig
    children: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    below: dict[int, int] = field(default_factory=dict[int, int])

    @staticmethod
    def of(rig: Rig) -> "Tree":
        """The tree of a rig."""
        children: dict[int, list[int]] = {bone: [] for bone in range(rig.count)}
        for bone, above in enumerate(rig.parents):
            if above >= 0:
                children[int(above)].append(bone)
        below = dict.fromkeys(range(rig.count), 0)
        for bone in reversed(rig.parents_first()):
            above = int(rig.parents[bone])
            if above >= 0:
                below[above] += below[bone] + 1
        return Tree(rig, children, below)

    def subtree(self, bone: int) -> list[int]:
        """The bone and all under it, parents first."""
        found = [bone]
        for b in found:
            found.extend(self.children[b])
        return found

    def path(self, top: int, bottom: int) -> list[int]:
        """Bones from `top` down to `bottom`, both included."""
        way = [bottom]
        while way[-1] != top:
            way.append(int(self.rig.parents[way[-1]]))
        return way[::-1]

    def leaf_paths(self, top: int) -> list[list[int]]:
        """Every way from a bone down to an end, the bone itself left out."""
        return [
            self.path(top, b)[1:] for b in self.subtree(top) if not self.children[b] and b != top
        ]

    def common(self, a: int, b: int) -> int:
        """The nearest bone above both (or one of them), -1 without one."""
        above = [a, *self.rig.ancestors(a)]
        return next((x for x in (b, *self.rig.ancestors(b)) if x in above), -1)

    def best_leaf(self, top: int, worth: Callable[[int], float]) -> int:
        """The bone under `top` (or itself) that is worth most."""
        return max(self.subtree(top), key=worth)

    def length(self, path: list[int]) -> float:
        """Metres along the heads of a path of bones."""
        return float(np.linalg.norm(np.diff(self.rig.heads[path], axis=0), axis=1).sum())
