# SPDX-License-Identifier: GPL-3.0-or-later
"""Legs by structure: a mirrored chain that reaches the ground, its knee in the middle."""

from typing import Final

import numpy as np

from ...runtime.array_types import Floats
from ..vectors import unit
from .skeleton import Skeleton

_LEG_SPAN: Final = 0.25
"""The least height of a hip over the lowest bone, as a share of the rig's."""
_ANKLE: Final = 0.24
"""Share of the hip's height under which an ankle lies."""
_DOWNWARD: Final = 0.75
"""Cosine of the way down from which on a bone is a thigh."""
_BALL: Final = 0.45
"""Share of the foot's length, from the ankle on, before which no toes begin."""
_HIP_HEIGHT: Final = 0.53
"""Hips over the ground, of a person's height."""
_HIP_ASIDE: Final = 0.055
"""Hips off the middle, of a person's height."""


def find_leg(body: Skeleton) -> dict[str, list[int]] | None:
    """The leg of one side: role's name -> chain."""
    found = [leg for start in body.starts() if (leg := _leg_joints(body, start)) is not None]
    return max(found, key=lambda leg: _leg_worth(body, leg), default=None)


def _leg_worth(body: Skeleton, leg: dict[str, list[int]]) -> float:
    """How much a chain is like a leg beside a skirt, a cape or hair: logarithm of a likelihood, up
    to a constant."""
    heads, height = body.rig.heads, body.height
    hip, knee = leg["Hip"][0], leg["Knee"][0]
    last = leg.get("Ankle", leg["Knee"])[-1]
    high = float(heads[hip, 2]) - body.floor
    parent = int(body.rig.parents[hip])
    points = heads[[hip, knee, last]] if "Ankle" in leg else heads[[hip, knee, knee]]
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    worth = -(np.log(high / (_HIP_HEIGHT * height)) ** 2) / 0.2
    worth -= (float(heads[last, 2] - body.floor) / (0.06 * height)) ** 2 / 2.0
    aside = abs(float(body.mirror.lateral(heads[hip]))) / height
    worth -= min((aside - _HIP_ASIDE) ** 2 / 0.002, 2.0)
    worth -= 0.15 * (len(leg["Hip"]) + len(leg["Knee"]) - 2)
    worth += 2.0 * ("Ankle" in leg) + 1.5 * _points_ahead(body, leg)
    worth += 1.0 * (parent >= 0 and not body.sided(parent))
    if "Ankle" in leg:
        worth -= min((lengths[0] / lengths.sum() - 0.5) ** 2 / 0.01, 2.0)
    return float(worth)


def _points_ahead(body: Skeleton, leg: dict[str, list[int]]) -> bool:
    """Whether something goes on level from the ankle."""
    if "Ankle" not in leg:
        return False
    rig, foot = body.rig, leg["Ankle"][0]
    under = body.tree.subtree(foot)
    ends = np.concatenate((rig.heads[under], rig.tails[[foot]])) - rig.heads[foot]
    return bool(np.linalg.norm(_level(ends), axis=1).max() > 0.03 * body.height)


def _leg_path(body: Skeleton, start: int) -> list[int]:
    """The way from the start of a chain to its lowest end; of several such, the one with most
    bones."""
    heads, tails = body.rig.heads, body.rig.tails

    def worth(bone: int) -> float:
        low = max(min(heads[bone, 2], tails[bone, 2]), body.floor)
        depth = len(body.tree.path(start, bone))
        return -float(low - body.floor) / body.height + 0.01 * min(depth, 6)

    return body.tree.path(start, body.tree.best_leaf(start, worth))


def _leg_joints(body: Skeleton, start: int) -> dict[str, list[int]] | None:
    """Thigh, shin, foot and toes on the way down from a bone; None where it isn't a leg.

    A foot may hang on something else than the shin (an IK control): then the way ends at the shin's
    tail, or where that foot is.
    """
    path = _leg_path(body, start)
    heads, tails = body.rig.heads, body.rig.tails
    points = np.concatenate((heads[path], tails[path[-1:]]))
    chains = _on_way(body, path, points)
    if chains is None and len(path) > 1:
        loose = _foot_below(body, path)
        if loose is not None:
            chains = _on_way(body, path, np.concatenate((heads[path], heads[[loose]])))
    return chains


def _on_way(body: Skeleton, path: list[int], points: Floats) -> dict[str, list[int]] | None:
    """A leg's chains on a way of bones. points: (len(path) + 1, 3) their heads and the end."""
    down = -np.diff(points[:, 2]) / np.maximum(
        np.linalg.norm(np.diff(points, axis=0), axis=1), 1e-9
    )
    hip = next((i for i, d in enumerate(down[:-1]) if d > _DOWNWARD), None)
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
    if knee == ankle:
        return None
    chains = {
        "Hip": body.with_length(path[hip:knee], points[knee]),
        "Knee": body.with_length(path[knee:ankle], points[ankle]),
    }
    foot = path[ankle] if ankle < len(path) else _loose_foot(body, path, points[ankle])
    if foot is not None:
        chains["Ankle"] = [foot]
        toes = _toes(body, foot)
        if toes:
            chains["Foot"] = toes
    return chains


def _foot_below(body: Skeleton, path: list[int]) -> int | None:
    """A mirrored bone low under the end of a way, on the same side: a foot on a control."""
    heads = body.rig.heads
    last = heads[path[-1]]
    side = np.sign(body.mirror.lateral(last))
    near = [
        b for b in range(body.rig.count)
        if b not in path and body.sided(b) and np.sign(body.mirror.lateral(heads[b])) == side
        and heads[b, 2] - body.floor < _ANKLE * (heads[path[0], 2] - body.floor)
        and np.linalg.norm(_level(heads[b] - last)) < 0.06 * body.height
    ]  # fmt: skip
    return max(near, key=lambda b: (_goes_on(body, b), heads[b, 2]), default=None)


def _goes_on(body: Skeleton, bone: int) -> bool:
    """Whether a bone's child begins elsewhere than itself, as toes do, other than the foot on a
    control."""
    heads = body.rig.heads
    return any(
        np.linalg.norm(heads[c] - heads[bone]) > 0.01 * body.height
        for c in body.tree.children[bone]
    )


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
    return max(near, key=lambda b: (_goes_on(body, b), lengths[b]), default=None)


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
    toes = _without_helpers(body, forward or chosen)
    if len(toes) == 1:
        toes = _past_metatarsals(body, foot, toes[0])
    return sorted(toes, key=lambda c: -abs(body.mirror.lateral(heads[c])))[::-1]


def _without_helpers(body: Skeleton, toes: list[int]) -> list[int]:
    """Bones of toes without those that lie on another and carry nothing."""
    heads, children = body.rig.heads, body.tree.children
    return [
        t for t in toes
        if children[t] or not any(
            o != t and children[o]
            and np.linalg.norm(heads[o] - heads[t]) < 0.01 * body.height for o in toes
        )
    ]  # fmt: skip


def _past_metatarsals(body: Skeleton, foot: int, bone: int) -> list[int]:
    """The first bone of a chain under the foot that lies at the ball: not nearer to the ankle than
    to what is farthest from it."""
    heads, tails = body.rig.heads, body.rig.tails
    under = body.tree.subtree(bone)
    ends = np.concatenate((heads[under], tails[under])) - heads[foot]
    far = float(np.linalg.norm(_level(ends), axis=1).max())
    while len(children := body.tree.children[bone]) == 1 and (
        np.linalg.norm(_level(heads[bone] - heads[foot])) < _BALL * far
        and np.linalg.norm(_level(heads[children[0]] - heads[foot])) < 0.85 * far
    ):
        bone = children[0]
    return [bone]


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
