# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingers by structure: which chain is the thumb, which are metacarpals, in which order."""

from itertools import pairwise

import numpy as np
import pytest

from lsmplify_core.retarget.rig.tree import Tree
from lsmplify_core.retarget.structure.fingers import (
    _base,
    _finger_paths,
    _inner,
    _phalanges,
    _thumb,
    _tip,
    finger_roles,
)

from . import rigs

AHEAD = np.array([0.0, -1.0, 0.0])


def _hand(chains):
    """A hand at the origin along X with chains of points (name -> points, the last one a tail)."""
    names, parents = ["hand"], [-1]
    heads, tails = [[0.0, 0, 0]], [[0.08, 0, 0]]
    for name, points in chains.items():
        above = 0
        for i, (a, b) in enumerate(pairwise(points)):
            names.append(f"{name}{i + 1}")
            parents.append(above)
            above = len(names) - 1
            heads.append(a)
            tails.append(b)
    return rigs.made(names, parents, heads, tails)


def _straight(y, start=0.09, step=0.03, bones=3):
    return [(start + step * i, y, 0.0) for i in range(bones + 1)]


FOUR = {n: _straight(y) for n, y in (("i", -0.03), ("m", -0.01), ("r", 0.01), ("p", 0.03))}
THUMB = {"t": [(0.02, -0.03, 0), (0.04, -0.06, 0), (0.06, -0.09, 0), (0.08, -0.12, 0)]}


def _roles(rig):
    found = finger_roles(Tree.of(rig), 0, AHEAD, rig)
    return {role: rig.names[bone] for role, (bone,) in found.items()}


def _wanted(**letters):
    return {f"{name}{i}": f"{letter}{i}" for name, letter in letters.items() for i in (1, 2, 3)}


def test_five_fingers_from_the_thumbs_side() -> None:
    everything = _wanted(Thumb="t", Index="i", Middle="m", Ring="r", Pinky="p")
    assert _roles(_hand(FOUR | THUMB)) == everything
    shuffled = {k: (FOUR | THUMB)[k] for k in "ptrim"}
    assert _roles(_hand(shuffled)) == everything
    mirrored = {n: [(x, -y, z) for x, y, z in points] for n, points in (FOUR | THUMB).items()}
    assert _roles(_hand(mirrored)) == everything


def test_no_chain_and_one_bone_are_no_fingers() -> None:
    assert _roles(_hand({})) == {}
    assert _roles(_hand({"a": _straight(0.0, bones=1)})) == {}
    assert _roles(_hand({"a": _straight(0.0, bones=2)})) == {"Index1": "a1", "Index2": "a2"}


def test_of_two_chains_the_one_with_fewer_bones_or_that_points_ahead_is_the_thumb() -> None:
    """Mittens: everything but the thumb in one chain."""
    long, ahead = _straight(0.0), [(0.03, -0.03, 0), (0.05, -0.06, 0), (0.07, -0.09, 0)]
    mitten = _wanted(Index="a") | {"Thumb1": "b1", "Thumb2": "b2"}
    assert _roles(_hand({"a": long, "b": ahead})) == mitten
    back = [(x, -y, z) for x, y, z in ahead]
    assert _roles(_hand({"b": back, "a": long})) == mitten
    three = [(0.03 + 0.02 * i, -0.03 - 0.03 * i, 0) for i in range(4)]
    assert _roles(_hand({"a": long, "b": three})) == _wanted(Index="a", Thumb="b")


def test_ends_and_helpers_of_one_bone_are_left_where_there_are_chains() -> None:
    helper = {"h": _straight(0.06, bones=1)}
    assert "h1" not in _roles(_hand(FOUR | THUMB | helper)).values()
    nubs = {n: _straight(0.02 * i, bones=1) for i, n in enumerate("abc")}
    assert sorted(len(p) for p in _finger_paths(Tree.of(_hand(nubs)), 0)) == [1, 1, 1]
    one = {"a": _straight(0.0), "b": _straight(0.05, bones=1)}
    assert len(_finger_paths(Tree.of(_hand(one)), 0)) == 2


def test_of_more_than_five_chains_the_longest_are_fingers() -> None:
    sixth = {"s": _straight(0.07, bones=2)}
    found = _finger_paths(Tree.of(_hand(sixth | FOUR | THUMB)), 0)
    assert [len(p) for p in found] == [3] * 5


def test_bones_that_fingers_share_are_none_of_theirs() -> None:
    """Ring and little finger on one palm bone."""
    rig = _hand({"palm": [(0.02, 0.02, 0), (0.08, 0.02, 0)], "i": _straight(-0.03)})
    names = [*rig.names, "r1", "r2", "p1", "p2"]
    palm = rig.index("palm1")
    parents = [*rig.parents, palm, rig.count, palm, rig.count + 2]
    heads = np.array([[0.09, 0.01, 0], [0.12, 0.01, 0], [0.09, 0.03, 0], [0.12, 0.03, 0]])
    rig = rigs.made(names, parents, np.concatenate((rig.heads, heads)),
                    np.concatenate((rig.tails, np.add(heads, [0.03, 0, 0]))))  # fmt: skip
    paths = [[rig.names[b] for b in p] for p in _finger_paths(Tree.of(rig), 0)]
    assert sorted(paths) == [["i1", "i2", "i3"], ["p1", "p2"], ["r1", "r2"]]


def test_where_fingers_begin_and_end() -> None:
    rig = _hand({"a": _straight(0.0, bones=4), "b": _straight(0.05, bones=1)})
    a, b = [1, 2, 3, 4], [5]
    np.testing.assert_allclose(_base(rig, a), [0.12, 0, 0])
    np.testing.assert_allclose(_base(rig, b), [0.09, 0.05, 0])
    np.testing.assert_allclose(_tip(rig, a), [0.18, 0, 0])
    np.testing.assert_allclose(_tip(rig, b), [0.12, 0.05, 0])


def test_the_two_outermost_chains_have_no_other_on_one_side() -> None:
    rig = _hand(FOUR | THUMB)
    paths = _finger_paths(Tree.of(rig), 0)
    ends = {rig.names[p[0]]: inner for p, inner in zip(paths, _inner(rig, paths), strict=True)}
    assert ends == {"t1": 0.0, "i1": 1.0, "m1": 1.0, "r1": 1.0, "p1": 0.0}


@pytest.mark.parametrize(
    ("degrees", "begin", "thumb"),
    [(45.0, 0.09, "t1"), (0.0, 0.03, "t1"), (-50.0, 0.03, "t1")],
)
def test_the_thumb_begins_near_the_wrist_or_points_away(degrees, begin, thumb: str) -> None:
    angle = np.radians(degrees)
    along = np.array([np.cos(angle), -np.sin(angle), 0.0])
    points = [tuple(np.array([begin, -0.05, 0.0]) + 0.03 * i * along) for i in range(4)]
    rig = _hand(FOUR | {"t": points})
    paths = _finger_paths(Tree.of(rig), 0)
    chosen = _thumb(rig, 0, paths, AHEAD)
    assert chosen is not None
    assert rig.names[paths[chosen][0]] == thumb


@pytest.mark.parametrize(
    ("start", "length", "left_out"),
    [(0.02, 0.07, True), (0.06, 0.035, False), (0.02, 0.032, False)],
)
def test_a_metacarpal_begins_near_the_wrist_and_is_long(start, length, left_out: bool) -> None:
    """Nearer than 0.45 of the knuckles', and longer by 0.15 than the bone after it, 30 mm."""
    knuckle = start + length
    points = [(start, 0, 0), *((knuckle + 0.03 * i, 0, 0) for i in range(4))]
    rig = _hand({"a": points, **{n: _straight(0.02 * k, bones=4, start=0.06, step=0.035)
                                 for k, n in enumerate("bcd", 1)}})  # fmt: skip
    paths = _finger_paths(Tree.of(rig), 0)
    own = next(p for p in paths if rig.names[p[0]] == "a1")
    found = _phalanges(rig, 0, own, paths)
    assert found == (own[1:] if left_out else own)
    assert _phalanges(rig, 0, own[1:], paths) == own[1:]
