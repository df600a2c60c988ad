# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms by structure: a mirrored chain over the legs that ends in a hand, its elbow in the
middle."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ..vectors import unit
from .skeleton import Skeleton

_MIDDLE: Final = 0.52
"""Where elbows lie between shoulder and wrist, by length."""
_HAND: Final = 0.14
"""Share of a person's height within which all of a hand's bones begin, as seen from the wrist."""
_ARM: Final = 0.30
"""Upper arm and forearm, of a person's height."""
_HIPS: Final = 0.53
"""Hips over the ground, of a person's height."""
_OVER_HIPS: Final = 0.28
"""Shoulders over the hips, of a person's height."""
_ASIDE: Final = 0.1
"""Shoulders off the middle, of a person's height."""
_COLLAR: Final = 0.13
"""The longest way from where an arm hangs to its shoulder, of a person's height."""


@dataclass(frozen=True)
class _Around:
    """What arms are looked for about. hip: (3,) metres, the middle of the hips. ahead: (3,) where
    the body faces. person: metres, the height of a person with such legs."""

    body: Skeleton
    hip: Floats
    ahead: Floats
    person: float


def find_arm(
    body: Skeleton, leg: dict[str, list[int]], ahead: Floats
) -> dict[str, list[int]] | None:
    """The arm of one side: role's name -> chain; None without arms.

    Args:
        body: the rig.
        leg: one of its legs. ahead: (3,) unit, where it faces.
    """
    taken = {b for chain in leg.values() for b in chain}
    taken |= set(body.other(sorted(taken)))
    thigh = leg["Hip"][0]
    hip = body.rig.heads[[thigh, int(body.mirror.partner[thigh])]].mean(axis=0)
    around = _Around(body, hip, ahead, max(float(hip[2] - body.floor), 1e-6) / _HIPS)
    best: tuple[float, dict[str, list[int]]] | None = None
    for start in body.starts():
        high = float(body.rig.heads[start, 2] - hip[2])
        if taken & set(body.tree.subtree(start)) or high < 0.08 * around.person:
            continue
        for wrist in _hands(around, start):
            arm = _arm_joints(around, start, wrist)
            if arm is not None and (best is None or arm[0] > best[0]):
                best = arm
    return None if best is None else best[1]


def _hands(around: _Around, start: int) -> list[int]:
    """Bones that may be the hand of a chain: those far enough down it, fingers left out."""
    tree, rig = around.body.tree, around.body.rig
    under = [b for b in tree.subtree(start) if len(tree.path(start, b)) >= 3]
    far = [b for b in under if tree.length(tree.path(start, b)) > 0.1 * around.person]
    hands = [b for b in far if len(_fingers(around, b)) >= 3]
    if hands:  # what hangs on a hand is no hand
        far = [b for b in far if not any(h in rig.ancestors(b) for h in hands)]
    return far


def _fingers(around: _Around, hand: int) -> list[int]:
    """Children of a bone that carry something, all of it near."""
    tree = around.body.tree
    return [
        c for c in tree.children[hand]
        if tree.below[c] >= 1 and _reach(around.body, hand, c) < _HAND * around.person
    ]  # fmt: skip


def _arm_joints(
    around: _Around, start: int, wrist: int
) -> tuple[float, dict[str, list[int]]] | None:
    """The best way to read the way to a wrist as an arm, and how good it is."""
    body, tree, heads = around.body, around.body.tree, around.body.rig.heads
    path = tree.path(start, wrist)
    last = len(path) - 1
    hand = _hand_worth(around, wrist)
    best: tuple[float, dict[str, list[int]]] | None = None
    for shoulder in range(last - 1):
        length = tree.length(path[shoulder:])
        lead = tree.length(path[: shoulder + 1])
        if length < 0.1 * around.person or lead > 3.0 * _COLLAR * around.person:
            continue
        worth = hand + _shoulder_worth(around, path[shoulder])
        worth -= min(np.log(length / (_ARM * around.person)) ** 2 / 0.18, 8.0)
        worth -= max(0.0, lead / around.person - _COLLAR) / 0.03
        worth += 0.3 * (0.02 * around.person < lead)
        for elbow in range(shoulder + 1, last):
            share = tree.length(path[shoulder : elbow + 1]) / length
            cost = min((share - _MIDDLE) ** 2 / 0.005, 6.0)
            cost += 0.4 * (_crooked(heads[path[shoulder : elbow + 1]])
                           + _crooked(heads[path[elbow:]]))  # fmt: skip
            cost += 0.15 * (last - shoulder - 2)
            if best is None or worth - cost > best[0]:
                chains = {
                    "Shoulder": body.with_length(path[shoulder:elbow], heads[path[elbow]]),
                    "Elbow": body.with_length(path[elbow:last], heads[wrist]),
                    "Wrist": [wrist],
                }
                if shoulder:
                    chains["Collar"] = body.with_length(path[:shoulder], heads[path[shoulder]])
                best = (worth - cost, chains)
    return best


def _hand_worth(around: _Around, wrist: int) -> float:
    """How much a bone is like a hand: it carries fingers, and nothing that reaches far."""
    body = around.body
    length = float(np.linalg.norm(body.rig.tails[wrist] - body.rig.heads[wrist]))
    worth = 0.9 * min(len(_fingers(around, wrist)), 5)
    worth += 0.2 * (0.03 * around.person < length < _HAND * around.person)
    worth -= min(max(0.0, _reach(body, wrist, wrist) / around.person - _HAND) / 0.1, 1.0)
    return worth


def _shoulder_worth(around: _Around, shoulder: int) -> float:
    """How much a bone lies where shoulders do: over the hips, to the side, not behind the back."""
    place, person = around.body.rig.heads[shoulder], around.person
    over = float(place[2] - around.hip[2]) / person - _OVER_HIPS
    aside = abs(float(around.body.mirror.lateral(place))) / person - _ASIDE
    behind = float((place - around.hip) @ around.ahead) / person
    return -min(over**2 / 0.02, 4.0) - min(aside**2 / 0.003, 4.0) - min(behind**2 / 0.006, 2.0)


def _crooked(points: Floats) -> float:
    """How far the inner points of a limb's chain (n, 3) are from lying in line: 1 for 8 degrees."""
    if len(points) < 3:
        return 0.0
    steps = unit(np.diff(points, axis=0))
    cosine = np.sum(steps[1:] * steps[:-1], axis=1)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))).sum() / 8.0)


def _reach(body: Skeleton, bone: int, below: int) -> float:
    """Metres from a bone to the farthest head under another."""
    under = body.tree.subtree(below)
    return float(np.linalg.norm(body.rig.heads[under] - body.rig.heads[bone], axis=1).max())
