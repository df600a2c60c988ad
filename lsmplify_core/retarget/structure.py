# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is what by the rig's structure alone, whatever its bones are called.

Two mirrored chains that reach the ground are legs; what joins them is the pelvis; two mirrored chains
from above them that end in a hand are arms; what joins those is the chest, and the way from pelvis to
chest the spine; what goes up from the chest in the middle ends in the head. Knees and elbows lie in
the middle of their limbs. Everything else (twist, helper, face, cape and weapon bones) is left alone.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .finger_structure import finger_roles
from .rig import Rig
from .rig_map import RigMap
from .symmetry import Symmetry, symmetry_of
from .tree import Tree
from .vectors import unit

_LEG_SPAN: Final = 0.25
"""The least height that a leg's bones span, as a share of the rig's."""
_ANKLE: Final = 0.24
"""Share of the hip's height under which an ankle lies."""
_MIDDLE: Final = 0.52
"""Where elbows lie between shoulder and wrist, by length."""
_HAND: Final = 0.14
"""Share of the height within which all of a hand's bones begin, as seen from the wrist."""
_END: Final = 0.965
"""Share of the height over which a bone on top of the head is its end, not the head."""


@dataclass(frozen=True)
class _Body:
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
            if sided(b) and b < self.mirror.partner[b] and (parents[b] < 0 or not sided(int(parents[b])))
        ]  # fmt: skip

    def other(self, chain: list[int]) -> list[int]:
        """The mirror image of a chain."""
        return [int(self.mirror.partner[b]) for b in chain]


def map_by_structure(rig: Rig) -> RigMap:
    """A map from tree, symmetry, lengths and rest positions.

    Raises:
        InputError: no pair of legs under a trunk is found.
    """
    z = np.concatenate((rig.heads[:, 2], rig.tails[:, 2]))
    body = _Body(rig, Tree.of(rig), symmetry_of(rig), float(z.min()), float(np.ptp(z)))
    leg = _leg(body)
    if leg is None:
        raise InputError(
            f"armature {rig.title!r}: no two legs were found in it; choose a map, or map by hand"
        )
    ahead = _ahead(body, leg)
    pelvis = body.tree.common(leg["Hip"][0], int(body.mirror.partner[leg["Hip"][0]]))
    arm = _arm(body, leg)
    trunk = _trunk(body, pelvis, arm)
    left = bool(
        body.mirror.lateral(rig.heads[leg["Knee"][0]])
        * (np.cross(np.array([0.0, 0.0, 1.0]), ahead) @ body.mirror.across) > 0
    )  # fmt: skip
    bones: dict[str, list[int]] = dict(trunk)
    limbs = dict(leg)
    if arm is not None:
        limbs |= arm
        limbs |= finger_roles(body.tree, arm["Wrist"][0], ahead, rig)
    arm_left = left
    if arm is not None:
        same = np.sign(body.mirror.lateral(rig.heads[arm["Elbow"][0]])) == np.sign(
            body.mirror.lateral(rig.heads[leg["Knee"][0]])
        )
        arm_left = left if same else not left
    for name, chain in limbs.items():
        on_left = left if name in ("Hip", "Knee", "Ankle", "Foot") else arm_left
        bones[f"{'L' if on_left else 'R'}_{name}"] = chain
        bones[f"{'R' if on_left else 'L'}_{name}"] = body.other(chain)
    named = {
        role: tuple(rig.names[b] for b in chain) for role, chain in bones.items()
        if chain and min(chain) >= 0
    }  # fmt: skip
    total = sum(len(chain) for chain in named.values())
    return RigMap("structure", named, f"{total} bones by the rig's structure", frozenset(named))


def _leg(body: _Body) -> dict[str, list[int]] | None:
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


def _low(body: _Body, leg: dict[str, list[int]]) -> float:
    last = leg.get("Ankle", leg["Knee"])[-1]
    return float(min(body.rig.heads[last, 2], body.rig.tails[last, 2]))


def _leg_path(body: _Body, start: int) -> list[int]:
    """The way from the start of a chain to its lowest end; of several such, the one with most bones."""
    heads, tails = body.rig.heads, body.rig.tails

    def worth(bone: int) -> float:
        low = min(heads[bone, 2], tails[bone, 2])
        depth = len(body.tree.path(start, bone))
        return -float(low - body.floor) / body.height + 0.01 * min(depth, 6)

    return body.tree.path(start, body.tree.best_leaf(start, worth))


def _leg_joints(body: _Body, path: list[int]) -> dict[str, list[int]] | None:
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


def _loose_foot(body: _Body, path: list[int], ankle: Floats) -> int | None:
    """A foot that hangs on something else than the shin (an IK control): the bone with children, or
    the longest, that begins where the shin ends."""
    near = [
        b for b in range(body.rig.count)
        if b not in path and body.sided(b)
        and np.linalg.norm(body.rig.heads[b] - ankle) < 0.03 * body.height
    ]  # fmt: skip
    lengths = np.linalg.norm(body.rig.tails - body.rig.heads, axis=1)
    return max(near, key=lambda b: (len(body.tree.children[b]) > 0, lengths[b]), default=None)


def _toes(body: _Body, foot: int) -> list[int]:
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
        if body.tree.children[c] or _level(tails[c] - heads[c]) @ ahead.mean(axis=0) > 0.3 * n * np.linalg.norm(ahead.mean(axis=0))
    ]  # fmt: skip
    return sorted(forward or chosen, key=lambda c: -abs(body.mirror.lateral(heads[c])))[::-1]


def _level(v: Floats) -> Floats:
    return v * np.array([1.0, 1.0, 0.0])


def _ahead(body: _Body, leg: dict[str, list[int]]) -> Floats:
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


def _arm(body: _Body, leg: dict[str, list[int]]) -> dict[str, list[int]] | None:
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


def _arm_joints(body: _Body, start: int) -> tuple[float, dict[str, list[int]]] | None:
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


def _hand(body: _Body, start: int) -> int:
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


def _reach(body: _Body, bone: int) -> float:
    """Metres to the farthest head under a bone."""
    under = body.tree.subtree(bone)
    return float(np.linalg.norm(body.rig.heads[under] - body.rig.heads[bone], axis=1).max())


def _trunk(body: _Body, pelvis: int, arm: dict[str, list[int]] | None) -> dict[str, list[int]]:
    """Root, torso, pelvis, spine, neck and head."""
    tree, rig = body.tree, body.rig
    if pelvis < 0:
        raise InputError(f"armature {rig.title!r}: its legs hang on no common bone; map it by hand")
    bones: dict[str, list[int]] = {"Pelvis": [pelvis]}
    chest = -1
    if arm is not None:
        first = arm.get("Collar", arm["Shoulder"])[0]
        chest = tree.common(first, int(body.mirror.partner[first]))
    top = _highest(body, chest if chest >= 0 else pelvis)
    if chest < 0 or chest == pelvis:
        chest = _chest_without_arms(body, pelvis, top)
    join = tree.common(pelvis, chest)
    if join != pelvis and join >= 0:
        bones["Torso"] = [join]
    base = join if join >= 0 else pelvis
    bones["Spine"] = tree.path(base, chest)[1:] if chest != base else []
    above = tree.path(chest, top)[1:] if chest in (top, *rig.ancestors(top)) else []
    if above:
        head = _head(body, above)
        bones["Neck"], bones["Head"] = above[:head], [above[head]]
    if not bones["Spine"] and "Head" not in bones:
        raise InputError(
            f"armature {rig.title!r}: no trunk was found over its legs; map it by hand"
        )
    root = [a for a in rig.ancestors(bones.get("Torso", [pelvis])[0])]
    low = [a for a in root if rig.heads[a, 2] - body.floor < 0.3 * body.height]
    if root:
        bones["Root"] = [(low or root)[-1]]
    return bones


def _highest(body: _Body, below: int) -> int:
    """The highest bone in the middle under another bone of the tree."""
    middle = [b for b in body.tree.subtree(below) if not body.sided(b)]
    off = np.abs(body.mirror.lateral(body.rig.heads[middle]))
    heads = body.rig.heads[middle, 2] - 10.0 * np.maximum(off - 0.02 * body.height, 0.0)
    return middle[int(np.argmax(heads))]


def _chest_without_arms(body: _Body, pelvis: int, top: int) -> int:
    """The last bone but two of the way up, where no arms say where the chest is."""
    way = body.tree.path(pelvis, top)
    return way[max(len(way) - 3, 0)]


def _head(body: _Body, above: list[int]) -> int:
    """Which bone of the way up from the chest is the head: the first that carries a face, else the
    last that isn't an end on top of the skull."""
    tree, rig = body.tree, body.rig
    for i, bone in enumerate(above):
        children = tree.children[bone]
        face = [c for c in children if body.sided(c)]
        if len(children) > 2 or face:
            near = i and np.linalg.norm(rig.heads[bone] - rig.heads[above[i - 1]]) < (
                0.015 * body.height
            )
            whole = i and rig.tails[above[i - 1], 2] - body.floor > _END * body.height
            return i - 1 if near or whole else i
    for i, (bone, following) in enumerate(pairwise(above)):
        if rig.heads[following, 2] - body.floor > _END * body.height and i >= 0:
            return above.index(bone)
    return len(above) - 1
