# SPDX-License-Identifier: GPL-3.0-or-later
"""Legs by structure: a mirrored chain that reaches the ground, its knee in the middle."""

from typing import Final

import numpy as np

from ..runtime.array_types import Floats
from .skeleton import Skeleton
from .vectors import unit

_LEG_SPAN: Final = 0.25
"""The least height that a leg's bones span, as a share of the rig's."""
_ANKLE: Final = 0.24
"""Share of the hip's height under which an ankle lies."""


def find_leg(body: Skeleton) -> dict[str, list[int]] | None:
    """The leg of one side: role's name -> chain."""
    best: tuple[float, dict[str, list[int]]] | None = None
    for start in body.starts():
        path = _leg_path(body, start)
        leg = _leg_joints(body, path)
        if leg is None:
            continue
        span = body.rig.heads[leg["Hip"][0], 2] - _low(body, leg)
        worth = (
            float(span)
            + 0.2 * body.height * ("Ankle" in leg)
            + 0.1 * body.height * (body.rig.parents[start] >= 0)
        )
        if span > _LEG_SPAN * body.height and (best is None or worth > best[0]):
            best = (worth, leg)
    return None if best is None else best[1]


def _low(body: Skeleton, leg: dict[str, list[int]]) -> float:
    last = leg.get("Ankle", leg["Knee"])[-1]
    return float(min(body.rig.heads[last, 2], body.rig.tails[last, 2]))


def _leg_path(body: Skeleton, start: int) -> list[int]:
    """The way from the start of a chain to its lowest end; of several such, the one with most
    bones."""
    heads, tails = body.rig.heads, body.rig.tails

    def worth(bone: int) -> float:
        low = min(heads[bone, 2], tails[bone, 2])
        depth = len(body.tree.path(start, bone))
        return -float(low - body.floor) / body.height + 0.01 * min(depth, 6)

    return body.tree.path(start, body.tree.best_leaf(start, worth))


def _leg_joints(body: Skeleton, path: list[int]) -> dict[str, list[int]] | None:
    """Thigh, shin, foot and toes on a way down; None where it isn't a leg."""
    heads, tails = body.rig.heads, body.rig.tails
    points = np.concatenate((heads[path], tails[path[-1:]]))
    down = -np.diff(points[:, 2]) / np.maximum(
        np.linalg.norm(np.diff(points, axis=0), axis=1), 1e-9
    )
    hip = next((i for i, d in enumerate(down[:-1]) if d > 0.75), None)
    if hip is None:
        return None
    high = points[hip, 2] - body.floor
    if high < _LEG_SPAN * body.height:
        return None
    low = points[:, 2] - body.floor < _ANKLE * high
    ankle = next((i for i in range(hip + 1, len(points)) if low[i]), None)
    if ankle is None or ankle < hip + 2:
        return None
    knee = hip + 1 + _halfway(points[hip : ankle + 1], 0.5)
    chains = {"Hip": path[hip:knee], "Knee": path[knee:ankle]}
    if not chains["Knee"]:
        return None
    foot = path[ankle] if ankle < len(path) else _loose_foot(body, path, points[ankle])
    if foot is not None:
        chains["Ankle"] = [foot]
        toes = _toes(body, foot)
        if toes:
            chains["Foot"] = toes
    return chains


def _halfway(points: Floats, share: float) -> int:
    """Which inner point (counted from the second) lies nearest to a share of the way's length."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    at = np.cumsum(steps)[:-1] / steps.sum()
    return int(np.argmin(np.abs(at - share)))


def _loose_foot(body: Skeleton, path: list[int], ankle: Floats) -> int | None:
    """A foot that hangs on something else than the shin (an IK control): the bone with children, or
    the longest, that begins where the shin ends."""
    near = [
        b for b in range(body.rig.count)
        if b not in path and body.sided(b)
        and np.linalg.norm(body.rig.heads[b] - ankle) < 0.03 * body.height
    ]  # fmt: skip
    lengths = np.linalg.norm(body.rig.tails - body.rig.heads, axis=1)
    return max(near, key=lambda b: (len(body.tree.children[b]) > 0, lengths[b]), default=None)


def _toes(body: Skeleton, foot: int) -> list[int]:
    """The toes' first bones: under the foot's end, side by side where there are several."""
    heads, tails = body.rig.heads, body.rig.tails
    under = [
        c for c in body.tree.children[foot] if heads[c, 2] < heads[foot, 2] - 0.004 * body.height
    ]
    if not under:
        return []
    ahead = np.array([_level(heads[c] - heads[foot]) for c in under])
    reach = np.linalg.norm(ahead, axis=1)
    along = ahead @ unit(_level(tails[foot] - heads[foot]) + ahead.mean(axis=0))
    best = float(along.max())
    if best <= 0:
        return [under[int(np.argmax(reach))]]
    chosen = [c for c, a in zip(under, along, strict=True) if a > 0.6 * best]
    lengths = np.linalg.norm(tails[chosen] - heads[chosen], axis=1)
    forward = [
        c for c, n in zip(chosen, lengths, strict=True)
        if body.tree.children[c]
        or _level(tails[c] - heads[c]) @ ahead.mean(axis=0)
        > 0.3 * n * np.linalg.norm(ahead.mean(axis=0))
    ]  # fmt: skip
    return sorted(forward or chosen, key=lambda c: -abs(body.mirror.lateral(heads[c])))[::-1]


def _level(v: Floats) -> Floats:
    return v * np.array([1.0, 1.0, 0.0])


def facing(body: Skeleton, leg: dict[str, list[int]]) -> Floats:
    """(3,) unit, horizontal, in the mirror plane: where the feet point; -Y without feet."""
    rig = body.rig
    total = np.zeros(3)
    for chain in ({k: v for k, v in leg.items()}, {k: body.other(v) for k, v in leg.items()}):
        if "Ankle" not in chain:
            continue
        foot = chain["Ankle"][0]
        end = rig.heads[chain["Foot"]].mean(axis=0) if "Foot" in chain else rig.tails[foot]
        total += _level(end - rig.heads[foot])
    total -= (total @ body.mirror.across) * body.mirror.across
    if np.linalg.norm(total) < 0.01 * body.height:
        usual = np.array([0.0, -1.0, 0.0])
        total = usual - (usual @ body.mirror.across) * body.mirror.across
    return unit(total)
