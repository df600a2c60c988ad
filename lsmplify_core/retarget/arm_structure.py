# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms by structure: a mirrored chain over the legs that ends in a hand, its elbow in the
middle."""

from typing import Final

import numpy as np

from ..runtime.array_types import Floats
from .skeleton import Skeleton
from .vectors import unit

_MIDDLE: Final = 0.52
"""Where elbows lie between shoulder and wrist, by length."""
_HAND: Final = 0.14
"""Share of the height within which all of a hand's bones begin, as seen from the wrist."""


def find_arm(body: Skeleton, leg: dict[str, list[int]]) -> dict[str, list[int]] | None:
    """The arm of one side: role's name -> chain; None without arms."""
    taken = {b for chain in leg.values() for b in chain}
    taken |= set(body.other(sorted(taken)))
    hip = float(body.rig.heads[leg["Hip"][0], 2])
    best: tuple[float, dict[str, list[int]]] | None = None
    for start in body.starts():
        high = float(body.rig.heads[start, 2])
        if taken & set(body.tree.subtree(start)) or high < hip + 0.15 * body.height:
            continue
        arm = _arm_joints(body, start)
        if arm is not None and (best is None or arm[0] > best[0]):
            best = arm
    return None if best is None else best[1]


def _arm_joints(body: Skeleton, start: int) -> tuple[float, dict[str, list[int]]] | None:
    """The best way to read a chain as an arm, and how good it is."""
    tree, heads = body.tree, body.rig.heads
    hand = _hand(body, start)
    fingers = len([c for c in tree.children[hand] if tree.below[c] >= 1])
    path = tree.path(start, hand)
    best: tuple[float, dict[str, list[int]]] | None = None
    for wrist in {len(path) - 1, len(path) - 2 if fingers < 2 else len(path) - 1}:
        for shoulder in range(wrist - 1):
            arm = tree.length(path[shoulder : wrist + 1])
            for elbow in range(shoulder + 1, wrist):
                share = tree.length(path[shoulder : elbow + 1]) / max(arm, 1e-9)
                lead = tree.length(path[: shoulder + 1]) / max(arm, 1e-9)
                off = abs(float(body.mirror.lateral(heads[path[shoulder]]))) / body.height
                cost = abs(share - _MIDDLE) / 0.06 + max(0.0, lead - 0.45) / 0.1
                cost += max(0.0, 0.05 - off) / 0.01 + 0.8 * (len(path) - 1 - wrist)
                cost += _crooked(heads[path[shoulder : elbow + 1]])
                cost += _crooked(heads[path[elbow : wrist + 1]])
                worth = arm / body.height + 0.15 * min(fingers, 5) - 0.05 * cost
                if arm > 0.14 * body.height and (best is None or worth > best[0]):
                    chains = {"Shoulder": path[shoulder:elbow], "Elbow": path[elbow:wrist],
                              "Wrist": [path[wrist]]}  # fmt: skip
                    if shoulder:
                        chains["Collar"] = path[:shoulder]
                    best = (worth, chains)
    return best


def _crooked(points: Floats) -> float:
    """How far the inner points of a limb's chain (n, 3) are from lying in line: 1 for 8 degrees."""
    if len(points) < 3:
        return 0.0
    steps = unit(np.diff(points, axis=0))
    cosine = np.sum(steps[1:] * steps[:-1], axis=1)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))).sum() / 8.0)


def _hand(body: Skeleton, start: int) -> int:
    """Where a chain splits into fingers, or ends."""
    tree = body.tree
    bone = start
    while True:
        going = [c for c in tree.children[bone] if tree.below[c] >= 1]
        far = [c for c in tree.children[bone]]
        if len(going) >= 3 or not far:
            return bone
        if len(far) >= 2 and _reach(body, bone) < _HAND * body.height:
            return bone
        if not going and _reach(body, bone) < 0.5 * _HAND * body.height:
            return bone
        bone = max(
            far,
            key=lambda c: (
                tree.below[c],
                float(np.linalg.norm(body.rig.heads[c] - body.rig.heads[bone])),
            ),
        )


def _reach(body: Skeleton, bone: int) -> float:
    """Metres to the farthest head under a bone."""
    under = body.tree.subtree(bone)
    return float(np.linalg.norm(body.rig.heads[under] - body.rig.heads[bone], axis=1).max())
