# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig's bones as a tree: who is under whom, ways, lengths."""

import numpy as np
import pytest

from lsmplify_core.retarget.rig.tree import Tree

from . import rigs

#        0 root, 1 left, 2 right under it, 3 under 1, 4 and 5 under 3, 6 alone
PARENTS = [-1, 0, 0, 1, 3, 3, -1]
HEADS = np.array(
    [[0, 0, 0], [1, 0, 0], [-1, 0, 0], [1, 0, 2], [1, 3, 2], [1, 0, 4], [9, 9, 9]], float
)


@pytest.fixture
def tree() -> Tree:
    names = [f"b{i}" for i in range(len(PARENTS))]
    return Tree.of(rigs.made(names, PARENTS, HEADS, np.add(HEADS, [0.0, 0.0, 0.5])))


def test_children_and_how_many_are_below(tree: Tree) -> None:
    assert tree.children == {0: [1, 2], 1: [3], 2: [], 3: [4, 5], 4: [], 5: [], 6: []}
    assert tree.below == {0: 5, 1: 3, 2: 0, 3: 2, 4: 0, 5: 0, 6: 0}


def test_ways_and_all_that_is_under_a_bone(tree: Tree) -> None:
    assert tree.subtree(1) == [1, 3, 4, 5]
    assert tree.path(0, 5) == [0, 1, 3, 5]
    assert tree.path(3, 3) == [3]
    assert tree.leaf_paths(1) == [[3, 4], [3, 5]]
    assert tree.leaf_paths(2) == []


@pytest.mark.parametrize(("a", "b", "join"), [(4, 5, 3), (5, 2, 0), (1, 4, 1), (4, 1, 1),
                                              (5, 6, -1)])  # fmt: skip
def test_the_nearest_bone_above_two(tree: Tree, a: int, b: int, join: int) -> None:
    assert tree.common(a, b) == join


def test_lengths_and_the_best_end(tree: Tree) -> None:
    assert tree.length([0, 1, 3, 4]) == pytest.approx(1.0 + 2.0 + 3.0)
    assert tree.length([3]) == 0.0
    assert tree.best_leaf(1, lambda b: HEADS[b, 2]) == 5
    assert tree.best_leaf(1, lambda b: HEADS[b, 1]) == 4
