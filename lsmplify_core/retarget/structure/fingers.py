# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingers by structure: chains that leave a hand, the thumb the one that begins nearest to the
wrist."""

from itertools import pairwise
from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ..rig.rig import Rig
from ..rig.tree import Tree
from ..vectors import unit

_METACARPAL: Final = 0.45
"""A chain whose first bone begins nearer to the wrist than this share of the knuckles' distance has
a metacarpal, unless it is the thumb."""
_ORDER: Final = ("Index", "Middle", "Ring", "Pinky")


def finger_roles(tree: Tree, hand: int, ahead: Floats, rig: Rig) -> dict[str, list[int]]:
    """Role's name without the side ("Index1") -> its bone, for the fingers of a hand.

    Args:
        tree, rig: the character.
        hand: its hand's bone.
        ahead: (3,) unit, where the character faces, for hands of two chains.
    """
    paths = _finger_paths(tree, hand)
    if not paths or (len(paths) == 1 and len(paths[0]) == 1):
        return {}
    thumb = _thumb(rig, hand, paths, ahead)
    fingers = [p for i, p in enumerate(paths) if i != thumb]
    result: dict[str, list[int]] = {}
    if thumb is not None:
        result |= _named("Thumb", paths[thumb][:3])
    if not fingers:
        return result
    knuckles = [_phalanges(rig, hand, p, fingers) for p in fingers]
    for name, chain in zip(_ORDER, _sorted(rig, hand, knuckles, paths, thumb), strict=False):
        result |= _named(name, chain[:3])
    return result


def _named(finger: str, chain: list[int]) -> dict[str, list[int]]:
    return {f"{finger}{i + 1}": [bone] for i, bone in enumerate(chain)}


def _finger_paths(tree: Tree, hand: int) -> list[list[int]]:
    """One chain a finger: leaf paths, those that share bones cut to what is their own."""
    leaves = tree.leaf_paths(hand)
    long = [p for p in leaves if len(p) >= 2]
    chosen = long if len(long) >= 2 else leaves
    counts: dict[int, int] = {}
    for path in chosen:
        for bone in path:
            counts[bone] = counts.get(bone, 0) + 1
    cut = [[b for b in p if counts[b] == 1] for p in chosen]
    result = sorted((p for p in cut if p), key=len, reverse=True)
    return result[:5] if len(result) <= 5 else sorted(result, key=len, reverse=True)[:5]


def _thumb(rig: Rig, hand: int, paths: list[list[int]], ahead: Floats) -> int | None:
    """Which chain is the thumb."""
    wrist = rig.heads[hand]
    if len(paths) == 1:
        return None
    directions = np.array([unit(_tip(rig, p) - rig.heads[p[0]]) for p in paths])
    if len(paths) == 2:
        counts = np.array([len(p) for p in paths])
        return int(np.argmax(directions @ ahead - 2.0 * np.sign(counts - counts.mean())))
    begins = np.array([np.linalg.norm(_base(rig, p) - wrist) for p in paths])
    mean = unit(directions.sum(axis=0))
    away = np.degrees(np.arccos(np.clip(directions @ mean, -1, 1)))
    return int(np.argmax(away / 40.0 - begins / begins.max() - 0.5 * _inner(rig, paths)))


def _inner(rig: Rig, paths: list[list[int]]) -> Floats:
    """1 for chains that lie between others, 0 for the two outermost by their last joints."""
    ends = np.array([rig.heads[p[min(1, len(p) - 1)]] for p in paths])
    apart = np.linalg.norm(ends[:, None] - ends[None], axis=-1)
    outer = np.unravel_index(int(np.argmax(apart)), apart.shape)
    return np.array([0.0 if i in outer else 1.0 for i in range(len(paths))])


def _base(rig: Rig, path: list[int]) -> Floats:
    """(3,) where the third bone from the end begins: the knuckle, or the thumb's root."""
    return rig.heads[path[max(len(path) - 3, 0)]]


def _tip(rig: Rig, path: list[int]) -> Floats:
    return rig.tails[path[-1]] if len(path) < 2 else rig.heads[path[-1]]


def _phalanges(rig: Rig, hand: int, path: list[int], others: list[list[int]]) -> list[int]:
    """A finger's chain without its metacarpal."""
    if len(path) < 4:
        return path
    wrist = rig.heads[hand]
    far = np.median([np.linalg.norm(rig.heads[p[1]] - wrist) for p in others if len(p) > 1])
    near = np.linalg.norm(rig.heads[path[0]] - wrist)
    steps = [np.linalg.norm(rig.heads[b] - rig.heads[a]) for a, b in pairwise(path)]
    return path[1:] if near < _METACARPAL * far and steps[0] > 1.15 * steps[1] else path


def _sorted(
    rig: Rig, hand: int, chains: list[list[int]], paths: list[list[int]], thumb: int | None
) -> list[list[int]]:
    """Fingers from the thumb's side to the other, by their knuckles."""
    knuckles = np.array([rig.heads[c[0]] for c in chains])
    if len(chains) < 2:
        return chains
    middle = knuckles.mean(axis=0)
    _, _, axes = np.linalg.svd(knuckles - middle)
    across = axes[0]
    along = unit(middle - rig.heads[hand])
    across = unit(across - (across @ along) * along)
    if thumb is not None:
        path = paths[thumb]
        side = (rig.heads[path[min(1, len(path) - 1)]] - middle) @ across
        across = -across if side > 0 else across
    return [chains[i] for i in np.argsort((knuckles - middle) @ across)]
